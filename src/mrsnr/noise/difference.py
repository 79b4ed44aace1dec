"""Noise from the difference of two repeated acquisitions."""

from __future__ import annotations

from mrsnr.model import Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._answer import noise_of_repeats
from mrsnr.noise._reading import few_in_memory
from mrsnr.noise._repeats import differences


@estimator(volumes=2)
def difference(image: Image, *, regions: Regions, channels: float | None = None, local: bool = False) -> Noise:
    r"""Estimate sigma as :math:`SD(S_1 - S_2) / \sqrt{2}`, with the noise floor of magnitudes taken out.

    1. Difference of the two images in the labels, or in the bright object without its rim.
    2. What changed slowly is taken out: in every slice a quadratic in x and y, and a change of scale. Residuals
       beyond six robust SDs are left out.
    3. The mean square of the rest is :math:`2\xi(\theta)\sigma^2`, with xi by the mean signal of each label, or of
       equally bright parts of the object: one sigma is solved for all of them together.

    Parameters
    ----------
    image
        Two acquisitions of the same object, shape (x, y, z, 2); more are taken as `replicas` does, without a trend.
        Of complex images the real and imaginary parts are subtracted: their noise is Gaussian and has no floor.
    regions
        ``regions.labels``: where the difference is taken, each label homogeneous.
    channels
        Number n of receive channels combined by sum of squares; by default as the file says, else from the air,
        else 1. It matters below an SNR of 5 n.
    local
        Return a map: the SD in windows of 7x7 voxels. For parallel imaging and normalised images.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If there is one volume only, or no voxel is finite.
    RegionError
        If a label does not fit the image.

    Notes
    -----
    Static structure cancels, so that parallel imaging, filters and masked air are allowed. Motion between the two and
    a changed gain are not, nor is the same scan twice: see the checks. What drifts within a quadratic's reach is not
    counted as noise; the interval reaches up to the SD that it would add. Relative SE 1 / sqrt(2 N) of N independent
    voxels; interpolated images have fewer of them than voxels.

    References
    ----------
    Reeder et al., Magn Reson Med 54:748-754 (2005). Dietrich et al., J Magn Reson Imaging 26:375-385 (2007).
    Firbank et al., Phys Med Biol 44:N261-N264 (1999). Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    image = few_in_memory(image)
    found = differences(image, regions, order=0, local=local)
    return noise_of_repeats(image, found, regions, channels=channels, local=local, method="difference")
