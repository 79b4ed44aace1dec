"""Parts of an object that are equally bright."""

from __future__ import annotations

import numpy as np

from mrsnr.intensities import IntArray
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import local_mean

_SMOOTHING = 5  # voxels: edge of the window that takes the noise out
_FEWEST = 500  # voxels of one class
_MOST_CLASSES = 16


def brightness_classes(mean: FloatArray, where: BoolArray) -> IntArray:
    """Return the class, from 0 for the darkest, of each voxel of a region: at most 16, of 500 voxels or more.

    Parameters
    ----------
    mean
        Mean of the repeats, shape (x, y, z).
    where
        The region, same shape; its voxels are finite.

    Returns
    -------
    IntArray
        Shape (voxels of the region,).
    """
    smooth = local_mean(mean, width=_SMOOTHING, where=where)[where]
    number = int(np.clip(smooth.size // _FEWEST, 1, _MOST_CLASSES))
    if number == 1:
        return np.zeros(smooth.size, dtype=np.intp)
    cuts = np.quantile(smooth, np.arange(1, number) / number)
    return np.asarray(np.searchsorted(cuts, smooth, side="right"))
