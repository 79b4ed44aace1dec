"""Noise from the root mean square of air."""

from __future__ import annotations

import numpy as np

from mrsnr.intensities import step_of
from mrsnr.model import FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._mask import air_of, noise_of, scale_spread
from mrsnr.survey import Survey


@estimator
def air_rms(image: Image, *, regions: Regions, channels: float | None = None, seen: Survey | None = None) -> Noise:
    r"""Estimate sigma as :math:`\sqrt{\langle M^2\rangle / 2n}`, the maximum of the likelihood.

    1. Air: ``regions.background``; without one, the dark voxels that touch the border of the field of view.
    2. n: as given, as the file says, or estimated from these voxels; 1 where the estimate is within four SE of that.
    3. sigma = sqrt(mean(M^2) / 2n), the variance of rounding to the image's steps taken out.

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
    The most precise of the three, with an exact interval, where the mask is pure air: relative SE 1 / (2 sqrt(n N)).
    The least robust to ghosts, and sensitive to a wrong n. Invalid where the scanner masked, cut, filtered or
    normalised the air, and for parallel imaging, where the noise of the air is not that of the object.
    The interval counts independent voxels: N over the sum of the autocorrelation of the squares, by which
    interpolation and zero-filling make it wider. The air of one image is asked, and nothing of the object.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997), erratum 52:219 (2004).
    Sijbers et al., Phys Med Biol 52:1335-1348 (2007).
    """
    air = air_of(image, regions, channels=channels, seen=seen)
    return noise_of(
        image, air, method="air_rms", estimate=_sigma, spread=scale_spread(air, given=0.5 / np.sqrt(air.channels))
    )


def _sigma(magnitudes: FloatArray, channels: float) -> float:
    """Return sigma from magnitudes of air."""
    power = float(np.mean(magnitudes**2)) - step_of(magnitudes) ** 2 / 12
    return float(np.sqrt(max(power, 0.0) / (2 * channels)))
