"""Noise from the SD of air."""

from __future__ import annotations

import numpy as np

from mrsnr.distributions import air_mean, air_sd
from mrsnr.intensities import step_of
from mrsnr.model import FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._mask import air_of, noise_of
from mrsnr.survey import Survey


@estimator
def air_std(image: Image, *, regions: Regions, channels: float | None = None, seen: Survey | None = None) -> Noise:
    r"""Estimate sigma as :math:`SD(air) / \sqrt{2n - \mu^2}`, for one channel SD / 0.655.

    1. Air: ``regions.background``; without one, the dark voxels that touch the border of the field of view.
    2. n: as given, as the file says, or estimated from these voxels; 1 where the estimate is within four SE of that.
    3. sigma = SD / air_sd(n), the variance of rounding to the image's steps taken out.

    Parameters
    ----------
    image
        One volume, shape (x, y) or (x, y, z). A complex image is measured by its magnitude, a real or imaginary part
        by its absolute value (n = 0.5).
    regions
        ``regions.background``: the air, shape of the image.
    channels
        Number n of receive channels combined by sum of squares, 1 for one coil or an adaptive combination.
    seen
        What `survey` said of this image with these channels, if that is known already.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If no voxel is finite, or all are equal.
    RegionError
        If the mask is not on the image's grid.

    Notes
    -----
    The least sensitive of the three to a wrong n (+7 % where 8 channels are taken for one), the most sensitive to
    ghosts and tissue among the air. Invalid where the scanner masked, cut, filtered or normalised the air, and for
    parallel imaging, where the noise of the air is not that of the object. Relative SE 0.75 / sqrt(N) for one channel.
    The interval counts independent voxels: N over the sum of the autocorrelation of the squares, by which
    interpolation and zero-filling make it wider. The air of one image is asked, and nothing of the object.

    References
    ----------
    Henkelman, Med Phys 12:232-233 (1985), erratum 13:544 (1986). Kaufman et al., Radiology 173:265-267 (1989).
    Dietrich et al., J Magn Reson Imaging 26:375-385 (2007).
    """
    air = air_of(image, regions, channels=channels, seen=seen)
    return noise_of(image, air, method="air_std", estimate=_sigma, spread=_spread(air.channels))


def _sigma(magnitudes: FloatArray, channels: float) -> float:
    """Return sigma from magnitudes of air."""
    variance = float(magnitudes.var()) - step_of(magnitudes) ** 2 / 12
    return float(np.sqrt(max(variance, 0.0)) / air_sd(channels))


def _spread(channels: float) -> float:
    r"""Return the relative SE of the SD for one voxel, :math:`\sqrt{kurtosis - 1} / 2`."""
    m1 = float(air_mean(channels))
    m2, m3, m4 = 2 * channels, (2 * channels + 1) * m1, 4 * channels * (channels + 1)
    fourth = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    return 0.5 * float(np.sqrt(fourth / float(air_sd(channels)) ** 4 - 1))
