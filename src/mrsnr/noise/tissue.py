"""Noise from inside the object, where no air is needed."""

from __future__ import annotations

import numpy as np

from mrsnr.checks import evenness, not_phase
from mrsnr.checks.evenness import LIMIT
from mrsnr.errors import ImageError
from mrsnr.intervals import interval_of
from mrsnr.model import CheckVerdict, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.survey import Survey, survey

_MAP_ERROR = 0.02  # relative: what a map has beyond the error of its level


@estimator
def tissue(
    image: Image,
    *,
    regions: Regions,  # noqa: ARG001 - every estimator takes them
    channels: float | None = None,
    local: bool | None = None,
    seen: Survey | None = None,
) -> Noise:
    r"""Estimate sigma from the differences of neighbouring voxels in the smoothest part of the object.

    Like the median absolute deviation of a wavelet's diagonal detail, but corrected for what that misses on real scans:
    noise that is correlated between neighbours, by zero-filling or filters, hardly shows in their differences. How the
    differences grow with the distance tells the k-space window, and that the correction (`mrsnr.interior`).

    Parameters
    ----------
    image
        One volume.
    regions
        Not used: the object is found by itself.
    channels
        Number n of channels; ``None`` to take it from the image's header, from the air, or to be 1.
    local
        Whether sigma is a map. ``None``: if it varies by more than 7 % over the object.
    seen
        What `survey` said of this image with these channels, if that is known already.

    Raises
    ------
    ImageError
        If the object is too small.

    Notes
    -----
    Fine anatomy reads as noise: at an SNR of 100 in a folded cortex sigma is some 5 % high, with strong texture
    and no air to show the k-space window it can be twice too high, on the coarse grid of an EPI ten times. The interval
    is wide where that can be seen (`mrsnr.anatomy`); take sigma as an upper bound there. Ringing of zero-filled images
    reads as noise too.

    References
    ----------
    Donoho, IEEE Trans Inf Theory 41:613-627 (1995). Coupe et al., Med Image Anal 14:483-493 (2010). Aja-Fernandez,
    Pieciak, Vegas-Sanchez-Ferrero, Med Image Anal 20:184-197 (2015).
    """
    found = seen if seen is not None else survey(image, channels=channels)
    inside, field = found.interior, found.field
    if inside is None or field is None:
        raise ImageError("The object is too small, or too even, to see noise in it: expected at least 400 voxels.")
    mapped = field.uneven > LIMIT if local is None else local
    inside_error = found.inside_error if found.air_holds else found.unconfirmed_error
    error = float(np.linalg.norm([inside_error, mapped * _MAP_ERROR, found.channels_doubt / 4]))
    level = float(np.nanmedian(field.sigma)) if mapped else inside.sigma
    angle = image.kind == "phase"
    why_not_air = () if found.air_holds else tuple(c for c in found.air_checks if c.verdict == CheckVerdict.FAIL)
    uneven = () if mapped else (evenness(field.uneven),)
    return Noise(
        sigma=None if angle else field.sigma.reshape(image.grid) if mapped else inside.sigma,
        channels=found.channels,
        interval=None if angle else interval_of(level, error),
        region=inside.region.reshape(image.grid),
        checks=(not_phase(image), *uneven, *why_not_air),
        method="tissue",
        parameters={"sigma": "map" if mapped else "one", "k-space": inside.window},
        correlation=max(1.0, float((inside.correlation**2).sum()), float(inside.correlation.sum())),
    )
