"""Was the air set to zero?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import Check, CheckVerdict

_FAILS_AT = 0.05
_SLACK = 0.001
_TOO_COARSE = 0.2


def zeros(background: NDArray[Any], *, truncated: bool = False) -> Check:
    r"""Compare the fraction of exact zeros with what rounded Rayleigh noise can have.

    Parameters
    ----------
    background
        Intensities of the voxels called air, at least one.
    truncated
        Whether values were cut to whole steps, not rounded: then all below a step are 0, not half of them.

    Notes
    -----
    Noise stored in steps of q is rounded to 0 with probability :math:`1 - \exp(-q^2 / 8\sigma^2)`. Masked zeros would
    hide in a sigma that they made small themselves, so that q over sigma is taken from the other voxels alone: q is the
    smallest of them, and the share of them above 1.5 q is :math:`\exp(-q^2 / \sigma^2)`. The limit is three times the
    probability, plus 0.001, but never more than 0.05.
    """
    fraction = float(np.mean(background == 0))
    expected = _expected(background[background > 0])
    expected = 1 - (1 - expected) ** 4 if truncated else expected  # half a step squared is a quarter
    limit = 1.5 * expected + _SLACK if truncated else min(3 * expected + _SLACK, _FAILS_AT)
    if fraction <= limit:
        return Check("zeros", fraction, limit, CheckVerdict.PASS, "The background was not set to zero.")
    zero = f"{100 * fraction:.1f} % of the background is exactly 0"
    if expected > _TOO_COARSE:
        sentence = f"{zero}: the air was masked, or the noise is smaller than the steps in which the image is stored."
        return Check("zeros", fraction, limit, CheckVerdict.FAIL, sentence)
    if fraction <= 3 * expected + _SLACK:
        sentence = f"{zero}: the noise is hardly larger than the steps in which the image is stored."
        return Check("zeros", fraction, limit, CheckVerdict.WARN, sentence)
    if fraction > _FAILS_AT:
        part = "" if fraction > 0.5 else "part of "
        return Check("zeros", fraction, limit, CheckVerdict.FAIL, f"{zero}: {part}the air was masked.")
    sentence = f"{zero}; rounding explains {100 * expected:.2g} %."
    return Check("zeros", fraction, limit, CheckVerdict.WARN, sentence)


def _expected(positive: NDArray[Any]) -> float:
    """Return the probability that noise with these positive intensities is rounded to 0."""
    if positive.size == 0:
        return 1.0
    above = int((positive > 1.5 * float(positive.min())).sum())
    return 1 - float((above / positive.size) ** 0.125)
