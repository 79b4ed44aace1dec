"""Was the air set to zero?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import Check, CheckVerdict

_FAILS_AT = 0.05
_SLACK = 0.001


def zeros(background: NDArray[Any], *, sigma: float | None) -> Check:
    """Compare the fraction of exact zeros with what rounded Rayleigh noise can have.

    Parameters
    ----------
    background
        Intensities of the voxels called air.
    sigma
        SD of one channel, in the same units.

    Notes
    -----
    Rayleigh noise stored in steps of q is 0 with probability 1 - exp(-q² / 8 sigma²); the step is taken from the
    smallest positive intensity. The limit is three times that, plus 0.001; above it and 0.05 the air was masked.
    """
    fraction = float(np.mean(background == 0)) if background.size else 1.0
    positive = background[background > 0]
    expected = 0.0
    if positive.size and sigma is not None:
        expected = 1 - float(np.exp(-0.125 * (float(positive.min()) / sigma) ** 2))
    limit = 3 * expected + _SLACK
    zero = f"{100 * fraction:.1f} % of the background is exactly 0"
    if fraction <= min(limit, _FAILS_AT):
        return Check("zeros", fraction, limit, CheckVerdict.PASS, "The background was not set to zero.")
    if fraction <= limit:
        sentence = f"{zero}: the noise is hardly larger than the steps in which the image is stored."
        return Check("zeros", fraction, _FAILS_AT, CheckVerdict.WARN, sentence)
    if fraction > _FAILS_AT:
        return Check("zeros", fraction, limit, CheckVerdict.FAIL, f"{zero}: the air was masked.")
    sentence = f"{zero}; rounding explains {100 * expected:.2g} %."
    return Check("zeros", fraction, limit, CheckVerdict.WARN, sentence)
