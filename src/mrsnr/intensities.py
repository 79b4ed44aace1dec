"""How often each intensity occurs in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import FloatArray, Image

IntArray = NDArray[np.intp]

_DISTINCT_LIMIT = 16_384  # more distinct intensities than this are binned
_BINS = 2_048  # of equal width, and as many again of equal count
_UNEVEN_STEP = 0.05  # of a step: what float32, or rounding again, does to whole numbers that were scaled
_MOST = 0.98  # of the gaps between intensities, that must be whole steps
_EXTREMES = 1_024  # intensities at either end that keep a bin of their own: a long tail moves a mean


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each intensity occurs, ascending.

    ``within`` is the variance of the voxels that one intensity stands for: 0, unless they were binned.
    """

    values: FloatArray
    counts: FloatArray
    within: FloatArray

    @property
    def sd(self) -> float:
        """SD of the voxels."""
        mean = np.average(self.values, weights=self.counts)
        return float(np.sqrt(np.average((self.values - mean) ** 2 + self.within, weights=self.counts)))

    def scaled(self, factor: float) -> Counts:
        """Return the counts of the image multiplied by a positive factor."""
        return Counts(self.values * factor, self.counts, self.within * factor**2)


def magnitudes(image: Image) -> NDArray[Any]:
    """Return the voxels as real numbers: a complex image by its magnitude."""
    return real(np.asarray(image.data))


def real(data: NDArray[Any]) -> NDArray[Any]:
    """Return complex numbers by their magnitude, others as they are."""
    return np.abs(data) if np.iscomplexobj(data) else data


def count(voxels: NDArray[Any]) -> Counts:
    """Count the intensities of an image, each one by itself.

    Parameters
    ----------
    voxels
        Finite real intensities, any shape.
    """
    values, counts = np.unique(np.asarray(voxels).ravel(), return_counts=True)
    return Counts(values.astype(np.float64), counts.astype(np.float64), np.zeros(values.size))


def step_of(values: NDArray[Any]) -> float:
    """Return the distance of the intensities in which an image is stored; 0 if they are not equally spaced.

    Parameters
    ----------
    values
        Finite intensities.
    """
    distinct = np.unique(values)
    gaps = np.diff(distinct)
    if distinct.size < 3 or distinct.size > values.size / 4:
        return 0.0
    step = float(np.median(gaps[gaps < 1.5 * gaps.min()]))  # the smallest gap is short where it was rounded again
    multiples = gaps / step
    apart = np.abs(multiples - np.round(multiples))
    return step if np.quantile(apart, _MOST) < _UNEVEN_STEP else 0.0


def binned(counts: Counts) -> Counts:
    """Return the same counts in at most some 6000 bins, if there are more than 16384 different intensities.

    Bins are the union of 2048 of equal width and 2048 of equal count, but for the 1024 darkest and brightest
    intensities, which stay as they are. Each is represented by the mean of its voxels and their variance about it, so
    that mean and SD of any set of bins are exact; a fit over them moves by less than 1e-4 of the spread of its means.

    Parameters
    ----------
    counts
        From `count`.
    """
    if counts.values.size <= _DISTINCT_LIMIT:
        return counts
    first = _bin_starts(counts)
    totals = np.add.reduceat(counts.counts, first)
    centres = np.add.reduceat(counts.counts * counts.values, first) / totals
    apart = counts.values - np.repeat(centres, np.diff(first, append=counts.values.size))
    within = np.add.reduceat(counts.counts * apart**2, first) / totals
    return Counts(centres, totals, within)


def _bin_starts(counts: Counts) -> IntArray:
    """Return the index of the first intensity of each bin."""
    values = counts.values
    by_width = np.searchsorted(values, np.linspace(values[0], values[-1], _BINS + 1)[:-1])
    rank = np.cumsum(counts.counts)
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
    run = np.searchsorted(counts.values[changes], voxels, side="right") - 1
    return np.asarray(component_of_value[changes][run])
