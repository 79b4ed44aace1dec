"""Analyze 7.5 files, also those of SPM 99 and SPM 2; a pair with the same endings may as well be NIfTI."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from mrsnr.errors import ImageError, UnreadableError
from mrsnr.io import nifti
from mrsnr.io.broken import reading
from mrsnr.io.sidecar import kind_of, read_sidecar, said_in
from mrsnr.io.streaming import open_decompressed
from mrsnr.model import Image

SUFFIXES = (".hdr.gz", ".img.gz", ".hdr", ".img")

_HEADER = 348  # bytes
_MAGIC = slice(344, 348)  # where NIfTI says that it is NIfTI
_NIFTI = (b"ni1\0", b"n+1\0")
_STRONGEST_COMPRESSION = 1032  # times, of gzip
_LARGEST_MATRIX = 2**16  # bytes: a .mat file holds 32 numbers
_SIDE = "Analyze 7.5 does not say which side is left: as usual, x is taken to run from right to left."


def read(path: Path) -> Image:
    """Open a pair of ``.hdr`` and ``.img`` by either half; voxels stay on disk until they are asked for.

    Where the header says NIfTI, it is read as that. Otherwise the affine is nibabel's: that of the ``.mat`` file of SPM
    if there is one, else from the size of the voxels and, for SPM, the origin.

    Raises
    ------
    UnreadableError
        If a half is missing, damaged or too short.
    ImageError
        If it is no image of 2 to 4 dimensions of numbers.
    """
    if not _is_analyze(path):
        return nifti.read(path)
    matrix = path.with_name(f"{_stem(path)}.mat")
    if matrix.is_file() and matrix.stat().st_size > _LARGEST_MATRIX:
        raise UnreadableError(f"{matrix.name} beside {path.name} is too large to hold an affine; move it away.")
    with reading(path, form="Analyze"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened: Any = nibabel.load(path)
        voxels = Path(opened.file_map["image"].filename or path)
        dtype, shape, proxy = opened.get_data_dtype(), tuple(map(int, opened.shape)), opened.dataobj
        affine = np.asarray(opened.affine, dtype=np.float64)
    if dtype.kind not in "iufc":
        raise ImageError(f"{path.name} holds voxels of type {dtype}; expected integer, float or complex numbers.")
    if any(size < 0 for size in shape):
        raise UnreadableError(f"{path.name} is damaged: its header gives the shape {shape}.")
    _check_length(path, voxels, expected=int(proxy.offset) + math.prod(shape) * dtype.itemsize)
    stated = matrix.is_file() or (isinstance(opened, nibabel.Spm99AnalyzeImage) and bool(opened.header["origin"].any()))
    sidecar = read_sidecar(path)
    meta: dict[str, Any] = {
        "source": str(path),
        "voxels": str(voxels),
        "modified": voxels.stat().st_mtime_ns,
        "kind": kind_of(sidecar, path, dtype),
        "sidecar": sidecar,
        **said_in(sidecar),
        **({} if stated else {"problems": (_SIDE,)}),
    }
    try:
        return Image(nifti.FileArray(proxy, path, voxels=voxels), affine, meta)
    except ImageError as error:
        raise ImageError(f"{path.name}: {error}") from error


def _is_analyze(path: Path) -> bool:
    """Return whether the header is that of Analyze; what is wrong with a damaged one, the reader of NIfTI says."""
    packed = ".gz" if path.suffix.lower() == ".gz" else ""
    named = path.name[: len(path.name) - len(packed)].lower().endswith(".hdr")
    begin = path.name[: len(path.name) - len(packed) - len(".hdr")]
    spelled = [path] if named else [path.with_name(f"{begin}{ending}") for ending in (".hdr", ".HDR", ".hdr.gz")]
    file = next((one for one in spelled if one.is_file()), path)
    try:
        with open_decompressed(file) if file.suffix.lower() == ".gz" else file.open("rb") as stream:
            header = stream.read(_HEADER)
    except Exception:  # noqa: BLE001 - each library has an exception of its own for a damaged .gz
        return False
    sizes = {struct.unpack(f"{order}i", header[:4])[0] for order in "<>"} if len(header) == _HEADER else set()
    return _HEADER in sizes and header[_MAGIC] not in _NIFTI


def _stem(path: Path) -> str:
    return next(path.name[: -len(ending)] for ending in SUFFIXES if path.name.lower().endswith(ending))


def _check_length(path: Path, voxels: Path, *, expected: int) -> None:
    """Raise `UnreadableError` if the voxels are missing or too few; of compressed ones only reading tells."""
    if not voxels.is_file():
        raise UnreadableError(f"{path.name} is only half of the image: there is no file {voxels.name} beside it.")
    size = voxels.stat().st_size
    if size * (_STRONGEST_COMPRESSION if voxels.suffix.lower() == ".gz" else 1) < expected:
        raise UnreadableError(
            f"{path.name} is truncated or damaged: its header promises {expected} bytes, {voxels.name} has {size}. "
            "Copy or download it again."
        )
