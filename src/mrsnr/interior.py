"""How strong the noise is inside the object, where no air is needed to see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsnr.distributions import variance_factor
from mrsnr.explanation import Window, explain
from mrsnr.highpass import corners, differences, median_sd, roughness, visible_variance
from mrsnr.inversion import invert_mean
from mrsnr.kspace import STRIDES, gains
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import local_mean

_SMOOTHEST, _WIDER = 0.12, 2.08  # of the object: where sigma is taken; and times that, where it is checked
_MOST = 2.0  # times these parts, where the object is small
_FEWEST, _ENOUGH = 400, 700  # voxels
_AROUND = 5  # voxels: edge of the window of the mean magnitude
_EFFICIENCY = 1.167  # SE of a median SD, times the root of the number of samples
_BASE_ERROR = 0.012  # relative, of the method itself
_CORRECTION = 0.008  # relative error to one unit of the log of the gain that is corrected for
FINE = 0.002
"""Share of the signal that anatomy too fine to be told from noise makes up, on a grid that is fine for the object."""

_MOST_FINE, _MOST_FINE_ERROR = 0.9, 0.1  # of the variance; relative
_HIGHEST_SNR, _STEPS = 1e5, 600  # of the tables over sigma
_QUANTILES = np.linspace(0.03, 0.97, 16)


@dataclass(frozen=True, eq=False, kw_only=True)
class Interior:
    """Noise in the object.

    ``sigma`` is of one channel; ``error`` its relative SE, counting and method; ``region`` the voxels it is from;
    ``correlation`` that of the noise between voxels, and ``window`` the k-space window behind it; ``structure`` how
    much of the variance was taken for fine anatomy or ringing, relative; ``abrupt`` whether that window ends abruptly,
    so that edges ring; ``stride``, ``gain`` and ``squared_gain`` the distance over which differences see noise best
    and what they see of it (`mrsnr.explanation.Window`); ``unlikely`` how badly all that explains the differences and
    the air, ``unexplained`` how badly noise alone explains the differences; ``level`` is the mean magnitude of the
    region; ``anatomy`` the relative SE by anatomy that reads as noise, beside ``error``, where nothing else confirms
    sigma (`mrsnr.anatomy`).
    """

    sigma: float
    level: float
    error: float
    unlikely: float
    unexplained: float
    region: BoolArray
    correlation: FloatArray
    window: str
    structure: float
    abrupt: bool
    stride: tuple[int, int]
    gain: float
    squared_gain: float
    anatomy: float = 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Smoothest:
    """The smoothest part of an object, where differences are noise before they are anatomy.

    ``region`` is where, and ``share`` its share of the object; ``rough`` the roughness of every voxel, and ``around``
    the mean magnitude about it, to choose by; ``sds`` the SD of differences at each of `mrsnr.kspace.STRIDES`;
    ``means`` the mean magnitudes about its voxels; ``rise`` the log of how much higher the first of ``sds`` is in a
    wider part.
    """

    region: BoolArray
    share: float
    rough: FloatArray
    around: FloatArray
    sds: FloatArray
    means: FloatArray
    rise: float


def smoothest_part(voxels: FloatArray, inside: BoolArray, *, step: float = 0.0) -> Smoothest | None:
    """Return the smoothest eighth of an object, by `mrsnr.highpass.roughness`.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), finite.
    inside
        The object without its rim, same shape.
    step
        Distance of the stored intensities, 0 if they are not quantised.

    Returns
    -------
    Smoothest or None
        ``None`` where the object has too few voxels, or no noise.
    """
    if np.count_nonzero(inside) < _FEWEST:
        return None
    rough, around = roughness(voxels, inside), local_mean(voxels, width=_AROUND)
    return _part(voxels, inside, rough, around, share=_SMOOTHEST, step=step)


def narrower(voxels: FloatArray, inside: BoolArray, part: Smoothest, *, step: float = 0.0) -> Smoothest | None:
    """Return the smoother half of a part, ``None`` where that has too few voxels.

    Parameters
    ----------
    voxels, inside, step
        As for `smoothest_part`.
    part
        From there, or from here.
    """
    return _part(voxels, inside, part.rough, part.around, share=part.share / 2, step=step)


def _part(
    voxels: FloatArray, inside: BoolArray, rough: FloatArray, around: FloatArray, *, share: float, step: float
) -> Smoothest | None:
    region = _quietest(rough, inside, share)
    sds = _sds(voxels, region, inside, step)
    if sds is None:
        return None
    wider = _sds(voxels, _quietest(rough, inside, share * _WIDER), inside, step, strides=STRIDES[:1])
    return Smoothest(
        region=region,
        share=share,
        rough=rough,
        around=around,
        sds=sds,
        means=np.quantile(around[region], _QUANTILES),
        rise=0.0 if wider is None else max(0.0, float(np.log(wider[0] / sds[0]))),
    )


def interior_noise(
    part: Smoothest, *, channels: float, air: FloatArray | None = None, air_error: float = 0.0
) -> Interior:
    """Return sigma from the differences in the smoothest part of the object.

    1. Their SD is divided by what correlated noise leaves of differences, under the k-space window that makes all
       distances agree (`mrsnr.explanation.explain`) and explains the correlation of the air, if there is any.
    2. Ringing is told from noise by how it goes up and down with the distance, and taken off; so is fine anatomy by
       its growth, where air has shown the window.
    3. Rician: divided by the root of Koay's factor at the local SNR. Where that is low, part of the noise is from its
       own square, whose correlation is the square of the other; 1 to 3 are repeated until they agree.

    Parameters
    ----------
    part
        From `smoothest_part`.
    channels
        Number n of channels.
    air
        Correlation of the squared magnitude of the air, from `autocorrelation`; ``None`` where there is none.
    air_error
        SE of it by counting.

    References
    ----------
    Donoho, IEEE Trans Inf Theory 41:613-627 (1995). Coupe et al., Med Image Anal 14:483-493 (2010).
    """
    count = np.count_nonzero(part.region)
    magnitude = _magnitude_noise(part.means, channels)
    counted = _EFFICIENCY / float(np.sqrt(count))
    found = explain(part.sds, squared=magnitude.squared, error=counted, air=air, air_error=air_error)
    counting = _EFFICIENCY * float(np.sqrt(_sharing(found.correlation) / count))
    sigma, level = magnitude.sigma(found.log_sigma), float(part.means.mean())
    return Interior(
        sigma=sigma,
        level=level,
        error=float(np.linalg.norm([counting, part.rise, _fine_error(level / sigma), *_errors(found)])),
        unlikely=found.total,
        unexplained=found.unexplained,
        abrupt=found.abrupt,
        stride=found.stride,
        gain=found.gain,
        squared_gain=found.squared_gain,
        region=part.region,
        correlation=found.correlation,
        window=found.name,
        structure=found.structure,
    )


def sigma_within(
    voxels: FloatArray, part: BoolArray, found: Interior, *, channels: float, step: float
) -> tuple[float, float]:
    """Return sigma inside a part of the object, at the level of `interior_noise`, and its relative SE; 0 if unknown.

    Parameters
    ----------
    voxels, part
        Magnitudes and the part, shape (x, y, z).
    found
        What `interior_noise` said of the whole object.
    channels, step
        As there.
    """
    values = differences(voxels, stride=found.stride)
    within, region = (corners(mask, stride=found.stride) for mask in (part, found.region))
    count = np.count_nonzero(within)
    reference = median_sd(values[region], step=step) if region.any() else 0.0
    if count < _FEWEST // 2 or reference <= 0:
        return 0.0, 1.0
    means = local_mean(voxels, width=_AROUND)
    ratios = (np.quantile(means[mask], _QUANTILES) / found.sigma for mask in (found.region, part))
    there, here = (
        float(
            np.mean(
                visible_variance(
                    invert_mean(ratio, channels), channels, gain=found.gain, squared_gain=found.squared_gain
                )
            )
        )
        for ratio in ratios
    )
    sd = median_sd(values[within], step=step) / reference * float(np.sqrt(there / here))
    return found.sigma * sd, _EFFICIENCY * float(np.sqrt(_sharing(found.correlation) / count))


def _fine_error(snr: float) -> float:
    """Return the relative SE by anatomy too fine to be told from noise: some tenths of a per cent of the signal."""
    return min(error_by(FINE * snr), _MOST_FINE_ERROR)


def error_by(share: float) -> float:
    """Return the log by which sigma is too high if something of this share of it is no noise."""
    return -float(np.log1p(-min(share**2, _MOST_FINE))) / 2


def _errors(found: Window) -> tuple[float, ...]:
    """Return the relative errors that the correction for the k-space window brings."""
    corrected = abs(float(np.log(gains(found.correlation)[0])))
    return found.misfit, found.spread, found.structure / 4, _CORRECTION * corrected, _BASE_ERROR


def _quietest(rough: FloatArray, inside: BoolArray, part: float) -> BoolArray:
    """Return the smoothest part of the object, a larger one where the object is small."""
    size = np.count_nonzero(inside)
    share = min(_MOST * part, max(part, _ENOUGH * part / _SMOOTHEST / size))
    return inside & (rough <= np.quantile(rough[inside], share))


def _sds(
    voxels: FloatArray,
    chosen: BoolArray,
    inside: BoolArray,
    step: float,
    *,
    strides: tuple[tuple[int, int], ...] = STRIDES,
) -> FloatArray | None:
    """Return the SD of differences about the chosen voxels at each stride; ``None`` if there are too few or it is 0."""
    result = []
    for stride in strides:
        within = corners(inside, stride=stride) & corners(chosen, stride=stride, every=False)
        if np.count_nonzero(within) < _FEWEST // 2:
            return None
        sd = median_sd(differences(voxels, stride=stride)[within], step=step)
        if not sd > 0:
            return None
        result.append(sd)
    return np.array(result)


def _sharing(correlation: FloatArray) -> float:
    return max(1.0, float((correlation**2).sum()))


@dataclass(frozen=True, eq=False)
class _MagnitudeNoise:
    """What the SD of magnitude noise says, at certain mean magnitudes: tables over its logarithm."""

    log_sd: FloatArray
    log_sigma: FloatArray
    share: FloatArray

    def sigma(self, log_sd: float) -> float:
        """Return the SD of one channel: the SD over the root of Koay's factor."""
        if log_sd <= self.log_sd[0]:
            return float(np.exp(log_sd))  # at a high SNR they are the same
        return float(np.exp(np.interp(log_sd, self.log_sd, self.log_sigma)))

    def squared(self, log_sd: FloatArray) -> FloatArray:
        """Return the share of the variance that is from the square of the complex noise."""
        return np.interp(log_sd, self.log_sd, self.share)


def _magnitude_noise(means: FloatArray, channels: float) -> _MagnitudeNoise:
    """Tabulate the SD and the share of the square over sigma, for an object with these mean magnitudes."""
    sigmas = np.geomspace(means.max() / _HIGHEST_SNR, means.max() * 4, _STEPS)
    theta = invert_mean(means / sigmas[:, None], channels)
    variance = variance_factor(theta, channels)
    share = (variance * channels / (channels + theta**2)).sum(axis=1) / variance.sum(axis=1)
    return _MagnitudeNoise(np.log(sigmas * np.sqrt(variance.mean(axis=1))), np.log(sigmas), share)
