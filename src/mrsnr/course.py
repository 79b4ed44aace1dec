"""What single volumes of a series show: how bright they are, how they jump, and how noise goes on to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.autoregression import Lasting, lasting
from mrsnr.model import BoolArray, FloatArray

_LOOKED_AT = 4096  # voxels
_FAR, _LEAST = 5.0, 0.01  # of the MAD of the others, as an SD, and of their median: brighter is not yet steady
_MAD = 1.4826  # SD over MAD of a Gaussian
_NOISY = 9.0  # times the median sum of squares of a voxel
_FEWEST = 8  # volumes, to tell which of the first are not like the others


def some_of(mask: BoolArray) -> NDArray[np.intp]:
    """Return where in a column-major volume some thousand voxels of a mask are, evenly spaced."""
    every = np.flatnonzero(mask.ravel(order="F"))
    return every[:: max(1, every.size // _LOOKED_AT)]


def leading(means: FloatArray) -> int:
    """Return how many of the first volumes came before the steady state: no more than half.

    Parameters
    ----------
    means
        Mean signal of each of the first volumes, shape (volumes,); with fewer than 8 nothing can be said, and it is 0.

    Notes
    -----
    A volume counts that is brighter than the median of those after it by 5 times their MAD (as an SD) and by 1 %.
    """
    if means.size < _FEWEST or not np.isfinite(means).all():
        return 0
    for volume in range(means.size // 2):
        later = means[volume + 1 :]
        middle = float(np.median(later))
        spread = _MAD * float(np.median(np.abs(later - middle)))
        if not means[volume] > middle + max(_FAR * spread, _LEAST * abs(middle)):
            return volume
    return means.size // 2


class CourseSums:
    r"""What one pass adds up over some voxels: the brightness of every volume, its jump, and products of neighbours.

    With residuals :math:`r_t = d_t - P_t c` the lag-1 sum :math:`\sum r_t r_{t-1}` follows from sums of
    :math:`d_t d_{t-1}`, :math:`d_t P_{t-1}` and :math:`d_{t-1} P_t`, so that no voxel's course need be kept.

    Parameters
    ----------
    places
        Which voxels of a column-major volume are looked at.
    basis
        From `mrsnr.detrend.polynomials`.
    """

    def __init__(self, places: NDArray[np.intp], basis: FloatArray) -> None:
        self._places = places
        self._basis = basis
        self._start = np.zeros(places.size)
        self._before = np.empty((0, places.size))
        self._own, self._next = np.zeros((2, places.size))
        self._here, self._back, self._on = np.zeros((3, basis.shape[1], places.size))
        self._means: list[float] = []
        self._jumps: list[float] = [0.0]

    @np.errstate(invalid="ignore", over="ignore")
    def add(self, block: NDArray[Any], *, first: int) -> None:
        """Add some volumes, as to `mrsnr.detrend.TrendSums`."""
        values = block[:, self._places].astype(np.float64)
        if first == 0:
            self._start = values.mean(axis=0)
        values -= self._start
        self._means += finite_means(values + self._start).tolist()
        joined = np.concatenate([self._before, values])
        changes = np.diff(joined, axis=0)
        self._jumps += np.sqrt(finite_means(changes**2)).tolist()
        weights = self._basis[first : first + len(values)]
        pairs = self._basis[max(first - 1, 0) : first + len(values)]
        self._own += (values**2).sum(axis=0)
        self._next += (joined[1:] * joined[:-1]).sum(axis=0)
        self._here += weights.T @ values
        self._back += pairs[:-1].T @ joined[1:]
        self._on += pairs[1:].T @ joined[:-1]
        self._before = values[-1:]

    @property
    def means(self) -> FloatArray:
        """Mean signal of each volume."""
        return np.array(self._means)

    @property
    def jumps(self) -> FloatArray:
        """Root mean square change of each volume from the one before; 0 for the first (DVARS)."""
        return np.array(self._jumps)

    @property
    @np.errstate(invalid="ignore", over="ignore")
    def lasting(self) -> Lasting:
        """How the noise goes on from one volume to the next, by all voxels together but for very noisy ones.

        None of it where no voxel varies.
        """
        c, q = self._here, self._basis[1:].T @ self._basis[:-1]
        products = self._next - (c * (self._back + self._on)).sum(axis=0) + (c * (q @ c)).sum(axis=0)
        squares = self._own - (c**2).sum(axis=0)
        known = squares > 1e-12 * self._own
        if not known.any():
            return Lasting(0.0, 1.0)
        known &= squares < _NOISY * np.median(squares[known])
        return lasting(float(products[known].sum() / squares[known].sum()), self._basis)


def finite_means(rows: NDArray[Any]) -> FloatArray:
    """Return the mean of the finite values of each row, NaN where there are none."""
    finite = np.isfinite(rows)
    counts = finite.sum(axis=1)
    return np.where(counts > 0, np.sum(rows, axis=1, where=finite, dtype=np.float64) / np.maximum(counts, 1), np.nan)
