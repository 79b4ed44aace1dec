"""Is there any background?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict


def empty() -> Check:
    """Fail, since no voxel was called background."""
    return Check(
        code="empty",
        value=0.0,
        limit=None,
        verdict=CheckVerdict.FAIL,
        sentence="The background has no voxel: no finite voxel is in the noise mask, or in the darkest cluster.",
    )
