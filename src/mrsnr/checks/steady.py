"""Are the volumes of a series repeats of each other?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import Check, CheckVerdict, FloatArray

_LIMIT = 0.10


def steady(course: FloatArray, *, first: int = 0) -> Check:
    """Warn when a volume is more than 10 % brighter or darker than the median one.

    Parameters
    ----------
    course
        Mean signal of each volume in the object, shape (volumes,).
    first
        Number of the first of them in the file.

    Notes
    -----
    The first volumes of a series before its steady state are brighter; echoes, b-values and inversion times are no
    repeats at all. Either makes the SD over time something else than noise. A linear drift of more than 20 % over the
    series warns, too, although detrending takes it out.
    """
    median = float(np.median(course))
    if not median > 0:
        return Check("steady", None, _LIMIT, CheckVerdict.WARN, "The median volume has no positive signal in the mask.")
    away = course / median - 1
    worst = int(np.argmax(np.abs(away)))
    largest = abs(float(away[worst]))
    if largest <= _LIMIT:
        return Check("steady", largest, _LIMIT, CheckVerdict.PASS, "All volumes are equally bright.")
    others = int((np.abs(away) > _LIMIT).sum()) - 1
    more = f", {others} more are over 10 % off" if others else ""
    sentence = (
        f"Volume {worst + first} is {100 * largest:.0f} % {'brighter' if away[worst] > 0 else 'darker'} than the "
        f"median volume{more}: drop what came before the steady state; echoes, b-values or delays are no repeats."
    )
    return Check("steady", largest, _LIMIT, CheckVerdict.WARN, sentence)
