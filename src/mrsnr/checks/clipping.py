"""Did the brightest voxels hit the ceiling?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks.grading import graded
from mrsnr.model import Check, CheckVerdict

_LIMIT, _FAILS_AT = 2e-4, 0.01  # of the voxels
_FEWEST = 10  # voxels: fewer at the top are chance
_TIMES = 5  # as many as at the next intensities below


def clipping(voxels: NDArray[Any]) -> Check:
    """Count the voxels that have the largest value.

    Parameters
    ----------
    voxels
        Finite intensities.

    Notes
    -----
    Where many voxels share the maximum, and far more than the values just below it, the image was cut there: its signal
    reads low.
    """
    top = float(voxels.max())
    count = int(np.count_nonzero(voxels == top))
    below = voxels[voxels < top]
    beside = 0 if below.size == 0 else int(np.count_nonzero(below == below.max()))
    fraction = count / voxels.size
    if count < _FEWEST or count <= _TIMES * beside:
        return Check("clipping", fraction, _LIMIT, CheckVerdict.PASS, "The brightest voxels were not cut.")
    shared = f"{count} voxels share the largest value, {top:g}"
    if fraction <= _LIMIT:
        few = f"{shared}: clipped, perhaps, but too few ({100 * fraction:.2g} %) to move the mean of a large region."
        return Check("clipping", fraction, _LIMIT, CheckVerdict.PASS, few)
    sentence = f"{shared}: the image was clipped there and its signal reads low."
    return graded("clipping", fraction, _LIMIT, _FAILS_AT, sentence)
