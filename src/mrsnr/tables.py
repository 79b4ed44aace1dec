"""One row a label: its signal with the noise floor taken out, over sigma, with an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.distributions import magnitude_mean_slope, variance_factor
from mrsnr.intervals import error_of, interval_of
from mrsnr.inversion import invert_mean, invert_moments, magnitude_mean_curvature, noise_bias, sigma_sensitivity
from mrsnr.model import BoolArray, FloatArray, LabelSnr, Noise, Regions
from mrsnr.windows import window_sums

INVERSION_ERROR = 0.2
"""Standard error of what was taken off for the noise floor's curvature, relative to it."""

_DETECTED = 2.0  # standard errors of the mean square above that of noise
_WINDOW = 5  # voxels, in the plane: where a label is taken as homogeneous under a map of sigma
_MOST_CORRECTED = 0.3  # of theta: near 0 the second order says no more than the sign
_LARGEST_ERROR = 3.0  # relative; an interval wider than that says nothing
_THETAS = np.geomspace(0.05, 300, 400)


def signal_table(voxels: NDArray[Any], regions: Regions, *, noise: Noise, limits: bool = True) -> tuple[LabelSnr, ...]:
    r"""Return one row per label: its amplitude with the noise floor taken out, over sigma, with a 95 % interval.

    One sigma: mean and mean square of the label's magnitudes are inverted together (`invert_moments`), so that the mean
    amplitude is right where it varies, as it does under a coil's bias field.

    A map of sigma: the mean of M over that of sigma, of 5 x 5 voxels of the label in the plane, is inverted at every
    voxel, the bias that its noise has then is taken off to second order, and the voxels' SNR are averaged. ``signal``
    is the mean of their amplitudes, ``sigma`` the root mean square of the map, so that the SNR is not quite their
    ratio.

    Parameters
    ----------
    voxels
        Magnitudes, shape of one volume; the absolute values of a real part (0.5 channels).
    regions
        With ``labels`` of the same shape.
    noise
        Sigma, its interval, the number of channels and how correlated neighbours are.
    limits
        Whether to give intervals, which takes most of the time.

    Returns
    -------
    tuple of LabelSnr
        ``signal`` and ``snr`` are ``None`` without sigma, and where the label cannot be told from noise:
        see `below_detection`. ``low`` and ``high`` are ``None`` where sigma has no interval.

    Notes
    -----
    The interval is log-normal. Its parts: the error of sigma, which counts more than once at low SNR; the noise of the
    label's mean and of the spread of its amplitude; and `INVERSION_ERROR` of what the curvature of the noise floor
    changed. Simulated bias with a map of sigma that varies by 80 %, at SNR 2, 3, 5 and 20: +0.2, +0.1, 0.0, 0.0 % for
    n = 1 and +0.4, +0.1, 0.0, 0.0 % for n = 8; plain inversion of the windows: -1.3 % at SNR 2 and n = 8.

    References
    ----------
    Koay, Ozarslan, Basser, J Magn Reson 197:108-119 (2009).
    """
    return tuple(
        _label_row(voxels, label, region, regions.names, noise, limits=limits)
        for label, region in regions.labels.items()
    )


def below_detection(row: LabelSnr) -> bool:
    """Return whether a label has no SNR because its mean square cannot be told from that of noise."""
    return row.snr is None and row.sigma is not None and row.voxels > 0


def mean_of_tables(tables: Sequence[tuple[LabelSnr, ...]]) -> tuple[LabelSnr, ...]:
    """Return the table of repeats: signal and SNR of each label averaged over them, the interval that of one.

    Parameters
    ----------
    tables
        One of `signal_table` per repeat, of the same labels; at least one.
    """
    return tuple(_mean_of_rows(rows) for rows in zip(*tables, strict=True))


def _mean_of_rows(rows: Sequence[LabelSnr]) -> LabelSnr:
    first = rows[0]
    seen = [row for row in rows if row.snr is not None and row.signal is not None]
    if len(rows) == 1 or first.snr is None or len(seen) < len(rows):
        return first
    signal, snr = (float(np.mean([getattr(row, name) for row in rows])) for name in ("signal", "snr"))
    scale = snr / first.snr
    low, high = (None if limit is None else limit * scale for limit in (first.low, first.high))
    return replace(first, signal=signal, snr=snr, low=low, high=high)


def overall(table: tuple[LabelSnr, ...], *, noise: Noise) -> tuple[float | None, tuple[float, float] | None]:
    """Return the voxel-weighted mean of the labels' SNR, and its 95 % interval.

    The error of sigma is common to all labels; the rest of each label's interval is its own.

    Parameters
    ----------
    table
        From `signal_table`. Labels without SNR are left out: the mean is of those that were detected.
    noise
        The noise that the table was made with.
    """
    rows = [row for row in table if row.snr]
    if not rows:
        return None, None
    share = np.array([row.voxels for row in rows], dtype=np.float64)
    theta = np.array([row.snr for row in rows], dtype=np.float64)
    share /= share.sum()
    value = float(share @ theta)
    limits = [(row.low, row.high) for row in rows]
    error = _sigma_error(noise)
    if error is None or any(low is None or high is None for low, high in limits):
        return value, None
    common = error * sigma_sensitivity(theta, noise.channels)
    whole = np.array([error_of((low, high)) for low, high in limits if low is not None and high is not None])
    own = np.maximum(whole**2 - common**2, 0)
    variance = (share @ (theta * common)) ** 2 + (share * theta) ** 2 @ own
    return value, interval_of(value, min(float(np.sqrt(variance)) / value, _LARGEST_ERROR))


@dataclass(frozen=True)
class _Signal:
    """Amplitude and SNR of a label; by how much the curvature of the noise floor mattered, in units of sigma."""

    amplitude: float
    theta: float
    bent: float
    varied: bool


def _label_row(
    voxels: NDArray[Any], label: int, region: BoolArray, names: Mapping[int, str], noise: Noise, *, limits: bool
) -> LabelSnr:
    sigma = None if noise.sigma is None else np.broadcast_to(np.asarray(noise.sigma, np.float64), voxels.shape)
    finite = region & np.isfinite(voxels)
    usable = finite if sigma is None else finite & np.isfinite(sigma) & (sigma > 0)
    known = sigma is not None and bool(usable.any())
    found = _signal(voxels, sigma, usable, noise) if sigma is not None and known else None
    count = np.count_nonzero(usable) / max(noise.correlation, 1.0)
    low, high = (None, None) if found is None or not limits else _limits(found, max(count, 1.0), noise)
    return LabelSnr(
        label=label,
        name=names.get(label, f"label {label}"),
        voxels=int(np.count_nonzero(finite)),
        signal=None if found is None else found.amplitude,
        sigma=float(np.sqrt(np.mean(sigma[usable] ** 2))) if sigma is not None and known else None,
        snr=None if found is None else found.theta,
        low=low,
        high=high,
    )


def _signal(voxels: NDArray[Any], sigma: FloatArray, region: BoolArray, noise: Noise) -> _Signal | None:
    """Return the signal of the finite voxels of a label, ``None`` where it cannot be told from noise."""
    n, ratio = noise.channels, voxels[region] / sigma[region]
    mean_square = float(np.mean(ratio**2))
    power = mean_square - 2 * n
    independent = max(ratio.size / max(noise.correlation, 1.0), 1.0)
    statistical = 2 * np.sqrt((n + max(power, 0)) / independent)
    if power < _DETECTED * np.hypot(statistical, 4 * n * (_sigma_error(noise) or 0)):
        return None
    if np.asarray(noise.sigma, dtype=np.float64).ndim:
        theta, bias = _local_theta(voxels, sigma, region, noise)
        found = theta + bias
        return _Signal(float(np.mean(found * sigma[region])), float(found.mean()), float(bias.mean()), varied=False)
    mean = float(ratio.mean())
    value = float(invert_moments(mean, mean_square, n)[0])
    bent = float(invert_mean(mean, n)) - value
    return _Signal(value * float(sigma.flat[0]), value, bent, varied=True) if value > 0 else None


def _local_theta(
    voxels: NDArray[Any], sigma: FloatArray, region: BoolArray, noise: Noise
) -> tuple[FloatArray, FloatArray]:
    """Return theta of each voxel of a region from the window about it, and how much too low its noise makes it.

    The mean signal of the window is divided by its mean sigma: a map from few repeats is noisy from voxel to voxel, and
    the mean of its inverse would be high.
    """
    box = tuple(slice(int(i.min()), int(i.max()) + 1) for i in np.nonzero(region))
    inside = region[box]
    total, count = window_sums(np.where(inside, voxels[box], 0), width=_WINDOW, where=inside)
    noise_of, _ = window_sums(np.where(inside, sigma[box], 0), width=_WINDOW, where=inside)
    level = float(voxels[box][inside].mean() / (total[inside] / count[inside]).mean())  # windows see less of a rim
    theta = invert_mean(level * total[inside] / noise_of[inside], noise.channels)
    lost = np.interp(theta, _THETAS, _biases(noise.channels))
    bias = lost * max(noise.correlation, 1.0) / count[inside]
    return theta, np.minimum(bias, _MOST_CORRECTED * theta)


@lru_cache(maxsize=8)
def _biases(channels: float) -> FloatArray:
    return noise_bias(_THETAS, channels)


def _limits(found: _Signal, independent: float, noise: Noise) -> tuple[float, float] | tuple[None, None]:
    error, theta, n = _sigma_error(noise), found.theta, noise.channels
    if error is None:
        return None, None
    slope, factor = float(magnitude_mean_slope(theta, n)), float(variance_factor(theta, n))
    spread = factor * np.sqrt(2 / independent) / slope**2 if found.varied else 0.0  # SE of the variance of theta
    parts = [
        error * theta * float(sigma_sensitivity(theta, n)),
        np.sqrt(factor / independent) / slope,
        spread * float(magnitude_mean_curvature(theta, n)) / (2 * slope),
        INVERSION_ERROR * found.bent,
    ]
    return interval_of(theta, min(float(np.linalg.norm(parts)) / theta, _LARGEST_ERROR))


def _sigma_error(noise: Noise) -> float | None:
    """Relative standard error of sigma, ``None`` where it is not known."""
    if noise.interval is None or not noise.interval[0] > 0:
        return None
    return error_of(noise.interval)
