"""Do two independent estimates of the noise agree?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import Check, CheckVerdict

_SMALLEST, _LARGEST = 0.04, 0.06  # relative difference: always, and never, within the errors
_FAILS_AT = 0.25


def agreement(one: float | None, other: float | None, *, names: tuple[str, str], error: float) -> Check:
    """Compare two values of sigma that were found in different parts of the image or in different ways.

    Parameters
    ----------
    one, other
        Sigma in the same units, ``None`` where there is none.
    names
        What they are from, such as ("air", "tissue").
    error
        Relative SE of their difference.

    Notes
    -----
    The value is the log of their ratio. The limit is twice the error, but at least 4 % and at most 6 %: two estimates
    that are so uncertain that they cannot disagree do not confirm each other.
    """
    if one is None or other is None:
        known, missing = names if other is None else names[::-1]
        sentence = f"The noise from {known} could not be confirmed: there is no second estimate, from {missing}."
        return Check("agreement", None, None, CheckVerdict.WARN, sentence)
    value = float(abs(np.log(other / one)))
    limit = float(np.clip(2 * error, _SMALLEST, _LARGEST))
    if value <= limit:
        sentence = f"Sigma from {names[1]} confirms that from {names[0]}, within {100 * np.expm1(value):.1f} %."
        if error > _LARGEST:
            vague = f"Sigma from {names[1]} is too uncertain to confirm that from {names[0]}."
            return Check("agreement", value, limit, CheckVerdict.WARN, vague)
        return Check("agreement", value, limit, CheckVerdict.PASS, sentence)
    verdict = CheckVerdict.FAIL if value > _FAILS_AT else CheckVerdict.WARN
    which = "higher" if other > one else "lower"
    share = 100 * (np.exp(value) - 1 if other > one else 1 - np.exp(-value))
    sentence = f"Sigma from {names[1]} is {share:.0f} % {which} than that from {names[0]}, which is what is reported."
    return Check("agreement", value, limit, verdict, sentence)
