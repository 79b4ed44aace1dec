"""Temporal mean and residual SD of a series about a polynomial trend."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import FloatArray

_AT_ONCE = 2**16  # values: what is worked on stays in the cache
_ALONE = 2**18  # products: up to here BLAS starts no threads, which would wait for each other where cores are busy
_LOST = 1e-12  # of the sum of squares: residuals below that are rounding
_ROUNDING = 8 * np.finfo(np.float64).eps


def polynomials(volumes: int, order: int) -> FloatArray:
    """Return orthonormal polynomials over the volumes, shape (volumes, order + 1), the first one constant.

    Time is centred on the middle of the series, so that the mean is not an extrapolation. Each polynomial is time times
    the one before, made orthogonal to all before it, twice: powers of time would lose all digits at high order.

    Parameters
    ----------
    volumes
        Number of equally spaced time points.
    order
        Highest power, below ``volumes``.
    """
    time = np.linspace(-1, 1, volumes)
    basis = np.full((volumes, order + 1), volumes**-0.5)
    for power in range(1, order + 1):
        column, before = time * basis[:, power - 1], basis[:, :power]
        for _ in range(2):
            column = column - before @ (before.T @ column)
        basis[:, power] = column / np.linalg.norm(column)
    return basis


class TrendSums:
    r"""What one pass over a series must add up for mean, polynomial trend and residual SD of every voxel.

    With orthonormal polynomials :math:`P_k` the sum of squared residuals is :math:`\sum d^2 - \sum_k (\sum P_k d)^2`.
    The values d are taken relative to the mean of the first block: squares of a mean of 30000 would leave no digits for
    an SD of 1. All sums are float64, as are the differences; what the subtraction loses, the residuals being so much
    smaller than the distance from the first block, is below 1e-5 unless a voxel drifts by 1e5 times its SD.

    Parameters
    ----------
    voxels
        How many there are.
    volumes
        Number of equally spaced time points.
    order
        Order of the trend, below ``volumes``.
    """

    def __init__(self, voxels: int, volumes: int, *, order: int) -> None:
        self.basis = polynomials(volumes, order)
        self._start = np.zeros(voxels)
        self._projections = np.zeros((order + 1, voxels))
        self._squares = np.zeros(voxels)

    @np.errstate(invalid="ignore", over="ignore")  # a value that is not finite makes its voxel undefined, and no noise
    def add(self, block: NDArray[Any], *, first: int) -> None:
        """Add some volumes.

        Parameters
        ----------
        block
            Real, shape (volumes, voxels).
        first
            Index of the first of them in the series; the block with index 0 comes first.
        """
        weights = np.ascontiguousarray(self.basis[first : first + len(block)].T)
        chunk = max(1, min(_AT_ONCE, _ALONE // len(weights)) // len(block))
        for begin in range(0, self._squares.size, chunk):
            part = slice(begin, begin + chunk)
            values = block[:, part].astype(np.float64)
            if first == 0:
                self._start[part] = values.mean(axis=0)
            values -= self._start[part]
            self._projections[:, part] += weights @ values
            self._squares[part] += np.einsum("ij,ij->j", values, values)

    @property
    def mean(self) -> FloatArray:
        """The mean over time of each voxel; NaN where a value was not finite."""
        mean = self._start + self._projections[0] * len(self.basis) ** -0.5
        return np.where(np.isfinite(mean), mean, np.nan)

    @property
    def residual_sd(self) -> FloatArray:
        r"""The SD about the trend, :math:`\sqrt{SSR / (T - p - 1)}`; NaN where that is no more than rounding."""
        volumes, parameters = self.basis.shape
        left = self._squares - np.einsum("ij,ij->j", self._projections, self._projections)
        sd = np.sqrt(np.maximum(left, 0) / (volumes - parameters))
        largest = np.abs(self._start) + np.sqrt(self._squares)
        return np.where((left > _LOST * self._squares) & (sd > _ROUNDING * largest), sd, np.nan)
