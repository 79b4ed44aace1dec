"""The threshold between a dark and a bright part of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BINS = 256
_ROUNDING = 1e-12  # of the brightest: voxels that differ by less are equally bright
_BRIGHTEST = 99.9  # percentile


def otsu(values: NDArray[np.floating]) -> float | None:
    """Return Otsu's threshold between two classes of values, ``None`` where all are equal or there are none.

    The brightest thousandth counts as equally bright, so that a spike does not move the threshold.

    Parameters
    ----------
    values
        Finite, any shape.

    References
    ----------
    Otsu, IEEE Trans Syst Man Cybern 9:62-66 (1979).
    """
    if values.size == 0 or np.ptp(values) <= _ROUNDING * np.abs(values).max():
        return None
    top = float(np.percentile(values, _BRIGHTEST))
    if top - values.min() <= _ROUNDING * np.abs(values).max():  # all but the very brightest are equal
        top = float(values.max())
    counts, edges = np.histogram(np.minimum(values, top), bins=_BINS)
    centres = (edges[1:] + edges[:-1]) / 2
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[-2::-1]
    dark = np.cumsum(counts * centres)[:-1]
    bright = (counts * centres).sum() - dark
    between = below * above * (dark / np.maximum(below, 1) - bright / np.maximum(above, 1)) ** 2
    return float(edges[1:-1][np.argmax(between)])
