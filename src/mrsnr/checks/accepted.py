"""Are the voxels that were taken for noise distributed like it, and at the border?"""

from __future__ import annotations

import numpy as np

from mrsnr.distributions import air_cdf
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray

_LIMIT = 0.05  # distance between distributions
_MOST = 20_000  # voxels that are looked at
_FEWEST = 50
_RIM = 3  # voxels


def accepted(
    values: FloatArray, region: BoolArray, *, sigma: float, channels: float, stored: BoolArray | None = None
) -> Check:
    """Compare the distribution of what was taken for noise with that of noise; fail where it is not at the border.

    Parameters
    ----------
    values
        Magnitudes that were taken for noise, any shape.
    region
        Where they are, shape (x, y, z).
    sigma
        SD of one channel that was found in them.
    channels
        Number n of channels.
    stored
        Where the image is not padded with zeros, same shape as ``region``; by default everywhere.

    Notes
    -----
    The value is the largest difference between the two cumulative distributions (Kolmogorov). Tissue of one brightness
    looks like noise of another sigma to a method that only counts, but it is narrower, and it does not reach the
    border of the field of view.
    """
    spaced = np.asarray(values).ravel()[:: max(1, np.size(values) // _MOST)]
    if spaced.size < _FEWEST:
        sentence = f"Only {np.size(values)} values were taken for noise: too few to say whether they are."
        return Check("accepted", None, _LIMIT, CheckVerdict.FAIL, sentence)
    rank = (np.arange(spaced.size) + 0.5) / spaced.size
    distance = float(np.abs(air_cdf(np.sort(spaced) / sigma, channels) - rank).max())
    if not _reaches_border(region, np.ones(region.shape, dtype=bool) if stored is None else stored):
        sentence = "What was taken for noise does not reach the border of the field of view: is it a piece of tissue?"
        return Check("accepted", distance, _LIMIT, CheckVerdict.FAIL, sentence)
    if distance > _LIMIT:
        sentence = f"What was taken for noise is not distributed like it (distance {distance:.2f})."
        return Check("accepted", distance, _LIMIT, CheckVerdict.FAIL, sentence)
    sentence = f"What was taken for noise is distributed like it (distance {distance:.3f})."
    return Check("accepted", distance, _LIMIT, CheckVerdict.PASS, sentence)


def _reaches_border(region: BoolArray, stored: BoolArray) -> bool:
    """Return whether a region has voxels at the border of the rows and columns that are stored."""
    for axis in (0, 1):
        others = tuple({0, 1, 2} - {axis})
        lines = np.flatnonzero(stored.any(axis=others))
        taken = np.asarray(region.any(axis=others))
        if lines.size and (taken[lines[:_RIM]].any() or taken[lines[-_RIM:]].any()):
            return True
    return False
