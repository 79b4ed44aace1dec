"""Which part of k-space was acquired, judged by how noise differs between voxels near each other.

How the SD of differences grows with the distance tells which of the windows of `mrsnr.kspace` it was, and what beside
noise there is: fine anatomy, which grows with the distance, or ringing, which goes up and down with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mrsnr.kspace import STRIDES, candidates
from mrsnr.model import FloatArray

_ERROR, _ERROR_PER_VOXEL = 0.01, 0.012  # of the log of an SD: what anatomy adds grows with the distance
_TEXTURE = 1.6  # voxels: how wide fine anatomy is
_ANATOMY = 30.0  # of the misfit: what fine anatomy beside the noise must explain better
_RINGING, _UNFILLED = 4.0, 25.0  # of the misfit: the same of ringing, and where k-space was not filled up with zeros
_MOST_STRUCTURE = 0.95  # of the variance at any stride
_EQUAL = tuple(k for k, (a, b) in enumerate(STRIDES) if a == b)
_ROUNDS = 6  # of sigma, and the share of the square of the noise
_AIR_ERROR = 0.03  # of the correlation of squared air


@dataclass(frozen=True, eq=False)
class Window:
    """The k-space windows that explain the noise best.

    ``log_sigma`` is the log of the SD of the noise; ``correlation`` that of the noise under the best window; ``total``
    the weighted squares that it leaves, with what it must explain better than a usual one; ``unexplained`` those of the
    differences by noise and ringing alone, without anatomy and without the air; ``misfit`` the root mean square of what
    the window leaves unexplained, ``spread`` the SD of the answers of all windows that explain it about as well, both
    of the log of sigma; ``structure`` the share of the variance of neighbouring differences that was taken for fine
    anatomy or ringing; ``stride`` the distance at which differences see noise best: 1, 1 unless there is ringing;
    ``gain`` and ``squared_gain`` what is left there of the variance of noise that is proportional to complex noise, and
    to its square; ``abrupt`` whether k-space ends without having been rolled off.
    """

    name: str
    log_sigma: float
    correlation: FloatArray
    total: float
    unexplained: float
    misfit: float
    spread: float
    structure: float
    stride: tuple[int, int]
    gain: float
    squared_gain: float
    abrupt: bool


@dataclass(frozen=True, eq=False)
class _Fit:
    """For each candidate: the log of sigma, the weighted squares it leaves, and what beside noise it needs."""

    log_sigma: FloatArray
    badness: FloatArray
    extra: FloatArray

    def or_better(self, other: _Fit, *, by: FloatArray | float) -> _Fit:
        """Return the other fit where it is better by so much."""
        better = self.badness - other.badness > by
        return _Fit(
            log_sigma=np.where(better, other.log_sigma, self.log_sigma),
            badness=np.where(better, other.badness + by, self.badness),
            extra=np.where(better[:, None], other.extra, self.extra),
        )


def explain(
    sds: FloatArray,
    *,
    squared: Callable[[FloatArray], FloatArray] | None = None,
    error: float = 0.0,
    air: FloatArray | None = None,
    air_error: float = 0.0,
) -> Window:
    r"""Find the k-space window under which differences at all distances speak of the same sigma.

    Parameters
    ----------
    sds
        SD of `mrsnr.highpass.differences` at each of `mrsnr.kspace.STRIDES`, in this order, above 0.
    squared
        Gives, for the log of the SD of the noise, the share of its variance that is from the square of the complex
        noise, whose correlation is :math:`|\rho|^2`: 1 in air, next to 0 where the SNR is high, as where this is
        ``None``.
    error
        Relative SE of each by counting.
    air
        Correlation of the squared magnitude of air (`mrsnr.correlation.autocorrelation`), if there is any: the window
        must explain it too.
    air_error
        SE of that correlation by counting.
    """
    known = candidates()
    weights = stride_weights(error)
    gains = known.gains
    for _ in range(1 if squared is None else _ROUNDS):
        fit = _fitted(sds, gains, weights, np.zeros_like(gains))
        fit = fit.or_better(_with(sds, gains, weights, known.ringing), by=np.where(known.abrupt, _RINGING, _UNFILLED))
        plain = fit
        if air is not None:
            fit = fit.or_better(_with(sds, gains, weights, np.broadcast_to(_anatomy(), gains.shape)), by=_ANATOMY)
        if squared is not None:
            gains = known.gains + squared(fit.log_sigma)[:, None] * (known.squared_gains - known.gains)
    total = fit.badness + known.penalties + _distance_to(air, air_error)
    best = int(np.argmin(total))
    likely = np.exp(-(total - total[best]) / 2)
    mean = float((likely * fit.log_sigma).sum() / likely.sum())
    left = np.log(sds**2 / (gains[best] * np.exp(2 * fit.log_sigma[best]) + fit.extra[best])) / 2
    place = _best_stride(fit.extra[best], gains[best])
    return Window(
        name=known.names[best],
        log_sigma=mean,
        correlation=known.correlations[best],
        total=float(total[best]),
        unexplained=float(plain.badness[best] + known.penalties[best]),
        misfit=float(np.sqrt((weights * left**2).sum() / weights.sum())),
        spread=float(np.sqrt((likely * (fit.log_sigma - mean) ** 2).sum() / likely.sum())),
        structure=float(fit.extra[best][0] / sds[0] ** 2),
        stride=STRIDES[place],
        gain=float(known.gains[best][place]),
        squared_gain=float(known.squared_gains[best][place]),
        abrupt=bool(known.abrupt[best]),
    )


def _best_stride(extra: FloatArray, gains: FloatArray) -> int:
    """Return where there is least beside the noise, unless that grows with the distance, as anatomy does.

    Of distances that are the same along both axes, so that a turned image is treated alike.
    """
    place = min(_EQUAL, key=lambda k: float(extra[k] / gains[k]))
    return place if extra[place] < extra[0] else 0


def _fitted(sds: FloatArray, gains: FloatArray, weights: FloatArray, extra: FloatArray) -> _Fit:
    """Fit sigma: the more of a difference is not noise, the less it says of it."""
    left = 1 - extra / sds**2
    certain = weights * left**2
    levels = np.log(sds**2 * left / gains) / 2
    sigma = (levels * certain).sum(axis=1) / certain.sum(axis=1)
    apart = np.log(sds**2 / (gains * np.exp(2 * sigma)[:, None] + extra)) / 2
    return _Fit(sigma, (weights * apart**2).sum(axis=1), extra)


def _with(sds: FloatArray, gains: FloatArray, weights: FloatArray, growth: FloatArray) -> _Fit:
    """Fit noise and one thing beside it whose variance grows so with the distance: least squares, never negative."""
    variance = sds**2
    scaled = weights / variance**2
    noise2, both, growth2 = (
        (scaled * a * b).sum(axis=1) for a, b in ((gains, gains), (gains, growth), (growth, growth))
    )
    with_noise, with_growth = ((scaled * variance * one).sum(axis=1) for one in (gains, growth))
    amount = (with_growth * noise2 - with_noise * both) / np.maximum(noise2 * growth2 - both**2, 1e-300)
    most = _MOST_STRUCTURE * (variance / np.maximum(growth, 1e-12)).min(axis=1)
    return _fitted(sds, gains, weights, np.clip(amount, 0, most)[:, None] * growth)


def _anatomy() -> FloatArray:
    """Return the variance of differences, at each of `STRIDES`, of a texture some voxels wide."""
    lost = {lag: 1 - np.exp(-((lag / (2 * _TEXTURE)) ** 2)) for lag in (1, 2, 3, 4)}
    return np.array([lost[a] * lost[b] for a, b in STRIDES])


def stride_weights(error: float = 0.0) -> FloatArray:
    """Return how much the differences at each of `STRIDES` count, given their error by counting."""
    return np.array([1 / ((_ERROR + _ERROR_PER_VOXEL * (max(stride) - 1)) ** 2 + error**2) for stride in STRIDES])


def _distance_to(air: FloatArray | None, error: float) -> FloatArray | float:
    """Return how badly each candidate explains the correlation of squared air."""
    if air is None:
        return 0.0
    apart = candidates().correlations ** 2 - air
    return np.asarray(
        (apart**2).sum(axis=(1, 2)) / (2 * (_AIR_ERROR**2 + (2 * error) ** 2))
    )  # every lag is there twice
