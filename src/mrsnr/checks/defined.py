"""Is there a number at all?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict


def defined(*, sentence: str) -> Check:
    """Fail, with the sentence that says why there is no value."""
    return Check(code="defined", value=None, limit=None, verdict=CheckVerdict.FAIL, sentence=sentence)
