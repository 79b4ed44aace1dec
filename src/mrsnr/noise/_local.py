"""Sigma as a map, where the noise varies in space."""

from __future__ import annotations

import numpy as np

from mrsnr.distributions import chi_interval, sd_factor, variance_factor
from mrsnr.inversion import invert_mean, koay
from mrsnr.model import BoolArray, FloatArray
from mrsnr.noise._repeats import Differences
from mrsnr.noise._sums import WINDOW
from mrsnr.windows import local_mean, window_sums

_WIDE = 15  # voxels: over which sigma is taken as the same to find the variance factor
_MOST_STEPS = 40
_CLOSE = 1e-4  # of the variance factor
_OVERLAP = 22.0  # 49 windows that overlap hold as many independent voxels as 49 / 22 that do not
_STEP = 0.01  # relative, of the numerical derivative


def local_sigma(found: Differences, channels: float) -> FloatArray:
    """Return sigma in the region, NaN outside it: the SD in windows of 7x7 voxels, corrected by the local mean.

    The window's own mean is taken out, and what correlation then costs is given back. The variances are averaged over
    such a window once more: one of 49 voxels scatters by 20 %.

    Parameters
    ----------
    found
        From `differences`, ``local``.
    channels
        Number n; of no account where the data are Gaussian.
    """
    power, weight = found.squares.power, found.squares.weight
    where = found.where & (weight > 0)
    summed, _ = window_sums(power, width=WINDOW, where=where)
    weights, _ = window_sums(weight, width=WINDOW, where=where)
    freedom = np.where(where, np.maximum(weights / (_OVERLAP * found.correlation), 1.0), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.where(where, np.sqrt(np.maximum(summed, 0.0) / weights) / sd_factor(freedom), np.nan)
    return without_floor(sd, found.mean, where, None if found.gaussian else channels)


def without_floor(sd: FloatArray, mean: FloatArray, where: BoolArray, channels: float | None) -> FloatArray:
    r"""Return sigma from SDs of magnitudes: each over the root of the variance factor that its place has.

    A voxel's own SD is too noisy to tell its variance factor near the noise floor. xi follows from the mean over 7x7
    voxels and from a sigma that solves :math:`\sum s^2 = \sigma^2 \sum \xi` over 15x15 voxels.

    Parameters
    ----------
    sd, mean
        SD and mean of magnitudes, shape (x, y, z).
    where
        The voxels that count; NaN elsewhere.
    channels
        Number n, ``None`` for Gaussian data.
    """
    used = where & (sd > 0)
    if channels is None or not used.any():
        return np.where(used, sd, np.nan)
    level = local_mean(np.where(used, mean, 0.0), width=WINDOW, where=used)[used]
    variance = local_mean(np.where(used, sd, 0.0) ** 2, width=_WIDE, where=used)[used]
    xi = np.ones(level.size)
    grid = np.zeros(where.shape)
    for _ in range(_MOST_STEPS):
        grid[used] = xi
        sigma = np.sqrt(variance / local_mean(grid, width=_WIDE, where=used)[used])
        before, xi = xi, variance_factor(invert_mean(level / sigma, channels), channels)
        if np.abs(xi - before).max() < _CLOSE:
            break
    result = np.full(where.shape, np.nan)
    result[used] = sd[used] / np.sqrt(xi)
    return result


def interval_of_mean(
    sigma: FloatArray, degrees_of_freedom: float, *, level: float, channels: float | None
) -> tuple[float, float] | None:
    """Return the 95 % interval of the mean of a map of sigma.

    Parameters
    ----------
    sigma
        The map; NaN is outside.
    degrees_of_freedom
        Of all voxels together.
    level
        Mean magnitude where the map is defined.
    channels
        Number n, ``None`` for Gaussian data: what the noise floor hides makes the interval wider.
    """
    inside = sigma[np.isfinite(sigma)]
    if inside.size == 0:
        return None
    mean = float(inside.mean())
    low, high = chi_interval(mean, max(degrees_of_freedom, 1.0))
    gain = 1.0
    if channels is not None:
        sd = mean * float(np.sqrt(variance_factor(invert_mean(level / mean, channels), channels)))
        one, more = (float(koay(level, step * sd, channels)[1]) for step in (1.0, 1 + _STEP))
        gain = max(1.0, float(np.log(more / one) / np.log(1 + _STEP)))
    return mean * (low / mean) ** gain, mean * (high / mean) ** gain
