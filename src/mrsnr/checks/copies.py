"""Are volumes of a series copies of the one before?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import Check, CheckVerdict, FloatArray

_NAMED = 5  # volumes


def copies(jumps: FloatArray, *, first: int = 0) -> Check:
    """Warn of volumes that are equal to the one before, voxel by voxel: a file given twice, a frame filled in.

    Parameters
    ----------
    jumps
        Root mean square change of each volume from the one before, shape (volumes,); that of the first does not count.
    first
        Number of the first of them in the file.

    Notes
    -----
    The value is how many there are. No acquisition repeats another to the last digit, so that a copy brings no noise of
    its own, and the SD reads low.
    """
    which = np.flatnonzero(jumps[1:] == 0) + 1 + first
    if not which.size:
        return Check("copies", 0.0, 0.0, CheckVerdict.PASS, "No volume is a copy of the one before.")
    named = ", ".join(str(volume) for volume in which[:_NAMED]) + (" and more" if which.size > _NAMED else "")
    one = which.size == 1
    sentence = (
        f"{which.size} volume{'' if one else 's'} ({named}) {'is a copy' if one else 'are copies'} of the one before: "
        "the noise reads low. Was a file given twice, or a frame filled in?"
    )
    return Check("copies", float(which.size), 0.0, CheckVerdict.WARN, sentence)
