"""Has every label the noise that its signal is divided by?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mrsnr.model import Check, CheckVerdict

_LIMIT, _FAILS_AT = 0.1, 0.3  # of the log of the ratio
_ERRORS = 3.0


def local_noise(ratios: Mapping[str, tuple[float, float]]) -> tuple[Check, ...]:
    """Compare the noise inside each label with the sigma that it is divided by; nothing to say where all agree.

    Parameters
    ----------
    ratios
        By the label's name: sigma seen in the label over sigma used, and its relative SE.

    Notes
    -----
    Parallel imaging and normalisation make the noise of a small label differ from that of the rest. Fine anatomy
    inside a label reads as noise too.
    """
    beyond = {name: abs(np.log(ratio)) - _ERRORS * error for name, (ratio, error) in ratios.items() if ratio > 0}
    worst = max(beyond, key=lambda name: beyond[name], default=None)
    if worst is None or beyond[worst] <= _LIMIT:
        return ()
    ratio = ratios[worst][0]
    verdict = CheckVerdict.FAIL if beyond[worst] > _FAILS_AT else CheckVerdict.WARN
    sentence = (
        f"The noise inside {worst} is {ratio:.2f} times the sigma that its signal is divided by: it varies over the "
        "object, or the label is not homogeneous."
    )
    return (Check("local-noise", float(abs(np.log(ratio))), _LIMIT, verdict, sentence),)
