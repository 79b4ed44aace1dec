"""Is the noise the same everywhere in the object?"""

from __future__ import annotations

from mrsnr.checks.grading import graded
from mrsnr.model import Check

LIMIT = 0.07
"""Relative SD of sigma over the object, above which sigma is a map."""

_FAILS_AT = 0.5


def evenness(value: float) -> Check:
    """Judge how far sigma varies over the object.

    Parameters
    ----------
    value
        Relative SD of the map of sigma beyond its error.

    Notes
    -----
    Parallel imaging and prescan normalisation make it vary; fine anatomy reads 0.03 to 0.06, and more at an SNR of 100.
    """
    if value <= LIMIT:
        return graded("evenness", value, LIMIT, _FAILS_AT, "The noise is the same everywhere in the object.")
    causes = "parallel imaging, normalisation, ringing, or anatomy"
    sentence = f"The noise varies by {100 * value:.0f} % over the object (SD): {causes}."
    return graded("evenness", value, LIMIT, _FAILS_AT, sentence)
