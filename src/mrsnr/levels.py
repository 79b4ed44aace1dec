"""The levels at which the local means of an image gather: air is the lowest that is noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import grown, shrunk

SCALES = ((7, 0.04), (13, 0.03), (7, 0.012), (13, 0.012))
"""Edge of the window in voxels and smoothing of the log of local means, as they are tried: the wide window and the fine
scale tell air from an object that is hardly brighter, as under many channels."""

FEWEST = 300
"""Voxels of one level, below which nothing is said."""

_BINS = 4  # to one SD of the smoothing
_LOWEST_PEAK = 0.02  # of the highest
_SPREADS = 4.0  # of the local mean about its level, that still belong to it
_WIDEST = 0.2  # relative spread of the local mean, above which this is no level
_ROUNDS, _SETTLED = 12, 1e-6


def levels(means: FloatArray, *, fineness: float) -> list[float]:
    """Return the levels at which local means gather, ascending: the peaks of the histogram of their logarithm.

    Parameters
    ----------
    means
        From `mrsnr.windows.local_mean`.
    fineness
        SD of the smoothing of the histogram, relative to the level.
    """
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - scipy costs more to import than all of this package

    logarithms = np.log(means[means > 0])
    if logarithms.size < FEWEST:
        return []
    size = fineness / _BINS
    margin = 5 * fineness
    edges = np.arange(float(logarithms.min()) - margin, float(logarithms.max()) + margin, size)
    smooth = gaussian_filter1d(np.histogram(logarithms, bins=edges)[0].astype(np.float64), _BINS)
    inner = smooth[1:-1]
    tops = (inner >= smooth[:-2]) & (inner > smooth[2:]) & (inner > _LOWEST_PEAK * smooth.max())
    return [float(np.exp(edges[k + 1] + size / 2)) for k in np.flatnonzero(tops)]


def settle(voxels: NDArray[Any], means: FloatArray, level: float) -> tuple[BoolArray, float] | None:
    """Return the voxels whose local mean belongs to a level, and that level, once they agree with each other.

    Those within four spreads of it, the spread being that of the side below, where there is nothing but air, so that
    correlated noise is allowed for. ``None`` where there is no such level.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z).
    means
        Their local means, same shape.
    level
        Where to start.
    """
    chosen = None
    for _ in range(_ROUNDS):
        below = level - means[(means < level) & (means > 0.3 * level)]
        if below.size < FEWEST / 4:
            return None
        spread = 1.4826 * float(np.median(below))
        if spread > _WIDEST * level:
            return None
        chosen = _cleaned(np.abs(means - level) < _SPREADS * spread)
        if np.count_nonzero(chosen) < FEWEST:
            return None
        moved = float(voxels[chosen].mean(dtype=np.float64))
        if abs(moved - level) < _SETTLED * level:
            return chosen, moved
        level = moved
    return None if chosen is None else (chosen, level)


def _cleaned(mask: BoolArray) -> BoolArray:
    """Fill the pinholes that extremes of noise make, drop specks, and step back from the rest of the image."""
    filled = shrunk(grown(mask, times=2), times=2)
    return shrunk(grown(shrunk(filled)))
