"""Is the noise the same everywhere in the background?"""

from __future__ import annotations

from mrsnr.background import Background
from mrsnr.checks.grading import graded
from mrsnr.model import Check

_LIMIT, _FAILS_AT = 0.02, 0.06  # relative SD of sigma over places
_WHOLE_LIMIT = 0.035
_MOST_CHANCE = 0.03  # in a small image; a ghost would make more look like chance
_KEPT = 0.2  # of the background that must be quiet


def stationarity(found: Background) -> Check:
    """Compare sigma between places of the background, beyond what counting explains.

    Parameters
    ----------
    found
        The background.

    Notes
    -----
    Ringing and ghosts add to it near the object or along phase-encoding; parallel imaging, prescan normalisation and
    intensity filters make it vary smoothly. The value is the larger of the unevenness of the part that is used and, in
    proportion to its own limit, that of the whole background.
    """
    limit = max(_LIMIT, min(found.chance, _MOST_CHANCE))
    quiet = found.uneven <= limit and found.kept > _KEPT
    value = max(found.uneven, found.uneven_whole * _LIMIT / _WHOLE_LIMIT * (1.0 if found.kept > _KEPT else 2.0))
    value = max(min(value, _FAILS_AT) if quiet else value, found.uneven_slices)
    if value <= limit:
        sentence = "The noise is the same everywhere in the background."
    elif found.uneven_slices == value:
        sentence = f"The noise differs by {100 * found.uneven_slices:.1f} % between slices (SD): no one sigma is right."
    else:
        sentence = (
            f"The noise differs by {100 * found.uneven_whole:.0f} % between places of the background (SD): ghosts, "
            f"ringing, or noise that varies in space; {100 * found.kept:.0f} % of it was quiet and used."
        )
    return graded("stationarity", value, limit, _FAILS_AT, sentence)
