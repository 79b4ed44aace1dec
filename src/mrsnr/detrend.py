"""Temporal mean and residual SD of a series about a polynomial trend."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import FloatArray

_BLOCK_BYTES = 32 * 2**20  # of float64 at a time: small beside the series, large beside the overhead
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


def mean_and_residual_sd(series: NDArray[Any], *, order: int) -> tuple[FloatArray, FloatArray]:
    r"""Return the temporal mean and the SD of the residuals, :math:`\sqrt{SSR / (T - p - 1)}`.

    Parameters
    ----------
    series
        Shape (x, y, z, T) or (voxels, T), real.
    order
        Order p of the polynomial taken out, below T - 1; 0 takes out the mean only.

    Returns
    -------
    mean, sd
        Shape of one volume; NaN where a value is not finite, or where the residuals are no more than rounding.

    References
    ----------
    Hutton et al., NeuroImage 57:101-112 (2011).
    """
    volumes = series.shape[-1]
    rows = series.reshape(-1, volumes)
    mean, sd = np.empty(len(rows)), np.empty(len(rows))
    basis = polynomials(volumes, order)
    step = max(1, _BLOCK_BYTES // (8 * volumes))
    for first in range(0, len(rows), step):
        block = slice(first, first + step)
        mean[block], sd[block] = _block(rows[block], basis)
    return mean.reshape(series.shape[:-1]), sd.reshape(series.shape[:-1])


def _block(rows: NDArray[Any], basis: FloatArray) -> tuple[FloatArray, FloatArray]:
    values = rows.astype(np.float64)
    values[~np.isfinite(values).all(axis=1)] = np.nan
    start = values[:, :1].copy()
    largest = np.abs(values).max(axis=1)
    values -= start  # a constant voxel becomes exactly 0
    mean = start[:, 0] + values.mean(axis=1)
    values -= (values @ basis) @ basis.T
    volumes, parameters = basis.shape
    sd = np.sqrt(np.einsum("ij,ij->i", values, values) / (volumes - parameters))
    sd[sd <= _ROUNDING * largest] = np.nan
    return mean, sd
