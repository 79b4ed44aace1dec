"""What repeated acquisitions differ in: images of nothing but noise, and what slowly changed between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.bright import bright_object
from mrsnr.correlation import autocorrelation
from mrsnr.detrend import polynomials
from mrsnr.errors import ImageError, RegionError
from mrsnr.model import BoolArray, FloatArray, Image, Regions
from mrsnr.noise._slow import without_slow_part

_LOOKED_AT = 4  # contrasts that the correlation is taken from
_ROUNDING = 1e-12  # of the brightest voxel
_REACH = 6  # voxels in the plane: as far apart as two in a window of 7 can be
_DEPTH = 2  # slices: the lags across them that are looked at


@dataclass(frozen=True, eq=False)
class Differences:
    """Independent images of noise, made from repeats by contrasts that take out the mean (and a trend).

    ``residuals`` has shape (voxels of ``where``, contrasts), each of variance xi sigma², NaN where it is no noise;
    ``mean`` is the mean of the magnitudes, shape (x, y, z); ``widening`` the SD before over the SD after what changes
    slowly in space was taken out, and ``kept`` the fraction of the noise that this has left. ``neighbours`` is the
    correlation of the residuals in the plane, ``correlation`` how many voxels share one independent sample of variance.
    """

    residuals: FloatArray
    mean: FloatArray
    where: BoolArray
    kept: float
    widening: float
    neighbours: FloatArray
    correlation: float
    gaussian: bool

    @property
    def variance(self) -> float:
        """Mean variance of the residuals; 0 where they are no more than rounding."""
        finite = np.isfinite(self.residuals)
        seen = float(np.mean(self.residuals[finite] ** 2)) / self.kept if finite.any() else 0.0
        return seen if seen > (_ROUNDING * float(self.mean[self.where].max(initial=0.0))) ** 2 else 0.0

    @property
    def degrees_of_freedom(self) -> float:
        """Of that variance: the independent residuals."""
        return max(self.kept * int(np.isfinite(self.residuals).sum()) / self.correlation, 1.0)

    @property
    def outliers(self) -> float:
        """Fraction of the differences that were left out."""
        return float(np.mean(~np.isfinite(self.residuals))) if self.residuals.size else 0.0

    def grid(self, contrast: int) -> tuple[FloatArray, BoolArray]:
        """Return one contrast on the image's grid, 0 where it is not used, and where it is."""
        values, used = np.zeros(self.where.shape), np.zeros(self.where.shape, dtype=bool)
        used[self.where] = np.isfinite(self.residuals[:, contrast])
        values[self.where] = np.nan_to_num(self.residuals[:, contrast])
        return values, used


def differences(image: Image, regions: Regions, *, order: int) -> Differences:
    """Return the images of noise in repeats.

    1. Contrasts over the repeats, orthogonal to polynomials in time up to ``order``: for two repeats the difference
       over the root of 2. Real and imaginary parts are contrasted each by itself.
    2. Where: the labels together, or the bright object.
    3. Of each contrast the slow part is taken out in every slice (a quadratic in x and y, less where there are few
       voxels) and a change of scale (what is proportional to the mean image).
    4. The correlation of what is left says how much noise went with it, and how many voxels are independent.

    Parameters
    ----------
    image
        Repeats, shape (x, y, z, repeat).
    regions
        ``regions.labels``: where to look.
    order
        Of the polynomial in time, at least 0.

    Raises
    ------
    ImageError
        If there are too few repeats, or nothing is finite.
    RegionError
        If a label is not on the image's grid.
    """
    series = series_of(image, fewest=order + 2)
    mean = np.abs(series).mean(axis=-1)
    where = region_of(mean, regions)
    complement = np.linalg.qr(polynomials(series.shape[-1], order), mode="complete")[0][:, order + 1 :]
    rows = series[where]
    parts = [rows.real, rows.imag] if np.iscomplexobj(rows) else [rows]
    raw = np.concatenate([part @ complement for part in parts], axis=1)
    structure = np.stack([part.mean(axis=1) for part in parts], axis=1)
    residuals, parameters = without_slow_part(raw, structure, where)
    neighbours, correlation = _correlations(residuals, where)
    kept = max(1 - parameters * max(float(neighbours.sum()), 1.0) / max(len(rows), 1), 0.1)
    return Differences(
        residuals=residuals,
        mean=mean,
        where=where,
        kept=kept,
        widening=_widening(raw, residuals, kept),
        neighbours=neighbours,
        correlation=correlation,
        gaussian=image.kind in {"real", "imaginary"} or np.iscomplexobj(rows),
    )


def in_memory(image: Image) -> Image:
    """Return the image with its data read, once."""
    return Image(np.asarray(image.data), image.affine, image.meta)


def series_of(image: Image, *, fewest: int) -> NDArray[Any]:
    """Return the repeats as float64 or complex128, shape (x, y, z, repeat).

    Raises
    ------
    ImageError
        If there are fewer than ``fewest``, no voxel is finite in all of them, or all are equal.
    """
    if image.volumes < fewest:
        raise ImageError(
            f"The image has {image.volumes} volume{'s' * (image.volumes != 1)}; this method needs at least {fewest} "
            "repeats of one acquisition on the last axis."
        )
    data = np.asarray(image.data)
    series = data.astype(np.complex128 if np.iscomplexobj(data) else np.float64)
    finite = np.isfinite(series).all(axis=-1)
    if not finite.any():
        raise ImageError("No voxel is finite in all repeats: the series holds only NaN or infinity.")
    inside = series[finite]
    if (inside == inside[0, 0]).all():
        raise ImageError(f"All voxels have the same value, {inside[0, 0]:g}; there is no noise to measure.")
    series[~finite] = np.nan
    return series


def region_of(mean: FloatArray, regions: Regions) -> BoolArray:
    """Return the labels' voxels together, or the bright object; finite in all repeats.

    Raises
    ------
    RegionError
        If a label is not on the grid of one volume, or none of them has a voxel that is finite.
    """
    if not regions.labels:
        return bright_object(mean)
    where = np.zeros(mean.shape, dtype=bool)
    for number, label in regions.labels.items():
        if label.shape != mean.shape:
            raise RegionError(f"Label {number} has shape {label.shape}, one repeat {mean.shape}; they must agree.")
        where |= label
    where &= np.isfinite(mean)
    if not where.any():
        raise RegionError("The labels have no voxel that is finite in all repeats.")
    return where


def _widening(raw: FloatArray, residuals: FloatArray, kept: float) -> float:
    """Return the SD of the raw differences over that of what is left of them, where it is noise."""
    used = np.isfinite(residuals)
    if not used.any():
        return 1.0
    left = float(np.mean(residuals[used] ** 2)) / kept
    centred = raw - np.nanmean(np.where(used, raw, np.nan), axis=0)
    return float(np.sqrt(np.mean(centred[used] ** 2) / left)) if left > 0 else 1.0


def _correlations(residuals: FloatArray, where: BoolArray) -> tuple[FloatArray, float]:
    """Return the correlation in the plane, 0 where it is none, and how many voxels share a sample of a variance."""
    planes, across = [], []
    values = np.nan_to_num(residuals)
    for contrast in values.T[:: max(1, values.shape[1] // _LOOKED_AT)][:_LOOKED_AT]:
        grid = np.zeros(where.shape)
        grid[where] = contrast
        planes.append(autocorrelation(grid, where, reach=_REACH))
        across.append([_across(grid, where, lag) for lag in range(1, _DEPTH + 1)])
    rho = np.mean(planes, axis=0)
    error = float(len(planes) * max(len(residuals), 1)) ** -0.5
    depth = 1 + 2 * sum(float(r) ** 2 for r in np.mean(across, axis=0) if abs(r) > 2 * error)
    seen = np.where(np.abs(rho) > 2 * error, rho, 0.0)
    return seen, max(float((seen**2).sum()), 1.0) * depth


def _across(grid: FloatArray, where: BoolArray, lag: int) -> float:
    """Return the correlation with the slice ``lag`` further on."""
    if where.shape[2] <= lag:
        return 0.0
    both = where[:, :, lag:] & where[:, :, :-lag]
    power = float((grid**2).sum()) / max(int(where.sum()), 1)
    if both.sum() < 2 or power == 0:
        return 0.0
    return float((grid[:, :, lag:] * grid[:, :, :-lag])[both].mean() / power)
