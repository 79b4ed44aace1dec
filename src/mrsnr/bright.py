"""The bright part of an image, without its rim."""

from __future__ import annotations

import numpy as np

from mrsnr.model import BoolArray, FloatArray
from mrsnr.threshold import otsu
from mrsnr.windows import local_mean

_SMOOTHING = 5  # voxels: edge of the window that takes the noise out before a threshold is looked for
_SAFE = 0.5  # of the object that erosion must leave, or it is eroded less


def bright_object(mean: FloatArray, *, erode: int = 3) -> BoolArray:
    """Return the bright voxels, without the rim where an object that moves a little would show.

    Otsu's threshold on the square root of the local mean: the root, so that a coil's bright side does not push the
    far side of the object below the threshold.

    Parameters
    ----------
    mean
        Magnitudes, or the mean of repeats, shape (x, y, z), not negative; NaN is outside.
    erode
        Voxels taken off in the plane; fewer where that would leave less than half of the object.
    """
    finite = np.isfinite(mean)
    if not finite.any():
        return finite
    smooth = local_mean(mean, width=_SMOOTHING, where=None if finite.all() else finite)
    root = np.sqrt(np.maximum(smooth, 0.0, out=smooth), out=smooth)
    threshold = otsu(root[finite])
    if threshold is None:
        return finite
    inside = finite & (np.nan_to_num(root, nan=-np.inf) > threshold)
    return eroded(inside, erode) if inside.any() else finite


def eroded(mask: BoolArray, voxels: int) -> BoolArray:
    """Take voxels off the rim of each slice, as many as leave half of the mask; the image's border is no rim."""
    from scipy.ndimage import binary_erosion  # noqa: PLC0415 - scipy costs more to import than all of this package

    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)[:, :, None]
    left = mask
    for _ in range(voxels):
        smaller = np.asarray(binary_erosion(left, cross, border_value=1))
        if smaller.sum() < _SAFE * mask.sum():
            break
        left = smaller
    return left
