"""Where voxels are in the patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsnr.errors import ImageError

_SMALLEST_RELATIVE_VOLUME = 1e-9  # of an affine: below it, two voxel axes point the same way
_LARGEST = 1e9  # millimetres


def checked_affine(affine: ArrayLike) -> NDArray[np.float64]:
    """Return a read-only 4x4 matrix from voxels to millimetres.

    Raises
    ------
    ImageError
        If it is none, or its voxel axes do not span three dimensions.
    """
    try:
        matrix = np.array(affine, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ImageError("The affine holds something else than numbers; expected shape (4, 4).") from error
    if matrix.shape != (4, 4):
        raise ImageError(f"The affine has shape {matrix.shape}; expected (4, 4).")
    if not np.isfinite(matrix).all():
        raise ImageError("The affine holds NaN or infinity; expected finite millimetres.")
    largest = float(np.abs(matrix[:3]).max())
    if largest > _LARGEST:
        raise ImageError(
            f"The affine holds {largest:g}; expected millimetres, which no scanner makes more than 1e9 of."
        )
    lengths = np.sqrt((matrix[:3, :3] ** 2).sum(axis=0))
    volume = abs(float(np.linalg.det(matrix[:3, :3])))
    if not lengths.all() or volume <= _SMALLEST_RELATIVE_VOLUME * float(lengths.prod()):
        raise ImageError(
            "The affine is singular: its voxel axes do not span three dimensions. "
            "Repair the file's orientation (sform or qform), or give an affine of your own."
        )
    matrix.setflags(write=False)
    return matrix
