"""The windows of k-space that scanners use, and what each leaves of the differences between voxels.

Scanners fill k-space up with zeros, leave its corners out and roll it off towards the edge. The noise of the image is
then correlated, and neighbours differ less than their SD says: by half for a Hamming window, by a factor of ten if that
is also interpolated twofold. Where k-space ends without having been rolled off, edges ring, with the frequency of that
end: differences over just one period of it do not see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from mrsnr.correlation import REACH
from mrsnr.highpass import gain
from mrsnr.model import BoolArray, FloatArray

STRIDES = (*((a, b) for a in (1, 2, 3) for b in (1, 2, 3)), (4, 4))
"""Distances along x and y that are compared; over four voxels the ringing of a doubled image is back where it was."""

_FILLED = (1.0, 1.1, 1.2, 1.33, 1.5, 1.75, 2.0, 2.5)  # stored over acquired matrix
_ROLLED = {0.0: 0.0, 0.25: 1.0, 0.46: 0.0}
"""Depth of the window's cosine (none, half, Hamming), and of the misfit what it must explain better."""

# The same of axes that differ, by how much, and in their roll-off; and of an odd ratio.
_DIFFERENT, _APART, _MIXED, _ODD = 1.0, 4.0, 4.0, 0.5
_USUAL = (1.0, 1.5, 2.0)
_RINGS = 1.3  # stored over acquired matrix, from which on ringing cannot be taken for a roll-off
_ALONG = 0.5  # of the highest frequency: how fast ringing changes along the edge that it comes from
_LAGS = np.arange(1.0, 5.0)  # voxels
_SMALLEST_GAIN = 1e-4


@dataclass(frozen=True, eq=False)
class Candidates:
    """Windows, one to each entry of the first axis.

    ``correlations`` is that of complex noise; ``gains`` and ``squared_gains`` what differences at each of `STRIDES`
    leave of its variance, and of that of its square; ``ringing`` the variance of differences of ringing of unit
    amplitude, which has the frequency of the end of k-space across an edge and changes slowly along it; ``penalties``
    what it must explain better than a usual one; ``abrupt`` whether k-space ends inside the stored matrix without
    having been rolled off.
    """

    names: tuple[str, ...]
    correlations: FloatArray
    gains: FloatArray
    squared_gains: FloatArray
    ringing: FloatArray
    penalties: FloatArray
    abrupt: BoolArray


@cache
def candidates() -> Candidates:
    """Return the windows that are tried: each axis with its own, and round ones."""
    kinds = [(filled, rolled) for filled in _FILLED for rolled in _ROLLED]
    along = {kind: _axis(1 / kind[0], kind[1]) for kind in kinds}
    fast = {kind: _rings(*kind) * _lost(_LAGS, 1 / kind[0]) for kind in kinds}
    slow = {kind: _lost(_LAGS, np.linspace(0, _ALONG, 20) / kind[0]).mean(axis=1) for kind in kinds}
    names, correlations, penalties, abrupt, ringing = [], [], [], [], []
    for first in kinds:
        for second in kinds:
            names.append(f"{_named(*first)} along x, {_named(*second)} along y")
            correlations.append(np.outer(along[first], along[second]))
            abrupt.append(_ends(*first) or _ends(*second))
            apart = _APART * abs(float(np.log(first[0] / second[0]))) + _MIXED * (first[1] != second[1])
            penalties.append(_DIFFERENT * (first != second) + apart + (_prior(*first) + _prior(*second)) / 2)
            ringing.append((np.outer(fast[first], slow[second]) + np.outer(slow[first], fast[second])) / 2)
    for kind in kinds:
        names.append(f"elliptical, {_named(*kind)}")
        correlations.append(_disc(1 / kind[0], kind[1]))
        abrupt.append(_ends(*kind))
        penalties.append(_prior(*kind))
        ringing.append(_round_ringing(kind[0]) * (kind[1] == 0))
    x, y = (np.array(STRIDES)[:, axis] - 1 for axis in (0, 1))
    return Candidates(
        names=tuple(names),
        correlations=np.array(correlations),
        gains=gains(np.array(correlations)),
        squared_gains=gains(np.array(correlations) ** 2),
        ringing=np.array(ringing)[:, x, y],
        penalties=np.array(penalties),
        abrupt=np.array(abrupt),
    )


def gains(correlation: FloatArray) -> FloatArray:
    """Return what differences at each of `STRIDES` leave of the variance of correlated noise.

    Shape (..., strides) for correlations of shape (..., lags, lags).
    """
    return np.stack([np.maximum(gain(correlation, stride=stride), _SMALLEST_GAIN) for stride in STRIDES], axis=-1)


def _ends(filled: float, rolled: float) -> bool:
    """Return whether a window stops inside the stored matrix without having been rolled off."""
    return filled > 1 and rolled == 0


def _rings(filled: float, rolled: float) -> bool:
    return filled >= _RINGS and rolled == 0


def _prior(filled: float, rolled: float) -> float:
    return _ROLLED[rolled] + _ODD * (filled not in _USUAL)


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


def _round_ringing(filled: float) -> FloatArray:
    """Return the variance of differences over `_LAGS` of the ringing where k-space ends in a circle."""
    angles = (np.arange(45) + 0.5) * np.pi / 90
    across, along = (_lost(_LAGS, part / filled) for part in (np.cos(angles), np.sin(angles)))
    return np.asarray(across @ along.T / angles.size)


def _lost(lags: FloatArray, frequency: FloatArray | float) -> FloatArray:
    """Return what differences over some voxels keep of waves, (lags, frequencies); 1 is the highest frequency."""
    return np.asarray(np.sin(np.pi / 2 * np.multiply.outer(lags, frequency)) ** 2)
