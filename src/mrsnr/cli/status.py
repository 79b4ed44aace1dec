"""Exit statuses."""

from collections.abc import Iterable

OK = 0
USAGE = 2
INPUT = 3
REFUSED = 4
FAULT = 70
INTERRUPTED = 130

_FROM_BEST_TO_WORST = (OK, REFUSED, INPUT)


def worst(statuses: Iterable[int]) -> int:
    """Return the status of a run over several images: unusable input before refused before measured."""
    return max(statuses, key=_FROM_BEST_TO_WORST.index)
