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


def snr_map(voxels: NDArray[Any], sigma: ArrayLike, *, channels: float | None = None) -> FloatArray:
    """Divide every voxel by sigma; NaN where either is not finite or sigma is not positive.

    Parameters
    ----------
    voxels
        Real intensities, shape of one volume.
    sigma
        SD of one channel in the same units: a number, or a map of the same shape.
    channels
        Number n of channels: the noise floor is taken off as by `amplitude_map`. ``None``: it is left in.
    """
    noise = np.where(np.asarray(sigma, dtype=np.float64) > 0, sigma, np.nan)
    ratio = (voxels if channels is None else amplitude_map(voxels, noise, channels=channels)) / noise
    return np.where(np.isfinite(ratio), ratio, np.nan)


def amplitude_map(voxels: NDArray[Any], sigma: ArrayLike, *, channels: float) -> FloatArray:
    r"""Return every voxel's amplitude, :math:`\sqrt{\max(M^2 - (2n - 1)\sigma^2, 0)}`; NaN where it is undefined.

    Parameters
    ----------
    voxels
        Magnitudes, shape of one volume.
    sigma
        SD of one channel in the same units: a number, or a map of the same shape.
    channels
        Number n of channels.

    Notes
    -----
    For looking at, not for averaging. The median is right to first order in sigma / A and within 1 % from an SNR of 3
    for one channel; air is not 0 but some 0.6 sigma in the median and more in the mean. The mean of a region is to be
    inverted as a whole: see `signal_table`.

    References
    ----------
    Gudbjartsson, Patz, Magn Reson Med 34:910-914 (1995).
    """
    magnitudes = np.asarray(voxels, dtype=np.float64)
    noise = np.asarray(sigma, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        amplitude = np.sqrt(np.maximum(magnitudes**2 - (2 * channels - 1) * noise**2, 0))
        return np.asarray(np.where(np.isfinite(amplitude) & (noise > 0), amplitude, np.nan))


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
