"""What goes on the page: which voxels of which slices, and the range of values that the colours span."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import ArgumentError
from mrsnr.model import FloatArray, Image

MOST_PANELS = 16
_TAILS = (0.5, 99.5)  # percentiles: what lies outside gets the end colours, so that one spike darkens nothing

Extend = Literal["neither", "min", "max", "both"]


@dataclass(frozen=True)
class Scale:
    """The values at the two ends of a colour bar, and on which sides there are values beyond them."""

    low: float
    high: float
    extend: Extend
    words: str


def slice_count(image: Image) -> int:
    """How many slices the third axis has; 1 for a 2-D image."""
    return image.grid[2] if len(image.grid) == 3 else 1


def chosen_slices(count: int, index: int | None, *, most: int = MOST_PANELS) -> tuple[int, ...]:
    """Return the one slice asked for, or all of them, or evenly spaced ones when there are more than `most`.

    Raises
    ------
    ArgumentError
        If the slice asked for is not a whole number or not one of the image's.
    """
    if index is not None:
        return (checked_index(index, count, what="slice"),)
    stride = -(-count // most)
    shown = -(-count // stride)
    start = (count - 1 - (shown - 1) * stride) // 2
    return tuple(range(start, start + shown * stride, stride))


def checked_index(index: int, count: int, *, what: str) -> int:
    """Return the 0-based index if there is such a slice or volume.

    Raises
    ------
    ArgumentError
        If it is not a whole number from 0 to `count` - 1.
    """
    try:
        number = operator.index(index)
    except TypeError:
        raise ArgumentError(f"The {what} is {index!r}; expected a whole number, counted from 0.") from None
    if not 0 <= number < count:
        choices = f"0 to {count - 1}" if count > 1 else "0, as there is only one"
        raise ArgumentError(f"There is no {what} {number} in this image; expected {choices} (counted from 0).")
    return number


def volume_of(image: Image, volume: int = 0) -> FloatArray:
    """Read one volume as numbers to display, shape (x, y, z); the magnitude if they are complex.

    Raises
    ------
    ArgumentError
        If there is no such volume.
    """
    number = checked_index(volume, image.volumes, what="volume")
    voxels = np.asarray(image.data[..., number] if len(image.shape) == 4 else image.data)
    if np.iscomplexobj(voxels):
        voxels = np.abs(voxels)
    return as_volume(voxels.astype(np.float64))


def as_volume(array: NDArray[Any]) -> NDArray[Any]:
    """Give a 2-D array a third axis of one slice."""
    return array[..., np.newaxis] if array.ndim == 2 else array


def grey_scale(values: FloatArray) -> Scale:
    """Span the middle 99 % of the finite values."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return Scale(0, 1, "neither", "no finite voxel")
    low, high = np.percentile(finite, _TAILS)
    return _scale(float(low), float(high), [finite], "0.5th to 99.5th percentile")


def snr_scale(maps: Sequence[FloatArray], *, limits: tuple[float, float] | None = None) -> Scale:
    """Span 0 to the highest of the maps' 99.5 percentiles, so that all of them fit on one scale.

    Raises
    ------
    ArgumentError
        If the limits are not two finite numbers, the lower first.
    """
    finite = [values[np.isfinite(values)] for values in maps]
    if limits is not None:
        low, high = (float(limit) for limit in limits)
        if not -np.inf < low < high < np.inf:
            raise ArgumentError(f"The colour limits are {limits}; expected two finite numbers, the lower first.")
        return _scale(low, high, finite, "limits as given")
    tops = [float(np.percentile(values, _TAILS[1])) for values in finite if values.size]
    if not tops:
        return Scale(0, 1, "neither", "no finite voxel")
    return _scale(0.0, max(tops), finite, "0 to 99.5th percentile")


def _scale(low: float, high: float, finite: Sequence[FloatArray], words: str) -> Scale:
    smallest = min(float(values.min()) for values in finite if values.size)
    largest = max(float(values.max()) for values in finite if values.size)
    if not high > low:  # nearly every voxel is the same, as where all but a small object was masked
        low, high, words = min(low, smallest), largest, "smallest to largest"
    if not high > low:
        return Scale(low, low + (abs(low) or 1.0), "neither", "all voxels are the same")
    ends: tuple[Extend, ...] = ("neither", "min", "max", "both")
    return Scale(low, high, ends[(smallest < low) + 2 * (largest > high)], words)
