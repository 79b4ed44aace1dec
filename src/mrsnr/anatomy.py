"""How much of what looks like noise inside the object may be anatomy: most on coarse grids, where it is as fine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mrsnr.highpass import corners, differences, median_sd
from mrsnr.interior import FINE, Interior, Smoothest, error_by, interior_noise, narrower
from mrsnr.model import BoolArray, FloatArray

_EXPLAINED = 8.0  # weighted squares that the best window leaves: noise alone leaves fewer
_UNEXPLAINED = 0.03  # relative SE of sigma for the root of one more
_FALL = 2.0  # relative SE of sigma for the log of what it fell by when the part was halved for the last time
_FINE_GRID = 128.0  # voxels across the object, from which on fine anatomy is `FINE` of the signal
_COARSER = 3.3  # power by which it grows on coarser grids: 4 to 15 % in brains 40 voxels wide
_HALVED = 2  # times at most: an eighth of the object, then a sixteenth and a thirtieth
_FEWEST = 200  # differences that two slices share
_OUTLIER = 4.0  # SD


def interior_beside_anatomy(
    voxels: FloatArray,
    inside: BoolArray,
    part: Smoothest,
    *,
    channels: float,
    step: float = 0.0,
    air: FloatArray | None = None,
    air_error: float = 0.0,
) -> tuple[Smoothest, Interior]:
    """Return sigma from the smoothest part of the object, and the part, with the error that anatomy may bring.

    1. Where no k-space window explains how differences grow with the distance, there is more than noise in them: the
       part is halved, up to twice. Sigma falls with it as long as there is anatomy in it.
    2. What the window still leaves, and the last fall, are taken for errors; and where it leaves much, what anatomy
       usually makes up of the signal on a grid of so many voxels across the object.
    3. Noise of one slice knows nothing of the next: what differences of neighbouring slices have in common is anatomy,
       or ringing, or noise of slices that were interpolated. It is a lower bound, as anatomy changes through slices.

    Parameters
    ----------
    voxels, inside, step
        As for `mrsnr.interior.smoothest_part`.
    part
        Its answer.
    channels, air, air_error
        As for `mrsnr.interior.interior_noise`.
    """
    found = interior_noise(part, channels=channels, air=air, air_error=air_error)
    fall = 0.0
    for _ in range(_HALVED):
        smaller = narrower(voxels, inside, part, step=step) if found.unexplained > _EXPLAINED else None
        if smaller is None:
            break
        before, part = found.sigma, smaller
        found = interior_noise(part, channels=channels, air=air, air_error=air_error)
        fall = max(0.0, float(np.log(before / found.sigma)))
    errors = [_FALL * fall, -float(np.log1p(-shared_by_slices(voxels, inside, found)))]
    if found.unexplained > _EXPLAINED:
        coarse = max(1.0, (_FINE_GRID / _width(inside)) ** _COARSER)
        errors += [_UNEXPLAINED * float(np.sqrt(found.unexplained - _EXPLAINED))]
        errors += [error_by(FINE * coarse * found.level / found.sigma) if coarse > 1 else 0.0]
    return part, replace(found, anatomy=float(np.linalg.norm(errors)))


def _width(inside: BoolArray) -> float:
    """Return how many voxels wide the object is: the edge of a square of the mean area of its slices."""
    areas = np.count_nonzero(inside, axis=(0, 1))
    return float(np.sqrt(areas[areas > 0].mean()))


def shared_by_slices(voxels: FloatArray, inside: BoolArray, found: Interior) -> float:
    """Return the correlation of the differences of neighbouring slices, less twice its SE; 0 without slices.

    Parameters
    ----------
    voxels, inside
        Shape (x, y, z).
    found
        From `mrsnr.interior.interior_noise`: its region and its stride are looked at.
    """
    values = differences(voxels, stride=found.stride)
    usable = corners(inside, stride=found.stride)
    chosen = usable & corners(found.region, stride=found.stride, every=False)
    both = (chosen[..., :-1] | chosen[..., 1:]) & usable[..., :-1] & usable[..., 1:]
    if np.count_nonzero(both) < _FEWEST:
        return 0.0
    here, there = values[..., :-1][both], values[..., 1:][both]
    limit = _OUTLIER * max(median_sd(here), median_sd(there))
    near = (np.abs(here) < limit) & (np.abs(there) < limit)
    here, there = here[near], there[near]
    power = float(np.sqrt(np.mean(here**2) * np.mean(there**2)))
    if not power > 0:
        return 0.0
    independent = here.size / max(1.0, float((found.correlation**2).sum()))
    return max(0.0, float(np.mean(here * there)) / power - 2 / float(np.sqrt(independent)))
