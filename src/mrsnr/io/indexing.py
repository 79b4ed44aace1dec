"""What an index asks of each axis."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np


def by_axis(index: Any, axes: int) -> tuple[int | slice, ...] | None:
    """Return the whole number or slice for each axis, ``None`` if the index has other things in it, or too many.

    Parameters
    ----------
    index
        As numpy takes it.
    axes
        How many there are.
    """
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, bool) or not isinstance(part, int | np.integer | slice | EllipsisType) for part in parts):
        return None
    gaps = sum(part is Ellipsis for part in parts)
    if gaps > 1 or len(parts) - gaps > axes:
        return None  # numpy has words of its own for these
    before = parts.index(Ellipsis) if gaps else len(parts)
    after = parts[before + 1 :]
    return (*parts[:before], *(slice(None),) * (axes - before - len(after)), *after)
