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
    means, weight = window_sums(voxels, width=width, where=where)
    with np.errstate(invalid="ignore", divide="ignore"):
        means /= weight
    if where is not None:
        means[weight == 0] = np.nan
    return means


def window_sums(voxels: NDArray[Any], *, width: int, where: BoolArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the sum over a square window about each voxel, and how many voxels it is of.

    Parameters
    ----------
    voxels, width, where
        As for `local_mean`.
    """
    from scipy.ndimage import uniform_filter1d  # noqa: PLC0415 - scipy costs more to import than all of this package

    def summed(values: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
        uniform_filter1d(values, width, axis=0, mode="constant", output=out)
        uniform_filter1d(out, width, axis=1, mode="constant", output=out)  # line by line: in place is safe
        out *= width**2
        return out

    if where is None:
        ones = np.ones(voxels.shape[:2] + (1,) * (voxels.ndim - 2))
        total, weight = summed(voxels, np.empty(voxels.shape)), summed(ones, ones)
    else:
        counted = np.ascontiguousarray(np.where(where, voxels, 0.0))
        total, weight = summed(counted, counted), summed(where, np.empty(voxels.shape))
    np.round(weight, out=weight)  # whole numbers: the running sums leave a little behind
    return total, np.broadcast_to(weight, voxels.shape)


def smoothed(values: NDArray[Any], *, width: float) -> FloatArray:
    """Return values smoothed in the plane almost as by a Gaussian: by three running means, in a time without width.

    Parameters
    ----------
    values
        Shape (x, y) or (x, y, z).
    width
        SD in voxels, at least 1.
    """
    from scipy.ndimage import uniform_filter1d  # noqa: PLC0415 - as above

    edge = (
        2 * round((np.sqrt(4 * width**2 + 1) - 1) / 2) + 1
    )  # three windows of an odd edge e have variance (e^2 - 1) / 4
    result = np.array(values, dtype=np.float64, order="C")
    for _ in range(3):
        for axis in (0, 1):
            uniform_filter1d(result, edge, axis=axis, output=result)
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
