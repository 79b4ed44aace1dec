"""Compressed pixels, through pydicom and the decoders that it finds."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import MissingExtraError, MrsnrError, UnreadableError
from mrsnr.io.dicom.files import File
from mrsnr.io.dicom.sources import read_fully

_RLE = "1.2.840.10008.1.2.5"
_JPEG = "1.2.840.10008.1.2.4."
_UID = re.compile(r"[0-9]+(\.[0-9]+){1,20}")
_INSTALL = "install them with: pip install 'mrsnr[dicom]'"
_LARGEST_RLE = 2  # times the pixels: RLE never makes them that much larger
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}  # of JPEG and JPEG-LS
_END_OF_IMAGE, _PADDING = b"\xff\xd9", 16
_ITEM, _ITEMS_END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
_MOST_PIECES = 200_000
_SIZE_OF_J2K = b"\xff\x4f\xff\x51"


def decoded(file: File, numbers: Sequence[int], dtype: np.dtype[Any], shape: tuple[int, int]) -> Iterator[NDArray[Any]]:
    """Yield frames of a file whose pixels are compressed.

    Parameters
    ----------
    file
        Where they are.
    numbers
        Which, from 0.
    dtype, shape
        What the header says of them: type, and (rows, columns).

    Raises
    ------
    MissingExtraError
        If what decodes them is not installed.
    UnreadableError
        If they are damaged.
    """
    decoder = _decoder(file)
    count = file.header.whole("NumberOfFrames") or 1
    with file.source.open() as stream:
        frames = _frames(file, stream, count)
        for number in numbers:
            if number >= len(frames):
                raise UnreadableError(f"{file.source.name} is truncated: of {count} frames {len(frames)} are there.")
            frame = b"".join(_bytes_at(stream, *piece) for piece in frames[number])
            _check_size(file, frame, dtype, shape)
            yield _plane(file, decoder, frame, dtype, shape)


def _decoder(file: File) -> Any:
    name = file.source.name
    try:
        from pydicom.pixels.decoders.base import get_decoder  # noqa: PLC0415 - an extra
        from pydicom.uid import UID  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError(
            f"{name} has compressed pixels, which need pydicom and decoders; {_INSTALL}."
        ) from error
    if not _UID.fullmatch(file.syntax) or not (file.syntax == _RLE or file.syntax.startswith(_JPEG)):
        raise UnreadableError(f"{name} has a transfer syntax that is not known, or is damaged.")  # it may hold a name
    try:
        decoder = get_decoder(file.syntax)
    except NotImplementedError as error:
        raise UnreadableError(
            f"{name} is compressed as {UID(file.syntax).name}, which cannot be decoded; export it uncompressed."
        ) from error
    if not decoder.is_available:
        raise MissingExtraError(
            f"{name} is compressed as {UID(file.syntax).name}, which needs decoders that are not there; {_INSTALL}."
        )
    return decoder


def pieces(file: File) -> list[tuple[int, int]]:
    """Return where the pieces of compressed pixels are, offset and length: a table of offsets, then the frames.

    Raises
    ------
    UnreadableError
        If the last piece is not followed by the mark that ends them: the file was cut off.
    """
    found: list[tuple[int, int]] = []
    position = file.pixels.offset
    with file.source.open() as stream:
        while len(found) <= _MOST_PIECES:
            stream.seek(position)
            head = read_fully(stream, 8)
            if len(head) < 8 or (file.size < position + 8):
                raise EOFError
            group, element, length = struct.unpack("<HHI", head)
            if (group, element) == _ITEMS_END and found:
                return found
            if (group, element) != _ITEM:
                break
            found.append((position + 8, length))
            position += 8 + length
    raise UnreadableError(
        f"{file.source.name} is damaged: its compressed pixels are not in pieces that can be told apart."
    )


def _frames(file: File, stream: BinaryIO, count: int) -> list[list[tuple[int, int]]]:
    """Return where the pieces of each frame are."""
    (at, length), *rest = pieces(file)
    if len(rest) == count:
        return [[piece] for piece in rest]
    if count == 1:
        return [rest]
    table = _bytes_at(stream, at, min(length, 4 * count))
    starts = set(struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]))
    frames: list[list[tuple[int, int]]] = []
    for offset, size in rest:
        if not frames or offset - 8 - (at + length) in starts:
            frames.append([])
        frames[-1].append((offset, size))
    return frames


def _bytes_at(stream: BinaryIO, offset: int, length: int) -> bytes:
    stream.seek(offset)
    return read_fully(stream, length)


def _check_size(file: File, frame: bytes, dtype: np.dtype[Any], shape: tuple[int, int]) -> None:
    """Raise `UnreadableError` if a compressed frame is of another size than the header says: it could be of any."""
    if file.syntax == _RLE:
        fits = len(frame) <= _LARGEST_RLE * dtype.itemsize * shape[0] * shape[1] + 64
    else:
        fits = _size_of(frame) == shape
        if fits and _END_OF_IMAGE not in frame[-_PADDING:]:
            raise EOFError
    if not fits:
        raise UnreadableError(
            f"{file.source.name} is damaged: its compressed pixels are not the {shape[0]} x {shape[1]} of its header."
        )


def _size_of(frame: bytes) -> tuple[int, int]:
    """Return rows and columns of a JPEG, JPEG-LS or JPEG 2000 image, ``(0, 0)`` if it is none."""
    start = frame[:4096].find(_SIZE_OF_J2K)
    if start >= 0 and len(frame) >= start + 24:
        right, bottom, left, top = struct.unpack_from(">4I", frame, start + 8)
        return bottom - top, right - left
    position = 2
    if frame[:2] != b"\xff\xd8":
        return 0, 0
    while position + 9 <= len(frame):
        if frame[position] != 0xFF:
            return 0, 0
        marker = frame[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _FRAME_MARKERS:
            rows, columns = struct.unpack_from(">HH", frame, position + 5)
            return rows, columns
        position += 2 + struct.unpack_from(">H", frame, position + 2)[0]
    return 0, 0


def _plane(file: File, decoder: Any, frame: bytes, dtype: np.dtype[Any], shape: tuple[int, int]) -> NDArray[Any]:
    from pydicom.encaps import encapsulate  # noqa: PLC0415 - an extra

    header = file.header
    allocated = dtype.itemsize * 8
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data, _ = decoder.as_array(
                encapsulate([frame], has_bot=False),
                index=0,
                raw=True,
                rows=shape[0],
                columns=shape[1],
                number_of_frames=1,
                samples_per_pixel=1,
                bits_allocated=allocated,
                bits_stored=header.whole("BitsStored") or allocated,
                pixel_representation=header.whole("PixelRepresentation") or 0,
                photometric_interpretation="MONOCHROME2",
                pixel_keyword="PixelData",
                transfer_syntax_uid=decoder.UID,
            )
        plane: NDArray[Any] = np.asarray(data).reshape(shape).astype(dtype, copy=False)
    except (MrsnrError, MemoryError):
        raise
    except Exception as error:  # each decoder has exceptions of its own
        raise UnreadableError(f"{file.source.name} is damaged: its compressed pixels cannot be decoded.") from error
    return plane
