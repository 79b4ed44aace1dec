"""95 % intervals of things that are positive and whose errors multiply: sigma and SNR."""

from __future__ import annotations

import math

_NORMAL = 1.96  # standard errors to either side


def interval_of(value: float, error: float) -> tuple[float, float]:
    """Return the log-normal 95 % interval of a value of that relative SE."""
    factor = math.exp(_NORMAL * error)
    return value / factor, value * factor


def error_of(interval: tuple[float, float]) -> float:
    """Return the relative SE that a 95 % interval of positive ends speaks of."""
    return math.log(interval[1] / interval[0]) / (2 * _NORMAL)
