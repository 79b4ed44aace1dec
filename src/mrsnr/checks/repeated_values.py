"""Does one intensity occur far more often than those beside it?"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import Check, CheckVerdict, FloatArray

_LIMIT = 0.001  # of the voxels: more of one value than its neighbours explain
_FAILS_AT = 0.05
_NEIGHBOURS = 5  # distinct values on either side
_TIMES = 3  # as often as the most frequent neighbour
_ERRORS = 6  # SE of a count


def repeated_values(voxels: NDArray[Any]) -> Check:
    """Warn when one intensity, not 0 and not the brightest or darkest, occurs far more often than its neighbours do.

    Parameters
    ----------
    voxels
        Real intensities, any shape; what is not finite is left out.

    Notes
    -----
    Padding, a masked part filled with a constant, and a table of display colours do that. A value is repeated when it
    occurs more than three times as often as the most frequent of the five distinct values on either side, and by more
    than six standard errors of a count. The value of the check is the fraction of voxels that is too many. 0 and the
    ends of the range are left to the checks of zeros and clipping.
    """
    finite = np.asarray(voxels)[np.isfinite(voxels)]
    distinct, counts = np.unique(finite, return_counts=True)
    nothing = Check("repeated-values", 0.0, _LIMIT, CheckVerdict.PASS, "No intensity stands out as repeated.")
    if distinct.size < 2 * _NEIGHBOURS or counts.max() <= _ERRORS:  # an excess must be larger than that
        return nothing
    inner = (distinct != 0) & (np.arange(distinct.size) > 0) & (np.arange(distinct.size) < distinct.size - 1)
    expected = _around(np.where(inner, counts, 0).astype(np.float64))
    excess = np.where(inner, counts - expected, 0.0)
    strange = (counts > _TIMES * expected) & (excess > _ERRORS * np.sqrt(expected + 1)) & inner
    if not strange.any():
        return nothing
    worst = int(np.argmax(np.where(strange, excess, 0.0)))
    fraction = float(excess[worst] / finite.size)
    share = f"{100 * counts[worst] / finite.size:.2g} % of the voxels have exactly the value {distinct[worst]:g}"
    if fraction <= _LIMIT:
        return Check("repeated-values", fraction, _LIMIT, CheckVerdict.PASS, f"{share}, which is too few to matter.")
    verdict = CheckVerdict.FAIL if fraction > _FAILS_AT else CheckVerdict.WARN
    sentence = f"{share}, far more than any value beside it: was a part of the image filled or masked with it?"
    return Check("repeated-values", fraction, _LIMIT, verdict, sentence)


def _around(counts: FloatArray) -> FloatArray:
    """Return how often the most frequent neighbour of each value occurs."""
    padded = np.pad(counts, _NEIGHBOURS)
    beside = (padded[k : k + counts.size] for k in range(2 * _NEIGHBOURS + 1) if k != _NEIGHBOURS)
    return reduce(np.maximum, beside)
