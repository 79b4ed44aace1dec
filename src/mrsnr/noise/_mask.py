"""Voxels of air, how many channels their noise has, and how many of them are independent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mrsnr.airsearch import find_air
from mrsnr.checks import empty, not_phase, ratio, repeated_values, zeros
from mrsnr.correlation import autocorrelation, shared
from mrsnr.darkness import dark_border
from mrsnr.distributions import air_cdf, chi_interval, effective_channels
from mrsnr.errors import RegionError
from mrsnr.intensities import step_of
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray, Image, Noise, Regions
from mrsnr.survey import Survey, known_channels, volume_of

_FEWEST = 500  # voxels, below which n is not estimated
_REPEATS = 4  # that n is estimated from
_NEAR_WHOLE = 4.0  # SE: an n as near to a whole number as that is taken for it, above all for Rayleigh's 1
_HALF = 0.5  # beyond which every n is near one
_CONTAMINATED = 0.9  # air that reads fewer channels than that is a mixture of sigmas
_UNLIKE = 0.05  # distance between the distribution of what is given as noise and that of noise


@dataclass(frozen=True, eq=False)
class Air:
    """Magnitudes of air: where, how many channels, and how many voxels share one sample."""

    values: FloatArray
    region: BoolArray
    channels: float
    estimated: bool
    correlation: float
    source: str

    @property
    def independent(self) -> float:
        """Number of independent voxels."""
        return max(self.values.size / self.correlation, 1.0)


def air_of(image: Image, regions: Regions, *, channels: float | None, seen: Survey | None = None) -> Air:
    """Return the air of one volume: ``regions.background``, or the darkest part that is distributed like noise.

    ``seen`` is what `survey` said of it with these channels: it has looked for that part already.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If no voxel is finite, or all are equal.
    RegionError
        If the mask is not on the image's grid.
    """
    volume, finite = volume_of(image)
    n = known_channels(image, channels)
    if regions.background is None:
        region, found = likely_air(volume, finite, n, seen=seen)
    elif regions.background.shape != image.grid:
        given = regions.background.shape
        raise RegionError(f"The noise mask has shape {given}, the image {image.grid}; they must be on one grid.")
    else:
        region, found = np.atleast_3d(regions.background) & finite, None
    values, correlation = volume[region], noise_correlation(volume, region)
    best = n or found or estimated_channels(values, correlation)
    source = "darkest noise" if regions.background is None else "given"
    return Air(values, region.reshape(image.grid), best, n is None and best != 1, correlation, source)


def noise_of(
    image: Image, air: Air, *, method: str, estimate: Callable[[FloatArray, float], float], spread: float
) -> Noise:
    """Put an estimate from air, its interval and its checks together.

    Parameters
    ----------
    image
        What was measured.
    air
        From `air_of`.
    method
        The estimator's name.
    estimate
        From the magnitudes and n to sigma.
    spread
        Relative SE of the estimate for one independent voxel.
    """
    measurable = air.values.size > 1 and image.kind != "phase"
    sigma = estimate(air.values, air.channels) if measurable else 0.0
    interval = None
    if sigma > 0:  # a chi-square estimate of as many degrees of freedom has the same SE
        interval = chi_interval(sigma, max(air.independent / (2 * spread**2), 1.0))
    return Noise(
        sigma=sigma if sigma > 0 else None,
        channels=air.channels,
        interval=interval,
        region=air.region,
        checks=_air_checks(image, air),
        method=method,
        parameters={"noise_mask": air.source, "channels": "estimated" if air.estimated else "given or assumed"},
        correlation=air.correlation,
    )


def _air_checks(image: Image, air: Air) -> tuple[Check, ...]:
    """Return what is to be said of any air: that it is no angle, is there, and was not set to zero."""
    if air.values.size == 0:
        return not_phase(image), empty()
    step = step_of(air.values)
    like_noise = ratio(air.values, channels=air.channels, shared=air.correlation, step=step)
    return not_phase(image), zeros(air.values), repeated_values(air.values), like_noise


def scale_spread(air: Air, *, given: float) -> float:
    """Return the relative SE of sigma per independent voxel: ``given`` where n is known."""
    return shape_spread(air.channels) if air.estimated else given


def shape_spread(channels: float) -> float:
    r"""Return the relative SE of sigma for one magnitude of noise of which n was estimated as well.

    sigma is then the scale of a gamma distribution of unknown shape:
    :math:`\frac{1}{2}\sqrt{\psi'(n) / (n\psi'(n) - 1)}`.
    """
    from scipy.special import polygamma  # noqa: PLC0415 - scipy costs more to import than all of this package

    trigamma = float(polygamma(1, channels))
    return 0.5 * float(np.sqrt(trigamma / (channels * trigamma - 1)))


def likely_air(
    voxels: FloatArray, finite: BoolArray, channels: float | None, *, seen: Survey | None = None
) -> tuple[BoolArray, float | None]:
    """Return the darkest part of the image that is distributed like noise, and the n that it has.

    Where nothing is: the dark voxels that are connected with the border, and no n; see the checks.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), 0 where they are not finite.
    finite
        Where they are.
    channels
        n, if it is known.
    seen
        As in `air_of`.
    """
    if seen is None:
        found, checks = find_air(voxels, finite, channels=channels, step=step_of(voxels[finite]))
    else:
        found, checks = seen.background, seen.air_checks
    if found is not None and all(check.verdict != CheckVerdict.FAIL for check in checks):
        return found.region & finite, found.channels
    return (dark_border(voxels, finite) if seen is None else seen.dark_border), None


def noise_correlation(voxels: FloatArray, region: BoolArray) -> float:
    """Return how many voxels of air, shape (x, y, z), share one independent sample of the square."""
    if region.sum() < 2:
        return 1.0
    top = float(voxels[region].max()) or 1.0
    squares = (np.where(region, voxels, 0.0) / top) ** 2
    return shared(autocorrelation(squares, region), error=float(region.sum()) ** -0.5)


def channels_of(image: Image, channels: float | None) -> float:
    """Return n as known, else as the air of repeats has it, else 1.

    The air is looked for in the root mean square of the first four repeats, where it stands out from faint signal.

    Parameters
    ----------
    image
        Repeats, shape (x, y, z, repeat).
    channels
        What the caller says.
    """
    known = known_channels(image, channels)
    if known is not None:
        return known
    series = np.abs(image.data[..., :_REPEATS]).astype(np.float64)
    finite = np.asarray(np.isfinite(series).all(axis=-1))
    series[~finite] = 0.0
    air, found = likely_air(np.sqrt((series**2).mean(axis=-1)), finite, None)
    if found is None:
        return likely_air(series[..., 0], finite, None)[1] or 1.0
    return estimated_channels(series[air].ravel(), noise_correlation(series[..., 0], air))


def estimated_channels(values: FloatArray, correlation: float) -> float:
    """Return n of magnitudes of noise; 1 where there are few, or they are not distributed so; whole where near that.

    Parameters
    ----------
    values
        Shape (voxels,).
    correlation
        How many of them share one independent sample.
    """
    from scipy.special import polygamma  # noqa: PLC0415 - scipy costs more to import than all of this package

    values = values[values > 0]
    if values.size < _FEWEST or values.min() == values.max():
        return 1.0
    n = effective_channels(values)
    if not np.isfinite(n) or n < _CONTAMINATED:
        return 1.0
    error = np.sqrt(n * correlation / values.size / (n * float(polygamma(1, n)) - 1))
    expected = air_cdf(np.sort(values) / np.sqrt(np.mean(values**2) / (2 * n)), n)
    distance = np.abs(expected - (np.arange(values.size) + 0.5) / values.size).max()
    if distance > _UNLIKE:
        return 1.0
    nearest = float(max(1, round(n)))
    near = abs(n - nearest) < _NEAR_WHOLE * error and (nearest == 1 or _NEAR_WHOLE * error < _HALF)
    return nearest if near else n
