"""Is the background distributed like noise?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.distributions import air_mean, air_sd
from mrsnr.model import Check, CheckVerdict

RAYLEIGH_RATIO = float(np.sqrt(np.pi / (4 - np.pi)))
"""Mean over SD of Rayleigh noise, 1.913, whatever its sigma."""

_TOLERANCE = 0.03
_FEWEST = 50  # voxels, below which the ratio says nothing
_FAILS_AT = 0.10
_SPREAD = 0.71  # relative SE of the ratio times the root of the number of voxels, for any number of channels
_LOW = "it holds some tissue, was cut or zeroed, or is uneven"
_HIGH = "its bright tail was cut off, it is mostly tissue, or it was smoothed, coil-combined or ghosted"


def ratio(
    background: NDArray[Any], *, channels: float = 1, shared: float = 1.0, step: float = 0.0, truncated: bool = False
) -> Check:
    """Compare mean over SD of the background with that of noise: Rayleigh's 1.913 for one channel.

    Parameters
    ----------
    background
        Intensities of the voxels called air.
    channels
        Number n of channels.
    shared
        How many voxels share one independent sample.
    step
        Distance of the stored intensities, if rounding matters: a twelfth of its square is taken off the variance.
    truncated
        Whether values were cut to whole steps: then half a step is added to them.

    Notes
    -----
    Air with some tissue in it, zeroed or cut air reads lower; a cut bright tail, smoothing, several coils, ghosts and
    mostly tissue read higher. Zero-filling and k-space filters do not change it. The limit is the larger of 3 % and
    four standard errors. The value is the relative deviation. Fewer than 50 voxels cannot be judged.
    """
    if background.size < _FEWEST:
        few = f"The background has only {background.size} voxels: too few to say whether they are noise."
        return Check("ratio", None, None, CheckVerdict.FAIL, few)
    sd = float(np.sqrt(max(background.var(dtype=np.float64) - step**2 / 12, 0.0)))
    if sd == 0:
        return Check(
            "ratio",
            None,
            _TOLERANCE,
            CheckVerdict.FAIL,
            "The background does not vary: it is not noise.",
        )
    seen = float(background.mean(dtype=np.float64) + truncated * step / 2) / sd
    pure = RAYLEIGH_RATIO if channels == 1 else float(air_mean(channels) / air_sd(channels))
    deviation = abs(seen / pure - 1)
    limit = max(_TOLERANCE, 4 * _SPREAD * float(np.sqrt(shared / background.size)))
    sentence = f"The background's mean / SD is {seen:.2f}; pure noise has {pure:.2f}."
    if deviation <= limit:
        return Check("ratio", deviation, limit, CheckVerdict.PASS, sentence)
    cause = _LOW if seen < pure else _HIGH
    verdict = CheckVerdict.FAIL if deviation > max(_FAILS_AT, limit) else CheckVerdict.WARN
    return Check("ratio", deviation, limit, verdict, f"{sentence[:-1]}: {cause}.")
