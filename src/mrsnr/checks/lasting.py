"""Does noise go on from one volume to the next, so that the change between them shows less of it?"""

from __future__ import annotations

import math

from mrsnr.model import Check, CheckVerdict

_LIMIT = 0.05


def lasting(correlation: float) -> Check:
    r"""Warn when noise by the change between neighbours in time is not all of the noise.

    Parameters
    ----------
    correlation
        Of the noise with that of the next volume, r: the SD of the change is that of :math:`\sqrt{1 - r}` of it.
    """
    if abs(correlation) <= _LIMIT:
        return Check("lasting", correlation, _LIMIT, CheckVerdict.PASS, "Noise does not go on to the next volume.")
    off = math.sqrt(1 - correlation) - 1
    sentence = (
        f"The noise is correlated with that of the next volume ({correlation:.2f}), as breathing is: noise by the "
        f"change between the two reads {100 * abs(off):.0f} % {'low' if off < 0 else 'high'}."
    )
    return Check("lasting", correlation, _LIMIT, CheckVerdict.WARN, sentence)
