"""Has the answer an interval?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict

_WIDEST = 0.1  # half-width over the middle


def unbounded(interval: tuple[float, float] | None, *, method: str) -> tuple[Check, ...]:
    """Warn where a method gives no interval, or one wider than 10 %: such an answer is never trusted.

    Parameters
    ----------
    interval
        95 %, ``None`` where there is none.
    method
        Its name.
    """
    if interval is not None:
        low, high = interval
        half = (high - low) / (high + low) if high + low > 0 else 1.0
        if half <= _WIDEST:
            return ()
        wide = f"The interval is +-{100 * half:.0f} %: too wide to be trusted."
        return (Check("interval", half, _WIDEST, CheckVerdict.WARN, wide),)
    sentence = f"The method '{method}' gives no interval: nobody can say how far its answer may be off."
    return (Check("interval", None, None, CheckVerdict.WARN, sentence),)
