"""Is the noise of neighbouring voxels independent?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import Check, CheckVerdict, FloatArray

_LIMIT = 0.05
_FAILS_AT = 0.2


def whiteness(correlation: FloatArray) -> Check:
    """Warn when the noise of neighbours is correlated, for methods that take what neighbours share for signal.

    Parameters
    ----------
    correlation
        Of differences between repeats in the plane, odd square shape, 1 in the middle; see
        `mrsnr.correlation.autocorrelation`.

    Notes
    -----
    The value is the largest absolute correlation with a direct neighbour. Zero-filling by 1.5 makes it 0.41, by 2
    0.64, a Hamming filter 0.63; sigma from principal components then reads low by 10 % and 41 % (zero-filling).
    """
    middle = len(correlation) // 2
    beside = correlation[middle - 1 : middle + 2, middle - 1 : middle + 2].copy()
    beside[1, 1] = 0.0
    value = float(np.abs(beside).max())
    if value <= _LIMIT:
        sentence = f"The noise of neighbouring voxels is independent (correlation {value:.2f})."
        return Check("whiteness", value, _LIMIT, CheckVerdict.PASS, sentence)
    sentence = (
        f"The noise of neighbouring voxels is correlated (by {value:.2f}): the image was interpolated or filtered, and "
        "this method takes a part of the noise for signal, so that sigma reads low."
    )
    verdict = CheckVerdict.FAIL if value > _FAILS_AT else CheckVerdict.WARN
    return Check("whiteness", value, _LIMIT, verdict, sentence)
