"""Do single volumes jump, by motion or a spark?"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from mrsnr.model import Check, CheckVerdict, FloatArray

_LIMIT = 6.0
_MAD = 1.4826  # SD over MAD of a Gaussian
_SMALLEST = 0.05  # of the median jump: a spread below that is none
_NAMED = 5  # volumes
_HARMLESS = 0.05  # of robust noise


def spikes(jumps: FloatArray, *, first: int = 0, robust: bool = False) -> Check:
    """Warn of volumes that differ from the one before by far more than volumes usually do.

    Parameters
    ----------
    jumps
        Root mean square change of each volume from the one before (DVARS), shape (volumes,); that of the first does
        not count.
    first
        Number of the first of them in the file.
    robust
        Whether the noise is the median change between neighbours, which a few of them do not move: of a share p of the
        volumes it is the quantile at 0.5 / (1 - p) of what is usual.

    Notes
    -----
    The value is the largest distance from the median jump, in SDs by the MAD. A volume that is off is far from the one
    before and from the one after: both are named.

    References
    ----------
    Power et al., NeuroImage 59:2142-2154 (2012).
    """
    known = jumps[1:]
    if known.size < 3 or not np.isfinite(known).all():
        why = "there are too few volumes" if known.size < 3 else "the change between volumes is not finite"
        return Check("spikes", None, _LIMIT, CheckVerdict.NOT_MADE, f"Jumps could not be looked for: {why}.")
    middle = float(np.median(known))
    spread = max(_MAD * float(np.median(np.abs(known - middle))), _SMALLEST * middle)
    if not spread > 0:
        return Check("spikes", None, _LIMIT, CheckVerdict.PASS, "The volumes do not differ.")
    apart = (known - middle) / spread
    worst = float(apart.max())
    if worst <= _LIMIT:
        return Check("spikes", worst, _LIMIT, CheckVerdict.PASS, "No volume jumps.")
    which = np.flatnonzero(apart > _LIMIT) + 1 + first
    named = ", ".join(str(volume) for volume in which[:_NAMED]) + (" and more" if which.size > _NAMED else "")
    one = which.size == 1
    said = f"{which.size} volume{'' if one else 's'} ({named}) differ{'s' if one else ''} from the one before far more"
    if not robust:
        sentence = f"{said} than others do: motion or a spike, which counts as noise."
        return Check("spikes", worst, _LIMIT, CheckVerdict.WARN, sentence)
    share = min(which.size / jumps.size, 0.49)
    higher = NormalDist().inv_cdf(0.5 + 0.25 / (1 - share)) / NormalDist().inv_cdf(0.75) - 1
    if higher <= _HARMLESS:
        return Check("spikes", worst, _LIMIT, CheckVerdict.PASS, f"{said} than others do, and are left aside.")
    sentence = f"{said} than others do: so many that the median change reads up to {100 * higher:.0f} % high."
    return Check("spikes", worst, _LIMIT, CheckVerdict.WARN, sentence)
