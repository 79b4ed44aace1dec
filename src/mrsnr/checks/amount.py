"""Is there enough air?"""

from __future__ import annotations

import numpy as np

from mrsnr.background import Background
from mrsnr.model import Check, CheckVerdict

_ENOUGH = 500  # independent voxels: 2 % of sigma for one channel
_FEWEST = 200
_BORDER = 0.03  # of the image's border


def no_air() -> Check:
    """Fail: there is nothing to count."""
    sentence = "Nothing in the image looks like air: there is no even, dark level that gathers enough of it."
    return Check("amount", 0.0, float(_ENOUGH), CheckVerdict.FAIL, sentence)


def amount(found: Background) -> Check:
    """Count the independent voxels of the background, and ask whether it reaches the border of the image.

    Parameters
    ----------
    found
        The background.
    """
    independent = float(found.independent)
    voxels = int(np.count_nonzero(found.region))
    sentence = f"The noise is from {voxels} voxels of background, as good as {independent:.0f} independent ones."
    if found.border < _BORDER:
        inner = f"{sentence[:-1]}; they do not reach the border of the image: they may be a dark organ."
        return Check("amount", independent, float(_ENOUGH), CheckVerdict.FAIL, inner)
    verdict = CheckVerdict.PASS if independent >= _ENOUGH else CheckVerdict.WARN
    return Check(
        "amount",
        independent,
        float(_ENOUGH),
        verdict if independent >= _FEWEST else CheckVerdict.FAIL,
        sentence,
    )
