"""What is to be said of the labels that a user drew: whether they hold air, and whether their noise is that used."""

from __future__ import annotations

import numpy as np

from mrsnr.checks import local_noise, overlap
from mrsnr.interior import sigma_within
from mrsnr.model import BoolArray, Check, Noise, Regions
from mrsnr.survey import Survey


def label_checks(regions: Regions, found: Noise, seen: Survey) -> tuple[Check, ...]:
    """Compare each label with the air and with the noise of the object.

    Parameters
    ----------
    regions
        With labels, shape of one volume.
    found
        The noise that they are divided by.
    seen
        What the volume shows.
    """
    shape = seen.voxels.shape
    named = {regions.names.get(k, f"label {k}"): mask.reshape(shape) for k, mask in regions.labels.items()}
    air = seen.background.whole if seen.background is not None and seen.air_holds else None
    return (*overlap(named, air), *local_noise({name: _ratio(mask, found, seen) for name, mask in named.items()}))


def _ratio(mask: BoolArray, found: Noise, seen: Survey) -> tuple[float, float]:
    """Return the noise seen in a label over that used, as far as it varies in space, and its relative SE; 0 if unknown.

    One sigma for the whole image is compared with what the label has more or less than the rest of the object: whether
    the level itself is right is another question.
    """
    inside = seen.interior
    if inside is None or found.sigma is None or not mask.any():
        return 0.0, 1.0
    sigma, error = sigma_within(seen.voxels, mask, inside, channels=seen.channels, step=seen.step)
    if np.ndim(found.sigma) == 0:
        return sigma / inside.sigma, error
    used = np.asarray(found.sigma, dtype=np.float64).reshape(mask.shape)[mask]
    return (sigma / float(np.nanmean(used)), error) if np.isfinite(used).any() else (0.0, 1.0)
