"""Noise over time: the residual SD of a series about a polynomial trend."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks import steady
from mrsnr.course import finite_means
from mrsnr.detrend import TrendSums
from mrsnr.distributions import sd_factor
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import real
from mrsnr.model import BoolArray, FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._answer import repeat_checks
from mrsnr.noise._local import interval_of_mean, without_floor
from mrsnr.noise._mask import channels_of
from mrsnr.noise._reading import few_in_memory
from mrsnr.noise._repeats import differences, inside
from mrsnr.survey import GAUSSIAN


@estimator(volumes=10)
def temporal(image: Image, *, regions: Regions, channels: float | None = None, order: int = 2) -> Noise:
    r"""Estimate a map of sigma as the residual SD over time, with the noise floor of magnitudes taken out.

    1. A polynomial in time is taken out of every voxel; its residuals have :math:`\nu = T - p - 1` degrees of freedom.
    2. sigma of a voxel = residual SD / :math:`c_4(\nu)`, so that its mean is right.
    3. Divided by :math:`\sqrt{\xi(\theta)}`, with theta from the mean over 7x7 and sigma over 15x15 voxels.

    Parameters
    ----------
    image
        A series, shape (x, y, z, T). A complex one is measured by its magnitude.
    regions
        ``regions.labels``: where the map is; by default the bright object without its rim.
    channels
        Number n of receive channels combined by sum of squares; by default as the file says, else from the air,
        else 1. It matters below an SNR of 5 n.
    order
        Order p of the polynomial in time.

    Raises
    ------
    ArgumentError
        If ``order`` is not a whole number from 0, or ``channels`` not positive.
    ImageError
        If there are too few volumes, or no voxel is finite.
    RegionError
        If a label does not fit the image.

    Notes
    -----
    All that fluctuates counts: breathing, pulsation, motion and an unstable scanner. That is what temporal SNR asks
    for, and more than thermal noise; `replicas` and `mppca` tell less of it. Nothing is taken out in space.

    More than 32 volumes are read once, a few at a time: memory does not grow with their number. sigma is from all of
    them; how neighbouring voxels are correlated, for the interval and the checks, is from 32 contrasts spread over the
    series, and the brightness of each volume is that of the voxels which are bright in the first few.

    References
    ----------
    Hutton et al., NeuroImage 57:101-112 (2011). Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    power = _checked_order(order, image.volumes)
    image = few_in_memory(image)
    course = _Course(image, regions, order=power)
    found = differences(image, regions, order=power, every=False, use=course.add)
    mean, sd = (values.reshape(image.grid, order="F") for values in (course.sums.mean, course.sums.residual_sd))
    freedom = image.volumes - power - 1
    where = found.where & np.isfinite(sd)
    n = channels_of(image, channels)
    sigma: FloatArray | None = None
    interval = None
    if where.any() and image.kind != "phase":
        floor = None if n == GAUSSIAN else n
        sigma = without_floor(np.where(where, sd, np.nan), mean, where, floor) / float(sd_factor(freedom))
        together = freedom * float(where.sum()) / found.correlation
        level = float(mean[where].mean())
        interval = interval_of_mean(sigma, together, level=level, channels=floor)
    return Noise(
        sigma=sigma,
        channels=n,
        interval=interval,
        region=where,
        checks=(*repeat_checks(image, found), steady(np.array(course.means))),
        method="temporal",
        parameters={"order": power, "repeats": image.volumes, "degrees_of_freedom": freedom},
        correlation=found.correlation,
    )


class _Course:
    """What is added up over time: the trend of every voxel, and the brightness of every volume.

    Of more than 32 volumes the brightness is that of the voxels which are bright in the first few.
    """

    def __init__(self, image: Image, regions: Regions, *, order: int) -> None:
        self.sums = TrendSums(math.prod(image.grid), image.volumes, order=order)
        self.means: list[float] = []
        self._regions = regions
        self._where: BoolArray | None = None

    def add(self, block: NDArray[Any], first: int) -> None:
        """Add some volumes, shape (x, y, z, some)."""
        values = real(block)
        self.sums.add(values.reshape(-1, values.shape[-1], order="F").T, first=first)
        if self._where is None:
            self._where = inside(np.abs(values).mean(axis=-1, dtype=np.float64), self._regions)
            self._where &= (values != values[..., :1]).any(axis=-1)
        self.means += finite_means(np.abs(values[self._where]).T).tolist()


def _checked_order(order: int, volumes: int) -> int:
    """Return the order, if it is one and leaves two degrees of freedom or more."""
    try:
        power = operator.index(order)
    except TypeError:
        power = -1
    if power < 0:
        raise ArgumentError(f"order is {order!r}; expected a whole number from 0.")
    if volumes < power + 3:
        raise ImageError(
            f"The image has {volumes} volume{'s' * (volumes != 1)}; noise over time about a trend of order {power} "
            f"needs at least {power + 3}."
        )
    return power
