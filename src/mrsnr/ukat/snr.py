"""Image and temporal SNR by the definitions of ukat 0.7.3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsnr.distributions import RAYLEIGH_SD
from mrsnr.errors import ImageError, RegionError
from mrsnr.io import staging, write_map
from mrsnr.measurement import measure
from mrsnr.model import BoolArray, FloatArray, Image, LabelArray, MixtureNoise, Snr

_LARGEST_TSNR = 1000.0  # ukat sets what is above to 0


class Isnr:
    r"""Image SNR: :math:`mean(foreground) / SD(background) \cdot \sqrt{2 - \pi/2}`, all volumes pooled.

    Without a noise mask the background is the darkest cluster of a Gaussian mixture. ukat fits the mixture to
    49152 voxels drawn at random (seed 0) and assigns all voxels by it; this class fits all voxels, starting from the
    best k-means partition. The number therefore differs from ukat's, by more than a factor of five on a scan with
    masked air, and is the same each time; with a noise mask it is ukat's to the last digit. Several volumes (echoes)
    give one pooled number, as in ukat; `mrsnr.measure` gives one each.

    Parameters
    ----------
    pixel_array
        Image, 2-D to 4-D. It is not changed.
    affine
        Shape (4, 4), voxels to RAS mm.
    noise_mask
        True where there is no signal, shape of ``pixel_array``.
    n_clusters
        Number of clusters, 2 to 6.

    Attributes
    ----------
    isnr : float
        The SNR.
    isnr_map : ndarray
        The SNR of every voxel.
    noise_mask : ndarray of bool
        The background.
    clusters : ndarray of int or None
        Each voxel's cluster, darkest 0; ``None`` with a noise mask.

    Raises
    ------
    ImageError
        If no voxel is finite, or all are equal.
    RegionError
        If the mask has another shape or no voxel.
    ArgumentError
        If ``n_clusters`` is out of range.
    """

    def __init__(
        self,
        pixel_array: ArrayLike,
        affine: ArrayLike,
        noise_mask: ArrayLike | None = None,
        n_clusters: int = 3,
    ) -> None:
        self.pixel_array = np.asarray(pixel_array)
        self.affine = np.asarray(affine, dtype=np.float64)
        self.n_clusters = n_clusters
        self.shape = self.pixel_array.shape
        self.noise_mask, self.clusters = self._background(noise_mask)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = RAYLEIGH_SD / np.std(self.pixel_array[self.noise_mask])
            self.isnr = float(np.mean(self.pixel_array[~self.noise_mask]) * factor)
            self.isnr_map: FloatArray = self.pixel_array * factor

    def to_nifti(self, output_directory: str | Path = ".", base_file_name: str = "Output") -> None:
        """Write ``NAME_isnr_map.nii.gz``, and nothing beside it; a file of that name is replaced."""
        _write(self.isnr_map, self.affine, output_directory, f"{base_file_name}_isnr_map.nii.gz")

    def _background(self, noise_mask: ArrayLike | None) -> tuple[BoolArray, LabelArray | None]:
        if noise_mask is not None:
            return _mask(noise_mask, self.shape), None
        flat = Image(self.pixel_array.reshape(self.shape[0], -1), np.eye(4))
        found = measure(flat, "mixture", clusters=self.n_clusters)
        if not isinstance(found, Snr) or not isinstance(found.noise, MixtureNoise):
            raise ImageError("The mixture gave no background.")
        return found.noise.region.reshape(self.shape), found.noise.clusters.reshape(self.shape)


class Tsnr:
    """Temporal SNR by ukat's definition: the intercept of a quadratic fit over the SD of its residuals.

    Time is counted 1, 2, 3 …, so that the intercept is the fit one step before the first volume; the SD has ddof 0;
    values above 1000, undefined values and voxels outside the mask are 0. On white noise this reads 2 % high at 100
    volumes and 35 % high at 10, and drift moves it by its sign: `mrsnr.temporal` has none of that.

    Parameters
    ----------
    pixel_array
        Series, shape (x, y, z, volume). It is not changed.
    affine
        Shape (4, 4), voxels to RAS mm.
    mask
        True where the map is wanted, shape (x, y, z) or of the series; it is not changed.

    Attributes
    ----------
    tsnr_map : ndarray
        Temporal SNR, shape (x, y, z).

    Raises
    ------
    ImageError
        If there are fewer than four volumes.
    RegionError
        If the mask has another shape or no voxel.
    """

    def __init__(self, pixel_array: ArrayLike, affine: ArrayLike, mask: ArrayLike | None = None) -> None:
        self.pixel_array = np.asarray(pixel_array)
        self.affine = np.asarray(affine, dtype=np.float64)
        if self.pixel_array.ndim != 4 or self.pixel_array.shape[3] < 4:
            raise ImageError(
                f"The series has shape {self.pixel_array.shape}; expected (x, y, z, volume) with at least 4 volumes."
            )
        self.shape = self.pixel_array.shape[:3]
        self.n = self.pixel_array.shape[3]
        self.mask = np.ones(self.shape, dtype=bool) if mask is None else self._mask_3d(np.asarray(mask))
        self.tsnr_map = self._map()

    def to_nifti(self, output_directory: str | Path = ".", base_file_name: str = "Output") -> None:
        """Write ``NAME_tsnr_map.nii.gz``, and nothing beside it; a file of that name is replaced."""
        _write(self.tsnr_map, self.affine, output_directory, f"{base_file_name}_tsnr_map.nii.gz")

    def _mask_3d(self, mask: NDArray[Any]) -> BoolArray:
        chosen = mask.astype(bool)
        return _mask(chosen.all(axis=3) if chosen.ndim == 4 else chosen, self.shape)

    def _map(self) -> FloatArray:
        time = np.arange(1.0, self.n + 1)
        design = np.stack([np.ones(self.n), time, time**2], axis=1)
        values = self.pixel_array[self.mask].astype(np.float64)
        coefficients = values @ np.linalg.pinv(design).T
        values -= coefficients @ design.T
        with np.errstate(divide="ignore", invalid="ignore"):
            tsnr = coefficients[:, 0] / values.std(axis=1)
        tsnr[~np.isfinite(tsnr) | (tsnr > _LARGEST_TSNR)] = 0
        whole = np.zeros(self.shape)
        whole[self.mask] = tsnr
        return whole


def _mask(mask: ArrayLike, shape: tuple[int, ...]) -> BoolArray:
    chosen = np.array(mask, dtype=bool)
    if chosen.shape != shape:
        raise RegionError(f"The mask has shape {chosen.shape}, the image {shape}; they must be on the same grid.")
    if not chosen.any():
        raise RegionError("The mask has no voxel: it is False everywhere.")
    return chosen


def _write(data: FloatArray, affine: FloatArray, folder: str | Path, file: str) -> None:
    with staging(folder, [file], overwrite=True) as stage:
        write_map(stage / file, data, Image(data, affine))
