"""Noise from the air around the object, found by itself."""

from __future__ import annotations

import numpy as np

from mrsnr.background import Background
from mrsnr.errors import ImageError
from mrsnr.intervals import interval_of
from mrsnr.model import FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.survey import Survey, survey

_METHOD_ERROR = 0.0006  # relative: what no check sees
_UNEVENNESS = 1.2  # of the unevenness of the air that is used
_SHAPE = 0.12  # of the distance from the distribution of noise


@estimator
def air(
    image: Image,
    *,
    regions: Regions,  # noqa: ARG001 - every estimator takes them
    channels: float | None = None,
    seen: Survey | None = None,
) -> Noise:
    r"""Estimate sigma as :math:`\sqrt{\langle M^2 \rangle / 2n}` over the quiet part of the air.

    1. Air is the lowest level at which local means gather (`mrsnr.background`), so that it is found beside an object
       of any brightness, and with as little as 2 % of the image.
    2. Its quiet part: places with more power than the quietest have a ghost or ringing (`mrsnr.quiet`).
    3. The second moment is the most likely value, given the number of channels n.

    Parameters
    ----------
    image
        One volume.
    regions
        Not used: to give a mask, use ``air_rms``, ``air_mean`` or ``air_std``.
    channels
        Number n of channels; ``None`` to take it from the image's header, or else from the air itself.
    seen
        What `survey` said of this image with these channels, if that is known already.

    Raises
    ------
    ImageError
        If nothing in the image looks like a level of noise.

    Notes
    -----
    Wrong where the scanner masked, cut or filtered the air, where the noise of the air is not that of the object
    (parallel imaging, prescan normalisation), and where a ghost fills the air. The checks look for all of these but
    the last; only noise in the object can tell that, see ``tissue``.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997); Aja-Fernandez et al., Magn Reson Imaging
    27:1397-1409 (2009).
    """
    found = seen if seen is not None else survey(image, channels=channels)
    if found.background is None:
        raise ImageError("Nothing in the image looks like air: there is no level at which dark voxels gather.")
    return noise_of_air(image, found, found.background)


def noise_of_air(image: Image, found: Survey, background: Background) -> Noise:
    """Return the noise of a background, with its interval and checks."""
    angle = image.kind == "phase"
    return Noise(
        sigma=None if angle else background.sigma,
        channels=background.channels,
        interval=None if angle else interval_of(background.sigma, air_error(background)),
        region=background.region.reshape(image.grid),
        checks=found.air_checks,
        method="air",
        parameters={"channels": "estimated" if background.estimated else "given"},
        correlation=max(background.shared, 1.0 if found.interior is None else _along(found.interior.correlation)),
    )


def _along(correlation: FloatArray) -> float:
    """Return how many voxels share one sample of a MEAN: the sum of the correlation itself, not of its square."""
    return float(correlation.sum())


def air_error(background: Background) -> float:
    """Return the relative SE of sigma from air: counting, unevenness, and what the method has of its own."""
    counting = background.statistical_error
    others = (_UNEVENNESS * background.uneven, _SHAPE * background.shape, _METHOD_ERROR)
    return float(np.linalg.norm([counting, *others]))
