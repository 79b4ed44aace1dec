"""Is anything darker than air?"""

from __future__ import annotations

from mrsnr.background import Background
from mrsnr.checks.grading import graded
from mrsnr.model import Check

_LIMIT = 0.005  # of the image


def darker(found: Background) -> Check:
    """Look for parts of the image whose local mean is below what the noise can have.

    Parameters
    ----------
    found
        The background.

    Notes
    -----
    Nothing can be darker than air. Where something is, the air was cut, filtered or zeroed there, or sigma varies.
    """
    sentence = (
        f"{100 * found.darker:.1f} % of the image is darker than this noise can be: the air was cut or masked "
        "there, or the noise varies, or this is not air."
        if found.darker > _LIMIT
        else "Nothing in the image is darker than its noise can be."
    )
    return graded("darker-than-air", found.darker, _LIMIT, 2 * _LIMIT, sentence)
