"""Is the air beside the object louder than the air above and below it?"""

from __future__ import annotations

import numpy as np

from mrsnr.background import Background
from mrsnr.model import Check, CheckVerdict, FloatArray

_LIMIT = 1.1  # of the noise power on one pair of sides over that on the other
_BY_CHANCE = 6.0  # times what even noise may read for the SD of sigma over places
_MOST_CHANCE = 0.03
_FEWEST = 2  # tiles of a side


def ghosts(found: Background) -> Check:
    """Compare the power of the background on the two pairs of sides of the image.

    Parameters
    ----------
    found
        The background, with its power by tile (1 where there is noise alone).

    Notes
    -----
    A ghost lies along the phase-encoding axis, so that one pair of sides has more power. Which axis that is need not be
    known. Ghosts that fill the whole background are not seen so: see the check of air against tissue.
    """
    along_x, along_y = _sides(found.powers), _sides(found.powers.T)
    if along_x is None or along_y is None:
        return Check("ghosts", None, _LIMIT, CheckVerdict.PASS, "There is air on one pair of sides only, or on none.")
    value = max(along_x, along_y) / max(min(along_x, along_y), 1e-12)
    limit = max(_LIMIT, 1 + _BY_CHANCE * min(found.chance, _MOST_CHANCE))
    if value <= limit:
        return Check("ghosts", value, limit, CheckVerdict.PASS, "The air is as quiet on all sides of the image.")
    axis = "x" if along_x > along_y else "y"
    sentence = (
        f"The air at the two ends of {axis} has {value:.2f} times the power of that at the other sides: a ghost, or "
        "noise that varies in space."
    )
    return Check("ghosts", value, limit, CheckVerdict.WARN, sentence)


def _sides(powers: FloatArray) -> float | None:
    """Return the median power of the tiles at both ends of the first axis, in the middle half of the second."""
    size, width = powers.shape
    ends = np.concatenate([powers[: max(1, size // 6)], powers[-max(1, size // 6) :]])
    middle = ends[:, width // 4 : width - width // 4]
    seen = middle[np.isfinite(middle)]
    return float(np.median(seen)) if seen.size >= _FEWEST else None
