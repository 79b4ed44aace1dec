"""Images to be measured: made from a seed, with a signal-to-noise ratio that is known."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np

SIGMA = 6.0  # SD of the noise of one real channel of a series, in grey levels: 300 volumes have some 40 MB
SIGNAL = 600.0  # grey levels of a series at the brightest place
DRIFT = 0.02  # of the signal, over the series
AFFINE = np.diag([-3.0, 3.0, 3.5, 1.0])
_LEVEL = 6  # of gzip, as most converters have it
_FAST_FROM = 400  # volumes: longer series are written by a faster compressor, or making them takes the time
_IMAGE_SIGMA, _IMAGE_SIGNAL = 20.0, 1200.0  # of a single image
_TISSUES = (0.35, 0.6, 1.0)  # of its signal


def amplitude(grid: tuple[int, int, int]) -> np.ndarray:
    """Return the noise-free object, shape (x, y, z): a smooth ellipsoid of 1 down to 0.4 of `SIGNAL`, in air."""
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, size) for size in grid), indexing="ij")
    inside = (x / 0.75) ** 2 + (y / 0.85) ** 2 + (z / 1.4) ** 2 < 1
    bright = 0.7 + 0.2 * np.cos(5 * x) * np.cos(4 * y) + 0.1 * np.cos(3 * z + x)
    return np.where(inside, SIGNAL * bright, 0.0)


def true_tsnr(grid: tuple[int, int, int], *, sigma: float = SIGMA) -> np.ndarray:
    """Return the temporal SNR of every voxel of a series, shape (x, y, z): amplitude over sigma, 0 in air."""
    return amplitude(grid) / sigma


def volumes(shape: tuple[int, int, int, int], *, seed: int = 0, sigma: float = SIGMA) -> Iterator[np.ndarray]:
    """Return the volumes of a series one by one, float32: magnitude of object, quadratic drift and complex noise.

    The drift has no mean over the series, so that the temporal mean is that of the object.
    """
    rng = np.random.default_rng(seed)
    *grid, count = shape
    still = amplitude(tuple(grid)).astype(np.float32)
    time = np.linspace(-1, 1, count)
    drift = DRIFT * (0.5 * time + 0.5 * (time**2 - (time**2).mean()))
    for change in drift.astype(np.float32):
        real, imaginary = (rng.standard_normal(grid, np.float32) * np.float32(sigma) for _ in range(2))
        yield np.hypot(still * (1 + change) + real, imaginary)


def write_series(path: Path, shape: tuple[int, int, int, int], *, seed: int = 0) -> Path:
    """Write a series as int16, compressed if the name ends in ``.gz``; one volume at a time is in memory."""
    with _opened(path, fast=shape[3] >= _FAST_FROM) as file:
        _header(shape, np.int16).write_to(file)
        for volume in volumes(shape, seed=seed):
            file.write(np.rint(volume).astype(np.int16).tobytes(order="F"))
    return path


def write_steep_series(path: Path, shape: tuple[int, int, int, int], *, seed: int = 0) -> Path:
    """Write float32 of mean 30000 and SD 1 with a drift of 1 %: what loses digits in single precision."""
    rng = np.random.default_rng(seed)
    *grid, count = shape
    with _opened(path, fast=True) as file:
        _header(shape, np.float32).write_to(file)
        for time in np.linspace(-1, 1, count):
            volume = 30_000 + 300 * time + rng.standard_normal(grid)
            file.write(volume.astype(np.float32).tobytes(order="F"))
    return path


def write_sparse_series(path: Path, shape: tuple[int, int, int, int], *, seed: int = 0) -> Path:
    """Write a float32 series that is larger on paper than on disk: one slice of each volume is there, the rest holes.

    In the slice tSNR is 100; everywhere else nothing varies.
    """
    rng = np.random.default_rng(seed)
    *grid, count = shape
    header = _header(shape, np.float32)
    slice_bytes = 4 * grid[0] * grid[1]
    with path.open("wb") as file:
        header.write_to(file)
        start = int(header["vox_offset"])
        for volume in range(count):
            file.seek(start + slice_bytes * (volume * grid[2] + grid[2] // 2))
            file.write((100 + rng.standard_normal(grid[0] * grid[1], np.float32)).astype(np.float32).tobytes())
        file.truncate(start + slice_bytes * grid[2] * count)
    return path


def image(grid: tuple[int, int, int], *, seed: int = 0, zeroed: bool = False) -> np.ndarray:
    """Return one image in grey levels, float64: three tissues in air, magnitude of complex noise, SNR up to 60.

    With ``zeroed`` the air is set to 0, as many scanners do.
    """
    rng = np.random.default_rng(seed)
    shape = amplitude(grid) / SIGNAL
    x, y, _ = np.meshgrid(*(np.linspace(-1, 1, size) for size in grid), indexing="ij")
    tissue = np.digitize(np.sin(6 * x + 2 * y) + np.cos(7 * y), [-0.6, 0.6])
    still = np.where(shape > 0, _IMAGE_SIGNAL * np.array(_TISSUES)[tissue] * (0.8 + 0.2 * shape), 0.0)
    noisy = np.hypot(still + rng.normal(0, _IMAGE_SIGMA, grid), rng.normal(0, _IMAGE_SIGMA, grid))
    return np.where(shape > 0, noisy, 0.0) if zeroed else noisy


def intensities(count: int, *, seed: int = 0) -> np.ndarray:
    """Return voxels without a place, float64: half air of sigma 20, a quarter each of two uneven tissues.

    Their mixture is as slow to converge as that of a real image, whose tissues are not Gaussian either.
    """
    rng = np.random.default_rng(seed)
    tissues = [rng.normal(400, 80, count // 4), rng.normal(900, 150, count // 4)]
    return np.maximum(np.concatenate([rng.rayleigh(20, count - 2 * (count // 4)), *tissues]), 0)


def write_image(path: Path, grid: tuple[int, int, int], *, seed: int = 0, zeroed: bool = False) -> Path:
    """Write one image as int16."""
    voxels = np.rint(image(grid, seed=seed, zeroed=zeroed)).astype(np.int16)
    with _opened(path, fast=False) as file:
        _header(grid, np.int16).write_to(file)
        file.write(voxels.tobytes(order="F"))
    return path


def _opened(path, *, fast):
    if path.suffix != ".gz":
        return path.open("wb")
    if fast:
        try:
            from isal import igzip  # noqa: PLC0415 - optional
        except ImportError:
            return gzip.open(path, "wb", compresslevel=1)
        return igzip.open(path, "wb")
    return gzip.open(path, "wb", compresslevel=_LEVEL)


def _header(shape, dtype):
    header = nibabel.Nifti1Header()
    header.set_data_dtype(dtype)
    header.set_data_shape(shape)
    header.set_zooms((3.0, 3.0, 3.5, 2.0)[: len(shape)])
    header.set_sform(AFFINE, code=1)
    header.set_xyzt_units("mm", "sec")
    header["magic"], header["vox_offset"] = b"n+1", 352
    return header
