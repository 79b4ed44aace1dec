"""Noise over time: the residual SD of a series about a polynomial trend."""

from __future__ import annotations

import operator

import numpy as np

from mrsnr.checks import steady
from mrsnr.detrend import mean_and_residual_sd
from mrsnr.distributions import sd_factor
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import magnitudes
from mrsnr.model import FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._answer import repeat_checks
from mrsnr.noise._local import interval_of_mean, without_floor
from mrsnr.noise._mask import channels_of
from mrsnr.noise._repeats import differences, in_memory
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

    References
    ----------
    Hutton et al., NeuroImage 57:101-112 (2011). Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    power = _checked_order(order, image.volumes)
    image = in_memory(image)
    found = differences(image, regions, order=power)
    series = magnitudes(image)
    mean, sd = mean_and_residual_sd(series, order=power)
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
    course = np.abs(series[where]).mean(axis=0, dtype=np.float64) if where.any() else np.zeros(image.volumes)
    return Noise(
        sigma=sigma,
        channels=n,
        interval=interval,
        region=where,
        checks=(*repeat_checks(image, found), steady(course)),
        method="temporal",
        parameters={"order": power, "repeats": image.volumes, "degrees_of_freedom": freedom},
        correlation=found.correlation,
    )


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
