"""Is the series long enough for its SD to be believed?"""

from __future__ import annotations

from mrsnr.distributions import median_inverse_sd
from mrsnr.model import Check, CheckVerdict

_LIMIT = 0.02


def series_length(*, degrees_of_freedom: int) -> Check:
    """Warn when a short series makes the median tSNR read more than 2 % high.

    Parameters
    ----------
    degrees_of_freedom
        Volumes left after detrending. The median over voxels of signal / SD is above signal / sigma by the value of
        this check, since the SD of few volumes more often reads low than high.
    """
    bias = median_inverse_sd(degrees_of_freedom) - 1
    left = f"{degrees_of_freedom} degree{'s' * (degrees_of_freedom != 1)} of freedom"
    if bias <= _LIMIT:
        return Check("series-length", bias, _LIMIT, CheckVerdict.PASS, f"{left}: the SD is good enough.")
    sentence = (
        f"Only {left}: the SD of so few volumes reads low, and the map {100 * bias:.0f} % high in the median; "
        "the value is corrected for that."
    )
    return Check("series-length", bias, _LIMIT, CheckVerdict.WARN, sentence)
