"""NIfTI-1 and NIfTI-2 files, and the BIDS-style JSON beside them."""

from __future__ import annotations

import gzip
import json
import logging
import math
import re
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
from mrsnr.io.streaming import Layout, beginning_of, blocks
from mrsnr.model import Image

SUFFIXES = (".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img")

_log = logging.getLogger("mrsnr")
_BROKEN = (ImageFileError, HeaderDataError, OSError, EOFError, zlib.error, ValueError, TypeError, OverflowError)
_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}
_STRONGEST_COMPRESSION = 1032  # times, of gzip
_LONGEST_HEADER = 540  # bytes, of NIfTI-2
_LARGEST_SIDECAR = 16 * 2**20  # bytes
_LARGEST_NUMBER = 1e9  # seconds: what is above is no time of a scan
_PARTS = {"p": "phase", "phase": "phase", "r": "real", "real": "real", "i": "imaginary", "imaginary": "imaginary"}
_NAME_ENDS = {"_ph": "phase", "_phase": "phase", "_real": "real", "_imaginary": "imaginary"}
_MAGNITUDE = re.compile(r"(^|[^a-z])mag")
_NAME_PARTS = {"_part-phase_": "phase", "_part-real_": "real", "_part-imag_": "imaginary", "_phase_": "phase"}


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
    said = _first_line(error).replace(str(path), path.name)  # its folder could name a patient
    return UnreadableError(f"{path.name} is not a readable NIfTI file ({said}).")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _meta(header: Any, path: Path) -> dict[str, Any]:
    sidecar = _sidecar(path)
    space, time = _units(header)
    meta: dict[str, Any] = {
        "source": str(path),
        "sidecar": sidecar,
        "kind": _kind(sidecar, path, header.get_data_dtype()),
        "tr": _number(sidecar.get("RepetitionTime")) or _header_tr(header, time),
        "te": _number(sidecar.get("EchoTime")),
        "vendor": sidecar.get("Manufacturer"),
        "coil": sidecar.get("ReceiveCoilName") or sidecar.get("CoilString"),
        "channels": _channels(sidecar),
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


def _channels(sidecar: dict[str, Any]) -> float | None:
    """Return the number n of channels of the noise, where the sidecar says how the coils were combined (BIDS).

    A sum of squares has as many as there are elements; an adaptive combination has one.
    """
    combined = str(sidecar.get("CoilCombinationMethod", "")).lower()
    if "adaptive" in combined or "sense" in combined:
        return 1.0
    elements = _number(sidecar.get("NumberReceiveCoilActiveElements"))
    squares = any(words in combined for words in ("squares", "rss", "sos"))
    return elements if squares and elements is not None and elements >= 1 else None


def _sidecar(path: Path) -> dict[str, Any]:
    """Return the JSON object beside the image, empty if there is none that can be read."""
    file = path.with_name(f"{_stem(path)}.json")
    if not file.is_file():  # nor a pipe, which would never end
        return {}
    try:
        too_large = file.stat().st_size > _LARGEST_SIDECAR
        content = None if too_large else json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        said = getattr(error, "strerror", None) or _first_line(error)  # that of an OSError has the folder in it
        _log.warning("The sidecar %s was not used: %s.", file.name, said)
        return {}
    if not isinstance(content, dict):
        _log.warning("The sidecar %s was not used: it holds no JSON object, or is huge.", file.name)
        return {}
    return content


def _stem(path: Path) -> str:
    ending = next(ending for ending in SUFFIXES if path.name.lower().endswith(ending))
    return path.name[: -len(ending)]


def _kind(sidecar: dict[str, Any], path: Path, dtype: np.dtype[Any]) -> str:
    """Return what the voxels are, by their type, then the sidecar's ImageType, then the file's name."""
    if dtype.kind == "c":
        return "complex"
    types = sidecar.get("ImageType")
    words = [str(word).lower() for word in types] if isinstance(types, list) else []
    if "m" in words or "magnitude" in words:
        return "magnitude"
    for word in words:
        if word in _PARTS:
            return _PARTS[word]
    name = _stem(path).lower()
    if _MAGNITUDE.search(name):
        return "magnitude"
    ends = [kind for end, kind in _NAME_ENDS.items() if name.endswith(end)]
    parts = [kind for part, kind in _NAME_PARTS.items() if part in f"{name}_"]
    return next(iter([*ends, *parts]), "magnitude")


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


def _number(value: object) -> float | None:
    """Return a number of a sidecar, which may hold anything."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < _LARGEST_NUMBER else None  # not NaN either
