"""Series whose volumes lie in files of their own, as scanner exports and SPM write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks.geometry import geometry
from mrsnr.errors import ImageError
from mrsnr.io.indexing import by_axis
from mrsnr.io.memory import check_memory
from mrsnr.model import Image
from mrsnr.threads import pool_of

_EVERYTHING = (slice(None),) * 3
# What `mrsnr.io.document.source_of` wants to know of each.
_OF_A_FILE = ("source", "voxels", "modified", "paths", "series")


class SequenceArray:
    """The voxels of volumes in files of their own, shape (x, y, z, T): read when asked for, one file after the other.

    A file is read from its beginning to its end, whatever part of it is asked for: that is where the checksum of a
    compressed one is. Files can be of different types and scaling; what is returned is as wide as it takes.

    Parameters
    ----------
    images
        One volume each, in the order of time, all of one shape (x, y, z).
    """

    def __init__(self, images: Sequence[Image]) -> None:
        self._images = tuple(images)
        self.shape: tuple[int, ...] = (*self._images[0].shape, len(self._images))
        self.dtype: np.dtype[Any] = np.result_type(*(image.data.dtype for image in self._images))

    def __getitem__(self, index: Any) -> NDArray[Any]:
        check_memory(self.shape, self.dtype.itemsize, name=f"The series of {len(self._images)} files", index=index)
        apart = _apart(index)
        if apart is None:
            part: NDArray[Any] = np.asarray(self)[index]
            return part
        inside, time = apart
        if not isinstance(time, slice):
            return _stacked([self._images[time]], inside)[..., 0]
        chosen = self._images[time]
        return _stacked(chosen, inside) if chosen else _stacked(self._images[:1], inside)[..., :0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        check_memory(self.shape, self.dtype.itemsize, name=f"The series of {len(self._images)} files")
        data = _stacked(self._images)
        return data if dtype is None else data.astype(dtype, copy=False)

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time; the next ones are read meanwhile. See `mrsnr.model.Image.blocks`."""
        groups = (self._images[first : first + volumes] for first in range(0, len(self._images), volumes))
        with pool_of(1) as pool:
            coming = pool.submit(_stacked, next(groups))
            for group in groups:
                block, coming = coming.result(), pool.submit(_stacked, group)
                yield block
            yield coming.result()

    def __repr__(self) -> str:
        return f"<{len(self._images)} files: {self.shape}, {self.dtype} on disk>"


def joined(images: Sequence[Image]) -> Image:
    """Return volumes as one series, with the affine and ``meta`` of the first.

    Parameters
    ----------
    images
        One volume each, shape (x, y, z), in the order of time; two at least.

    Returns
    -------
    Image
        ``meta`` has also ``files`` (how many) and ``further_files`` (what tells the others from what they may become).

    Raises
    ------
    ImageError
        If one of them is no single volume, or of another kind, shape or place than the first.
    """
    for number, image in enumerate(images, start=1):
        _check_like(images[0], image, said=f"File {number} of {len(images)}, {_name(image)},")
    further = tuple({key: image.meta[key] for key in _OF_A_FILE if key in image.meta} for image in images[1:])
    meta = {**images[0].meta, "files": len(images), "further_files": further}
    return Image(SequenceArray(images), images[0].affine, meta)


def _check_like(first: Image, image: Image, *, said: str) -> None:
    """Raise `ImageError` if an image is no volume of the series that the first one is of."""
    if len(image.shape) != 3:
        raise ImageError(
            f"{said} has the shape {image.shape}; expected one volume (x, y, z) a file. "
            "Load a series (x, y, z, volume) by itself."
        )
    if image.shape != first.shape:
        raise ImageError(f"{said} has the shape {image.shape}; expected {first.shape}, that of {_name(first)}.")
    if image.kind != first.kind:
        raise ImageError(f"{said} is of kind {image.kind}; expected {first.kind}, that of {_name(first)}.")
    place = geometry(first, image, name="volume")
    if place.value is not None and place.limit is not None and place.value > place.limit:
        raise ImageError(
            f"{said} lies up to {place.value:.1f} voxels away from {_name(first)}, by its affine; expected at most "
            f"{place.limit:g}. Give files of one series, all on one grid."
        )


def _name(image: Image) -> str:
    return Path(str(image.meta.get("source", "an image"))).name


def _apart(index: Any) -> tuple[tuple[int | slice, ...], int | slice] | None:
    """Return what an index asks of the axes of space and of that of time, ``None`` if it has more than their parts."""
    whole = by_axis(index, 4)
    return None if whole is None else (whole[:3], whole[3])


def _stacked(images: Sequence[Image], inside: tuple[int | slice, ...] = _EVERYTHING) -> NDArray[Any]:
    """Return a part of each volume, side by side on a last axis, column-major; one volume at a time is in memory."""
    whole: NDArray[Any] | None = None
    for k, image in enumerate(images):
        for block in image.blocks():
            part = block[..., 0][inside]
            if whole is None:
                whole = np.empty((*np.shape(part), len(images)), part.dtype.newbyteorder("="), order="F")
            whole = whole.astype(np.promote_types(whole.dtype, part.dtype), copy=False)
            whole[..., k] = part
    assert whole is not None  # noqa: S101 - there are images, and each has a block
    return whole
