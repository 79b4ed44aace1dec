"""Where in a magnitude image there is nothing but noise, and how strong and of how many channels it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.correlation import across, autocorrelation, shared
from mrsnr.distributions import air_cdf, air_mean, air_sd
from mrsnr.levels import FEWEST, SCALES, levels, settle
from mrsnr.model import BoolArray, FloatArray
from mrsnr.quiet import quiet_part
from mrsnr.windows import local_mean

_MOST_LEVELS = 8  # that are looked at
_WHOLE = 3.0  # SE within which a number of channels counts as whole, if no other whole number is near
_CERTAIN = 0.15  # SE of that number up to which it may be rounded
_CONSTANT = 1e-9  # relative variance of the power, below which it does not vary
_CUT = (
    0.5  # of the distance from the distribution of noise, that values cut to whole steps must reach to be taken as cut
)
_COARSE = 8.0  # sigma in steps of quantisation, below which the steps are reckoned with


@dataclass(frozen=True, eq=False, kw_only=True)
class Background:
    """A part of the image that looks like air: the voxels whose mean over a window of edge ``width`` is near ``level``.

    ``region`` is its quiet part, which sigma is from; ``whole`` all of it; ``channels`` given or estimated; ``shared``
    the number of voxels that share one independent sample of M^2, from ``autocorrelation`` (of M^2, in the plane).
    ``shape`` is the largest difference between the distribution seen and that of noise, ``ratio`` the relative
    deviation of mean / SD, ``darker`` the part of the image that is darker than its noise can be, ``border`` how much
    of the image's border is air. ``kept`` is the part of the air that is quiet, ``uneven`` the relative SD of sigma
    over the places of that part, ``uneven_whole`` the same over all of it, ``uneven_slices`` that over slices, and
    ``chance`` what even noise may read. ``truncated``: stored values were cut, not
    rounded, to whole steps.
    """

    level: float
    width: int
    sigma: float
    channels: float
    estimated: bool
    region: BoolArray
    whole: BoolArray
    shared: float
    autocorrelation: FloatArray
    shape: float
    ratio: float
    darker: float
    border: float
    kept: float
    uneven: float
    uneven_whole: float
    uneven_slices: float
    chance: float
    powers: FloatArray
    truncated: bool

    @property
    def independent(self) -> float:
        """Number of independent samples of noise."""
        return float(self.region.sum()) / self.shared

    @property
    def statistical_error(self) -> float:
        """Relative SE of sigma by counting; twice as many things to be found are found less well."""
        given = 0.5 / float(np.sqrt(self.channels * self.independent))
        if not self.estimated or self.channels == round(self.channels):
            return given
        return float(np.hypot(given, channels_error(self.channels, 1 / self.independent) / (2 * self.channels)))


def backgrounds(
    voxels: NDArray[Any],
    *,
    finite: BoolArray | None = None,
    channels: float | None = None,
    step: float = 0.0,
    width: int = SCALES[0][0],
    fineness: float = SCALES[0][1],
) -> Iterator[Background]:
    """Yield what may be air, darkest first.

    1. The mean over a window about each voxel: noise averages out, so that air is one narrow peak in the histogram of
       its logarithm, even beside an object of SNR 2.
    2. For each peak from the dark end: the voxels whose local mean belongs to it (`mrsnr.levels`).
       Choosing by the LOCAL mean leaves the distribution of the voxels themselves untouched.
    3. The quiet part (`quiet_part`): places with ghost or ringing are left out.
    4. sigma from the mean square, the number of channels from the shape if it is not given.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), finite.
    finite
        The voxels that count, same shape; by default all.
    channels
        Number n of channels, ``None`` to estimate it from the air.
    step
        Distance of the stored intensities, 0 if they are not quantised.
    width
        Edge of the window, in voxels.
    fineness
        Smoothing of the histogram, relative to the level.
    """
    means = local_mean(voxels, width=width, where=finite)
    seen: list[float] = []
    for peak in levels(means, fineness=fineness):
        if len(seen) >= _MOST_LEVELS:
            return
        if _known(peak, seen, fineness):
            continue
        settled = settle(voxels, means, peak)
        seen.append(peak)
        if settled is None or _known(settled[1], seen[:-1], fineness):
            continue
        seen.append(settled[1])
        found = _described(voxels, means, *settled, finite=finite, channels=channels, step=step, width=width)
        if found is not None:
            yield found


def background_at(
    voxels: NDArray[Any],
    level: float,
    *,
    width: int,
    finite: BoolArray | None = None,
    channels: float | None = None,
    step: float = 0.0,
) -> Background | None:
    """Return the background at a level of local means that is known from a part of the volume.

    Parameters
    ----------
    voxels, width, finite, channels, step
        As for `backgrounds`.
    level
        Mean magnitude of the air.
    """
    means = local_mean(voxels, width=width, where=finite)
    settled = settle(voxels, means, level)
    if settled is None:
        return None
    return _described(voxels, means, *settled, finite=finite, channels=channels, step=step, width=width)


def _known(level: float, seen: list[float], fineness: float) -> bool:
    return any(abs(np.log(level / other)) < fineness for other in seen)


def _described(
    voxels: NDArray[Any],
    means: FloatArray,
    whole: BoolArray,
    level: float,
    *,
    finite: BoolArray | None,
    channels: float | None,
    step: float,
    width: int,
) -> Background | None:
    """Measure sigma and everything that speaks for or against this being air; ``None`` where it does not vary."""
    whole = whole if finite is None else whole & finite
    power = np.square(voxels, dtype=np.float64)
    rough, variance = float(power[whole].mean()), float(power[whole].var())
    if np.count_nonzero(whole) < FEWEST or variance <= _CONSTANT * rough**2:
        return None
    acf = autocorrelation(power, whole)
    sharing = shared(acf, error=float(np.count_nonzero(whole)) ** -0.5)  # a ghost is alike in all slices
    effective = channels or max(0.5, rough**2 / variance)
    kept = quiet_part(power, whole, error=np.sqrt(sharing / effective))
    region = kept.region if np.count_nonzero(kept.region) >= FEWEST else whole
    if region is not whole:
        acf = autocorrelation(power, region)
    sharing = _sharing(power, acf, region)
    fitted = _fitted(voxels[region].astype(np.float64), channels=channels, step=step, sharing=sharing)
    n, sigma = fitted.channels, fitted.sigma
    darkest = (air_mean(n) - 6 * air_sd(n) * np.sqrt(sharing) / width) * sigma - fitted.truncated * step / 2
    rim = np.concatenate([whole[0].ravel(), whole[-1].ravel(), whole[:, 0].ravel(), whole[:, -1].ravel()])
    return Background(
        level=level,
        width=width,
        sigma=sigma,
        channels=n,
        estimated=channels is None,
        region=region,
        whole=whole,
        shared=sharing,
        autocorrelation=acf,
        shape=fitted.shape,
        ratio=fitted.ratio,
        darker=float(np.mean(means[finite] < darkest if finite is not None else means < darkest)),
        border=float(rim.mean()),
        kept=kept.fraction,
        uneven=kept.uneven,
        uneven_whole=kept.uneven_whole,
        uneven_slices=kept.uneven_slices,
        chance=kept.chance,
        powers=kept.powers / (2 * n * sigma**2),
        truncated=fitted.truncated,
    )


def _sharing(power: FloatArray, acf: FloatArray, region: BoolArray) -> float:
    error = 1 / float(np.sqrt(np.count_nonzero(region)))
    return shared(acf, error=error) * across(power, region, error=error)


@dataclass(frozen=True)
class _Fit:
    sigma: float
    channels: float
    shape: float
    ratio: float
    truncated: bool


def _fitted(air: FloatArray, *, channels: float | None, step: float, sharing: float) -> _Fit:
    """Fit sigma and the number of channels; coarse whole numbers may have been rounded, or cut."""
    if step <= 0 or air.std() > _COARSE * step:
        return _fit(air, channels=channels, step=0.0, sharing=sharing, truncated=False)
    rounded, cut = (_fit(air, channels=channels, step=step, sharing=sharing, truncated=way) for way in (False, True))
    return cut if cut.shape < _CUT * rounded.shape else rounded


def _fit(air: FloatArray, *, channels: float | None, step: float, sharing: float, truncated: bool) -> _Fit:
    values = air + step / 2 if truncated else air
    power = values**2
    mean_power = float(power.mean()) - step**2 / 12  # Sheppard: what rounding adds
    n = _whole(_estimated(power, step), sharing / air.size) if channels is None else channels
    sigma = float(np.sqrt(mean_power / (2 * n)))
    seen = float(values.mean() / np.sqrt(max(values.var() - step**2 / 12, 1e-300)))
    return _Fit(
        sigma=sigma,
        channels=n,
        shape=_distance(values, sigma, n, step),
        ratio=seen / float(air_mean(n) / air_sd(n)) - 1,
        truncated=truncated,
    )


def _estimated(power: FloatArray, step: float) -> float:
    """Return n by two moments, which define the effective n of correlated coils, without what rounding adds."""
    mean = float(power.mean()) - step**2 / 12
    variance = float(power.var()) - mean * step**2 / 3
    return max(0.5, mean**2 / max(variance, 1e-300))


def _whole(n: float, per_sample: float) -> float:
    """Round n to a whole number if it is one within its error and no other could be; one channel is likely."""
    error = channels_error(n, per_sample)
    nearest = max(1, round(n))
    rounds = abs(n - nearest) < _WHOLE * error and (error < _CERTAIN or nearest == 1)
    return float(nearest) if rounds else n


def channels_error(n: float, per_sample: float) -> float:
    """Return the SE of an n by two moments, given one over the number of independent samples."""
    return n * float(np.sqrt(2 * (1 + 1 / n) * per_sample))


def _distance(values: FloatArray, sigma: float, n: float, step: float) -> float:
    """Return the largest difference between the cumulative distribution seen and that of noise (Kolmogorov)."""
    if step > 0:
        levels, counts = np.unique(values, return_counts=True)
        return float(np.abs(np.cumsum(counts) / values.size - air_cdf((levels + step / 2) / sigma, n)).max())
    above = air_cdf(np.sort(values) / sigma, n)
    above -= np.arange(1, values.size + 1) / values.size
    return float(max(above.max() + 1 / values.size, -above.min()))  # the distribution seen is a staircase
