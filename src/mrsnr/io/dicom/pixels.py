"""The voxels of an image whose slices are frames of DICOM files, read when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import ImageError, UnreadableError
from mrsnr.io.dicom.decoding import decoded, pieces
from mrsnr.io.dicom.elements import BIG_ENDIAN
from mrsnr.io.dicom.files import File, reading
from mrsnr.io.dicom.frames import Frame
from mrsnr.io.dicom.sources import read_fully
from mrsnr.io.memory import check_memory
from mrsnr.threads import pool_of

_FLOATS = {"float": 4, "double": 8}


def stored_type(file: File) -> np.dtype[Any]:
    """Return the type of the pixels of a file, in this machine's order of bytes.

    Raises
    ------
    ImageError
        If they are of a type that no MR image has.
    """
    if file.pixels.type in _FLOATS:
        return np.dtype(f"f{_FLOATS[file.pixels.type]}")
    allocated = file.header.whole("BitsAllocated")
    if allocated not in (8, 16, 32):
        raise ImageError(f"{file.source.name} has pixels of {allocated} bits; expected 8, 16 or 32.")
    return np.dtype(f"{'i' if file.header.whole('PixelRepresentation') else 'u'}{allocated // 8}")


def check(file: File) -> None:
    """Raise `UnreadableError` if a file is too short for its pixels."""
    if not file.native:
        with reading(file.source.name):
            pieces(file)
        return
    count = file.header.whole("NumberOfFrames") or 1
    expected = count * _plane_size(file)
    if file.available < expected:
        raise UnreadableError(
            f"{file.source.name} is truncated or damaged: its header promises {expected} bytes of pixels, it has "
            f"{file.available}. Copy or export it again."
        )


def _plane_size(file: File) -> int:
    return (file.header.whole("Rows") or 0) * (file.header.whole("Columns") or 0) * stored_type(file).itemsize


class FrameArray:
    """Voxels of shape (x, y, z) or (x, y, z, T): what is asked for is read, slice by slice; see `mrsnr.model.Image`.

    x counts columns, y rows from the last one up, z slices along their normal. What is stored is multiplied by the
    rescale slope of its frame, plus its intercept; the window, which is for display, is not applied. Pixels that are
    declared to be padding are NaN, unless they would read 0.

    Parameters
    ----------
    frames
        ``frames[k][t]`` is slice k of volume t, all of one size.
    name
        Of the file or folder.
    """

    def __init__(self, frames: Sequence[Sequence[Frame]], *, name: str) -> None:
        self._frames = tuple(tuple(slices) for slices in frames)
        self._name = name
        first = self._frames[0][0]
        grid = (first.columns, first.rows, len(self._frames))
        volumes = len(self._frames[0])
        self.shape: tuple[int, ...] = grid if volumes == 1 else (*grid, volumes)
        files = {id(frame.file): frame.file for slices in self._frames for frame in slices}
        self.dtype: np.dtype[Any] = np.result_type(*{stored_type(file) for file in files.values()})
        self._native = all(file.native for file in files.values())
        asked = {(frame.scale, frame.padding) for slices in self._frames for frame in slices}
        self._floating = asked != {((1.0, 0.0), None)}

    @property
    def file(self) -> File:
        """The file of the first slice."""
        return self._frames[0][0].file

    def __getitem__(self, index: Any) -> NDArray[Any]:
        self._check_memory(index)
        slices, volumes, rest = self._apart(index)
        read = self._read(slices, volumes)
        part: NDArray[Any] = (read if len(self.shape) == 4 else read[..., 0])[rest]
        return part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        data = self[...]
        return data if dtype is None else data.astype(dtype, copy=False)

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time, shape (x, y, z, some); the next ones are read meanwhile."""
        self._check_memory((..., slice(0, volumes)) if len(self.shape) == 4 else ())
        everything = range(self.shape[2])
        count = self.shape[3] if len(self.shape) == 4 else 1
        groups = (range(first, min(first + volumes, count)) for first in range(0, count, volumes))
        if not self._native:  # decoders' warnings are silenced, which one thread only may do
            yield from (self._read(everything, group) for group in groups)
            return
        with pool_of(1) as pool:
            coming = pool.submit(self._read, everything, next(groups))
            for group in groups:
                block, coming = coming.result(), pool.submit(self._read, everything, group)
                yield block
            yield coming.result()

    def __repr__(self) -> str:
        return f"<{self._name}: {self.shape}, {self.dtype} on disk>"

    def _check_memory(self, index: Any) -> None:
        """Raise `ImageError` if a part of the voxels is more than may be in memory."""
        check_memory(self.shape, 8 if self._floating else self.dtype.itemsize, name=self._name, index=index)

    def _apart(self, index: Any) -> tuple[range, range, Any]:
        """Return the slices and volumes to read for an index, and what is then left of the index."""
        slices, volumes = range(self.shape[2]), range(self.shape[3] if len(self.shape) == 4 else 1)
        parts = list(index) if isinstance(index, tuple) else [index]
        if any(
            isinstance(part, bool) or not isinstance(part, int | np.integer | slice | EllipsisType) for part in parts
        ):
            return slices, volumes, index  # numpy has words of its own for these
        if sum(part is Ellipsis for part in parts) > 1 or len(parts) - (Ellipsis in parts) > len(self.shape):
            return slices, volumes, index
        at = parts.index(Ellipsis) if Ellipsis in parts else len(parts)
        after = parts[at + 1 :]
        full = [*parts[:at], *[slice(None)] * (len(self.shape) - at - len(after)), *after]
        slices, full[2] = _narrowed(slices, full[2])
        if len(full) == 4:
            volumes, full[3] = _narrowed(volumes, full[3])
        return slices, volumes, tuple(full)

    def _read(self, slices: range, volumes: range) -> NDArray[Any]:
        """Return slices of volumes, shape (x, y, z, T), column-major."""
        columns, rows = self.shape[:2]
        dtype = np.dtype(np.float64) if self._floating else self.dtype
        whole = np.empty((len(volumes), len(slices), rows, columns), dtype)
        wanted = [(self._frames[k][t], whole[b, a]) for b, t in enumerate(volumes) for a, k in enumerate(slices)]
        wanted.sort(key=lambda pair: (pair[0].file.source.name, id(pair[0].file), pair[0].number))
        for _, group in groupby(wanted, key=lambda pair: id(pair[0].file)):
            _fill(list(group))
        return whole.transpose(3, 2, 1, 0)


def _narrowed(axis: range, part: int | slice) -> tuple[range, int | slice]:
    """Return what to read of an axis, and the index into that."""
    if isinstance(part, slice):
        return axis[part], slice(None)
    return range(k := axis[part], k + 1), 0


def _fill(wanted: Sequence[tuple[Frame, NDArray[Any]]]) -> None:
    """Read frames of one file into arrays of (row from the last one up, column)."""
    file = wanted[0][0].file
    with reading(file.source.name):
        planes = _planes(file, sorted({frame.number for frame, _ in wanted}))
        for _, group in groupby(wanted, key=lambda pair: pair[0].number):
            stored = next(planes)
            values = _masked(stored, file)
            for frame, target in group:
                part = _tile_of(values, frame)[::-1]
                slope, intercept = frame.scale
                if (slope, intercept) == (1.0, 0.0):
                    target[:] = part
                else:
                    np.add(np.multiply(part, slope, out=target), intercept, out=target)
                if (limits := frame.padding) is not None and stored.dtype.kind != "f":
                    low, high = limits  # as stored, or without the bits beside the pixels
                    for one in (part, _tile_of(stored, frame)[::-1]):
                        target[(one >= low) & (one <= high)] = np.nan


def _tile_of(plane: NDArray[Any], frame: Frame) -> NDArray[Any]:
    tile = frame.tile
    return plane if tile is None else plane[tile.row :, tile.column :][: tile.rows, : tile.columns]


def _planes(file: File, numbers: Sequence[int]) -> Iterator[NDArray[Any]]:
    """Yield frames of a file as they are stored."""
    dtype, shape = stored_type(file), (file.header.whole("Rows") or 0, file.header.whole("Columns") or 0)
    if not file.native:
        yield from decoded(file, numbers, dtype, shape)
        return
    size = _plane_size(file)
    with file.source.open() as stream:
        for number in numbers:
            stream.seek(file.pixels.offset + number * size)
            data = read_fully(stream, size)
            if len(data) < size:
                raise EOFError
            stored = dtype.newbyteorder(">" if file.syntax == BIG_ENDIAN else "<")
            yield np.frombuffer(data, stored).reshape(shape)


def _masked(plane: NDArray[Any], file: File) -> NDArray[Any]:
    """Return pixels without what is stored in the bits beside them, which once were overlays."""
    allocated, stored = plane.dtype.itemsize * 8, file.header.whole("BitsStored")
    if plane.dtype.kind == "f" or stored is None or not 1 <= stored < allocated:
        return plane
    high = file.header.whole("HighBit")
    left = allocated - 1 - (high if high is not None and stored - 1 <= high < allocated else stored - 1)
    if left == allocated - stored and plane.dtype.kind == "u":
        without: NDArray[Any] = plane & plane.dtype.type(2**stored - 1)
        return without
    plane = plane.astype(plane.dtype.newbyteorder("="))
    plane <<= left
    plane >>= allocated - stored
    return plane
