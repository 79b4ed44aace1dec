"""What an affine says, in words."""

from __future__ import annotations

import numpy as np

from mrsnr.model import FloatArray, Image

_SIDES = (("left", "right"), ("posterior", "anterior"), ("inferior", "superior"))
_PLANES = ("sagittal", "coronal", "axial")
_AXES = ("first", "second", "third")
_OBLIQUE = 0.5  # degrees; less is the rounding of a header


def explain_affine(image: Image) -> tuple[str, ...]:
    """Return sentences for where the voxel axes run, the slice plane, and where the first voxel is.

    Parameters
    ----------
    image
        Its affine maps voxel indices to millimetres towards the patient's right, front and head (RAS).
    """
    directions = image.affine[:3, :3] / np.sqrt((image.affine[:3, :3] ** 2).sum(axis=0))
    lines = [
        f"The {name} voxel axis runs from {_run(directions[:, axis])}, in steps of {size:.4g} mm."
        for axis, (name, size) in enumerate(zip(_AXES, image.voxel_size, strict=True))
    ]
    slices = int(np.argmax(np.abs(np.cross(directions[:, 0], directions[:, 1]))))
    lines.append(f"The slices are {_PLANES[slices]}.")
    lines.append(f"Voxel (0, 0, 0) lies {_place(image.affine[:3, 3])} of the origin.")
    return tuple(lines)


def _run(direction: FloatArray) -> str:
    """Return 'left to right (12 degrees oblique)' for a unit vector."""
    nearest = int(np.argmax(np.abs(direction)))
    negative, positive = _SIDES[nearest]
    words = f"{negative} to {positive}" if direction[nearest] > 0 else f"{positive} to {negative}"
    angle = float(np.degrees(np.arccos(min(1.0, abs(direction[nearest])))))
    return words if angle < _OBLIQUE else f"{words} ({angle:.0f} degrees oblique)"


def _place(point: FloatArray) -> str:
    return ", ".join(
        f"{abs(distance):.1f} mm {sides[int(distance > 0)]}" for distance, sides in zip(point, _SIDES, strict=True)
    )
