"""The quiet part of a region: where no ghost, ringing or flow adds to the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, FloatArray

_TILES = 12  # along x and along y
_SMALLEST_EDGE = 8  # voxels
_SMALLEST_TILE = 60  # voxels of the region
_QUIETEST = (0.3, 0.12)  # of the region: where the level is first looked for, and where if the rest is uneven
_TOLERANCE = (3.5, 2.5)  # standard errors of a tile's power
_EVEN = 0.02  # relative SD of sigma over the places kept, above which a closer look is taken
_FINEST = 0.004  # relative power below which tiles count as equal


@dataclass(frozen=True, eq=False)
class Quiet:
    """The quiet part: its voxels, which fraction of the region it is, and how even sigma is.

    ``uneven`` is the relative SD of sigma over places in the quiet part beyond what counting explains,
    ``uneven_whole`` the same over the whole region, ``uneven_slices`` over slices; ``chance`` what even noise may read
    by chance; ``powers`` the mean power of each place, shape (x, y), NaN where there are too few voxels.
    """

    region: BoolArray
    fraction: float
    uneven: float
    uneven_whole: float
    uneven_slices: float
    chance: float
    powers: FloatArray


def quiet_part(power: FloatArray, region: BoolArray, *, error: float) -> Quiet:
    r"""Leave out the places where the power is above the level of the quietest.

    The plane is divided into 12 x 12 tiles, each through all slices, since ghosts and ringing are alike in them. The
    level is found from the quietest tiles and then from all that agree with it within their error.

    Parameters
    ----------
    power
        Squared magnitude, shape (x, y, z).
    region
        Where to look, same shape.
    error
        Relative SE of the power of one voxel: :math:`\sqrt{c / n}` of n channels, c voxels sharing one sample.
    """
    place, shape = _places(region.shape[:2])
    size = shape[0] * shape[1]
    weight = _by_tile(place, region.sum(axis=2, dtype=np.float64), size)
    total = _by_tile(place, np.where(region, power, 0).sum(axis=2), size)
    usable = weight >= max(_SMALLEST_TILE, 0.1 * float(np.median(weight[weight > 0]))) if weight.any() else weight > 0
    mean = np.where(usable, total / np.maximum(weight, 1), np.nan)
    if np.count_nonzero(usable) < 3:
        return Quiet(region, 1.0, 0.0, 0.0, 0.0, 1.0, mean.reshape(shape))
    tile_error = error / np.sqrt(np.maximum(weight, 1))
    for quietest, tolerance in zip(_QUIETEST, _TOLERANCE, strict=True):
        level, kept = _level(mean, weight, tile_error, usable, quietest=quietest, tolerance=tolerance)
        if _beyond_error(mean[kept] / level, tile_error[kept]) / 2 < _EVEN:
            break
    chosen = np.append(kept, False)[place]
    return Quiet(
        region=region & chosen[..., None],
        fraction=float(weight[kept].sum() / weight[usable].sum()),
        uneven=_beyond_error(mean[kept] / level, tile_error[kept]) / 2,
        uneven_whole=_beyond_error(mean[usable] / level, tile_error[usable]) / 2,
        uneven_slices=_over_slices(power, region & chosen[..., None], error),
        chance=_by_chance(tile_error[kept]),
        powers=mean.reshape(shape),
    )


def _over_slices(power: FloatArray, region: BoolArray, error: float) -> float:
    """Return the relative SD of sigma over slices beyond what counting explains."""
    number = region.sum(axis=(0, 1)).astype(np.float64)
    seen = number >= _SMALLEST_TILE
    if np.count_nonzero(seen) < 3:
        return 0.0
    mean = np.where(region, power, 0).sum(axis=(0, 1))[seen] / number[seen]
    slice_error = error / np.sqrt(number[seen])
    spread = _beyond_error(mean / np.average(mean, weights=number[seen]), slice_error) / 2
    return spread if spread > _by_chance(slice_error) else 0.0


def _by_chance(error: FloatArray) -> float:
    """Return the SD of sigma that even noise may seem to have: two SE of the moment estimate of no variance at all."""
    if error.size < 2:
        return 1.0
    variance = 2 * float(np.mean(error**2)) * float(np.sqrt(2 / (error.size - 1)))
    return float(np.sqrt(variance)) / 2


def _by_tile(place: NDArray[np.intp], values: FloatArray, size: int) -> FloatArray:
    """Return the sum of values over each tile; those between two tiles are left out."""
    return np.asarray(np.bincount(place.ravel(), values.ravel(), minlength=size + 1)[:size], dtype=np.float64)


def _places(plane: tuple[int, ...]) -> tuple[NDArray[np.intp], tuple[int, int]]:
    """Return the number of the tile of every voxel of the plane, and how many tiles there are along x and y.

    A voxel exactly between two tiles gets a number past the last: it belongs to neither, so that a flipped image has
    the same tiles.
    """
    counts = [min(_TILES, max(1, size // _SMALLEST_EDGE)) for size in plane]
    numbers = []
    for size, count in zip(plane, counts, strict=True):
        where = (2 * np.arange(size) + 1) * count
        numbers.append(np.where(where % (2 * size) == 0, -1, where // (2 * size)))
    x, y = numbers[0][:, None], numbers[1][None, :]
    place = np.where((x < 0) | (y < 0), counts[0] * counts[1], x * counts[1] + y)
    return place.astype(np.intp), (counts[0], counts[1])


def _level(
    mean: FloatArray, weight: FloatArray, error: FloatArray, usable: BoolArray, *, quietest: float, tolerance: float
) -> tuple[float, BoolArray]:
    """Return the power of the quiet tiles, and which they are."""
    order = np.argsort(np.where(usable, mean, np.inf))
    reached = np.cumsum(np.where(usable, weight, 0)[order])
    first = order[: int(np.searchsorted(reached, quietest * reached[-1])) + 1]
    level = float(np.average(mean[first], weights=weight[first]))
    kept = usable
    for _ in range(20):
        near = usable & (np.abs(mean / level - 1) < np.maximum(tolerance * error, _FINEST))
        if not near.any():
            break
        kept = near
        moved = float(np.average(mean[kept], weights=weight[kept]))
        if abs(moved - level) < 1e-9 * level:
            break
        level = moved
    return level, kept


def _beyond_error(values: FloatArray, error: FloatArray) -> float:
    """Return the SD of values beyond their errors (DerSimonian and Laird's moment estimate)."""
    if values.size < 2:
        return 0.0
    weight = 1 / error**2
    spread = float((weight * (values - np.average(values, weights=weight)) ** 2).sum())
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return float(np.sqrt(max(0.0, (spread - (values.size - 1)) / scale)))
