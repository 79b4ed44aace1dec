"""The best k-means partition of intensities, from which a mixture starts."""

from __future__ import annotations

import numpy as np

from mrsnr.intensities import Counts, IntArray
from mrsnr.model import FloatArray

_GROUPS = 512  # over which the optimum is searched exhaustively
_MOST_REFINEMENTS = 100


def best_partition(counts: Counts, *, clusters: int) -> IntArray:
    """Return the cluster of each intensity in the best k-means partition, darkest 0.

    In one dimension the clusters are intervals, so that the optimum can be found by dynamic programming: over at most
    512 groups of neighbouring intensities, then over all intensities near the cuts until no cut moves. No random start.

    Parameters
    ----------
    counts
        At least as many intensities as clusters.
    clusters
        Number of clusters.

    References
    ----------
    Wang, Song, R Journal 3:29-33 (2011).
    """
    sums = _prefix_sums(counts)
    size = counts.values.size
    places = np.unique(np.linspace(0, size, _GROUPS + 1).astype(np.intp))
    group = size // _GROUPS
    reach = np.arange(-2 * group, 2 * group + 1)
    cuts = places[_optimal_cuts(sums[:, places], clusters)]
    for _ in range(_MOST_REFINEMENTS):
        near = np.clip(cuts[1:, None] + reach, 1, size - 1)
        places = np.unique(np.concatenate([[0, size], near.ravel()]))
        moved = places[_optimal_cuts(sums[:, places], clusters)]
        if np.array_equal(moved, cuts):
            break
        cuts = moved
    return np.asarray(np.searchsorted(cuts, np.arange(size), side="right") - 1)


def _prefix_sums(counts: Counts) -> FloatArray:
    """Return the running sums, each from 0, of weight, weight x and weight x squared; x about the mean."""
    x = counts.values - np.average(counts.values, weights=counts.counts)
    terms = np.stack([counts.counts, counts.counts * x, counts.counts * x * x])
    return np.concatenate([np.zeros((3, 1)), np.cumsum(terms, axis=1)], axis=1)


def _optimal_cuts(sums: FloatArray, clusters: int) -> IntArray:
    """Return where each cluster begins in the partition of least squares, by dynamic programming."""
    weight, moment, square = (s[None, :] - s[:, None] for s in sums)  # [i, j]: groups i to j - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(weight > 0, square - moment**2 / weight, np.inf)
    best, back = cost[0], []
    for _ in range(clusters - 1):
        candidates = best[:, None] + cost
        back.append(np.argmin(candidates, axis=0))
        best = candidates.min(axis=0)
    cuts, end = [], sums.shape[1] - 1
    for step in reversed(back):
        end = int(step[end])
        cuts.append(end)
    return np.array([0, *reversed(cuts)], dtype=np.intp)
