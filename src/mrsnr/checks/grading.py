"""From a value and its limits to a check."""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict


def graded(code: str, value: float, limit: float, fails_at: float, sentence: str) -> Check:
    """Return a check that passes up to a limit, warns above it, and fails above another.

    Parameters
    ----------
    code, value, limit, sentence
        As in `Check`.
    fails_at
        Above this value it fails.
    """
    verdict = CheckVerdict.PASS if value <= limit else CheckVerdict.WARN if value <= fails_at else CheckVerdict.FAIL
    return Check(code, value, limit, verdict, sentence)
