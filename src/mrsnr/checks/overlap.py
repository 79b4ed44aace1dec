"""Is a label part of what was taken for air?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mrsnr.model import BoolArray, Check, CheckVerdict

_LIMIT, _FAILS_AT = 0.02, 0.2  # of the voxels of a label


def overlap(labels: Mapping[str, BoolArray], air: BoolArray | None) -> tuple[Check, ...]:
    """Look for labels that hold voxels which look like air; nothing to say where none does.

    Parameters
    ----------
    labels
        Masks by name, all of one shape.
    air
        Where the image looks like air, same shape; ``None`` where that is not known.

    Notes
    -----
    Such a label is fainter than the noise, or drawn over the edge of the object. Its signal cannot be told from that of
    a label that is half air, and what was measured as noise is partly its own.
    """
    if air is None:
        return ()
    shares = {name: float(np.mean(air[mask])) for name, mask in labels.items() if mask.any()}
    worst = max(shares, key=lambda name: shares[name], default=None)
    if worst is None or shares[worst] <= _LIMIT:
        return ()
    verdict = CheckVerdict.FAIL if shares[worst] > _FAILS_AT else CheckVerdict.WARN
    looks = f"{100 * shares[worst]:.0f} % of {worst} looks like air"
    sentence = f"{looks}: it is fainter than the noise, or drawn beyond the object."
    return (Check("overlap", shares[worst], _LIMIT, verdict, sentence),)
