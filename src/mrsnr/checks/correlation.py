"""Is the noise of neighbouring voxels independent?"""

from __future__ import annotations

from mrsnr.background import Background
from mrsnr.checks.grading import graded
from mrsnr.model import Check

_LIMIT, _FAILS_AT = 20.0, 60.0  # voxels to an independent sample
_NOTABLE = 1.3


def correlation(found: Background) -> Check:
    """Say how many voxels share one independent sample of noise.

    Parameters
    ----------
    found
        The background.

    Notes
    -----
    Zero-filling, filters and interpolation correlate the noise. Sigma from air stays right for the image as it is, and
    the interval counts independent samples; but the SNR is not that of the unfiltered image. Where more than 20 voxels
    go with each other it is not noise through a usual k-space window, but structure.
    """
    value = found.shared
    if value <= _NOTABLE:
        sentence = "The noise of neighbouring voxels is independent."
    elif value <= _LIMIT:
        sentence = (
            f"{value:.1f} voxels share one sample of noise, as after interpolation or a filter. Sigma is that of the "
            "image as it is, and intervals allow for it; its SNR compares only with that of images treated alike."
        )
    else:
        sentence = (
            f"{value:.0f} neighbouring voxels of the background go with each other: that is structure, not noise."
        )
    return graded("correlation", value, _LIMIT, _FAILS_AT, sentence)
