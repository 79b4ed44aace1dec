"""Is the series long enough for its SD to be believed?"""

from __future__ import annotations

from mrsnr.distributions import inverse_sd_bias
from mrsnr.model import Check, CheckVerdict

_LIMIT = 0.02


def series_length(*, degrees_of_freedom: int) -> Check:
    """Warn when a short series makes the tSNR read more than 2 % high.

    Parameters
    ----------
    degrees_of_freedom
        Volumes left after detrending. The mean of signal / SD is above signal / sigma by the value of this check.
    """
    bias = float(inverse_sd_bias(degrees_of_freedom)) - 1
    if bias <= _LIMIT:
        sentence = f"{degrees_of_freedom} degrees of freedom: the SD is good enough."
        return Check("series-length", bias, _LIMIT, CheckVerdict.PASS, sentence)
    high = f"{100 * bias:.0f} % high" if bias < float("inf") else "without bound"
    return Check(
        "series-length",
        bias if bias < float("inf") else None,
        _LIMIT,
        CheckVerdict.WARN,
        f"Only {degrees_of_freedom} degrees of freedom: the mean tSNR reads {high}, by chance alone.",
    )
