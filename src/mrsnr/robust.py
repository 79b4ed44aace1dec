"""Noise that spikes do not move: the median change between neighbours in time, found in one pass."""

from __future__ import annotations

import math
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, FloatArray

FEWEST_PAIRS = 3

_QUARTILE = NormalDist().inv_cdf(0.75)  # the median of a half-normal of SD 1
_EFFICIENCY = 8 * (_QUARTILE * NormalDist().pdf(_QUARTILE)) ** 2  # degrees of freedom that a pair is worth
_FIRST = 15  # pairs that are kept as they are, before the bins are known
_MIDDLE = 7  # of those in their order: up to half of them may be anything
_SHIFT = 20  # bits of a float32 that are left out: 8 bins to each power of 2
_BINS, _BELOW = 64, 24  # a voxel's, and how many of them are below what its first pairs say
_CHUNK = 4096  # voxels at a time
_GOLDEN = (math.sqrt(5) - 1) / 2
_PLASTIC = 0.7548776662466927  # with its square the most even steps in two dimensions
_TAIL = 0.025
_HALVINGS = 50


class PairSums:
    r"""What one pass counts for the SD by the median absolute difference of pairs of volumes (2k, 2k + 1).

    :math:`\sigma = \mathrm{median}\,|d_{2k+1} - d_{2k}| / (0.6745 \sqrt 2)`. Pairs have no volume in common, so that
    their differences are independent; an odd number of them is used, of which the median is right in the median.
    Drift goes with the difference, and up to half of the pairs may be anything.

    The median of a stream cannot be summed. Each voxel counts its differences in 64 bins, eight to a power of two,
    about what its first 15 were, and has the median within its bin, where other voxels have theirs at another place
    than this one: memory does not grow with the pairs. Whole numbers would put it on whole numbers: each pair is
    shifted by another fraction of their step, as is each voxel, which the result has taken out.

    Parameters
    ----------
    voxels
        How many there are.
    volumes
        Of the series, six at least.
    step
        Distance of the intensities that the image is stored in; 0 if there is none.
    """

    def __init__(self, voxels: int, volumes: int, *, step: float) -> None:
        self.pairs = pairs_of(volumes)
        self._step = step
        self._seen = 0
        self._single: NDArray[Any] | None = None
        self._first: list[NDArray[np.float32]] = []
        self._voxels = voxels
        self._shift = _PLASTIC * np.arange(voxels) % 1 if step else np.zeros(1)
        self._lowest = np.empty(0, np.int32)
        self._counts = np.empty((0, _BINS), np.min_scalar_type(self.pairs))

    def add(self, block: NDArray[Any]) -> None:
        """Add the next volumes, real, shape (volumes, voxels)."""
        start = 0 if self._single is None else 1
        if self._single is not None:
            self._add(self._single, block[0])
        whole = len(block) - (len(block) - start) % 2
        for volume in range(start, whole, 2):
            self._add(block[volume], block[volume + 1])
        self._single = block[-1].copy() if whole < len(block) else None

    @property
    def sd(self) -> FloatArray:
        """The SD of each voxel; NaN where half of the differences are 0, or far from what the first ones were."""
        return np.sqrt(self._variance)

    @property
    def quiet(self) -> BoolArray:
        """Where the SD is below what the steps of the voxels can show: undefined, but not large."""
        return np.isnan(self._variance) & ~np.isnan(self._median)

    @cached_property
    @np.errstate(invalid="ignore")
    def _variance(self) -> FloatArray:
        variance = (self._median / _QUARTILE) ** 2 / 2 - self._step**2 / 12
        return np.where((self._median > self._step / 2) & (variance > 0), variance, np.nan)

    @cached_property
    def _median(self) -> FloatArray:
        return self._counted() if self._counts.size else np.median(self._first, axis=0).astype(np.float64)

    @np.errstate(invalid="ignore", over="ignore", under="ignore")
    def _add(self, before: NDArray[Any], after: NDArray[Any]) -> None:
        if self._seen == self.pairs:
            return
        self._seen += 1
        change = np.subtract(after, before, dtype=np.float64)
        if self._step:
            change += self._step * ((self._shift + self._seen * _GOLDEN) % 1 - 0.5)
        size = np.abs(change).astype(np.float32)
        if self._counts.size:
            self._count(size)
            return
        self._first.append(size)
        if len(self._first) == _FIRST and self.pairs > _FIRST:
            self._begin()

    def _begin(self) -> None:
        """Place the bins of each voxel, and count what was kept."""
        typical = np.empty(self._voxels, np.float32)
        for begin in range(0, self._voxels, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            typical[part] = np.partition([size[part] for size in self._first], _MIDDLE, axis=0)[_MIDDLE]
        varying = np.isfinite(typical) & (typical > 0)
        usual = np.median(typical[varying]) if varying.any() else 1.0
        typical[~varying] = usual
        self._lowest = np.maximum((typical.view(np.uint32) >> _SHIFT).astype(np.int32) - _BELOW, 0)
        self._counts = np.zeros((self._voxels, _BINS), self._counts.dtype)
        for size in self._first:
            self._count(size)
        self._first.clear()

    def _count(self, size: NDArray[np.float32]) -> None:
        bins = (size.view(np.uint32) >> _SHIFT).astype(np.int32)
        bins -= self._lowest
        np.clip(bins, 0, _BINS - 1, out=bins)
        places = np.arange(0, self._voxels * _BINS, _BINS)
        places += bins
        self._counts.reshape(-1)[places] += 1

    def _counted(self) -> FloatArray:
        """Return the median of each voxel; 0 in the lowest bin and NaN in the highest, which have no end."""
        medians = np.empty(self._voxels)
        for begin in range(0, self._voxels, _CHUNK):
            counts = self._counts[begin : begin + _CHUNK].astype(np.int64)
            below = np.cumsum(counts, axis=1)
            found = np.argmax(2 * below > self.pairs, axis=1)
            row = np.arange(len(counts))
            inside = counts[row, found]
            part = ((self.pairs - 1) / 2 + (begin + row) * _GOLDEN % 1 - (below[row, found] - inside)) / inside
            lower, upper = (
                ((found + end + self._lowest[begin : begin + _CHUNK]).astype(np.uint32) << _SHIFT).view(np.float32)
                for end in (0, 1)
            )
            middle = lower + part * (upper.astype(np.float64) - lower)
            below_all, above_all = found == 0, found == _BINS - 1
            medians[begin : begin + _CHUNK] = np.where(below_all, 0.0, np.where(above_all, np.nan, middle))
        return medians


def pairs_of(volumes: int) -> int:
    """Return how many pairs of so many volumes are used: an odd number."""
    return (volumes // 2 - 1) // 2 * 2 + 1


def worth(pairs: int) -> float:
    """Return the degrees of freedom of a mean square that scatters as much as the median of so many differences."""
    return max(1.0, _EFFICIENCY * pairs)


def scatter(pairs: int) -> tuple[float, float]:
    r"""Return the 2.5 % and 97.5 % quantiles of the SD by an odd number of pairs, over the true one.

    The median of n is at the probability p with :math:`P(B \ge (n + 1) / 2) = 0.025` or 0.975, B being binomial.
    """
    numbers = np.arange(1, pairs + 1)
    chances = np.concatenate([[0.0], np.cumsum(np.log((pairs - numbers + 1) / numbers))])[(pairs + 1) // 2 :]
    successes = np.arange((pairs + 1) // 2, pairs + 1)
    low, high = 0.0, 0.5
    for _ in range(_HALVINGS):
        p = (low + high) / 2
        reached = np.exp(chances + successes * math.log(p) + (pairs - successes) * math.log1p(-p)).sum()
        low, high = (low, p) if reached > _TAIL else (p, high)
    ends = (NormalDist().inv_cdf((1 + p) / 2) / _QUARTILE for p in (low, 1 - low))
    least, most = ends
    return least, most
