"""Do a mask and its image lie in the same place?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import Check, CheckVerdict, Image

_LIMIT = 0.5  # of a voxel


def geometry(image: Image, region: Image, *, name: str) -> Check:
    """Warn when the same voxel index means another place in the mask's file than in the image's.

    Parameters
    ----------
    image, region
        On the same grid.
    name
        What the region is called in the sentence.

    Notes
    -----
    The value is the largest distance, in voxels, between the corners of the two grids.
    """
    corners = np.array([[x, y, z, 1] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
    corners[:, :3] *= np.array([*image.grid, 1, 1][:3]) - 1
    apart = corners @ (np.linalg.inv(image.affine) @ region.affine - np.eye(4)).T
    largest = float(np.abs(apart[:, :3]).max())
    same = largest <= _LIMIT
    return Check(
        code="geometry",
        value=largest,
        limit=_LIMIT,
        verdict=CheckVerdict.PASS if same else CheckVerdict.WARN,
        sentence=f"The {name} lies where the image lies."
        if same
        else f"The {name}'s affine puts it up to {largest:.1f} voxels away from the image; voxel indices were used.",
    )
