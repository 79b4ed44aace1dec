"""The noise of magnitude images, in units of sigma, the SD of one real channel.

M / sigma of n channels combined by sum of squares follows the noncentral chi distribution with 2n degrees of freedom
and noncentrality theta = A / sigma: Rician for n = 1, and in air (theta = 0) Rayleigh. n may be a fraction: the
effective number of correlated channels, or 0.5 for the absolute value of a real part (folded normal).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.gamma import gamma_quantile
from mrsnr.model import BoolArray, FloatArray

_ASYMPTOTIC_TERMS = 30
_NEWTON_STEPS = 8
_SERIES_FROM = 50  # channels: beyond, scipy's hyp1f1 overflows below theta^2 / 2 = 1.1 n
_TAIL = 0.025  # at either end of a 95 % interval


def air_mean(channels: ArrayLike = 1) -> FloatArray:
    r"""Mean of pure noise, :math:`\sqrt{2}\,\Gamma(n + 1/2) / \Gamma(n)`.

    Parameters
    ----------
    channels
        Number n of channels combined by sum of squares; 1 gives Rayleigh's :math:`\sqrt{\pi/2}`.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997).
    """
    from scipy.special import gammaln  # noqa: PLC0415 - scipy costs more to import than all of this package

    n = np.asarray(channels, dtype=np.float64)
    return np.asarray(np.sqrt(2) * np.exp(gammaln(n + 0.5) - gammaln(n)))


def air_sd(channels: ArrayLike = 1) -> FloatArray:
    r"""SD of pure noise, :math:`\sqrt{2n - \mu^2}`; 1 channel gives :math:`\sqrt{2 - \pi/2} = 0.655`.

    Dividing the SD of air by it gives sigma. Wrong for air that was masked, filtered, or combined with
    weights that vary in space.

    Parameters
    ----------
    channels
        Number n of channels combined by sum of squares.

    References
    ----------
    Henkelman, Med Phys 12:232-233 (1985).
    """
    n = np.asarray(channels, dtype=np.float64)
    return np.asarray(np.sqrt(2 * n - air_mean(n) ** 2))


RAYLEIGH_SD = float(np.sqrt(2 - np.pi / 2))
"""`air_sd` of one channel, in closed form."""


def air_median(channels: ArrayLike = 1) -> FloatArray:
    """Median of pure noise; 1 channel gives 1.177.

    Parameters
    ----------
    channels
        Number n of channels combined by sum of squares.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - as above

    return np.asarray(np.sqrt(2 * gammaincinv(np.asarray(channels, dtype=np.float64), 0.5)))


def air_cdf(ratio: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    r"""Probability that pure noise is at most ``ratio``: :math:`P(n, r^2 / 2)`, the incomplete gamma function.

    Parameters
    ----------
    ratio
        M / sigma; of a negative ratio the probability is 0.
    channels
        Number n of channels combined by sum of squares.
    """
    from scipy.special import gammainc  # noqa: PLC0415 - as above

    r = np.maximum(np.asarray(ratio, dtype=np.float64), 0)
    return np.asarray(gammainc(np.asarray(channels, dtype=np.float64), r**2 / 2))


def magnitude_mean(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    r"""Mean of M / sigma where the amplitude is theta sigma, :math:`\mu(0)\,{}_1F_1(-1/2; n; -\theta^2/2)`.

    Parameters
    ----------
    theta
        A / sigma, not negative, any shape; NaN passes through.
    channels
        Number n of channels, broadcast against ``theta``.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997).
    """
    t, n = _broadcast(theta, channels)
    far = _is_far(t, n)
    mean = np.empty(t.shape)
    mean[far] = t[far] * (1 + _asymptotic(t[far], n[far]))
    mean[~far] = _near_mean(t[~far], n[~far])
    return mean


def magnitude_mean_slope(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    """Return the derivative of `magnitude_mean` with respect to theta: from 0 in air to 1 at high SNR.

    Parameters
    ----------
    theta
        A / sigma, not negative, any shape; NaN passes through.
    channels
        Number n of channels, broadcast against ``theta``.
    """
    from scipy.special import hyp1f1  # noqa: PLC0415 - as above

    t, n = _broadcast(theta, channels)
    far = _is_far(t, n)
    near = ~far
    slope = np.empty(t.shape)
    slope[far] = 1 + _asymptotic(t[far], n[far], slope=True)
    slope[near] = air_mean(n[near]) / (2 * n[near]) * t[near] * hyp1f1(0.5, n[near] + 1, -(t[near] ** 2) / 2)
    return slope


def variance_factor(theta: ArrayLike, channels: ArrayLike = 1) -> FloatArray:
    r"""Variance of M / sigma, :math:`\xi = 2n + \theta^2 - \mu^2`: from ``air_sd(n) ** 2`` in air to 1 at high SNR.

    Parameters
    ----------
    theta
        A / sigma, not negative, any shape; NaN passes through.
    channels
        Number n of channels, broadcast against ``theta``.

    References
    ----------
    Koay, Basser, J Magn Reson 179:317-322 (2006).
    """
    t, n = _broadcast(theta, channels)
    far = _is_far(t, n)
    factor = np.empty(t.shape)
    excess = _asymptotic(t[far], n[far])  # theta^2 cancels: it must not be formed
    factor[far] = 2 * n[far] - t[far] * (t[far] * excess) * (2 + excess)
    factor[~far] = 2 * n[~far] + t[~far] ** 2 - _near_mean(t[~far], n[~far]) ** 2
    return factor


def effective_channels(magnitudes: ArrayLike) -> float:
    r"""Return the number n of channels that pure noise has, by maximum likelihood.

    M² of noise is gamma distributed with shape n, so that :math:`\ln n - \psi(n) = \ln\langle M^2\rangle -
    \langle\ln M^2\rangle`, whatever sigma. Correlated channels give a fraction below their number (8 with all
    correlations 0.3: 5.4; the ratio of moments, which is less efficient, says 4.9: their noise is not exactly gamma).
    Air that is not stationary reads low, smoothed air reads high.

    Parameters
    ----------
    magnitudes
        Voxels of air, any shape and unit; zeros and what is not finite are left out.

    Returns
    -------
    float
        NaN where no voxel is left, infinity where all are equal. Relative standard error for many voxels N:
        0.78 / sqrt(N) at n = 1, 1.2 / sqrt(N) at n = 4, sqrt(2 / N) for large n.

    References
    ----------
    Aja-Fernandez, Tristan-Vega, Magn Reson Med 67:580-585 (2012).
    """
    from scipy.special import polygamma, psi  # noqa: PLC0415 - as above

    values = np.asarray(magnitudes, dtype=np.float64).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    if values.size == 0:
        return float("nan")
    values = values / values.max()
    gap = float(np.log(np.mean(values**2)) - np.mean(2 * np.log(values)))
    if gap <= np.finfo(np.float64).eps:
        return float("inf")
    n = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)  # within 1.5 % (Minka 2002)
    for _ in range(_NEWTON_STEPS):
        n = n / (1 + (np.log(n) - psi(n) - gap) / (n * (1 / n - polygamma(1, n))))
    return float(n)


def sd_factor(degrees_of_freedom: ArrayLike) -> FloatArray:
    r"""Mean of a sample's SD over sigma, :math:`c_4 = \sqrt{2/\nu}\,\Gamma((\nu + 1)/2) / \Gamma(\nu/2)`.

    Parameters
    ----------
    degrees_of_freedom
        Of the SD: the number of samples less one, and less the trend's parameters.
    """
    nu = np.asarray(degrees_of_freedom, dtype=np.float64)
    return np.asarray(air_mean(nu / 2) / np.sqrt(nu))


def chi_interval(sigma: float, degrees_of_freedom: float) -> tuple[float, float]:
    r"""Return the exact 95 % interval of sigma, where :math:`\nu\hat\sigma^2 / \sigma^2` is chi-square.

    Parameters
    ----------
    sigma
        The estimate: the root of an unbiased variance.
    degrees_of_freedom
        N - 1 of an SD; 2 n N of the root mean square of N voxels of air of n channels.
    """
    nu = float(degrees_of_freedom)
    low, high = (2 * gamma_quantile(nu / 2, p) for p in (_TAIL, 1 - _TAIL))
    return float(sigma * np.sqrt(nu / high)), float(sigma * np.sqrt(nu / low))


def median_inverse_sd(degrees_of_freedom: float) -> float:
    r"""Return the median of sigma / SD of a sample, :math:`\sqrt{\nu / \mathrm{median}(\chi^2_\nu)}`.

    By this factor the median over many voxels of mean / SD reads high.

    Parameters
    ----------
    degrees_of_freedom
        Of the SD, at least 1.
    """
    return math.sqrt(degrees_of_freedom / (2 * gamma_quantile(degrees_of_freedom / 2, 0.5)))


def _broadcast(theta: ArrayLike, channels: ArrayLike) -> tuple[FloatArray, FloatArray]:
    t, n = np.broadcast_arrays(np.asarray(theta, dtype=np.float64), np.asarray(channels, dtype=np.float64))
    return t, n


def _is_far(theta: FloatArray, n: FloatArray) -> BoolArray:
    """Where 30 terms of the expansion for large theta are exact to rounding."""
    return np.asarray(theta**2 / 2 > np.maximum(50, 2.5 * n))


def _near_mean(theta: FloatArray, n: FloatArray) -> FloatArray:
    """Mean of M / sigma where theta is not large; closed forms where there are."""
    from scipy.special import erf, hyp1f1, ive  # noqa: PLC0415 - as above

    z = theta**2 / 2
    mean = np.empty(theta.shape)
    rician, folded, many = n == 1, n == 0.5, (n > _SERIES_FROM) & (z < 1.2 * n)
    x = z[rician]
    mean[rician] = np.sqrt(np.pi / 2) * ((1 + x) * ive(0, x / 2) + x * ive(1, x / 2))
    x = theta[folded]
    mean[folded] = np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) + x * erf(x / np.sqrt(2))
    mean[many] = air_mean(n[many]) * _kummer_series(z[many], n[many])
    rest = ~(rician | folded | many)
    mean[rest] = air_mean(n[rest]) * hyp1f1(-0.5, n[rest], -z[rest])
    return mean


def _kummer_series(z: FloatArray, n: FloatArray) -> FloatArray:
    """1F1(-1/2; n; -z) by its power series, whose terms do not cancel while z < 1.2 n."""
    term = total = np.ones(z.shape)
    terms = 20 + int(12 * np.sqrt(n.max(initial=0)))
    for k in range(terms):
        term = term * (k - 0.5) * -z / ((n + k) * (k + 1))
        total = total + term
    return total


def _asymptotic(theta: FloatArray, n: FloatArray, *, slope: bool = False) -> FloatArray:
    """Return mean / theta - 1 for large theta, or its slope less 1: the sum of (-1/2)_k (1/2 - n)_k / (k! z^k)."""
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 2 / theta**2
    term, total = np.ones(theta.shape), np.zeros(theta.shape)
    for k in range(1, _ASYMPTOTIC_TERMS):
        term = term * ((k - 1.5) * (k - 0.5 - n) / k) * inverse
        total = total + (term * (1 - 2 * k) if slope else term)
    return total
