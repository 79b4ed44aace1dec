"""How the noise of neighbouring voxels is correlated: interpolation, zero-filling and filters do that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, FloatArray

REACH = 4  # voxels: the lags that are looked at
_SLICES = 8  # as many as are looked at; the correlation in the plane is that of the k-space window, the same in all
_NOTABLE = 0.02  # correlation across slices below which it is none
_FEWEST = 50  # pairs of voxels, below which a correlation is not given


def autocorrelation(values: NDArray[Any], region: BoolArray, *, reach: int = REACH) -> FloatArray:
    r"""Return the correlation of values with themselves some voxels on, in the plane.

    Of the squared magnitude of air it is :math:`|\\rho|^2`, the squared correlation of the complex noise, whatever the
    number of channels. Of a difference of repeats it is :math:`\\rho` itself.

    Parameters
    ----------
    values
        Shape (x, y, z), finite in the region.
    region
        The voxels that count, same shape.
    reach
        Largest lag along x and along y, in voxels.

    Returns
    -------
    FloatArray
        Shape (2 reach + 1, 2 reach + 1); the middle, lag 0, is 1. 0 where fewer than 50 pairs of voxels are that far
        apart, or the values do not vary.
    """
    half = np.floor(np.linspace(0, (values.shape[2] - 1) / 2, _SLICES // 2)).astype(int)
    chosen = np.unique(np.concatenate([half, values.shape[2] - 1 - half]))  # the same from either end
    inside = region[:, :, chosen]
    counts = inside.sum(axis=(0, 1))
    if counts.sum() == 0:
        inside = region
        chosen = np.arange(values.shape[2])
    part = values[:, :, chosen].astype(np.float64)
    mean = part[inside].mean() if inside.any() else 0.0
    part = np.where(inside, part - mean, 0.0)
    variance = float((part**2).sum() / max(int(inside.sum()), 1))
    result = np.zeros((2 * reach + 1, 2 * reach + 1))
    result[reach, reach] = 1.0
    for dx in range(reach + 1):
        for dy in range(-reach, reach + 1):
            if dx == 0 and dy <= 0:
                continue
            result[reach + dx, reach + dy] = result[reach - dx, reach - dy] = _at(part, inside, dx, dy, variance)
    return result


def _at(part: FloatArray, inside: BoolArray, dx: int, dy: int, variance: float) -> float:
    """Return the correlation at one lag."""
    columns, rows = part.shape[:2]
    if dx >= columns or abs(dy) >= rows or variance <= 0:
        return 0.0
    first = (slice(0, columns - dx), slice(max(0, -dy), rows - max(0, dy)))
    second = (slice(dx, columns), slice(max(0, dy), rows - max(0, -dy)))
    pairs = int(np.count_nonzero(inside[first] & inside[second]))
    if pairs < _FEWEST:
        return 0.0
    return float(np.einsum("ijk,ijk->", part[first], part[second]) / pairs / variance)


def across(values: NDArray[Any], region: BoolArray, *, error: float) -> float:
    """Return how many slices share one independent sample: 1 but for what was smoothed or filled up across them.

    Parameters
    ----------
    values, region
        As for `autocorrelation`.
    error
        SE of one correlation; what is below three times that is taken for 0.
    """
    if values.shape[2] < 2 or not region.any():
        return 1.0
    middle = float(values[region].mean())
    part = np.where(region, values - middle, 0.0)
    variance = float((part**2).sum() / np.count_nonzero(region))
    total = 1.0
    for lag in range(1, min(REACH, values.shape[2] - 1) + 1):
        pairs = int(np.count_nonzero(region[:, :, lag:] & region[:, :, :-lag]))
        if pairs < _FEWEST or variance <= 0:
            break
        found = float(np.einsum("ijk,ijk->", part[:, :, lag:], part[:, :, :-lag])) / pairs / variance
        if found < max(3 * error, _NOTABLE):
            break
        total += 2 * found
    return total


def shared(correlation: FloatArray, *, error: float) -> float:
    """Return how many voxels share one independent sample: the sum of a correlation over its lags, at least 1.

    Parameters
    ----------
    correlation
        From `autocorrelation`.
    error
        SE of one correlation; what is below twice that is taken for 0.
    """
    real = np.where(np.abs(correlation) > 2 * error, correlation, 0.0)
    return max(1.0, float(real.sum()))
