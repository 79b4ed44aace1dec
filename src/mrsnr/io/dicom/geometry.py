"""Where frames are: distances along their normal, and the affine of a volume."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mrsnr.io.dicom.frames import Frame

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
_FAR_FROM_ONE = 0.05  # length of a vector of cosines, and of the product of two
_UNEVEN = 0.05  # of a slice distance
_OFF_LINE = 0.1  # mm


def oriented(frame: Frame) -> bool:
    """Return whether a frame says where it is."""
    if frame.position is None or frame.orientation is None:
        return False
    axes = np.array(frame.orientation).reshape(2, 3)
    lengths = np.linalg.norm([*axes, np.cross(*axes)], axis=1)
    return bool(np.abs(lengths - 1).max() < _FAR_FROM_ONE)


def normal(frame: Frame) -> NDArray[np.float64]:
    """Return the unit vector from one slice to the next."""
    axes = np.array(frame.orientation, float).reshape(2, 3)
    across = np.cross(*axes)
    return np.asarray(across / np.linalg.norm(across))


def distances(frames: Sequence[Frame]) -> NDArray[np.float64]:
    """Return how far frames of one orientation lie along their normal, in mm."""
    return np.array([frame.position for frame in frames], float) @ normal(frames[0])


def thickness(frame: Frame) -> float:
    """Return the distance of slices in mm as the header gives it, 1 if it does not."""
    for name in ("SpacingBetweenSlices", "SliceThickness"):
        number = frame.header.number(name)
        if number is not None and 0 < abs(number) < math.inf:
            return abs(number)
    return 1.0


def affine(slices: Sequence[Frame]) -> NDArray[np.float64]:
    """Return the affine of a volume, from voxels (column, row from the last one up, slice) to RAS millimetres.

    Parameters
    ----------
    slices
        Of one volume, along the normal.

    Notes
    -----
    Rows are turned around, as dcm2niix does: with columns to the left and rows to the back an axial image is then
    stored the way most NIfTI files are.
    """
    first, last = slices[0], slices[-1]
    rows, columns, count = first.rows, first.columns, len(slices)
    between_rows, between_columns = first.spacing or (1.0, 1.0)
    made = np.eye(4)
    if not oriented(first):
        made[:3, :3] = np.diag([-between_columns, -between_rows, thickness(first)])
        made[:3, 3] = -made[:3, :3] @ (np.array([columns, rows, count]) - 1) / 2
        return made
    along_row, along_column = np.array(first.orientation, float).reshape(2, 3)
    step = normal(first) * thickness(first)
    if count > 1:
        gaps = np.diff(distances(slices))
        step = (np.array(last.position) - np.array(first.position)) / (count - 1)
        if np.ptp(gaps) > _UNEVEN * _usual(gaps):  # right for most slices, not for the last
            step = normal(first) * _usual(gaps)
    matrix = np.column_stack([along_row * between_columns, -along_column * between_rows, step])
    origin = np.array(first.position) + along_column * between_rows * (rows - 1)
    made[:3, :3], made[:3, 3] = _LPS_TO_RAS @ matrix, _LPS_TO_RAS @ origin
    return made


def oddities(slices: Sequence[Frame]) -> list[str]:
    """Return sentences about what an affine cannot say: unknown places, gaps between slices, slices beside each other.

    Parameters
    ----------
    slices
        Of one volume, along the normal.
    """
    said = []
    if slices[0].spacing is None:
        said.append("The header gives no size of pixels: 1 mm is assumed.")
    if not oriented(slices[0]):
        said.append(
            "The header does not say where the slices are: their order is that of the file, their place is assumed."
        )
        return said
    if len(slices) > 1:
        said += _gaps(distances(slices))
        line = np.array([frame.position for frame in slices], float)
        off = line - line[0] - np.outer(np.linspace(0, 1, len(line)), line[-1] - line[0])
        beside = off - np.outer(off @ normal(slices[0]), normal(slices[0]))
        if (worst := float(np.linalg.norm(beside, axis=1).max())) > _OFF_LINE:
            said.append(f"The slices are not in one line: one lies {worst:.2f} mm beside it.")
    return said


def _usual(gaps: NDArray[np.float64]) -> float:
    """Return the median, and of two in the middle the smaller one: between them no slices lie."""
    return float(np.percentile(gaps, 50, method="lower"))


def _gaps(along: NDArray[np.float64]) -> list[str]:
    gaps = np.diff(along)
    usual = _usual(gaps)
    odd = np.flatnonzero(np.abs(gaps - usual) > _UNEVEN * usual)
    missing = [k for k in odd if gaps[k] > 1.5 * usual and abs(gaps[k] / usual - round(gaps[k] / usual)) < _UNEVEN]
    if missing and len(missing) == len(odd):
        count = sum(round(gaps[k] / usual) - 1 for k in missing)
        after = ", ".join(str(k + 1) for k in missing[:5])
        return [f"{count} slices are missing: there are gaps after slice {after} (of {len(along)}, from 1)."]
    if len(odd):
        return [
            f"The slices are not evenly spaced: {gaps.min():.2f} to {gaps.max():.2f} mm apart; {usual:.2f} is used."
        ]
    return []
