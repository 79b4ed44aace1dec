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
    displayed voxel over its width. ``tilt`` is the largest angle in degrees between the slice, or the line across it,
    and the anatomical axes they were taken for; ``shear`` that by which voxel axes are off a right angle.
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
    shear: float

    def apply(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Turn a slice, shape (x, y), into rows and columns; a view, no value is changed."""
        page = plane.T if self.transpose else plane
        if self.flip_rows:
            page = page[::-1]
        return page[:, ::-1] if self.flip_columns else page

    @property
    def words(self) -> str:
        """The plane's name, how oblique it is, and how far slices are shifted against each other, or skewed."""
        angles = (("tilted", self.tilt), ("sheared", self.shear))
        said = [f"{how} by {f'{angle:.0f}' if angle >= 1 else '<1'}°" for how, angle in angles if angle >= _STRAIGHT]
        return ", ".join([self.plane, *said])


def display_of(affine: FloatArray) -> Display:
    """Find how slices along the third voxel axis are displayed.

    An oblique slice is displayed as the nearest of sagittal, coronal and axial; its letters are then the
    nearest directions, not the exact ones. Where slices are shifted against each other, as a sheared affine
    says, the plane is that of the slices all the same.

    Parameters
    ----------
    affine
        Shape (4, 4), voxel indices to RAS millimetres.
    """
    lengths = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    directions = affine[:3, :3] / lengths
    frame = _frame(directions)
    codes = [str(code) for code in aff2axcodes(_affine_of(frame))]  # type: ignore[no-untyped-call]
    anatomical = [next(axis for axis, pair in enumerate(_PAIRS) if code in pair) for code in codes]
    # Left-right comes before front-back, and that before head-feet: the earlier one is horizontal.
    across, down = sorted((0, 1), key=lambda axis: anatomical[axis])
    (left, right), (top, bottom) = _PAIRS[anatomical[across]], _PAIRS[anatomical[down]]
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
        tilt=_angle(frame[anatomical, [0, 1, 2]]),
        shear=max(90 - _angle(directions[:, 0] @ directions[:, 1]), _angle(directions[:, 2] @ frame[:, 2])),
    )


def _frame(directions: FloatArray) -> FloatArray:
    """Return three axes at right angles: two in the slice, turned alike to be so, and that across it."""
    first, second = directions[:, 0], directions[:, 1]
    middle, across = first + second, first - second  # which are at right angles for unit vectors
    middle, across = middle / np.linalg.norm(middle), across / np.linalg.norm(across)
    normal = np.cross(middle, across)
    if normal @ directions[:, 2] < 0:
        normal = -normal
    return np.stack([(middle + across) / np.sqrt(2), (middle - across) / np.sqrt(2), normal], axis=1)


def _affine_of(frame: FloatArray) -> FloatArray:
    affine = np.eye(4)
    affine[:3, :3] = frame
    return affine


def _angle(cosines: FloatArray) -> float:
    """Return the largest of some angles, in degrees from 0 to 90, by their cosines."""
    return float(np.degrees(np.arccos(np.clip(np.abs(cosines).min(), 0, 1))))
