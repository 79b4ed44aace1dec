"""Did the strength of the signal change between repeats?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray

_LIMIT = 0.05  # relative, of the SD
_FAILS_AT = 0.5
_GAIN = 0.02  # relative, of the mean
_GAIN_FAILS_AT = 0.2
_ERRORS = 4  # SE of a mean


def drift(first: FloatArray, last: FloatArray, where: BoolArray, *, widening: float, correlation: float = 1.0) -> Check:
    """Compare the repeats' means, and the SD of their difference with and without what changed slowly in space.

    Parameters
    ----------
    first, last
        Magnitudes of two repeats, shape (x, y, z).
    where
        The voxels that the noise is taken from, same shape.
    widening
        SD of their difference over its SD without the slow part.
    correlation
        How many voxels share one independent sample of noise.

    Notes
    -----
    The scanner's gain and field drift, coils load and warm. The value is the relative excess of the SD, and the limit
    5 %, unless the means differ by more than 2 % (and four standard errors): then they are value and limit. A changed
    gain changes the noise, too.
    """
    one, two = first[where], last[where]
    level = float(np.mean(one)) if one.size else 0.0
    change = float(np.mean(two)) / level - 1 if level > 0 else 0.0
    error = float(np.std(two - one) / np.sqrt(one.size / correlation)) / level if level > 0 else 0.0
    limit = max(_GAIN, _ERRORS * error)
    if abs(change) > limit:
        verdict = CheckVerdict.FAIL if abs(change) > max(_GAIN_FAILS_AT, limit) else CheckVerdict.WARN
        brighter = "brighter" if change > 0 else "darker"
        sentence = (
            f"The last repeat is {100 * abs(change):.1f} % {brighter} than the first: the gain or the contrast "
            "changed, and the noise perhaps with it."
        )
        return Check("drift", abs(change), limit, verdict, sentence)
    excess = max(widening - 1, 0.0)
    if excess <= _LIMIT:
        return Check("drift", excess, _LIMIT, CheckVerdict.PASS, "The signal did not drift between the repeats.")
    verdict = CheckVerdict.FAIL if excess > _FAILS_AT else CheckVerdict.WARN
    sentence = (
        f"A slow change between the repeats makes their difference {100 * excess:.0f} % wider than its noise; it was "
        "taken out, as far as it is smooth."
    )
    return Check("drift", excess, _LIMIT, verdict, sentence)
