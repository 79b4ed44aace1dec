"""Is the air beside the object, where ghosts lie, louder than the air above and below it?"""

from __future__ import annotations

import numpy as np

from mrsnr.background import Background
from mrsnr.model import Check, CheckVerdict, FloatArray

LIMIT = 1.1
"""Noise power on one pair of sides over that on the other, which a pair may have."""

NO_AIR = "there is air on one pair of sides only, or on none"
"""Why two pairs of sides cannot be compared."""

_BY_CHANCE = 6.0  # times what even noise may read for the SD of sigma over places
_MOST_CHANCE = 0.03
_FEWEST = 2  # tiles of a side


def ghosts(found: Background, *, axis: int | None = None) -> Check:
    """Compare the power of the background on the two pairs of sides of the image.

    Parameters
    ----------
    found
        The background, with its power by tile (1 where there is noise alone).
    axis
        That of phase-encoding, 0 or 1, if the header says so.

    Notes
    -----
    A ghost lies along the phase-encoding axis, so that the ends of that axis have more power. Where the axis is not
    known the louder pair of sides is looked at. Ghosts that fill the whole background are not seen so: see the check of
    air against tissue.
    """
    ends = power_at_ends(found)
    if ends is None:
        return Check("ghosts", None, LIMIT, CheckVerdict.NOT_MADE, f"Ghosts could not be looked for: {NO_AIR}.")
    along = int(ends[1] >= ends[0]) if axis is None else axis
    value = ends[along] / max(ends[1 - along], 1e-12)
    limit = limit_of(found)
    if value <= limit:
        where = "all sides of the image" if axis is None else f"the two ends of {'xy'[along]}, where ghosts would be"
        return Check("ghosts", value, limit, CheckVerdict.PASS, f"The air is as quiet on {where}.")
    more = f"The air at the two ends of {'xy'[along]} has {value:.2f} times the power of that at the other sides: "
    cause = "a ghost, or noise that varies in space." if axis is None else "a ghost, along the phase-encoding axis."
    return Check("ghosts", value, limit, CheckVerdict.WARN, more + cause)


def power_at_ends(found: Background) -> tuple[float, float] | None:
    """Return the power of the air at the two ends of x and of y; ``None`` where one pair of sides has no air."""
    along_x, along_y = _sides(found.powers), _sides(found.powers.T)
    return None if along_x is None or along_y is None else (along_x, along_y)


def limit_of(found: Background) -> float:
    """Return the ratio of powers that a pair of sides may have, chance being reckoned with."""
    return max(LIMIT, 1 + _BY_CHANCE * min(found.chance, _MOST_CHANCE))


def _sides(powers: FloatArray) -> float | None:
    """Return the median power of the tiles at both ends of the first axis, in the middle half of the second."""
    size, width = powers.shape
    ends = np.concatenate([powers[: max(1, size // 6)], powers[-max(1, size // 6) :]])
    middle = ends[:, width // 4 : width - width // 4]
    seen = middle[np.isfinite(middle)]
    return float(np.median(seen)) if seen.size >= _FEWEST else None
