"""Do two acquisitions hold the same noise?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray
from mrsnr.windows import local_mean

_LIMIT = 0.2  # a tenth of sigma is lost to it
_FAILS_AT = 0.5
_COPY = 0.999  # of every block: no two acquisitions are as alike
_BLOCK = 16  # voxels
_FILLED = 0.9  # of a block that must vary
_LOW, _MIDDLE, _HIGH = 5, 10, 25  # percentiles of the blocks' correlations
_APART = 0.97  # standard deviations between the lowest and the highest of these, of a normal distribution
_EVEN = 2.5  # times the scatter that counting explains: more is structure, not noise
_FEWEST = 10  # blocks that say whether they are even
_SLICES = 8
_ROUNDING = 1e-9  # of the brightest voxel: a block that varies by less is constant


def identical(first: NDArray[Any], second: NDArray[Any]) -> Check:
    """Correlate what two acquisitions hold beside smooth structure; independent noise does not correlate.

    Parameters
    ----------
    first, second
        Two magnitude volumes, shape (x, y, z).

    Notes
    -----
    The fine structure of each slice (a voxel less the mean of the 3x3 about it) is correlated in blocks of 16x16
    voxels. Shared noise correlates by the same amount in all blocks that hold little else; anatomy, ghosts and
    ringing, which are in both images too, by a different one in each. The value is therefore the lowest tenth of the
    correlations, if the lowest quarter of them scatter by no more than 2.5 times what counting explains; otherwise
    there is none, unless all are above 0.999. A correlation r makes sigma of the difference read low by
    1 - sqrt(1 - r): the limit stands for 10 %. The same data twice fail outright.

    Noise that is shared in an object full of texture, without clean air about it, is not found: it shows as a
    difference that is too small for the noise inside the object.
    """
    one, two = (np.asarray(np.abs(volume), dtype=np.float64) for volume in (first, second))
    finite = np.isfinite(one) & np.isfinite(two)
    if np.array_equal(one[finite], two[finite]):
        return _failed(1.0, "The two acquisitions are the same data: their difference is 0 everywhere.")
    found = _block_correlations(one, two, finite)
    if found.size == 0:
        sentence = "Whether the noise of the two acquisitions is independent cannot be seen: nothing varies in both."
        return Check("identical", None, _LIMIT, CheckVerdict.WARN, sentence)
    low, value, high = (float(np.percentile(found, part)) for part in (_LOW, _MIDDLE, _HIGH))
    scatter = _APART * (1 - high**2) / _BLOCK
    if value <= _LIMIT:
        sentence = f"The noise of the two acquisitions is independent (correlation {value:.2f})."
        return Check("identical", value, _LIMIT, CheckVerdict.PASS, sentence)
    even = found.size >= _FEWEST and high - low <= _EVEN * scatter
    if not even and found.min() < _COPY:
        sentence = (
            "The fine structure that the two acquisitions have in common is uneven, as anatomy is and noise is not."
        )
        return Check("identical", None, _LIMIT, CheckVerdict.PASS, sentence)
    if value > _FAILS_AT:
        same = f"The two acquisitions hold the same noise (correlation {value:.2f}): are they copies of one scan?"
        return _failed(value, same)
    sentence = (
        f"The noise of the two acquisitions is not independent (correlation {value:.2f}): sigma from their difference "
        "reads low."
    )
    return Check("identical", value, _LIMIT, CheckVerdict.WARN, sentence)


def _failed(value: float, sentence: str) -> Check:
    return Check("identical", value, _LIMIT, CheckVerdict.FAIL, sentence)


def _block_correlations(one: FloatArray, two: FloatArray, finite: BoolArray) -> FloatArray:
    """Return the correlation of the fine structure in each block that varies in both volumes."""
    chosen = np.unique(np.linspace(0, one.shape[2] - 1, _SLICES).round().astype(int))
    inside = finite[:, :, chosen] & ((one != 0) | (two != 0))[:, :, chosen]
    fine = [_blocks(_fine(volume[:, :, chosen], inside)) for volume in (one, two)]
    filled = _blocks(inside.astype(np.float64)).mean(axis=1) > _FILLED
    a, b = (part - part.mean(axis=1, keepdims=True) for part in fine)
    power = (a**2).sum(axis=1) * (b**2).sum(axis=1)
    least = (_ROUNDING * max(np.abs(one[finite]).max(), np.abs(two[finite]).max())) ** 2 * a.shape[1]
    usable = filled & (power > least**2)
    return np.asarray((a * b).sum(axis=1)[usable] / np.sqrt(power[usable]))


def _fine(volume: FloatArray, inside: BoolArray) -> FloatArray:
    scaled = np.where(inside, volume, 0.0)
    return np.where(inside, scaled - np.nan_to_num(local_mean(scaled, width=3, where=inside)), 0.0)


def _blocks(volume: FloatArray) -> FloatArray:
    """Cut the slices into blocks, shape (blocks, voxels)."""
    columns, rows = (min(_BLOCK, size) for size in volume.shape[:2])
    x, y, slices = volume.shape[0] // columns, volume.shape[1] // rows, volume.shape[2]
    cut = volume[: x * columns, : y * rows].reshape(x, columns, y, rows, slices)
    return np.asarray(cut.transpose(0, 2, 4, 1, 3).reshape(-1, columns * rows))
