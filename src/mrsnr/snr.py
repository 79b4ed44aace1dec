"""SNR is signal over sigma: the same division whatever the method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsnr.model import BoolArray, FloatArray, LabelSnr, Regions


def mean_signal(voxels: NDArray[Any], region: BoolArray) -> float | None:
    """Return the mean of the finite voxels of a region, ``None`` where there are none."""
    chosen = voxels[region]
    chosen = chosen[np.isfinite(chosen)]
    return float(chosen.mean(dtype=np.float64)) if chosen.size else None


def snr_map(voxels: NDArray[Any], sigma: ArrayLike) -> FloatArray:
    """Divide every voxel by sigma; NaN where either is not finite or sigma is not positive.

    Parameters
    ----------
    voxels
        Real intensities, shape of one volume.
    sigma
        SD of one channel in the same units: a number, or a map of the same shape.
    """
    noise = np.where(np.asarray(sigma, dtype=np.float64) > 0, sigma, np.nan)
    ratio = voxels / noise
    return np.where(np.isfinite(ratio), ratio, np.nan)


def label_table(voxels: NDArray[Any], regions: Regions, *, sigma: float | None) -> tuple[LabelSnr, ...]:
    """Return one row per label: its mean signal over sigma.

    Parameters
    ----------
    voxels
        Real intensities, shape of one volume.
    regions
        With ``labels`` of the same shape.
    sigma
        SD of one channel, ``None`` where undefined: then the rows have no SNR.
    """
    return tuple(_row(voxels, label, region, regions.names, sigma) for label, region in regions.labels.items())


def _row(
    voxels: NDArray[Any],
    label: int,
    region: BoolArray,
    names: Mapping[int, str],
    sigma: float | None,
) -> LabelSnr:
    signal = mean_signal(voxels, region)
    return LabelSnr(
        label=label,
        name=names.get(label, f"label {label}"),
        voxels=int(np.isfinite(voxels[region]).sum()),
        signal=signal,
        sigma=sigma,
        snr=None if signal is None or sigma is None else signal / sigma,
        low=None,
        high=None,
    )
