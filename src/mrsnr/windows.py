"""Means over small windows in the plane of each slice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, FloatArray


def local_mean(voxels: NDArray[Any], *, width: int, where: BoolArray | None = None) -> FloatArray:
    """Return the mean over a square window about each voxel, slice by slice.

    At the edges the window is cut, not filled.

    Parameters
    ----------
    voxels
        Shape (x, y) or (x, y, z), finite where they count.
    width
        Edge of the window in voxels, odd.
    where
        The voxels that count, same shape; by default all. NaN where a window holds none.
    """
    total, weight = window_sums(voxels, width=width, where=where)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(weight > 0, total / weight, np.nan))


def window_sums(voxels: NDArray[Any], *, width: int, where: BoolArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the sum over a square window about each voxel, and how many voxels it is of.

    Parameters
    ----------
    voxels, width, where
        As for `local_mean`.
    """
    from scipy.ndimage import uniform_filter1d  # noqa: PLC0415 - scipy costs more to import than all of this package

    def summed(values: NDArray[Any]) -> FloatArray:
        along = uniform_filter1d(values, width, axis=0, mode="constant")
        return np.asarray(uniform_filter1d(along, width, axis=1, mode="constant") * width**2)

    inside = np.ones(voxels.shape[:2] + (1,) * (voxels.ndim - 2)) if where is None else where.astype(np.float64)
    counted = np.where(where, voxels, 0.0) if where is not None else np.asarray(voxels, dtype=np.float64)
    weight = np.round(summed(inside))  # whole numbers: the running sums leave a little behind
    return summed(counted), np.broadcast_to(weight, voxels.shape)


def smoothed(values: NDArray[Any], *, width: float) -> FloatArray:
    """Return values smoothed in the plane almost as by a Gaussian: by three running means, in a time without width.

    Parameters
    ----------
    values
        Shape (x, y, z).
    width
        SD in voxels, at least 1.
    """
    from scipy.ndimage import uniform_filter1d  # noqa: PLC0415 - as above

    edge = (
        2 * round((np.sqrt(4 * width**2 + 1) - 1) / 2) + 1
    )  # three windows of an odd edge e have variance (e^2 - 1) / 4
    result = np.asarray(values, dtype=np.float64)
    for _ in range(3):
        for axis in (0, 1):
            result = uniform_filter1d(result, edge, axis=axis)
    return result


def shrunk(mask: BoolArray, *, times: int = 1) -> BoolArray:
    """Return a mask without the voxels that have a neighbour outside it, in the plane; the image's border is no rim."""
    return _spread(mask, np.logical_and, outside=True, times=times)


def grown(mask: BoolArray, *, times: int = 1) -> BoolArray:
    """Return a mask with all its neighbours in the plane, diagonal ones included."""
    return _spread(mask, np.logical_or, outside=False, times=times)


def _spread(mask: BoolArray, combine: np.ufunc, *, outside: bool, times: int) -> BoolArray:
    """Combine each voxel with its neighbours along x and then along y: faster than a general structuring element."""
    result = mask
    for _ in range(times):
        for axis in (0, 1):
            padding = [(int(axis == one), int(axis == one)) for one in range(mask.ndim)]
            wide = np.moveaxis(np.pad(result, padding, constant_values=outside), axis, 0)
            result = np.moveaxis(combine(combine(wide[:-2], wide[1:-1]), wide[2:]), 0, axis)
    return np.asarray(result)
