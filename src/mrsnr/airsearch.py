"""The air of a volume: the best of all candidates, and what the checks say of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mrsnr.background import Background, background_at, backgrounds
from mrsnr.checks import (
    amount,
    correlation,
    darker,
    ghosts,
    no_air,
    quantisation,
    ratio,
    repeated_values,
    shape,
    sides,
    stationarity,
    zeros,
)
from mrsnr.checks import channels as channels_check
from mrsnr.levels import SCALES
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray

_ENOUGH = 300_000  # voxels that candidates are compared on; the best is then measured on all
_MOST_LOOKED_AT = 3  # candidates at each scale
_TELLING = frozenset({"shape", "ratio", "stationarity"})  # what a merger of air and a faint object shows


def find_air(
    voxels: FloatArray, finite: BoolArray, *, channels: float | None, step: float, phase_axis: int | None = None
) -> tuple[Background | None, tuple[Check, ...]]:
    """Return the candidate that the checks speak for most, the darkest of equals, and its checks.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), finite.
    finite
        Where the image was, same shape.
    channels
        Number n of channels, ``None`` to estimate it.
    step
        Distance of the stored intensities, 0 if they are not quantised.
    phase_axis
        That of phase-encoding, if it is known.
    """
    some = _some_slices(voxels.shape)
    found = _best(voxels[:, :, some], finite[:, :, some], channels, step)
    if found is not None and len(some) < voxels.shape[2]:
        found = background_at(
            voxels, found.level, width=found.width, finite=_where(finite), channels=channels, step=step
        )
    if found is None:
        dark = finite & (voxels <= np.median(voxels[finite]))
        return None, (zeros(voxels[dark]), no_air())
    return found, (*_checks(found, voxels, finite, step, phase_axis), repeated_values(voxels[finite]))


def _where(finite: BoolArray) -> BoolArray | None:
    return None if finite.all() else finite


def _some_slices(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return slices spread over the volume, the same from either end, so that a flipped image is judged alike."""
    most = max(1, _ENOUGH // (shape[0] * shape[1]))
    if most >= shape[2]:
        return np.arange(shape[2])
    half = np.floor(np.linspace(0, (shape[2] - 1) / 2, (most + 1) // 2)).astype(np.intp)
    return np.unique(np.concatenate([half, shape[2] - 1 - half]))


def _best(voxels: FloatArray, finite: BoolArray, channels: float | None, step: float) -> Background | None:
    best, least = None, (np.inf, np.inf, np.inf)
    for width, fineness in SCALES:
        found = backgrounds(voxels, finite=_where(finite), channels=channels, step=step, width=width, fineness=fineness)
        for _, one in zip(range(_MOST_LOOKED_AT), found, strict=False):
            checks = _checks(one, voxels, finite, step)
            fails = sum(check.verdict == CheckVerdict.FAIL for check in checks)
            doubts = sum(check.verdict == CheckVerdict.WARN and check.code in _TELLING for check in checks)
            badness = (fails, doubts, one.shape if fails else 0.0)
            if badness < least:
                best, least = one, badness
            if badness == (0, 0, 0.0):
                return best
    return best


def _checks(
    found: Background, voxels: FloatArray, finite: BoolArray, step: float, phase_axis: int | None = None
) -> tuple[Check, ...]:
    air = voxels[found.region]
    axis = phase_axis if phase_axis in (0, 1) else None  # along the third no sides are looked at
    return (
        zeros(voxels[found.whole | ((voxels == 0) & finite)], truncated=found.truncated),
        amount(found),
        channels_check(found),
        shape(found),
        ratio(air, channels=found.channels, shared=found.shared, step=step, truncated=found.truncated),
        darker(found),
        stationarity(found),
        ghosts(found, axis=axis),
        *(() if axis is None else (sides(found, axis=axis),)),
        correlation(found),
        quantisation(found.sigma, step=step, truncated=found.truncated),
    )
