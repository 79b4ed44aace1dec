"""Files: their headers, and what is wrong with them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mrsnr.errors import MrsnrError, UnreadableError
from mrsnr.io.dicom.elements import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    Malformed,
    PixelElement,
    Short,
    parse,
)
from mrsnr.io.dicom.header import Header
from mrsnr.io.dicom.sources import Inflated, Source, read_fully
from mrsnr.io.dicom.tags import IDENTIFYING, WITH_IDENTIFYING

_MAGIC_AT, _MAGIC = 128, b"DICM"
_FIRST = 96 * 2**10  # bytes: most headers are shorter
_LONGEST_HEADER = 64 * 2**20
_CONTENTS = "1.2.840.10008.1.3.10"  # the SOP class of a DICOMDIR
_NATIVE = frozenset({IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED})


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """One DICOM file with pixels: its header, and where the pixels are.

    ``source`` is the file, or what it becomes inflated; ``syntax`` the transfer syntax.
    """

    source: Source
    syntax: str
    header: Header
    pixels: PixelElement
    size: int

    @property
    def native(self) -> bool:
        """Whether the pixels are not compressed."""
        return self.syntax in _NATIVE

    @property
    def available(self) -> int:
        """Number of bytes that the pixels have: the declared ones, or fewer if the file ends before them."""
        rest = max(0, self.size - self.pixels.offset)
        return rest if self.pixels.length is None else min(rest, self.pixels.length)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what breaks in reading a file into an `UnreadableError` that names it, without its folder."""
    try:
        yield
    except MrsnrError:
        raise
    except (Short, EOFError, zlib.error) as error:
        raise UnreadableError(
            f"{name} is truncated or damaged: its data end early. Copy or export it again."
        ) from error
    except Malformed as error:
        raise UnreadableError(f"{name} is not a readable DICOM file: {error}.") from error
    except zipfile.BadZipFile as error:
        raise UnreadableError(
            f"{name} is damaged: it is no zip that can be read. Copy or download it again."
        ) from error
    except OSError as error:
        raise UnreadableError(f"{name} cannot be read: {error.strerror or 'the file is damaged'}.") from error
    except (ValueError, RuntimeError, NotImplementedError, struct.error, OverflowError, RecursionError) as error:
        raise UnreadableError(f"{name} is damaged, or of a kind that is not known.") from error


def open_file(source: Source, *, protocol: bool = False, identifying: bool = False) -> File | None:
    """Return a file with its header, ``None`` if it is no DICOM file, or one without pixels.

    Parameters
    ----------
    source
        Where it is.
    protocol
        Whether to read the scanner's own protocol too, which is long.
    identifying
        Whether to read what tells who was scanned, where and when.

    Raises
    ------
    UnreadableError
        If it is a DICOM file and broken.
    """
    with reading(source.name), source.open() as stream:
        data = stream.read(_FIRST)
        kind = _kind(data)
        if kind is None:
            return None
        while True:
            try:
                return _parsed(source, data, kind, protocol=protocol, identifying=identifying)
            except Short:
                more = read_fully(stream, min(4 * len(data), _LONGEST_HEADER - len(data)))
                if not more and len(data) >= _LONGEST_HEADER:
                    raise Malformed(f"its header is longer than {_LONGEST_HEADER >> 20} MB") from None
                if not more and kind != "magic":
                    return None  # it only looked like one
                if not more:
                    raise
                data += more
            except Malformed:
                if kind != "magic":
                    return None
                raise


def _parsed(source: Source, data: bytes, kind: str, *, protocol: bool, identifying: bool) -> File | None:
    syntax, start = _syntax(data, kind)
    if syntax == DEFLATED:
        source = Inflated(source, start)
        with source.open() as stream:
            data = stream.read()
    elements, pixels = parse(data, start, syntax, protocol=protocol, identifying=identifying)
    header = Header((elements,))
    if pixels is None or header.text("SopClass") == _CONTENTS:
        return None
    return File(source, syntax, header, pixels, len(data) if syntax == DEFLATED else source.size)


def _kind(data: bytes) -> str | None:
    """Return how a DICOM file begins, ``None`` if it is none: with a preamble, or with its first element."""
    if data[_MAGIC_AT : _MAGIC_AT + 4] == _MAGIC:
        return "magic"
    if len(data) < 16:
        return None
    for kind, order in (("explicit", "<"), ("big", ">")):
        group, element = struct.unpack_from(f"{order}HH", data)
        if group in (0x0002, 0x0008) and element <= 0x0070 and data[4:6] in (b"UL", b"CS", b"UI", b"DA", b"OB"):
            return kind
    group, element, length = struct.unpack_from("<HHI", data)
    return "implicit" if group == 0x0008 and element <= 0x0070 and length <= 128 and length % 2 == 0 else None


def _syntax(data: bytes, kind: str) -> tuple[str, int]:
    """Return the UID of the transfer syntax, and where the data set begins."""
    if kind == "big":
        return BIG_ENDIAN, 0
    if kind == "implicit":
        return IMPLICIT, 0
    start = _MAGIC_AT + 4 if kind == "magic" else 0
    position, syntax = start, ""
    while data[position : position + 2] == b"\x02\x00":
        if position + 12 > len(data):
            raise Short
        _, element, vr, length = struct.unpack_from("<HH2sH", data, position)
        position += 8
        if vr in (b"OB", b"UN", b"OW", b"UT"):
            length = struct.unpack_from("<I", data, position)[0]
            position += 4
        if element == 0x0010:
            syntax = data[position : position + length].decode("ascii", "replace").strip(" \0")
        position += length
    if syntax not in ("", EXPLICIT, IMPLICIT):
        return syntax, position
    vr = data[position + 4 : position + 6]  # some software names the one and writes the other
    return EXPLICIT if vr.isalpha() and vr.isupper() else IMPLICIT, position


def is_dicom(path: str | Path) -> bool:
    """Return whether a file begins as DICOM files do; its ending does not matter, and the rest of it is not read."""
    try:
        with Path(path).open("rb") as file:
            return _kind(file.read(_MAGIC_AT + 4)) is not None
    except OSError:
        return False


def protocol_of(file: File) -> Header:
    """Return the header of a file together with the scanner's own protocol, if it holds one."""
    return _again(file, protocol=True)


def identifiers_of(file: File) -> dict[str, str]:
    """Return what the header of a file says of who was scanned, where and when, by DICOM's keywords."""
    header = _again(file, identifying=True)
    said = {name: header.text(WITH_IDENTIFYING[tag]) for name, (tag, _) in IDENTIFYING.items()}
    return {name: text for name, text in said.items() if text}


def _again(file: File, *, protocol: bool = False, identifying: bool = False) -> Header:
    """Return the header of a file with more of it than is read of every file."""
    source = file.source.file if isinstance(file.source, Inflated) else file.source
    again = open_file(source, protocol=protocol, identifying=identifying)
    return file.header if again is None else again.header
