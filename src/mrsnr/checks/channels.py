"""Is the number of channels that the air speaks of possible?"""

from __future__ import annotations

import numpy as np

from mrsnr.background import Background, channels_error
from mrsnr.model import Check, CheckVerdict

_FEWEST, _MOST = 0.9, 48.0
_ERRORS = 4.0  # SE of n below 1, at which sigma is not the same everywhere
_DOUBT = 0.05  # of the log of the SNR


def channels_known(value: float, *, doubt: float) -> Check:
    """Warn where neither the user, nor the file, nor air tells the number of channels, and it matters.

    Parameters
    ----------
    value
        The number that was used.
    doubt
        Log of the ratio of the largest to the smallest SNR that possible numbers give.
    """
    if doubt <= _DOUBT:
        known = f"The SNR hardly depends on the number of channels, taken to be {value:g}."
        return Check("channels", value, None, CheckVerdict.PASS, known)
    sentence = (
        f"The number of channels is not known and was judged to be {value:g} by the object; others would change the "
        f"SNR by up to {100 * np.expm1(doubt):.0f} %. Say how many there were (channels)."
    )
    return Check("channels", value, None, CheckVerdict.WARN, sentence)


def channels(found: Background) -> Check:
    """Look at the number of channels estimated from the background.

    Parameters
    ----------
    found
        The background.

    Notes
    -----
    Fewer than 0.9 means a mixture of sigmas, or air with something in it. More than 48 is homogeneous tissue: the
    magnitude of a signal of SNR t looks like noise of some t^2 / 4 channels.
    """
    value = found.channels
    if not found.estimated:
        return Check("channels", value, None, CheckVerdict.PASS, f"The number of channels, {value:g}, was given.")
    error = channels_error(value, 1 / max(found.independent, 1.0))
    if value < _FEWEST or value < 1 - _ERRORS * error:
        low = f"The background looks like noise of {value:.2f} channels, which cannot be: it is uneven or not all air."
        verdict = CheckVerdict.FAIL if value < _FEWEST else CheckVerdict.WARN
        return Check("channels", value, _FEWEST, verdict, low)
    if value > _MOST:
        high = f"The background looks like noise of {value:.0f} channels: it is even tissue, not air."
        return Check("channels", value, _MOST, CheckVerdict.FAIL, high)
    many = "one channel" if value == 1 else f"{value:.3g} channels"
    return Check("channels", value, _MOST, CheckVerdict.PASS, f"The background looks like noise of {many}.")
