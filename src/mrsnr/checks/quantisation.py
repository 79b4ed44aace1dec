"""Are the steps in which the image is stored small against the noise?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict

_LIMIT, _FAILS_AT = 0.9, 0.5  # steps


def quantisation(sigma: float | None, *, step: float, truncated: bool = False) -> Check:
    """Compare sigma with the distance of the stored intensities.

    Parameters
    ----------
    sigma
        In image units; ``None`` where unknown.
    step
        Distance of the stored intensities, 0 if they are not quantised.
    truncated
        Whether values were cut to whole steps, not rounded.

    Notes
    -----
    Rounding adds a twelfth of a squared step to the variance, which is taken off; below 0.9 steps the
    distribution can no longer be told. Value and limit are sigma in steps; lower is worse.

    References
    ----------
    Dietrich et al., Magn Reson Med 60:1477-1487 (2008).
    """
    if step <= 0 or sigma is None:
        return Check("quantisation", None, _LIMIT, CheckVerdict.PASS, "The image is not stored in coarse steps.")
    value = sigma / step
    cut = " The values were cut to whole steps, not rounded; half a step was added back." if truncated else ""
    if value >= _LIMIT:
        verdict = CheckVerdict.WARN if truncated else CheckVerdict.PASS
        return Check("quantisation", value, _LIMIT, verdict, f"Sigma is {value:.3g} steps of the stored values.{cut}")
    verdict = CheckVerdict.WARN if value >= _FAILS_AT else CheckVerdict.FAIL
    return Check(
        "quantisation",
        value,
        _LIMIT,
        verdict,
        f"Sigma is only {value:.2g} steps of the stored values: most of the noise is lost in rounding.{cut}",
    )
