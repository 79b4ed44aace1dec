"""Arterial spin labelling: the difference of every control volume and its label, a few volumes at a time."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import ArgumentError
from mrsnr.model import FloatArray

Pairs = Literal["control-label", "label-control"]

_SIGNS = {"control-label": 1.0, "label-control": -1.0}


class Subtraction:
    """Makes control minus label of volumes that alternate.

    Parameters
    ----------
    pairs
        Which comes first, ``"control-label"`` or ``"label-control"``.
    """

    def __init__(self, pairs: Pairs) -> None:
        self._sign = _SIGNS[pairs]
        self._single: NDArray[Any] | None = None
        self._pairs = 0

    @np.errstate(invalid="ignore", over="ignore")
    def of(self, block: NDArray[Any]) -> tuple[FloatArray, int]:
        """Return the differences that some more volumes complete, shape (pairs, voxels), and the index of the first."""
        joined = block if self._single is None else np.concatenate([self._single, block])
        whole = len(joined) // 2 * 2
        self._single = joined[whole:].copy()
        first, self._pairs = self._pairs, self._pairs + whole // 2
        control, label = joined[0:whole:2], joined[1:whole:2]
        return self._sign * np.subtract(control, label, dtype=np.float64), first


def pairs_named(name: object) -> Pairs | None:
    """Return the order of control and label, if it is one.

    Raises
    ------
    ArgumentError
        If it is neither ``None`` nor one of the two.
    """
    if name is None:
        return None
    for known in get_args(Pairs):
        if isinstance(name, str) and name == known:
            return cast(Pairs, known)
    raise ArgumentError(
        f'pairs is {name!r}; expected "control-label" or "label-control", by which comes first, or None if the volumes '
        "are no pairs."
    )
