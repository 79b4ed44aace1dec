"""How strong the noise is inside the object, where no air is needed to see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsnr.distributions import variance_factor
from mrsnr.highpass import corners, differences, median_sd, roughness
from mrsnr.inversion import invert_mean
from mrsnr.kspace import STRIDES, Window, explain, log_gains
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import local_mean

_SMOOTHEST, _SMOOTHER = 0.12, 0.25  # of the object: where sigma is taken, and where that is checked
_MOST = 2.0  # times these parts, where the object is small
_FEWEST, _ENOUGH = 400, 700  # voxels
_EFFICIENCY = 1.167  # SE of a median SD, times the root of the number of samples
_BASE_ERROR = 0.012  # relative, of the method itself
_CORRECTION = 0.008  # relative error to one unit of the log of the gain that is corrected for
_QUANTILES = np.linspace(0.03, 0.97, 16)


@dataclass(frozen=True, eq=False, kw_only=True)
class Interior:
    """Noise in the object.

    ``sigma`` is of one channel; ``error`` its relative SE, counting and method; ``region`` the voxels it is from;
    ``correlation`` that of the noise between voxels, and ``window`` the k-space window behind it; ``structure`` how
    much of the variance was taken for fine anatomy, relative; ``abrupt`` whether that window ends abruptly, so that
    edges ring; ``rough`` the roughness of every voxel, to choose by.
    """

    sigma: float
    error: float
    region: BoolArray
    correlation: FloatArray
    window: str
    structure: float
    abrupt: bool
    rough: FloatArray


def interior_noise(
    voxels: FloatArray,
    inside: BoolArray,
    *,
    channels: float,
    air: FloatArray | None = None,
    air_error: float = 0.0,
    step: float = 0.0,
) -> Interior | None:
    """Measure sigma from the differences of neighbours in the smoothest part of the object.

    1. The smoothest eighth of the object, by `roughness`.
    2. The median SD of second differences there, at distances of 1 to 3 voxels.
    3. Divided by what correlated noise leaves of differences, under the k-space window that makes all distances agree
       (`mrsnr.kspace.explain`) and explains the correlation of the air, if there is any.
    4. Where air has shown that window, fine anatomy is told from noise by its growth with the distance, and taken off.
    5. Rician: divided by the root of Koay's factor at the local SNR.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), finite.
    inside
        The object without its rim, same shape.
    channels
        Number n of channels.
    air
        Correlation of the squared magnitude of the air, from `autocorrelation`; ``None`` where there is none.
    air_error
        SE of it by counting.
    step
        Distance of the stored intensities, 0 if they are not quantised.

    Returns
    -------
    Interior or None
        ``None`` where the object has too few voxels.

    References
    ----------
    Donoho, IEEE Trans Inf Theory 41:613-627 (1995). Coupe et al., Med Image Anal 14:483-493 (2010).
    """
    if np.count_nonzero(inside) < _FEWEST:
        return None
    rough = roughness(voxels, inside)
    smoothest = _smoothest(rough, inside, _SMOOTHEST)
    sds = _sds(voxels, smoothest, inside, step)
    if sds is None:
        return None
    wider = _sds(voxels, _smoothest(rough, inside, _SMOOTHER), inside, step, strides=STRIDES[:1])
    counted = _EFFICIENCY / float(np.sqrt(np.count_nonzero(smoothest)))
    found = explain(sds, error=counted, air=air, air_error=air_error)
    mean = local_mean(voxels, width=5)[smoothest]
    gaussian = float(np.exp(found.log_sigma))
    sigma = _koay(gaussian, np.quantile(mean, _QUANTILES), channels)
    rise = 0.0 if wider is None else max(0.0, float(np.log(wider[0] / sds[0])))
    independent = np.count_nonzero(smoothest) / _sharing(found.correlation)
    counting = _EFFICIENCY / float(np.sqrt(independent))
    return Interior(
        sigma=sigma,
        error=float(np.linalg.norm([counting, rise, *_errors(found)])),
        abrupt=found.abrupt,
        region=smoothest,
        correlation=found.correlation,
        window=found.name,
        structure=found.structure,
        rough=rough,
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
    values = differences(voxels)
    within = corners(part)
    count = np.count_nonzero(within)
    reference = median_sd(values[corners(found.region)], step=step) if corners(found.region).any() else 0.0
    if count < _FEWEST // 2 or reference <= 0:
        return 0.0, 1.0
    means = local_mean(voxels, width=5)
    levels = (np.quantile(means[mask], _QUANTILES) / found.sigma for mask in (found.region, part))
    there, here = (float(np.mean(variance_factor(invert_mean(level, channels), channels))) for level in levels)
    sd = median_sd(values[within], step=step) / reference * float(np.sqrt(there / here))
    return found.sigma * sd, _EFFICIENCY * float(np.sqrt(_sharing(found.correlation) / count))


def _errors(found: Window) -> tuple[float, ...]:
    """Return the relative errors that the correction for the k-space window brings."""
    corrected = abs(2 * float(log_gains(found.correlation)[0]))
    return found.misfit, found.spread, found.structure / 4, _CORRECTION * corrected, _BASE_ERROR


def _smoothest(rough: FloatArray, inside: BoolArray, part: float) -> BoolArray:
    """Return the smoothest part of the object, but never fewer voxels than a median needs."""
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


def _koay(gaussian: float, means: FloatArray, channels: float) -> float:
    """Return the SD of one channel, given that of the magnitude where its mean is ``means``."""
    sigma = gaussian
    for _ in range(8):
        factor = variance_factor(invert_mean(means / sigma, channels), channels)
        sigma = gaussian / float(np.sqrt(np.mean(factor)))
    return sigma
