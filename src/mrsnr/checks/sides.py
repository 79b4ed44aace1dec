"""Is the air at the sides where no ghost can lie louder than where one could?"""

from __future__ import annotations

from mrsnr.background import Background
from mrsnr.checks.ghosts import LIMIT as _LIMIT
from mrsnr.checks.ghosts import NO_AIR, limit_of, power_at_ends
from mrsnr.model import Check, CheckVerdict


def sides(found: Background, *, axis: int) -> Check:
    """Compare the power of the background at the ends of the readout axis with that at the ends of the other.

    Parameters
    ----------
    found
        The background, with its power by tile.
    axis
        That of phase-encoding, 0 or 1, as the header says.

    Notes
    -----
    What is louder there is no ghost: noise that varies in space (parallel imaging, normalisation), interference, or a
    header that no longer fits an image that was turned.
    """
    ends = power_at_ends(found)
    if ends is None:
        return Check("sides", None, _LIMIT, CheckVerdict.NOT_MADE, f"The sides could not be compared: {NO_AIR}.")
    value, limit, letter = ends[1 - axis] / max(ends[axis], 1e-12), limit_of(found), "yx"[axis]
    if value <= limit:
        sentence = f"The air at the two ends of {letter}, the readout axis, is no louder than elsewhere."
        return Check("sides", value, limit, CheckVerdict.PASS, sentence)
    sentence = (
        f"The air at the two ends of {letter} has {value:.2f} times the power of that at the other sides, and is no "
        "ghost, as phase was encoded along the other axis: noise that varies in space, interference, or a turned image."
    )
    return Check("sides", value, limit, CheckVerdict.WARN, sentence)
