"""The one reason why an answer is worth what it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mrsnr.figures.words import all_made
from mrsnr.judgement import OF_AIR
from mrsnr.model import Check, CheckVerdict, Snr, Temporal, Verdict
from mrsnr.report.plain import listed, one_line, quoted
from mrsnr.tables import below_detection

_FIRST = (
    "kind",
    "identical",
    "empty",
    "detection",
    "local-noise",
    "zeros",
    "darker-than-air",
    "amount",
    "motion",
    "drift",
    "agreement",
    "overlap",
    "channels",
    "shape",
    "ratio",
    "accepted",
    "whiteness",
    "sensitivity",
    "steady",
    "copies",
    "noise-floor",
    "varying",
    "spikes",
    "lasting",
    "stationarity",
    "ghosts",
    "sides",
    "repeated-values",
    "quantisation",
    "evenness",
    "processed",
    "accelerated",
    "correlation",
    "clipping",
    "geometry",
    "convergence",
    "series-length",
    "interval",
    "confirmation",
    "defined",
)
_OF_THE_AIR = frozenset(
    {
        "zeros",
        "amount",
        "shape",
        "ratio",
        "channels",
        "darker-than-air",
        "stationarity",
        "repeated-values",
        "correlation",
    }
)
_MOST_NAMED = 3  # labels


def why(result: Snr | Temporal) -> str:
    """Return one sentence that says why the answer is trusted, to be taken with caution, or refused."""
    if result.value is None:
        return f"No value, because {_refusal(result)}."
    if result.verdict == Verdict.TRUSTED:
        return _trust(result)
    return f"Take it with caution, because {_doubt(result)}."


def _trust(result: Snr | Temporal) -> str:
    checks = () if isinstance(result, Temporal) or result.noise is None else result.noise.checks
    agreed = [check.value for check in checks if check.code == "agreement" and check.value is not None]
    every = f"Every check that bears on the method {'' if all_made(result) else 'and could be made '}passed"
    if not agreed:
        return f"{every}."
    second = f"a second, independent look at the noise agrees within {100 * math.expm1(agreed[0]):.1f} %"
    return f"{every}, and {second}."


def _doubt(result: Snr | Temporal) -> str:
    """Return the clause of an answer that is to be taken with caution."""
    reasons = result.reasons
    if isinstance(result, Temporal):
        if {check.code for check in reasons} <= {"confirmation"}:
            every = f"every check{'' if all_made(result) else ' that could be made'}"
            return f"nothing can confirm a temporal SNR, though the series itself passed {every}"
        return _clause(_weightiest(reasons), result)
    air = [check for check in reasons if check.code in _OF_THE_AIR]
    direct = [check for check in reasons if check not in air or result.method in OF_AIR] or list(reasons)
    worst = _weightiest(direct)
    if worst.code == "agreement" and worst.value is None and result.method == "tissue":
        cause = f" ({_clause(_weightiest(air), result)})" if air else ""
        return f"the noise is from inside the object alone and no air is there to confirm it{cause}"
    return _clause(worst, result)


def _refusal(result: Snr | Temporal) -> str:
    """Return the clause of a refusal."""
    codes = {check.code for check in result.reasons}
    if result.image.kind == "phase":
        return "this is a phase image, and an angle has no signal-to-noise ratio"
    if isinstance(result, Snr) and "detection" in codes:
        return "no signal stands out of the noise"
    air = [check for check in result.reasons if check.code in _OF_THE_AIR and check.verdict == CheckVerdict.FAIL]
    if isinstance(result, Snr) and result.noise is None and air:
        cause = _clause(_weightiest(air), result)
        return f"the air cannot tell the noise ({cause}) and the object does not show it clearly enough either"
    defined = next((check for check in result.reasons if check.code == "defined"), None)
    return _clause(defined or _weightiest(result.reasons), result)


def _weightiest(reasons: Sequence[Check]) -> Check:
    """Return the reason that matters most: one that failed, of these the first in the order above."""
    known = {code: place for place, code in enumerate(_FIRST)}
    return min(reasons, key=lambda check: (check.verdict != CheckVerdict.FAIL, known.get(check.code, len(_FIRST))))


def _clause(check: Check, result: Snr | Temporal) -> str:
    """Return what a check found as a clause that can follow ``because``."""
    if check.code == "interval":
        none = "the method gives no interval, so that nobody can say how far it is off"
        return none if check.value is None else f"its 95 % interval of ±{100 * check.value:.0f} % is too wide"
    if check.code == "detection" and isinstance(result, Snr):
        names = [quoted(row.name) for row in result.table if below_detection(row)]
        some = listed(names) if 0 < len(names) <= _MOST_NAMED else f"{len(names)} regions"
        return f"the signal of {some} cannot be told from noise and is left out, so that the mean reads high"
    sentence = one_line(check.sentence).removeprefix("There is no SNR. ").removeprefix("There is no SNR: ")
    sentence = sentence.removeprefix("There is no temporal SNR: ")
    first = sentence.split(". ")[0].rstrip(".?")
    return first[:1].lower() + first[1:]
