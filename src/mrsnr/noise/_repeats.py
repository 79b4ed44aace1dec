"""What repeated acquisitions differ in: images of nothing but noise, and what slowly changed between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.bright import bright_object
from mrsnr.correlation import autocorrelation
from mrsnr.errors import RegionError
from mrsnr.model import BoolArray, FloatArray, Image, Regions
from mrsnr.noise._reading import Use, check_varies, expect_repeats, read
from mrsnr.noise._slow import without_slow_part
from mrsnr.noise._sums import Squares

_LOOKED_AT = 4  # contrasts that the correlation is taken from
_ROUNDING = 1e-12  # of the brightest voxel
_REACH = 6  # voxels in the plane: as far apart as two in a window of 7 can be
_DEPTH = 2  # slices: the lags across them that are looked at


@dataclass(frozen=True, eq=False)
class Differences:
    """Independent images of noise, made from repeats by contrasts that take out the mean (and a trend).

    ``squares`` are those of their residuals, each of variance xi sigma²; ``mean`` is the mean of the magnitudes, shape
    (x, y, z); ``widening`` the SD before over the SD after what changes slowly in space was taken out, and ``kept`` the
    fraction of the noise that this has left. ``neighbours`` is the correlation of the residuals in the plane,
    ``correlation`` how many voxels share one independent sample of variance. ``volumes`` are some of the repeats, by
    number: the first, the last, and pairs of neighbours.
    """

    squares: Squares
    mean: FloatArray
    where: BoolArray
    kept: float
    widening: float
    neighbours: FloatArray
    correlation: float
    gaussian: bool
    volumes: Mapping[int, NDArray[Any]]

    @property
    def variance(self) -> float:
        """Mean variance of the residuals; 0 where they are no more than rounding."""
        number = int(self.squares.used.sum())
        seen = float(self.squares.total.sum()) / number / self.kept if number else 0.0
        return seen if seen > (_ROUNDING * float(self.mean[self.where].max(initial=0.0))) ** 2 else 0.0

    @property
    def degrees_of_freedom(self) -> float:
        """Of that variance: the independent residuals."""
        return max(self.kept * int(self.squares.used.sum()) / self.correlation, 1.0)

    @property
    def outliers(self) -> float:
        """Fraction of the differences that were left out."""
        number = self.squares.used.size * self.squares.contrasts
        return 1 - float(self.squares.used.sum()) / number if number else 0.0


def differences(
    image: Image, regions: Regions, *, order: int, local: bool = False, every: bool = True, use: Use | None = None
) -> Differences:
    """Return the images of noise in repeats.

    1. Contrasts over the repeats, orthogonal to polynomials in time up to ``order``: for two repeats the difference
       over the root of 2. Real and imaginary parts are contrasted each by itself.
    2. Where: the labels together, or the bright object.
    3. Of each contrast the slow part is taken out in every slice (a quadratic in x and y, less where there are few
       voxels) and a change of scale (what is proportional to the mean image).
    4. The correlation of what is left says how much noise went with it, and how many voxels are independent.

    Of more than 32 repeats the contrasts are worked on 32 at a time, while the image is read a second time. What 4
    says, and the widening, are then those of 32 contrasts spread over the series. Memory does not grow with the number.

    Parameters
    ----------
    image
        Repeats, shape (x, y, z, repeat).
    regions
        ``regions.labels``: where to look.
    order
        Of the polynomial in time, at least 0.
    local
        Whether a map is to be made of the squares.
    every
        Whether all contrasts are squared; otherwise no more than 32, and the image is read once.
    use
        Is given every block of volumes, with the number of its first; see `read`.

    Raises
    ------
    ImageError
        If there are too few repeats, or nothing is finite.
    RegionError
        If a label is not on the image's grid.
    """
    seen = read(image, order=order, use=use)
    where = region_of(seen.mean, regions)
    level = seen.level[where]
    parts = [level.real, level.imag] if np.iscomplexobj(level) else [level]
    raw, structure = seen.some(where), np.stack(parts, axis=1)
    residuals, parameters = without_slow_part(raw, structure, where)
    neighbours, correlation = _correlations(residuals, where)
    kept = max(1 - parameters * max(float(neighbours.sum()), 1.0) / max(len(level), 1), 0.1)
    widening = _widening(raw, residuals, kept)
    squares = Squares(where, neighbours, local=local)
    if seen.few or not every:
        squares.add(residuals)
    else:
        del raw, residuals  # as large as what is to come
        for group in seen.every(where):
            squares.add(without_slow_part(group, structure, where)[0])
    return Differences(
        squares=squares,
        mean=seen.mean,
        where=where,
        kept=kept,
        widening=widening,
        neighbours=neighbours,
        correlation=correlation,
        gaussian=image.kind in {"real", "imaginary"} or np.iscomplexobj(level),
        volumes=seen.volumes,
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
    expect_repeats(image, fewest=fewest)
    data = np.asarray(image.data)
    series = data.astype(np.complex128 if np.iscomplexobj(data) else np.float64)
    finite = np.asarray(np.isfinite(series).all(axis=-1))
    check_varies(series, finite)
    series[~finite] = np.nan
    return series


def region_of(mean: FloatArray, regions: Regions) -> BoolArray:
    """Return the labels' voxels together, or the bright object; finite in all repeats.

    Raises
    ------
    RegionError
        If a label is not on the grid of one volume, or none of them has a voxel that is finite.
    """
    where = inside(mean, regions)
    if regions.labels and not where.any():
        raise RegionError("The labels have no voxel that is finite in all repeats.")
    return where


def inside(mean: FloatArray, regions: Regions) -> BoolArray:
    """Return the same, which may be empty."""
    if not regions.labels:
        return bright_object(mean)
    where = np.zeros(mean.shape, dtype=bool)
    for number, label in regions.labels.items():
        if label.shape != mean.shape:
            raise RegionError(f"Label {number} has shape {label.shape}, one repeat {mean.shape}; they must agree.")
        where |= label
    return where & np.isfinite(mean)


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
