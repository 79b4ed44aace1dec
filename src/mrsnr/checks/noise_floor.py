"""Is the signal far enough above the noise for its SD to be that of the noise?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict

_LIMIT = 5.0


def noise_floor(value: float, *, kind: str = "magnitude") -> Check:
    """Warn when the temporal SNR of magnitudes is so low that their noise is not Gaussian.

    Parameters
    ----------
    value
        The temporal SNR.
    kind
        Of the image; real and imaginary parts have no floor.

    Notes
    -----
    Of air mean over SD is 1.9 for one channel, and 5.6 for eight. A true SNR of 3 reads 3.3, of 5 reads 5.2 (Rician).
    With many channels the floor reaches higher than this check knows.

    References
    ----------
    Gudbjartsson, Patz, Magn Reson Med 34:910-914 (1995).
    """
    if kind in {"real", "imaginary"}:
        return Check("noise-floor", value, None, CheckVerdict.PASS, f"The noise of the {kind} part has no floor.")
    if value >= _LIMIT:
        return Check("noise-floor", value, _LIMIT, CheckVerdict.PASS, "The signal is above the noise floor.")
    sentence = (
        f"A temporal SNR of {value:.2g} is near the noise floor of magnitudes: air itself reads 1.9 with one "
        "channel, and more with several."
    )
    return Check("noise-floor", value, _LIMIT, CheckVerdict.WARN, sentence)
