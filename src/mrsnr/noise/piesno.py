"""Noise from voxels of air that repeats of any contrast have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mrsnr.checks import accepted, empty, not_phase, zeros
from mrsnr.distributions import air_median, chi_interval
from mrsnr.intensities import magnitudes
from mrsnr.model import BoolArray, CheckVerdict, FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._mask import channels_of, noise_correlation, shape_spread
from mrsnr.noise._repeats import in_memory, series_of
from mrsnr.survey import known_channels

_TAIL = 0.01  # probability that a voxel of air is not accepted
_GRID = 100  # sigmas between 0 and the one that would make all voxels air
_CLOSE = 1e-10  # relative, where the iteration ends
_MOST_STEPS = 200
_SMALLEST = 0.01  # of the voxels, that a maximum must have


@dataclass(frozen=True, eq=False)
class _Slice:
    """What was found in one slice: sigma, and which voxels (x, y) are air."""

    sigma: float
    air: BoolArray
    valid: bool


@estimator(volumes=4)
def piesno(image: Image, *, regions: Regions, channels: float | None = None) -> Noise:  # noqa: ARG001 - none is needed
    r"""Estimate sigma from the voxels whose sum of squares over repeats is that of noise alone, slice by slice.

    1. Of a voxel of air, :math:`\sum_k M_k^2 / (2K\sigma^2)` lies between the 0.5 % and the 99.5 % quantile of a gamma
       distribution. Count the voxels that do for 100 sigmas.
    2. Take the LOWEST local maximum of this count: the published method takes the highest, and so the tissue where air
       is rarer than one tissue.
    3. From there: sigma = a quantile of the accepted magnitudes / that quantile of noise, the one of least error (0.797
       for one channel); accept again, until nothing moves.
    4. What was accepted must reach the border of the field of view and be distributed like noise, or the next maximum
       is asked.
    5. The slices' variances are averaged, weighted by their voxels of air.

    Parameters
    ----------
    image
        Four or more volumes of the same place, of equal or different contrast, shape (x, y, z, volume).
    regions
        Not used: the air is found.
    channels
        Number n of receive channels combined by sum of squares; by default as the file says, else estimated, else 1.
        A wrong n is fatal here: one instead of eight gives +150 %.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If there are fewer than four volumes, or no voxel is finite.

    Notes
    -----
    Where rows and columns are padded with zeros, the border is that of what is stored. Invalid where the air was
    masked, cut, filtered or normalised. Slices without valid air are left out; if there are none with it, the darkest
    maximum is what is returned, and the check ``accepted`` fails.

    References
    ----------
    Koay, Ozarslan, Pierpaoli, J Magn Reson 199:94-103 (2009).
    """
    image = in_memory(image)
    series = series_of(Image(magnitudes(image), image.affine, image.meta), fewest=4)
    slice_by_slice = np.ascontiguousarray(np.moveaxis(series, 2, 0))  # in the order in which it is used
    series = np.moveaxis(np.abs(slice_by_slice, out=slice_by_slice), 0, 2)
    n = channels_of(image, channels)
    slices = [_slice(series[:, :, k], n) for k in range(series.shape[2])]
    some_valid = any(found.valid for found in slices)
    air = np.stack([found.air & (found.valid or not some_valid) for found in slices], axis=2)
    weights = air.sum(axis=(0, 1)).astype(np.float64)
    variances = np.array([found.sigma**2 for found in slices])
    sigma = float(np.sqrt(weights @ variances / weights.sum())) if weights.any() and image.kind != "phase" else None
    stored = _stored(series)
    correlation = noise_correlation(np.where(air, series[..., 0], 0.0), air)
    interval = None
    if sigma is not None:
        spread = quantile_spread(best_quantile(n), n)
        if known_channels(image, channels) is None and n != 1:
            spread = max(spread, shape_spread(n))
        independent = weights.sum() * series.shape[-1] / correlation
        interval = chi_interval(sigma, max(independent / (2 * spread**2), 1.0))
    return Noise(
        sigma=sigma,
        channels=n,
        interval=interval,
        region=air,
        checks=(
            not_phase(image),
            zeros(series[air | ~stored]) if air.any() else empty(),
            accepted(series[air], air, sigma=sigma or 1.0, channels=n, stored=stored),
        ),
        method="piesno",
        parameters={"tail": _TAIL, "slices": int((weights > 0).sum())},
        correlation=correlation,
    )


def _slice(series: FloatArray, channels: float) -> _Slice:
    """Return sigma and air of one slice, shape (x, y, K): of the lowest valid maximum, else of the lowest."""
    first = None
    power = np.asarray((series**2).mean(axis=-1) / 2)  # not finite where a voxel is not
    for start in _starts(series, power, channels):
        sigma, air = _settled(series, power, start, channels)
        if not air.any():
            continue
        where = {"region": air[:, :, None], "stored": _stored(series[:, :, None])}
        check = accepted(series[air], sigma=sigma, channels=channels, **where)
        found = _Slice(sigma, air, valid=check.verdict == CheckVerdict.PASS)
        if found.valid:
            return found
        first = first or found
    return first or _Slice(0.0, np.zeros(power.shape, dtype=bool), valid=False)


def _starts(series: FloatArray, power: FloatArray, channels: float) -> Iterator[float]:
    """Yield the sigmas at which the number of accepted voxels has a local maximum, ascending."""
    finite = np.isfinite(power)
    counted = np.sort(power[finite & (power > 0)])
    if counted.size == 0:
        return
    low, high = _accepting(series.shape[-1], channels)
    median = float(np.median(series[finite]))
    sigmas = np.arange(1, _GRID + 1) / _GRID * median / float(air_median(channels))
    counts = np.searchsorted(counted, high * sigmas**2, side="right") - np.searchsorted(counted, low * sigmas**2)
    padded = np.r_[0, counts, 0]
    tops = (counts >= padded[:-2]) & (counts > padded[2:]) & (counts >= _SMALLEST * counted.size)
    yield from sigmas[tops]


def _settled(series: FloatArray, power: FloatArray, sigma: float, channels: float) -> tuple[float, BoolArray]:
    """Return sigma and the accepted voxels, once they agree."""
    low, high = _accepting(series.shape[-1], channels)
    part = best_quantile(channels)
    factor = _quantile(part, channels)
    air = np.zeros(power.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        air = (power > 0) & (power >= low * sigma**2) & (power <= high * sigma**2)
        if not air.any():
            break
        before, sigma = sigma, float(np.quantile(series[air], part)) / factor
        if abs(sigma - before) < _CLOSE * sigma:
            break
    return sigma, air


def _accepting(repeats: int, channels: float) -> tuple[float, float]:
    """Return between which half mean squares, in units of sigma squared, a voxel of air lies."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - scipy costs more to import than all of this package

    low, high = (float(gammaincinv(channels * repeats, tail)) / repeats for tail in (_TAIL / 2, 1 - _TAIL / 2))
    return low, high


def _stored(series: FloatArray) -> BoolArray:
    """Return where some volume, on the last axis, is not 0."""
    return np.asarray((series != 0).any(axis=-1))


def best_quantile(channels: float) -> float:
    """Return the probability whose quantile of the magnitudes of noise tells sigma with the least error."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - as above

    tolerance = {"xatol": 1e-10}
    found = minimize_scalar(quantile_spread, (0.4, 0.95), (0.4, 0.95), (channels,), "bounded", options=tolerance)
    return float(found.x)


def quantile_spread(probability: float, channels: float) -> float:
    r"""Return the relative SE of a quantile q of one magnitude of noise, :math:`\sqrt{p(1 - p)} / (q f(q))`."""
    from scipy.special import gammaln  # noqa: PLC0415 - as above

    quantile = _quantile(probability, channels)
    log = 2 * channels * np.log(quantile) - quantile**2 / 2 - (channels - 1) * np.log(2) - gammaln(channels)
    return float(np.sqrt(probability * (1 - probability)) / np.exp(log))


def _quantile(probability: float, channels: float) -> float:
    """Return the quantile of the magnitudes of noise, in units of sigma."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - as above

    return float(np.sqrt(2 * gammaincinv(channels, probability)))
