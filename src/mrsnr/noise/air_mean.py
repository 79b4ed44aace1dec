"""Noise from the mean of air."""

from __future__ import annotations

from mrsnr import distributions
from mrsnr.model import FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._mask import air_of, noise_of, scale_spread
from mrsnr.survey import Survey


@estimator
def air_mean(image: Image, *, regions: Regions, channels: float | None = None, seen: Survey | None = None) -> Noise:
    r"""Estimate sigma as :math:`mean(air)\,\Gamma(n) / (\sqrt{2}\,\Gamma(n + 1/2))`, for one channel mean / 1.2533.

    1. Air: ``regions.background``; without one, the dark voxels that touch the border of the field of view.
    2. n: as given, as the file says, or estimated from these voxels; 1 where the estimate is within four SE of that.
    3. sigma = mean / air_mean(n).

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
    Very sensitive to a wrong n (+214 % where 8 channels are taken for one) and to whole numbers that were cut off
    instead of rounded. Invalid where the scanner masked, cut, filtered or normalised the air, and for parallel
    imaging, where the noise of the air is not that of the object. Relative SE 0.52 / sqrt(N) for one channel.
    The interval counts independent voxels: N over the sum of the autocorrelation of the squares, by which
    interpolation and zero-filling make it wider. The air of one image is asked, and nothing of the object.

    References
    ----------
    Edelstein, Bottomley, Pfeifer, Med Phys 11:180-185 (1984). Constantinides, Atalar, McVeigh, Magn Reson Med
    38:852-857 (1997), erratum 52:219 (2004).
    """
    air = air_of(image, regions, channels=channels, seen=seen)
    relative_sd = float(distributions.air_sd(air.channels) / distributions.air_mean(air.channels))
    spread = scale_spread(air, given=relative_sd)
    return noise_of(image, air, method="air_mean", estimate=_sigma, spread=spread)


def _sigma(magnitudes: FloatArray, channels: float) -> float:
    """Return sigma from magnitudes of air."""
    return float(magnitudes.mean() / distributions.air_mean(channels))
