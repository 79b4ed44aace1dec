"""From the mean of magnitudes back to the amplitude: the noise floor taken out of a signal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.distributions import air_mean, air_sd, magnitude_mean, magnitude_mean_slope, variance_factor
from mrsnr.model import FloatArray

_NODES = 2_000
_LARGEST = 1e5  # theta, in units of sqrt(n): beyond, the noise floor is below 1e-10 of the amplitude
_RESOLVED = 0.15  # theta, in units of sqrt(n): the lowest where mean / SD differs clearly from that of air
_SHARES = (0.1, 0.99, 90)  # mean squared / mean square of theta: the first, the last, how many are tabulated
_POINTS = 16  # of each distribution of theta


def invert_mean(ratio: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    """Return theta = A / sigma from the mean of magnitudes over sigma: the inverse of `magnitude_mean`.

    Parameters
    ----------
    ratio
        Mean / sigma of magnitudes of one amplitude, any shape; NaN passes through.
    channels
        Number n of channels, broadcast against ``ratio``; a million ratios are quick where it is one number.

    Returns
    -------
    FloatArray
        Theta, 0 where the ratio is at most that of air.

    Notes
    -----
    Wrong for the mean of different amplitudes at low SNR, where `magnitude_mean` is convex: see `invert_moments`; and
    biased where the mean itself is noisy, as it is of few voxels.

    References
    ----------
    Koay, Ozarslan, Basser, J Magn Reson 197:108-119 (2009).
    """
    return _each_n(_theta_of_mean, ratio, channels)


def koay(mean: ArrayLike, sd: ArrayLike, channels: ArrayLike = 1) -> tuple[FloatArray, FloatArray]:
    """Return amplitude and sigma from mean and SD of magnitudes of one amplitude.

    Parameters
    ----------
    mean, sd
        Of one homogeneous region, or of repeats; arrays that broadcast, image units.
    channels
        Number n of channels, broadcast against them.

    Returns
    -------
    amplitude, sigma : FloatArray
        In image units. Where mean / SD is at most that of air, 0 and SD / air_sd(n). NaN passes through.

    Notes
    -----
    Texture and bias field inside the region are counted as noise. Near air the amplitude is poorly determined, the
    more so for many channels: mean / SD then hardly depends on it.

    References
    ----------
    Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    m, s, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mean, sd, channels)))
    limit = air_mean(n) / air_sd(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((m == 0) & (s == 0), 0, m / s)
        power = _each_n(_power_of_ratio, ratio, n)
    above = ~(ratio <= limit)  # NaN too
    variance = np.where(above, (m**2 + s**2) / (power + 2 * n), (s / air_sd(n)) ** 2)
    amplitude = np.where(above, np.sqrt(np.maximum(m**2 + s**2 - 2 * n * variance, 0)), 0)
    return np.asarray(amplitude), np.sqrt(variance)


def invert_moments(mean: ArrayLike, mean_square: ArrayLike, channels: ArrayLike = 1) -> tuple[FloatArray, FloatArray]:
    """Return mean and SD of theta in a region whose amplitude varies, as it does under a coil's bias field.

    The mean square says what mean and variance of theta are together, E[M²] = E[theta]² + Var[theta] + 2n in units of
    sigma, and the mean of M tells them apart, because it grows the less the more theta varies.

    Parameters
    ----------
    mean, mean_square
        Of M / sigma and of its square over the region, arrays that broadcast.
    channels
        Number n of channels, broadcast against them.

    Returns
    -------
    mean, sd : FloatArray
        Of theta over the region. The SD is 0 where the mean leaves no room for it: then the mean is that of
        `invert_mean`. NaN passes through.

    Notes
    -----
    Theta is taken to be spread symmetrically (a beta distribution) where it varies little, and skewed (a gamma
    distribution) where it varies as much as its mean; the exact form matters little up to half of the mean. Needs the
    right sigma and n: an excess variance of any other cause is taken for a variation of the amplitude.
    """
    m, q, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mean, mean_square, channels)))
    power = np.sqrt(np.maximum(q - 2 * n, 0))
    uniform = np.asarray(~(m < magnitude_mean(power, n)))  # NaN too
    theta = np.array(invert_mean(m, n) + 0 * q)
    for place in (each for each in np.ndindex(m.shape) if not uniform[each]):
        theta[place] = power[place] * _share(float(m[place]), float(power[place]), float(n[place]))
    spread = np.where(uniform, 0 * theta, np.sqrt(np.maximum(power**2 - theta**2, 0)))
    return theta, np.asarray(spread)


def magnitude_mean_curvature(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    """Return the second derivative of `magnitude_mean`: the noise floor bends the mean most where theta is small.

    Parameters
    ----------
    theta
        A / sigma, positive, any shape.
    channels
        Number n of channels, broadcast against ``theta``.
    """
    t, n = np.asarray(theta, dtype=np.float64), np.asarray(channels, dtype=np.float64)
    slope = magnitude_mean_slope(t, n)
    return np.asarray(magnitude_mean(t, n) - t * slope - (2 * n - 1) * slope / t)  # Kummer's equation


def noise_bias(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    """Return how much too low `invert_mean` is on average, times the number of voxels that its mean is of.

    To second order in the noise of the mean: right where many voxels are averaged or theta is above some 2.

    Parameters
    ----------
    theta
        A / sigma, positive, any shape.
    channels
        Number n of channels, broadcast against ``theta``.
    """
    bend = magnitude_mean_curvature(theta, channels) * variance_factor(theta, channels)
    return np.asarray(bend / (2 * magnitude_mean_slope(theta, channels) ** 3))


def sigma_sensitivity(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    """Return by how many per cent theta falls where sigma is taken 1 % too high: 1 at high SNR, more near the floor.

    Parameters
    ----------
    theta
        A / sigma, positive, any shape.
    channels
        Number n of channels, broadcast against ``theta``.
    """
    t = np.asarray(theta, dtype=np.float64)
    return np.asarray(magnitude_mean(t, channels) / (t * magnitude_mean_slope(t, channels)))


def _share(mean: float, power: float, n: float) -> float:
    """Return mean theta / root mean square theta, where that is ``power`` and the mean of M / sigma is ``mean``."""
    squared, points, weights = _distributions()
    means = (weights * magnitude_mean(points * power, n)).sum(axis=-1)
    means = np.maximum.accumulate(np.r_[air_mean(n), means, magnitude_mean(power, n)])
    return float(np.sqrt(np.interp(mean, means, np.r_[0, squared, 1])))


@cache
def _distributions() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return distributions of mean square 1 by their mean squared, and of each the points and weights (Gauss's)."""
    from scipy.special import roots_genlaguerre, roots_jacobi  # noqa: PLC0415 - scipy costs more to import than this

    squared = np.linspace(*_SHARES)
    points, weights = [], []
    for share, variation in zip(np.sqrt(squared), 1 / squared - 1, strict=True):  # (SD / mean)^2
        x, w = roots_genlaguerre(_POINTS, 1 / variation - 1)
        y, v = roots_jacobi(_POINTS, *2 * [max(1 / variation - 1, _SHARES[0]) / 2 - 1])
        skewed = min(variation, 1)
        points.append(share * np.r_[x * variation, 1 + y])
        weights.append(np.r_[skewed * w / w.sum(), (1 - skewed) * v / v.sum()])
    return squared, np.array(points), np.array(weights)


def _each_n(invert: Callable[[FloatArray, float], FloatArray], values: ArrayLike, channels: ArrayLike) -> FloatArray:
    """Apply a function of values and one n to arrays of both."""
    v, n = np.broadcast_arrays(np.asarray(values, dtype=np.float64), np.asarray(channels, dtype=np.float64))
    if n.size == 0 or n.min() == n.max():
        return np.asarray(invert(v, float(n.flat[0]) if n.size else 1.0))
    result = np.empty(v.shape)
    for each in np.unique(n):
        result[n == each] = invert(v[n == each], float(each))
    return result


def _theta_of_mean(ratio: FloatArray, n: float) -> FloatArray:
    """Return theta where the mean over sigma is ``ratio``."""
    spline, air = _mean_spline(n), air_mean(n)
    excess = np.maximum(ratio - air, 0) * (ratio + air)
    return np.asarray(np.sqrt(np.maximum(excess + spline(np.minimum(excess, spline.x[-1])), 0)))


def _power_of_ratio(ratio: FloatArray, n: float) -> FloatArray:
    """Return theta squared where mean / SD is ``ratio``."""
    spline, air = _ratio_spline(n), air_mean(n) / air_sd(n)
    excess = np.maximum(ratio - air, 0) * (ratio + air)
    return np.asarray(np.maximum(excess + spline(np.minimum(np.sqrt(excess), spline.x[-1])), 0))


@lru_cache(maxsize=64)
def _mean_spline(n: float) -> Any:
    """Return theta^2 - x as a function of x = mean^2 - air mean^2: smooth down to 0 and constant far out.

    Its nodes are computed forwards, with their exact slopes, so that nothing is iterated.
    """
    from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415 - scipy costs more to import than this package

    theta, _, factor, growth = _nodes(n)
    gained = factor - factor[0]
    return CubicHermiteSpline(theta**2 - gained, gained, 1 / growth - 1)


@lru_cache(maxsize=64)
def _ratio_spline(n: float) -> Any:
    """Return theta^2 - y^2 as a function of y^2 = (mean / SD)^2 - that of air, which goes as theta^4 at first."""
    from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415 - as above

    theta, mean, factor, growth = _nodes(n)
    squared = mean**2 / factor
    kept = (theta == 0) | (theta > _RESOLVED * np.sqrt(n))  # closer to 0 the difference is rounding error
    root = np.sqrt(np.maximum(squared - squared[0], 0))[kept]
    rise = ((growth * factor - mean**2 * (1 - growth)) / factor**2)[kept]  # d ratio^2 / d theta^2
    at_air = mean[0] / (factor[0] * np.sqrt(8 * n * (n + 1)))  # d y / d theta^2
    slope = np.r_[1 / at_air, 2 * root[1:] / rise[1:] - 2 * root[1:]]
    return CubicHermiteSpline(root, theta[kept] ** 2 - root**2, slope)


def _nodes(n: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return theta, and of it the mean, the variance, and the slope of mean^2 over theta^2."""
    theta = np.sqrt(n) * np.sinh(np.linspace(0, np.arcsinh(_LARGEST), _NODES))
    mean = magnitude_mean(theta, n)
    growth = np.full(theta.shape, mean[0] ** 2 / (2 * n))
    growth[1:] = mean[1:] * magnitude_mean_slope(theta[1:], n) / theta[1:]
    return theta, mean, variance_factor(theta, n), growth
