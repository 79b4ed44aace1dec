"""How many channels a magnitude image has, judged without air: by how its noise fades where the signal does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mrsnr.highpass import between, corners, differences, median_sd, visible_variance
from mrsnr.interior import Interior, Smoothest, interior_noise
from mrsnr.inversion import invert_mean
from mrsnr.model import BoolArray, FloatArray

_CANDIDATES = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
_CLASSES = 6  # of brightness
_PART = 0.3  # of each class: the smoothest
_FEWEST = 150  # voxels of a class
_ERROR = 0.03  # of the log of an SD: anatomy
_ROUNDS, _SETTLED = 12, 1e-12  # of sigma
_EFFICIENCY = 1.167  # SE of a median SD, times the root of the number of samples
_PRIOR = 3.0  # of the misfit: what more than one channel must explain better
_POSSIBLE = 5.0  # of the misfit: what is not much worse than the best
_MATTERS = 0.15  # of the log of the SNR: below that one channel is said, if it is possible
_VISIBLE, _MANY, _VISIBLE_TO_MANY = 0.7, 12.0, 3.0  # SNR below which a candidate is none
_STRONG = 12.0  # SNR with one channel, above which anatomy would be mistaken for more: they are possible, no more


@dataclass(frozen=True)
class Fading:
    """The number of channels, and the log of the ratio of the largest to the smallest SNR that is possible."""

    channels: float
    spread: float


def channels_by_fading(voxels: FloatArray, inside: BoolArray, part: Smoothest, *, step: float) -> Fading:
    r"""Judge n by the SD in parts of the object of different brightness.

    Magnitude noise has variance :math:`\xi(\theta, n)\sigma^2`: the more channels, the brighter the object must be
    before it is Gaussian noise of SD sigma. A class of brightness whose SD is lower than that of brighter ones
    tells n, at an SNR up to some ten. Where several numbers explain it about as well, one in their midst is taken.

    Parameters
    ----------
    voxels, inside
        Magnitudes, and the object, shape (x, y, z).
    part
        Its smoothest part, whose noise must be explained too.
    step
        Distance of the stored intensities, 0 if they are not quantised.

    References
    ----------
    Koay, Basser, J Magn Reson 179:317-322 (2006), for the factor.
    """
    explained = [interior_noise(part, channels=n) for n in _CANDIDATES]
    classes = _classes(voxels, inside, part, explained[0], step)
    if len(classes) < 2:
        return Fading(1.0, 0.0)
    means, sds, counts = np.array(classes).T
    shared = float((explained[0].correlation ** 2).sum())
    errors = np.hypot(_EFFICIENCY * np.sqrt(shared / counts), _ERROR)
    fits = [_fit(means, np.log(sds), errors, n, found) for n, found in zip(_CANDIDATES, explained, strict=True)]
    totals = np.array([misfit + found.unlikely for (misfit, _), found in zip(fits, explained, strict=True)])
    totals += _PRIOR * (np.array(_CANDIDATES) > 1)
    snrs = np.array([snr for _, snr in fits])
    totals[snrs < np.where(np.array(_CANDIDATES) > _MANY, _VISIBLE_TO_MANY, _VISIBLE)] = np.inf
    if not np.isfinite(totals).any():
        return Fading(1.0, float(np.log(_STRONG)))
    if fits[0][1] > _STRONG:
        totals = np.maximum(totals, totals[0])
    possible = totals < totals.min() + _POSSIBLE
    logs = np.log(np.where(possible, snrs, 1.0))
    likely = possible * np.exp(-(totals - totals.min()) / 2)
    spread = float(np.ptp(logs[possible]))
    if possible[0] and spread < _MATTERS:
        return Fading(1.0, spread)
    midst = float((likely * logs).sum() / likely.sum())
    chosen = int(np.argmin(np.where(possible, np.abs(logs - midst), np.inf)))
    return Fading(_CANDIDATES[chosen], spread)


def _classes(
    voxels: FloatArray, inside: BoolArray, part: Smoothest, found: Interior, step: float
) -> list[tuple[float, float, float]]:
    """Return mean, SD of differences and number of voxels of each class of brightness."""
    middle = between(part.around, stride=found.stride)
    values = differences(voxels, stride=found.stride)
    whole = corners(inside, stride=found.stride)
    cuts = np.quantile(part.around[inside], np.linspace(0, 1, _CLASSES + 1))
    result = []
    for low, high in pairwise(cuts):
        bright = inside & (part.around >= low) & (part.around <= high)
        bright &= part.rough <= np.quantile(part.rough[bright], _PART)
        chosen = whole & corners(bright, stride=found.stride, every=False)
        sd = median_sd(values[chosen], step=step) if np.count_nonzero(chosen) >= _FEWEST else 0.0
        if sd > 0:
            result.append((float(middle[chosen].mean()), sd, float(np.count_nonzero(chosen))))
    return result


def _fit(means: FloatArray, logs: FloatArray, errors: FloatArray, n: float, found: Interior) -> tuple[float, float]:
    """Return the weighted squares that n leaves, and the mean SNR of the classes."""
    weights = errors**-2
    sigma = float(np.exp(np.median(logs)) / np.sqrt(found.gain))
    for _ in range(_ROUNDS):
        before, left = sigma, logs - _log_visible(means / sigma, n, found)
        sigma = float(np.exp(np.average(left, weights=weights)))
        if abs(sigma - before) < _SETTLED * sigma:
            break
    left = logs - _log_visible(means / sigma, n, found)
    return float((weights * (left - np.log(sigma)) ** 2).sum()), float(invert_mean(means / sigma, n).mean())


def _log_visible(ratios: FloatArray, n: float, found: Interior) -> FloatArray:
    """Return the log of the SD of differences of noise of SD 1, where the mean magnitude over sigma is so much."""
    theta = invert_mean(ratios, n)
    return np.asarray(np.log(visible_variance(theta, n, gain=found.gain, squared_gain=found.squared_gain)) / 2)
