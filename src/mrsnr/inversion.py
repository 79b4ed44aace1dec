"""From the mean of magnitudes back to the amplitude: the noise floor taken out of a signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

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
    squared = np.linspace(*_SHARES)
    variation = (1 / squared - 1)[:, None]  # (SD / mean)^2
    degree, narrow = np.arange(1, _POINTS), np.maximum(1 / variation - 1, _SHARES[0])
    x, w = _gauss(2 * np.arange(_POINTS) + 1 / variation, degree * (degree + 1 / variation - 1))  # Laguerre
    later = degree[1:] * (degree[1:] + narrow - 2) / ((2 * degree[1:] + narrow - 2) ** 2 - 1)
    y, v = _gauss(np.zeros((squared.size, _POINTS)), np.hstack([1 / (narrow + 1), later]))  # Jacobi
    skewed = np.minimum(variation, 1)
    points = np.sqrt(squared)[:, None] * np.hstack([x * variation, 1 + y])
    return squared, points, np.hstack([skewed * w, (1 - skewed) * v])


def _gauss(middles: FloatArray, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return points, and weights of sum 1, from the recurrence of orthogonal polynomials, each (rules, points).

    They are the eigenvalues of its tridiagonal matrix and the squares of the first components of the eigenvectors
    (Golub, Welsch, Math Comp 23:221-230, 1969). scipy's cost 0.1 s here, most of it imports.
    """
    matrix = middles[:, :, None] * np.eye(middles.shape[1])
    row = np.arange(1, middles.shape[1])
    matrix[:, row, row - 1] = np.sqrt(steps)  # eigh reads the lower half
    points, vectors = np.linalg.eigh(matrix)
    return points, vectors[:, 0] ** 2


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
    curve, air = _mean_curve(n), air_mean(n)
    excess = np.maximum(ratio - air, 0) * (ratio + air)
    return np.asarray(np.sqrt(np.maximum(excess + curve.at(excess), 0)))


def _power_of_ratio(ratio: FloatArray, n: float) -> FloatArray:
    """Return theta squared where mean / SD is ``ratio``."""
    curve, air = _ratio_curve(n), air_mean(n) / air_sd(n)
    excess = np.maximum(ratio - air, 0) * (ratio + air)
    return np.asarray(np.maximum(excess + curve.at(np.sqrt(excess)), 0))


@dataclass(frozen=True, eq=False)
class _Curve:
    """A function as a cubic polynomial in the distance from each of ascending nodes, and constant from the last on."""

    nodes: FloatArray
    coefficients: FloatArray

    def at(self, x: FloatArray) -> FloatArray:
        """Return the function at ``x``, any shape, not below the first node; NaN passes through."""
        x = np.minimum(x, self.nodes[-1])
        piece = np.minimum(np.searchsorted(self.nodes, x, side="right"), self.nodes.size - 1) - 1
        apart = x - self.nodes[piece]
        value, slope, bend, twist = self.coefficients
        return np.asarray(((twist[piece] * apart + bend[piece]) * apart + slope[piece]) * apart + value[piece])


def _hermite(nodes: FloatArray, values: FloatArray, slopes: FloatArray) -> _Curve:
    """Return the smooth curve with these values and slopes; scipy's costs 0.2 s and 26 MB to import."""
    width = np.diff(nodes)
    chord = np.diff(values) / width
    excess = slopes[:-1] + slopes[1:] - 2 * chord
    bend = (chord - slopes[:-1] - excess) / width
    return _Curve(nodes, np.stack([values[:-1], slopes[:-1], bend, excess / width**2]))


@lru_cache(maxsize=64)
def _mean_curve(n: float) -> _Curve:
    """Return theta^2 - x as a function of x = mean^2 - air mean^2: smooth down to 0 and constant far out.

    Its nodes are computed forwards, with their exact slopes, so that nothing is iterated.
    """
    theta, _, factor, growth = _nodes(n)
    gained = factor - factor[0]
    return _hermite(theta**2 - gained, gained, 1 / growth - 1)


@lru_cache(maxsize=64)
def _ratio_curve(n: float) -> _Curve:
    """Return theta^2 - y^2 as a function of y^2 = (mean / SD)^2 - that of air, which goes as theta^4 at first."""
    theta, mean, factor, growth = _nodes(n)
    squared = mean**2 / factor
    kept = (theta == 0) | (theta > _RESOLVED * np.sqrt(n))  # closer to 0 the difference is rounding error
    root = np.sqrt(np.maximum(squared - squared[0], 0))[kept]
    rise = ((growth * factor - mean**2 * (1 - growth)) / factor**2)[kept]  # d ratio^2 / d theta^2
    at_air = mean[0] / (factor[0] * np.sqrt(8 * n * (n + 1)))  # d y / d theta^2
    slope = np.r_[1 / at_air, 2 * root[1:] / rise[1:] - 2 * root[1:]]
    return _hermite(root, theta[kept] ** 2 - root**2, slope)


def _nodes(n: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return theta, and of it the mean, the variance, and the slope of mean^2 over theta^2."""
    theta = np.sqrt(n) * np.sinh(np.linspace(0, np.arcsinh(_LARGEST), _NODES))
    mean = magnitude_mean(theta, n)
    growth = np.full(theta.shape, mean[0] ** 2 / (2 * n))
    growth[1:] = mean[1:] * magnitude_mean_slope(theta[1:], n) / theta[1:]
    return theta, mean, variance_factor(theta, n), growth
