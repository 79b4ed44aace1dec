"""Has a second, independent method seen the same noise?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict


def confirmation(*, method: str) -> Check:
    """Warn that one method alone was asked; an answer is trusted only when a second agrees."""
    return Check(
        code="confirmation",
        value=None,
        limit=None,
        verdict=CheckVerdict.WARN,
        sentence=f"No second, independent method has confirmed the noise that '{method}' found.",
    )
