"""How a slice lies on the page: radiological convention, from the affine, by exact flips and transposes.

On the page, columns run towards the patient's left (or, in a sagittal slice, posterior) and rows towards the
feet (in an axial slice, posterior). So the patient's right is on the reader's left, and the head is up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from nibabel.orientations import aff2axcodes
from numpy.typing import NDArray

from mrsnr.model import FloatArray

# Of each anatomical axis: the letter of the left or top edge of the page, then its opposite.
_PAIRS = (("R", "L"), ("A", "P"), ("S", "I"))
_PLANES = ("sagittal", "coronal", "axial")  # by the anatomical axis that the slices are stacked along
_STRAIGHT = 0.5  # degrees: less tilt than that is not worth a word


@dataclass(frozen=True)
class Display:
    """The way from a slice of voxels to rows and columns on the page.

    ``left``, ``right``, ``top`` and ``bottom`` are the letters for the edges, ``aspect`` the height of a
    displayed voxel over its width, ``tilt`` the largest angle in degrees between a voxel axis and the
    anatomical axis it was taken for.
    """

    plane: str
    left: str
    right: str
    top: str
    bottom: str
    transpose: bool
    flip_rows: bool
    flip_columns: bool
    aspect: float
    tilt: float

    def apply(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Turn a slice, shape (x, y), into rows and columns; a view, no value is changed."""
        page = plane.T if self.transpose else plane
        if self.flip_rows:
            page = page[::-1]
        return page[:, ::-1] if self.flip_columns else page

    @property
    def words(self) -> str:
        """The plane's name, and how oblique it is."""
        if self.tilt < _STRAIGHT:
            return self.plane
        return f"{self.plane}, tilted by {self.tilt:.0f}°" if self.tilt >= 1 else f"{self.plane}, tilted by <1°"


def display_of(affine: FloatArray) -> Display:
    """Find how slices along the third voxel axis are displayed.

    An oblique slice is displayed as the nearest of sagittal, coronal and axial; its letters are then the
    nearest directions, not the exact ones.

    Parameters
    ----------
    affine
        Shape (4, 4), voxel indices to RAS millimetres.
    """
    codes = [str(code) for code in aff2axcodes(affine)]  # type: ignore[no-untyped-call]
    anatomical = [next(axis for axis, pair in enumerate(_PAIRS) if code in pair) for code in codes]
    # Left-right comes before front-back, and that before head-feet: the earlier one is horizontal.
    across, down = sorted((0, 1), key=lambda axis: anatomical[axis])
    (left, right), (top, bottom) = _PAIRS[anatomical[across]], _PAIRS[anatomical[down]]
    lengths = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    return Display(
        plane=_PLANES[anatomical[2]],
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        transpose=across == 0,
        flip_rows=codes[down] != bottom,
        flip_columns=codes[across] != right,
        aspect=float(lengths[down] / lengths[across]),
        tilt=_tilt(affine[:3, :3] / lengths, anatomical),
    )


def _tilt(directions: FloatArray, anatomical: list[int]) -> float:
    cosines = np.abs(directions[anatomical, [0, 1, 2]])
    return float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))
