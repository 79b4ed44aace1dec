"""Which part of k-space was acquired, judged by how noise differs between voxels near each other.

Scanners fill k-space up with zeros, leave its corners out and roll it off towards the edge. The noise of the image is
then correlated, and neighbours differ less than their SD says: by half for a Hamming window, by a factor of ten if that
is also interpolated twofold. How the SD of differences grows with the distance tells which it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from mrsnr.correlation import REACH
from mrsnr.highpass import gain
from mrsnr.model import BoolArray, FloatArray

STRIDES = tuple((a, b) for a in (1, 2, 3) for b in (1, 2, 3))
"""Distances along x and y that are compared."""

_FILLED = (1.0, 1.1, 1.2, 1.33, 1.5, 1.75, 2.0, 2.5)  # stored over acquired matrix
_ROLLED = (0.0, 0.25, 0.46)  # depth of the window's cosine: none, half, Hamming
_ERROR, _ERROR_PER_VOXEL = 0.01, 0.012  # of the log of an SD: what anatomy adds grows with the distance
_DIFFERENT, _PARTIAL, _ODD = 1.0, 1.0, 0.5  # of the misfit: what a less usual window must explain better
_USUAL = (1.0, 1.5, 2.0)
_TEXTURE = 1.6  # voxels: how wide fine anatomy is
_ANATOMY = 8.0  # of the misfit: what fine anatomy beside the noise must explain better
_MOST_STRUCTURE = 0.95  # of the variance at any stride
_AIR_ERROR = 0.02  # of the correlation of squared air
_SMALLEST_GAIN = 1e-4


@dataclass(frozen=True, eq=False)
class Window:
    """The k-space windows that explain the noise best.

    ``log_sigma`` is the log of the SD of the noise; ``correlation`` that of the noise under the best window; ``misfit``
    the root mean square of what the window leaves unexplained, ``spread`` the SD of the answers of all windows that
    explain it about as well, both of the log of sigma; ``structure`` the share of the variance of neighbouring
    differences that was taken for fine anatomy; ``abrupt`` whether k-space ends without having been rolled off.
    """

    name: str
    log_sigma: float
    correlation: FloatArray
    misfit: float
    spread: float
    structure: float
    abrupt: bool


@dataclass(frozen=True, eq=False)
class _Candidates:
    names: tuple[str, ...]
    correlations: FloatArray
    log_gains: FloatArray
    penalties: FloatArray
    abrupt: BoolArray


def explain(sds: FloatArray, *, error: float = 0.0, air: FloatArray | None = None, air_error: float = 0.0) -> Window:
    """Find the k-space window under which differences at all distances speak of the same sigma.

    Parameters
    ----------
    sds
        SD of `mrsnr.highpass.differences` at each of `STRIDES`, in this order, above 0.
    error
        Relative SE of each by counting.
    air
        Correlation of the squared magnitude of air (`mrsnr.correlation.autocorrelation`), if there is any: the window
        must explain it too.
    air_error
        SE of that correlation by counting.
    """
    known = _candidates()
    weights = stride_weights(error)
    plain, structure = _level(sds, np.zeros(len(known.names)), weights), np.zeros(len(known.names))
    sigma, badness = plain
    if air is not None:
        structure = _structure(sds, np.exp(2 * known.log_gains), weights)
        with_anatomy = _level(sds, structure, weights)
        structure = np.where(plain[1] - with_anatomy[1] > _ANATOMY, structure, 0.0)
        sigma, badness = (np.where(structure > 0, a, b) for a, b in zip(with_anatomy, plain, strict=True))
    share = structure * _structure_growth()[0] / sds[0] ** 2
    total = badness + known.penalties + _distance_to(air, air_error) + _ANATOMY * (structure > 0)
    best = int(np.argmin(total))
    likely = np.exp(-(total - total[best]) / 2)
    mean = float((likely * sigma).sum() / likely.sum())
    return Window(
        name=known.names[best],
        log_sigma=mean,
        correlation=known.correlations[best],
        misfit=float(np.sqrt(badness[best] / weights.sum())),
        spread=float(np.sqrt((likely * (sigma - mean) ** 2).sum() / likely.sum())),
        structure=float(share[best]),
        abrupt=bool(known.abrupt[best]),
    )


def _level(sds: FloatArray, structure: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log of sigma by each candidate, and the weighted squares that it leaves."""
    levels = np.log(sds**2 - structure[:, None] * _structure_growth()) / 2 - _candidates().log_gains
    sigma = (levels * weights).sum(axis=1) / weights.sum()
    return sigma, (weights * (levels - sigma[:, None]) ** 2).sum(axis=1)


def _structure(sds: FloatArray, gains: FloatArray, weights: FloatArray) -> FloatArray:
    """Return how much fine anatomy there is beside noise, for each candidate: least squares, never negative.

    Without air the window and the anatomy could stand for each other; this is for a window that the air has shown.
    """
    variance = sds**2
    scaled = weights / variance**2
    growth = _structure_growth()
    noise2, both, growth2 = ((scaled * one * other).sum(axis=1) for one, other in _pairs(gains, growth))
    with_noise, with_growth = (scaled * variance * gains).sum(axis=1), (scaled * variance * growth).sum()
    amount = (with_growth * noise2 - with_noise * both) / np.maximum(noise2 * growth2 - both**2, 1e-300)
    return np.asarray(np.clip(amount, 0, float(_MOST_STRUCTURE * (variance / growth).min())))


def _pairs(gains: FloatArray, growth: FloatArray) -> tuple[tuple[FloatArray, FloatArray], ...]:
    wide = np.broadcast_to(growth, gains.shape)
    return (gains, gains), (gains, wide), (wide, wide)


def _structure_growth() -> FloatArray:
    """Return the variance of differences, at each of `STRIDES`, of a texture some voxels wide."""
    lost = {lag: 1 - np.exp(-((lag / (2 * _TEXTURE)) ** 2)) for lag in (1, 2, 3)}
    return np.array([lost[a] * lost[b] for a, b in STRIDES])


def log_gains(correlation: FloatArray) -> FloatArray:
    """Return half the log of the gain at each of `STRIDES`: what differences lose by correlation."""
    return np.array([np.log(max(gain(correlation, stride=stride), _SMALLEST_GAIN)) / 2 for stride in STRIDES])


def stride_weights(error: float = 0.0) -> FloatArray:
    """Return how much the differences at each of `STRIDES` count, given their error by counting."""
    return np.array([1 / ((_ERROR + _ERROR_PER_VOXEL * (max(stride) - 1)) ** 2 + error**2) for stride in STRIDES])


@cache
def _candidates() -> _Candidates:
    along = {(filled, rolled): _axis(1 / filled, rolled) for filled in _FILLED for rolled in _ROLLED}
    names, correlations, penalties, abrupt = [], [], [], []
    for first, one in along.items():
        for second, other in along.items():
            names.append(f"{_named(*first)} along x, {_named(*second)} along y")
            correlations.append(np.outer(one, other))
            abrupt.append(_ends(*first) or _ends(*second))
            penalties.append(_DIFFERENT * (first != second) + (_prior(*first) + _prior(*second)) / 2)
    for filled, rolled in along:
        names.append(f"elliptical, {_named(filled, rolled)}")
        correlations.append(_disc(1 / filled, rolled))
        abrupt.append(rolled == 0)
        penalties.append(_prior(filled, rolled))
    return _Candidates(
        names=tuple(names),
        correlations=np.array(correlations),
        log_gains=np.array([log_gains(correlation) for correlation in correlations]),
        penalties=np.array(penalties),
        abrupt=np.array(abrupt),
    )


def _distance_to(air: FloatArray | None, error: float) -> FloatArray | float:
    """Return how badly each candidate explains the correlation of squared air."""
    if air is None:
        return 0.0
    apart = _candidates().correlations ** 2 - air
    return np.asarray(
        (apart**2).sum(axis=(1, 2)) / (2 * (_AIR_ERROR**2 + (2 * error) ** 2))
    )  # every lag is there twice


def _ends(filled: float, rolled: float) -> bool:
    """Return whether a window stops inside the stored matrix without having been rolled off."""
    return filled > 1 and rolled == 0


def _prior(filled: float, rolled: float) -> float:
    return _PARTIAL * (rolled not in {0.0, _ROLLED[-1]}) + _ODD * (filled not in _USUAL)


def _named(filled: float, rolled: float) -> str:
    return ("full" if filled == 1 else f"zero-filled x{filled:g}") + (f" with a cosine of {rolled:g}" if rolled else "")


def _lags() -> FloatArray:
    return np.arange(-REACH, REACH + 1, dtype=np.float64)


def _rolled(radius: FloatArray, edge: float, depth: float) -> FloatArray:
    """Return the squared window at a distance from the middle of k-space, 1 being the edge of the stored matrix."""
    window = 1 - depth + depth * np.cos(np.pi * np.minimum(radius / edge, 1))
    return np.asarray(np.where(radius <= edge, window, 0) ** 2)


def _axis(edge: float, depth: float) -> FloatArray:
    """Return the correlation along one axis: the Fourier transform of the squared window."""
    k = (np.arange(2000) + 0.5) / 2000
    correlation = np.cos(np.pi * np.outer(_lags(), k)) @ _rolled(k, edge, depth)
    return np.asarray(correlation / correlation[REACH])


def _disc(edge: float, depth: float) -> FloatArray:
    """Return the correlation in the plane under a window that is round in k-space."""
    k = (np.arange(120) + 0.5) / 120
    waves = np.cos(np.pi * np.outer(_lags(), k))
    correlation = waves @ _rolled(np.hypot(k[:, None], k[None, :]), edge, depth) @ waves.T
    return np.asarray(correlation / correlation[REACH, REACH])
