"""Where numbers lie on the small scales of a page, from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mrsnr.model import Check, CheckVerdict
from mrsnr.wording import number

_AT_LEAST = frozenset({"amount", "noise-floor", "quantisation"})
_BOTH = "channels"  # which must be neither fewer than about one nor very many: the limit is the one that is nearer

_ROOM = 1.12  # times the outermost values: what a forest plot spans
_LARGEST_SPAN = 200.0  # times: further values are shown at the end, as beyond
_STEPS = (  # of ticks in a decade, the finest first
    (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9),
    (1, 1.5, 2, 3, 4, 6, 8),
    (1, 2, 5),
    (1, 3),
    (1,),
)
_MOST_TICKS = 5


@dataclass(frozen=True)
class Gauge:
    """A check's value against its limit, which is always in the middle.

    ``below`` says that values up to the limit pass. The scale runs from 0 to infinity: a value v stands at
    v / (v + limit).
    """

    place: float
    below: bool


def gauge(check: Check) -> Gauge | None:
    """Return where the value of a check stands.

    ``None`` if it has no value, or no limit above 0, or if it is within the limit and the check did not pass for
    another reason: the scale would contradict it.
    """
    if check.value is None or check.limit is None or not check.limit > 0 or math.isnan(check.value):
        return None
    value = max(check.value, 0.0)
    place = 1.0 if math.isinf(value) else value / (value + check.limit)
    at_least = check.code in _AT_LEAST or (check.code == _BOTH and check.limit < 1)
    within = place > 0.5 if at_least else place < 0.5
    if within and check.verdict != CheckVerdict.PASS:
        return None
    return Gauge(place=place, below=not at_least)


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from ``low`` to ``high`` with ``ticks`` (place and number)."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float:
        """Return where a value stands, at an end if it lies beyond that."""
        if not value > self.low:
            return 0.0
        return min(1.0, math.log(value / self.low) / math.log(self.high / self.low))


def axis(values: Sequence[float], *, middle: float | None) -> Axis | None:
    """Return the axis that holds some values above 0, or as many of them as are near the middle one.

    Parameters
    ----------
    values
        Values and ends of intervals; those not above 0 are left out.
    middle
        The value that matters, ``None`` for the median.
    """
    known = sorted(value for value in values if value > 0 and math.isfinite(value))
    if not known:
        return None
    about = middle if middle is not None and middle > 0 else known[len(known) // 2]
    low = max(known[0], about / _LARGEST_SPAN) / _ROOM
    high = min(known[-1], about * _LARGEST_SPAN) * _ROOM
    made = Axis(low, high, ())
    return Axis(low, high, tuple((made.place(tick), number(tick, 3)) for tick in _ticks(low, high)))


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers within, as many as there is room for."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for steps in _STEPS:
        found = (step * 10.0**decade for decade in decades for step in steps)
        inside = [value for value in found if low <= value <= high]
        if len(inside) <= _MOST_TICKS:
            break
    return inside if len(inside) > 1 else [_short(low * _ROOM), _short(high / _ROOM)]


def _short(value: float) -> float:
    return float(f"{value:.2g}")
