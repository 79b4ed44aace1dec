"""MINC files, version 1 (NetCDF) and 2 (HDF5, which needs h5py)."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.externals.netcdf import netcdf_file
from nibabel.minc1 import Minc1File
from nibabel.minc2 import Minc2File
from numpy.typing import NDArray

from mrsnr.errors import ImageError, MissingExtraError, UnreadableError
from mrsnr.io.broken import broken, reading
from mrsnr.io.indexing import by_axis
from mrsnr.io.memory import check_memory
from mrsnr.io.sidecar import kind_of, read_sidecar, said_in
from mrsnr.model import Image

SUFFIXES = (".mnc",)

_SPACE = ("xspace", "yspace", "zspace")
_HDF5 = b"\x89HDF"
_NETCDF = (b"CDF\x01", b"CDF\x02")
_STRONGEST_COMPRESSION = 1032  # times, of what HDF5 compresses with
_FLOATS = "fc"
_LONGEST = 1e9  # seconds
# Attributes of MINC's variable "acquisition" that are numbers, and their names in BIDS. Others are not looked at.
_PHYSICS = {
    "repetition_time": "RepetitionTime",
    "echo_time": "EchoTime",
    "inversion_time": "InversionTime",
    "flip_angle": "FlipAngle",
    "num_averages": "NumberOfAverages",
    "slice_thickness": "SliceThickness",
}


class _Axes:
    """What nibabel knows of the axes of a file and has no word for."""

    _dim_names: Any
    _dims: Any

    @property
    def axes(self) -> tuple[str, ...]:
        """Their names, the slowest first."""
        return tuple(map(str, self._dim_names))

    def step(self, axis: str) -> Any:
        """Return the distance of two samples, ``None`` if it is not stated or there is no such axis."""
        return getattr(self._dims[self.axes.index(axis)], "step", None) if axis in self.axes else None


class _Minc1(_Axes, Minc1File):
    """A file of version 1."""


class _Minc2(_Axes, Minc2File):
    """A file of version 2."""


class MincArray:
    """The scaled voxels of a file, shape (x, y, z) or (x, y, z, time), read when asked for.

    Parameters
    ----------
    path
        The file.
    stored
        Its axes in the order of the file, the slowest first: ``("time", "zspace", "yspace", "xspace")``.
    shape
        Along the axes of the image, the fastest first and time last.
    dtype
        Type of the stored numbers.
    """

    def __init__(self, path: Path, *, stored: tuple[str, ...], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._path = path
        self._axes = axes_of(stored)  # of the image, as axes of the file
        self.shape = shape
        self.dtype = dtype

    def __getitem__(self, index: Any) -> NDArray[Any]:
        self._check_memory(index)
        wanted = by_axis(index, len(self.shape))
        if wanted is None:
            part: NDArray[Any] = np.asarray(self)[index]
            return part
        return self._read(wanted)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        self._check_memory(())
        data = self._read((slice(None),) * len(self.shape))
        return data if dtype is None else data.astype(dtype, copy=False)

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time; see `mrsnr.model.Image.blocks`."""
        if len(self.shape) == 3:
            yield np.asarray(self)[..., np.newaxis]
            return
        for first in range(0, self.shape[3], volumes):
            yield self[..., first : first + volumes]

    def _read(self, wanted: tuple[int | slice, ...]) -> NDArray[Any]:
        """Return a part, its axes in the order of the image."""
        parts = [
            part if isinstance(part, slice) else slice(part % size, part % size + 1)
            for part, size in zip(wanted, self.shape, strict=True)
        ]  # of a single voxel nibabel confuses the bytes
        of_file = tuple(parts[self._axes.index(axis)] for axis in range(len(parts)))
        with reading(self._path, form="MINC"), _opened(self._path) as (file, _):
            data = np.array(file.get_scaled_data(of_file))
        if not data.dtype.isnative:
            data = data.astype(data.dtype.newbyteorder("="))
        whole = tuple(slice(None) if isinstance(part, slice) else 0 for part in wanted)
        return np.asarray(data.transpose(self._axes)[whole])

    def _check_memory(self, index: Any) -> None:
        itemsize = self.dtype.itemsize if self.dtype.kind in _FLOATS else 8
        check_memory(self.shape, itemsize, name=self._path.name, index=index)

    def __repr__(self) -> str:
        return f"<{self._path.name}: {self.shape}, {self.dtype} on disk>"


def axes_of(stored: tuple[str, ...]) -> list[int]:
    """Return which axis of the file each axis of the image is: those of space from the fastest on, then time."""
    space = [axis for axis, name in enumerate(stored) if name in _SPACE]
    return [*space[::-1], *(axis for axis, name in enumerate(stored) if name not in _SPACE)]


def read(path: Path) -> Image:
    """Open a MINC file; voxels stay on disk until they are asked for.

    The axes of space come in the order of memory, the fastest first, and time is the last one, whatever their order in
    the file. Affine and scaling are nibabel's.

    Raises
    ------
    MissingExtraError
        If the file is of version 2 and h5py is not installed.
    UnreadableError
        If it is damaged, or its voxels are unevenly spaced.
    ImageError
        If it has other axes than x, y, z and time.
    """
    with reading(path, form="MINC"), _opened(path) as (file, acquisition):
        names = file.axes
        sizes = tuple(int(size) for size in file.get_data_shape())
        dtype, affine = np.dtype(file.get_data_dtype()), np.asarray(file.get_affine())
        physics = _physics(acquisition, file.step("time"))
    if set(names) not in ({*_SPACE}, {*_SPACE, "time"}) or len(set(names)) != len(names):
        raise ImageError(f"{path.name} has the axes {', '.join(map(repr, names))}; expected x, y, z and perhaps time.")
    _check_size(path, sizes, dtype)
    axes = axes_of(names)
    reordered = np.eye(4)
    reordered[:, :3], reordered[:, 3] = affine[:, 2::-1], affine[:, 3]
    sidecar = {**physics, **read_sidecar(path)}
    meta = {
        "source": str(path),
        "voxels": str(path),
        "modified": path.stat().st_mtime_ns,
        "kind": kind_of(sidecar, path, dtype),
        "sidecar": sidecar,
        **said_in(sidecar),
    }
    try:
        shape = tuple(sizes[axis] for axis in axes)
        return Image(MincArray(path, stored=names, shape=shape, dtype=dtype), reordered, meta)
    except ImageError as error:
        raise ImageError(f"{path.name}: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Give nibabel's view of a file, and what it says of the acquisition; both are good while it is open."""
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        beginning = stream.read(4)
        stream.seek(0)
        made: Any
        if beginning in _NETCDF:
            made = netcdf_file
            content = made(stream, mmap=True)  # so that nothing is read that is not wanted, whatever sizes it declares
            made = _Minc1
            found = content.variables.get("acquisition")
            yield made(content), {} if found is None else vars(found)
        elif beginning == _HDF5:
            made = _Minc2
            with _hdf5().File(path, "r") as content:
                found = content.get("minc-2.0/info/acquisition")
                yield made(content), {} if found is None else dict(found.attrs)
        else:
            raise broken(path, form="MINC")


def _hdf5() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError:
        raise MissingExtraError("MINC 2 needs h5py; install it with: pip install 'mrsnr[minc]'") from None


def _check_size(path: Path, sizes: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise `UnreadableError` if the file is too short for the size that it declares."""
    expected, size = math.prod(sizes) * dtype.itemsize, path.stat().st_size
    if size * _STRONGEST_COMPRESSION < expected:
        raise UnreadableError(
            f"{path.name} is truncated or damaged: its header promises {expected} bytes, it has {size}. "
            "Copy or download it again."
        )


def _physics(acquisition: Any, interval: Any) -> dict[str, Any]:
    """Return the numbers of the acquisition; seconds, degrees and mm as MINC has them.

    The interval is the time between volumes, if it is known.
    """
    stated = {key: acquisition.get(name) for name, key in _PHYSICS.items()}
    if interval is not None:
        stated["RepetitionTime"] = interval
    found = {}
    for key, value in stated.items():
        if isinstance(value, int | float | np.number | np.ndarray) and np.size(value) == 1:
            number = float(np.ravel(value)[0].real)
            if 0 < number < _LONGEST:
                found[key] = number
    return found
