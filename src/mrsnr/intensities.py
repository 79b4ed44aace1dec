"""How often each intensity occurs in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import FloatArray

IntArray = NDArray[np.intp]

_DISTINCT_LIMIT = 16_384  # more distinct intensities than this are binned
_BINS = 2_048  # of equal width, and as many again of equal count
_EXTREMES = 1_024  # intensities at either end that keep a bin of their own: a long tail moves a mean


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each intensity occurs: ``values`` ascending, ``starts`` the smallest voxel value of each."""

    values: FloatArray
    counts: FloatArray
    starts: FloatArray

    @property
    def sd(self) -> float:
        """SD of the voxels."""
        mean = np.average(self.values, weights=self.counts)
        return float(np.sqrt(np.average((self.values - mean) ** 2, weights=self.counts)))

    def scaled(self, factor: float) -> Counts:
        """Return the counts of the image multiplied by a positive factor."""
        return Counts(self.values * factor, self.counts, self.starts * factor)


def count(voxels: NDArray[Any]) -> Counts:
    """Count the intensities of an image, binned if there are more than 16384 different ones.

    Bins are the union of 2048 of equal width and 2048 of equal count, but for the 1024 darkest and brightest
    intensities, which stay as they are; each is represented by the mean of its voxels: narrow where voxels crowd, never wider than 1/2048 of the range. The means of a fit move by less than
    1e-4 of their spread.

    Parameters
    ----------
    voxels
        Finite real intensities, any shape.
    """
    values, counts = np.unique(np.asarray(voxels).ravel(), return_counts=True)
    values, weights = values.astype(np.float64), counts.astype(np.float64)
    if values.size <= _DISTINCT_LIMIT:
        return Counts(values, weights, values)
    first = _bin_starts(values, weights)
    totals = np.add.reduceat(weights, first)
    centres = np.add.reduceat(weights * values, first) / totals
    return Counts(centres, totals, values[first])


def _bin_starts(values: FloatArray, weights: FloatArray) -> IntArray:
    """Return the index of the first value of each bin."""
    edges = np.linspace(values[0], values[-1], _BINS + 1)[:-1]
    by_width = np.searchsorted(values, edges)
    rank = np.cumsum(weights)
    by_count = np.searchsorted(rank, np.arange(_BINS) * (rank[-1] / _BINS))
    ends = np.r_[:_EXTREMES, values.size - _EXTREMES : values.size]
    return np.unique(np.concatenate([by_width, by_count, ends]))


def assign(voxels: NDArray[Any], counts: Counts, component_of_value: IntArray) -> IntArray:
    """Return each voxel's component, given that of each counted intensity.

    Parameters
    ----------
    voxels
        Finite intensities of the image that was counted, any shape.
    counts
        What `count` made of them.
    component_of_value
        Shape of ``counts.values``.
    """
    changes = np.flatnonzero(np.diff(component_of_value, prepend=-1))
    run = np.searchsorted(counts.starts[changes], voxels, side="right") - 1
    return np.asarray(component_of_value[changes][run])
