"""Noise from the variance over three or more repeated acquisitions."""

from __future__ import annotations

from mrsnr.model import Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._answer import noise_of_repeats
from mrsnr.noise._reading import few_in_memory
from mrsnr.noise._repeats import differences


@estimator(volumes=3)
def replicas(image: Image, *, regions: Regions, channels: float | None = None, local: bool = False) -> Noise:
    r"""Estimate sigma as the root of the mean variance over repeats, with the noise floor of magnitudes taken out.

    1. A linear trend in time is taken out of every voxel of the labels, or of the bright object without its rim: K
       repeats leave K - 2 independent images of noise.
    2. Of each of these, what changed slowly in space is taken out, as by `difference`: drift of the whole image from
       one repeat to the next is no noise. Values beyond six robust SDs are left out.
    3. The mean square of the rest is :math:`\xi(\theta)\sigma^2`, with xi by the mean signal of each label, or of
       equally bright parts of the object: one sigma is solved for all of them together.

    Parameters
    ----------
    image
        Three or more acquisitions of the same object, shape (x, y, z, repeat).
        Of complex images the real and imaginary parts are measured: their noise is Gaussian and has no floor.
    regions
        ``regions.labels``: where to look, each label homogeneous.
    channels
        Number n of receive channels combined by sum of squares; by default as the file says, else from the air,
        else 1. It matters below an SNR of 5 n.
    local
        Return a map: the SD in windows of 7x7 voxels, of all repeats together.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If there are fewer than three volumes, or no voxel is finite.
    RegionError
        If a label does not fit the image.

    Notes
    -----
    The reference for all other methods: allowed with parallel imaging, filters and masked air. Motion, breathing and
    pulsation count as noise where they are fine in space. Relative SE 1 / sqrt(2 N (K - 2)) of N independent voxels.

    More than 32 repeats are read twice, a few at a time: memory does not grow with their number. sigma is from all of
    them; how neighbouring voxels are correlated, what part of the noise is lost in 2, and the widening of the interval
    and of the check ``drift`` are from 32 contrasts spread over the series.

    References
    ----------
    Reeder et al., Magn Reson Med 54:748-754 (2005). Dietrich et al., J Magn Reson Imaging 26:375-385 (2007).
    Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    image = few_in_memory(image)
    found = differences(image, regions, order=1, local=local)
    return noise_of_repeats(image, found, regions, channels=channels, local=local, method="replicas")
