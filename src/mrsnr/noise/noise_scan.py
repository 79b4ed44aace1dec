"""Noise from an acquisition without excitation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsnr.checks import not_phase, zeros
from mrsnr.distributions import chi_interval
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.intensities import magnitudes, step_of
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._mask import estimated_channels, noise_correlation, shape_spread
from mrsnr.survey import known_channels
from mrsnr.windows import local_mean

_BLOCK = 16  # voxels
_FILLED = 0.5  # of a block
_UNEVEN = 0.03  # relative SD of sigma over blocks, beyond what counting explains, from which sigma is a map
_ERRORS = 4  # SE of its square
_WINDOW = 15  # voxels


@dataclass(frozen=True, eq=False)
class _Scan:
    """Mean square over the volumes of a noise scan, shape (x, y, z); where it counts; and what is known of it."""

    power: FloatArray
    region: BoolArray
    first: FloatArray
    volumes: int
    correlation: float
    zeros: Check

    @property
    def independent(self) -> float:
        """Number of independent magnitudes."""
        return self.volumes * float(self.region.sum()) / self.correlation


@estimator
def noise_scan(
    image: Image,
    *,
    regions: Regions,  # noqa: ARG001 - the whole scan is noise
    channels: float | None = None,
    scan: Image | None = None,
) -> Noise:
    r"""Estimate sigma as :math:`\sqrt{\langle M^2\rangle / 2n}` of a scan of the same protocol without excitation.

    1. n: as given, as the file says, or estimated from the scan.
    2. sigma from all its voxels; exact zeros are left out.
    3. Where sigma varies over blocks of 16x16 voxels by more than 3 % beyond their error: a map, from the root mean
       square in windows of 15x15 voxels.

    Parameters
    ----------
    image
        One volume; only its grid and its kind matter.
    regions
        Not used.
    channels
        Number n of receive channels combined by sum of squares.
    scan
        The noise, on the grid of the image and reconstructed the same way; of several volumes all are used.

    Raises
    ------
    ArgumentError
        If there is no scan, or ``channels`` is not positive.
    ImageError
        If no voxel of the scan is above 0 and finite.
    RegionError
        If the scan is not on the image's grid.

    Notes
    -----
    Valid with parallel imaging and filters, which act on both. Invalid where receiver gain, bandwidth, matrix or
    scaling differ between the two, which cannot be seen from the voxels. Relative SE 1 / (2 sqrt(n N)).

    References
    ----------
    NEMA MS 1. Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997), erratum 52:219 (2004).
    """
    if scan is None:
        raise ArgumentError("The method noise_scan needs a scan without excitation: give it as scan=, an mrsnr.Image.")
    if scan.grid != image.grid:
        raise RegionError(f"The noise scan has shape {scan.grid}, the image {image.grid}; they must be on one grid.")
    noise = _read(scan)
    unevenness = _unevenness(noise)
    level = local_mean(noise.power, width=_WINDOW, where=noise.region) if unevenness > _UNEVEN else noise.power.mean()
    relative = np.where(noise.region, noise.first, 0.0) / np.sqrt(np.where(noise.region, level, 1.0))
    known = known_channels(scan, channels) or known_channels(image, None)
    n = known if known is not None else estimated_channels(relative[noise.region], noise.correlation)
    spread = 0.5 / np.sqrt(n) if known is not None or n == 1 else shape_spread(n)
    whole = float(np.sqrt(noise.power[noise.region].mean() / (2 * n)))
    low, high = chi_interval(whole, noise.independent / (2 * spread**2))
    sigma: float | FloatArray | None = whole
    if unevenness > _UNEVEN:
        sigma = np.where(noise.region, np.sqrt(level / (2 * n)), np.nan).reshape(image.grid)
        scale = float(np.nanmean(sigma)) / whole
        low, high = low * scale, high * scale
    angle = "phase" in {image.kind, scan.kind}
    return Noise(
        sigma=None if angle else sigma,
        channels=n,
        interval=None if angle else (low, high),
        region=noise.region.reshape(image.grid),
        checks=(not_phase(image), not_phase(scan), noise.zeros),
        method="noise_scan",
        parameters={"local": isinstance(sigma, np.ndarray), "unevenness": unevenness},
        correlation=noise.correlation,
    )


def _read(scan: Image) -> _Scan:
    """Return the mean square of the scan, without the variance of rounding; zeroed parts are left out."""
    volumes = scan.volumes
    series = np.abs(magnitudes(scan)).astype(np.float64).reshape(*np.atleast_3d(np.empty(scan.grid)).shape, volumes)
    region = np.isfinite(series).all(axis=-1)
    if not (series[region] > 0).any():
        raise ImageError("The noise scan holds no voxel above 0: there is no noise to measure.")
    zeroed = zeros(series[region])
    if zeroed.verdict == CheckVerdict.FAIL:
        region &= (series > 0).all(axis=-1)
    power = np.where(region[..., None], series, 0.0) ** 2
    first = np.where(region, series[..., 0], 0.0)
    rounding = step_of(first[region]) ** 2 / 12
    mean = np.where(region, power.mean(axis=-1) - rounding, 0.0)
    return _Scan(mean, region, first, volumes, noise_correlation(first, region), zeroed)


def _unevenness(noise: _Scan) -> float:
    """Return the relative SD of sigma over blocks beyond what counting explains; 0 where that is not significant."""
    weight, total, square = (_block_sums(values, noise.region) for values in (1.0, noise.power, noise.power**2))
    used = weight > _FILLED * weight.max()
    mean = total[used] / weight[used]
    within = np.maximum(square[used] / weight[used] - mean**2, 0.0) * noise.correlation / weight[used]
    expected = float(np.mean(within / mean**2))
    if mean.size < 2:
        return 0.0
    excess = float(np.var(mean / mean.mean(), ddof=1)) - expected
    return float(np.sqrt(excess)) / 2 if excess > _ERRORS * expected * np.sqrt(2 / mean.size) else 0.0


def _block_sums(values: FloatArray | float, region: BoolArray) -> FloatArray:
    """Return the sum over blocks in the plane of each slice, shape (blocks,)."""
    counted = np.where(region, values, 0.0)
    for axis in (0, 1):
        counted = np.add.reduceat(counted, np.arange(0, counted.shape[axis], _BLOCK), axis=axis)
    return np.asarray(counted.ravel())
