"""What is dark about an object, where nothing in the image is distributed like noise."""

from __future__ import annotations

import numpy as np

from mrsnr.bright import bright_object
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import local_mean

_WINDOW = 5  # voxels
_SPREADS = 5.0  # robust SDs of the local mean: what is further from its median is not air
_RIM = 2  # voxels at the border of the field of view, where filters roll off


def dark_border(voxels: FloatArray, finite: BoolArray) -> BoolArray:
    """Return the dark voxels that are connected with the border.

    They lie within five robust SDs of the median local mean outside the bright object; masked, cut or ghosted air is
    what is found.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), 0 where they are not finite.
    finite
        Where they are.
    """
    smooth = local_mean(voxels, width=_WINDOW, where=finite)
    dark = finite & ~bright_object(np.where(finite, voxels, np.nan), erode=0)
    if not dark.any():
        return dark
    middle = np.median(smooth[dark])
    spread = 1.4826 * np.median(np.abs(smooth[dark] - middle))
    return _touching(finite & (np.abs(smooth - middle) <= _SPREADS * spread))


def _touching(air: BoolArray) -> BoolArray:
    """Keep the parts that touch the border of their slice, without their rim."""
    from scipy.ndimage import binary_erosion, binary_propagation  # noqa: PLC0415 - costs more to import than all of this package

    border = np.zeros_like(air)
    border[[0, -1]] = True
    border[:, [0, -1]] = True
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)[:, :, None]
    outside = binary_propagation(border & air, cross, mask=air)
    inner = np.ones(air.shape, dtype=bool)
    for axis in (0, 1):
        if air.shape[axis] > 4 * _RIM:
            edge = [slice(None)] * 3
            edge[axis] = np.r_[0:_RIM, -_RIM:0]
            inner[tuple(edge)] = False
    return np.asarray(binary_erosion(outside, cross, border_value=1) & inner)
