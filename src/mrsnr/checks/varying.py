"""Does what a value is taken from vary at all?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict

_LIMIT = 0.5


def varying(*, undefined: int, voxels: int) -> Check:
    """Warn when most voxels of the mask have no temporal SNR: the value is of the few that have.

    Parameters
    ----------
    undefined
        How many voxels of the mask are constant in time or not finite.
    voxels
        Size of the mask.
    """
    fraction = undefined / voxels if voxels else 1.0
    if fraction <= _LIMIT:
        return Check("varying", fraction, _LIMIT, CheckVerdict.PASS, "Most voxels of the mask vary in time.")
    sentence = (
        f"{100 * fraction:.0f} % of the voxels of the mask are constant in time or not finite: the value is of the "
        "others. Does the mask lie on the object?"
    )
    return Check("varying", fraction, _LIMIT, CheckVerdict.WARN, sentence)
