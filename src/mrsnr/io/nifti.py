"""NIfTI-1 and NIfTI-2 files, and the BIDS-style JSON beside them."""

from __future__ import annotations

import gzip
import logging
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from mrsnr.errors import ImageError, MrsnrError, UnreadableError
from mrsnr.io.memory import check_memory
from mrsnr.io.sidecar import first_line, kind_of, read_sidecar, said_in
from mrsnr.io.streaming import Layout, beginning_of, blocks
from mrsnr.model import Image

SUFFIXES = (".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img")

_log = logging.getLogger("mrsnr")
_BROKEN = (ImageFileError, HeaderDataError, OSError, EOFError, zlib.error, ValueError, TypeError, OverflowError)
_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}
_STRONGEST_COMPRESSION = 1032  # times, of gzip
_LONGEST_HEADER = 540  # bytes, of NIfTI-2


class FileArray:
    """The scaled voxels of a file, read when asked for; a file that breaks then says so."""

    def __init__(self, proxy: Any, path: Path, *, voxels: Path) -> None:
        self._proxy = proxy
        self._path = path
        self._layout = Layout(
            file=voxels,
            offset=int(proxy.offset),
            shape=(*proxy.shape, 1, 1)[: max(3, len(proxy.shape))],
            dtype=np.dtype(proxy.dtype),
            slope=float(proxy.slope),
            intercept=float(proxy.inter),
        )
        self.shape: tuple[int, ...] = tuple(proxy.shape)
        self.dtype: np.dtype[Any] = np.dtype(proxy.dtype)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        with _reading(self._path):
            self._check_memory(index)
            part: NDArray[Any] = np.asarray(self._proxy[index])
        return part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        with _reading(self._path):
            self._check_memory(())
            data: NDArray[Any] = np.asanyarray(self._proxy)
        data = data if dtype is None else data.astype(dtype, copy=False)
        return data.copy() if copy else data

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time, reading the file once; see `mrsnr.model.Image.blocks`."""
        with _reading(self._path):
            self._check_memory((..., slice(0, volumes)) if len(self.shape) == 4 else ())
            yield from blocks(self._layout, volumes=volumes)

    def _check_memory(self, index: Any) -> None:
        """Raise `ImageError` if a part of the voxels is more than may be in memory."""
        scaled = (self._layout.slope, self._layout.intercept) != (1.0, 0.0)
        itemsize = max(self.dtype.itemsize, 8) if scaled else self.dtype.itemsize
        check_memory(self.shape, itemsize, name=self._path.name, index=index)

    def __repr__(self) -> str:
        return f"<{self._path.name}: {self.shape}, {self.dtype} on disk>"


def read(path: Path) -> Image:
    """Open a NIfTI file; `mrsnr.io.load` documents it."""
    with _reading(path):
        header, voxels = _header(path)
        proxy: Any = ArrayProxy(str(voxels), header)  # type: ignore[no-untyped-call]
        affine = np.asarray(header.get_best_affine(), dtype=np.float64)
    if proxy.dtype.kind not in "iufc":
        raise ImageError(f"{path.name} holds voxels of type {proxy.dtype}; expected integer, float or complex numbers.")
    if any(size < 0 for size in proxy.shape):
        raise UnreadableError(f"{path.name} is damaged: its header gives the shape {tuple(map(int, proxy.shape))}.")
    _check_length(proxy, path, voxels)
    try:
        meta = {**_meta(header, path), "voxels": str(voxels), "modified": voxels.stat().st_mtime_ns}
        return Image(FileArray(proxy, path, voxels=voxels), affine, meta)
    except ImageError as error:
        raise ImageError(f"{path.name}: {error}") from error


def _header(path: Path) -> tuple[Any, Path]:
    """Return the header and the file of the voxels.

    What nibabel reads after the header, the extensions, nobody here asks for; a damaged one can ask for 2 GB.
    """
    single = path.name.lower().endswith((".nii", ".nii.gz"))
    kinds: Any = (nibabel.Nifti1Image, nibabel.Nifti2Image) if single else (nibabel.Nifti1Pair, nibabel.Nifti2Pair)
    files = kinds[0].filespec_to_file_map(path)
    file, voxels = (Path(files[part].filename) for part in ("image" if single else "header", "image"))
    beginning = beginning_of(file, _LONGEST_HEADER)
    for kind in kinds:
        if kind.header_class.may_contain_header(beginning):
            size = kind.header_class.template_dtype.itemsize
            return kind.header_class(beginning[:size]), voxels
    raise ImageFileError("its first bytes are no header")


def _check_length(proxy: Any, path: Path, file: Path) -> None:
    """Raise `UnreadableError` if a file is too short for what its header says.

    Only reading tells of a compressed one, unless no compression could be so strong.
    """
    if not file.is_file():
        raise UnreadableError(f"{path.name} is only half of the image: there is no file {file.name} beside it.")
    expected = int(proxy.offset) + math.prod(map(int, proxy.shape)) * proxy.dtype.itemsize
    if file.stat().st_size * (_STRONGEST_COMPRESSION if file.suffix.lower() == ".gz" else 1) < expected:
        raise UnreadableError(
            f"{path.name} is truncated or damaged: its header promises {expected} bytes, {file.name} has "
            f"{file.stat().st_size}. Copy or download it again."
        )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what nibabel raises at a broken file into an `UnreadableError`; numpy's warnings at it say no more."""
    try:
        with np.errstate(all="ignore"):
            yield
    except MrsnrError:
        raise
    except _BROKEN as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: BaseException) -> UnreadableError:
    try:
        with path.open("rb") as file:
            beginning = file.read(64)
    except OSError as gone:
        return UnreadableError(f"{path.name} cannot be read: {gone.strerror}.")
    if not beginning:
        return UnreadableError(f"{path.name} is empty: it has 0 bytes.")
    if beginning.startswith(b"version https://git-lfs"):
        return UnreadableError(f"{path.name} is a git-LFS pointer, not the image; run 'git lfs pull' to get the image.")
    if (
        isinstance(error, EOFError | zlib.error | gzip.BadGzipFile)
        or "bytes" in str(error)
        or "mmap length" in str(error)
    ):
        return UnreadableError(f"{path.name} is truncated or damaged: its data end early. Copy or download it again.")
    if isinstance(error, OSError) and error.strerror:
        return UnreadableError(f"{path.name} cannot be read: {error.strerror}.")
    said = first_line(error).replace(str(path), path.name)  # its folder could name a patient
    return UnreadableError(f"{path.name} is not a readable NIfTI file ({said}).")


def _meta(header: Any, path: Path) -> dict[str, Any]:
    sidecar = read_sidecar(path)
    space, time = _units(header)
    meta: dict[str, Any] = {
        "source": str(path),
        "sidecar": sidecar,
        "kind": kind_of(sidecar, path, header.get_data_dtype()),
        "tr": _header_tr(header, time),
        **said_in(sidecar),
        "nifti": {
            **_qform(header),
            "sform": header.get_sform(coded=False) if int(header["sform_code"]) else None,
            "sform_code": int(header["sform_code"]),
            "xyzt_units": (space, time),
            "pixdim": tuple(map(float, header["pixdim"][1:5])),
            "version": 2 if int(header["sizeof_hdr"]) == 540 else 1,
        },
    }
    return {key: value for key, value in meta.items() if value is not None}


def _qform(header: Any) -> dict[str, Any]:
    """Return the qform and its code; none where it is damaged, as the affine is then the sform."""
    try:
        qform, code = header.get_qform(coded=True)
    except ValueError:  # a quaternion that is none
        qform, code = np.zeros((4, 4)), 0
    if qform is None or (np.isfinite(qform).all() and np.linalg.norm(qform[:3, :3], axis=0).all()):
        return {"qform": qform, "qform_code": int(code)}
    _log.warning("The qform of the header is damaged and was left out.")
    return {"qform": None, "qform_code": 0}


def _units(header: Any) -> tuple[str, str]:
    """Return the units of space and time, unknown where the header holds a number that means none."""
    try:
        space, time = header.get_xyzt_units()
    except KeyError:
        return "unknown", "unknown"
    return str(space), str(time)


def _header_tr(header: Any, unit: str) -> float | None:
    zooms = header.get_zooms()
    if len(zooms) < 4 or unit not in _SECONDS or not zooms[3] > 0:
        return None
    return float(zooms[3]) * _SECONDS[unit]
