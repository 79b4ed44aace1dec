"""Maps as NIfTI files that lie where their image lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mrsnr import __version__
from mrsnr.io.compression import open_compressed
from mrsnr.model import Image

_SLAB_BYTES = 4 * 2**20  # of a map that are converted and written at a time


def write_map(path: Path, data: NDArray[Any], image: Image) -> None:
    """Write voxels where an image lies: its affine, qform and sform with their codes, and its units.

    Parameters
    ----------
    path
        Ends in ``.nii`` or ``.nii.gz``.
    data
        Floats are stored in single precision, integers as they are.
    image
        Whose geometry is repeated.
    """
    header = _header(data, image)
    with _opened(path) as file:
        header.write_to(file)
        for slab in _slabs(data, header.get_data_dtype()):
            file.write(slab.data)


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return open_compressed(path) if path.suffix == ".gz" else path.open("wb")


def _slabs(data: NDArray[Any], stored: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Yield the voxels in the order of the file, a few slices at a time: a whole map would be in memory twice."""
    volumes = data.T if data.ndim == 4 else data.T[np.newaxis]  # the last axis, which goes slowest in the file, first
    for volume in volumes:
        step = max(1, _SLAB_BYTES // volume[0].nbytes)
        for first in range(0, len(volume), step):
            yield np.ascontiguousarray(volume[first : first + step], dtype=stored)


def stored_type(computed: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that voxels computed in another have in a file."""
    return np.dtype(np.float32) if computed.kind == "f" else computed


def _header(data: NDArray[Any], image: Image) -> Any:
    """Return the header of a file of its own for these voxels."""
    import nibabel  # noqa: PLC0415 - slower to import than to write a map

    kept: dict[str, Any] = image.meta.get("nifti", {})
    made = nibabel.Nifti2Image if kept.get("version") == 2 else nibabel.Nifti1Image
    shape_only = np.broadcast_to(np.zeros((), stored_type(data.dtype)), data.shape)
    written: Any = made(shape_only, image.affine)  # type: ignore[no-untyped-call]
    space, time = kept.get("xyzt_units", ("mm", "sec"))
    written.header.set_xyzt_units(xyz=space, t=time)
    if kept:
        written.set_sform(kept["sform"], code=kept["sform_code"])
        written.set_qform(kept["qform"], code=kept["qform_code"])
        written.header["pixdim"][1 : data.ndim + 1] = kept["pixdim"][: data.ndim]
    if not np.allclose(written.affine, image.affine, rtol=1e-5, atol=1e-4):  # the image was moved since it was read
        written.set_sform(image.affine, code="aligned")
        written.set_qform(image.affine, code="aligned")
    written.header["descrip"] = f"mrsnr {__version__}"
    written.update_header()
    written.header.set_slope_inter(1, 0)
    return written.header
