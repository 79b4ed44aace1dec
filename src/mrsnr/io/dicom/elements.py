"""The elements of a DICOM data set, taken from its bytes.

A folder has thousands of files with hundreds of elements each, of which some dozen are wanted. All others are stepped
over without being looked at, which takes a tenth of the time of reading them. Whatever the bytes are, this ends soon:
depth and number of the elements are bounded.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass, field

from mrsnr.io.dicom.tags import PRIVATE, PRIVATE_GROUPS, PROTOCOL, STANDARD, VR, WITH_IDENTIFYING

DEFLATED = "1.2.840.10008.1.2.1.99"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"

_MOST_ELEMENTS = 1_000_000
_MOST_ITEMS = 250_000  # of sequences that are kept
_DEEPEST = 16
_UNDEFINED = 0xFFFFFFFF
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_SHORT = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS"}
    | {b"ST", b"TM", b"UI", b"UL", b"US"}
)
_VAGUE = (b"", b"UN")
_ITEM, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
_END = "end of item"
_MARKS = {0x7FE00008: "float", 0x7FE00009: "double", 0x7FE00010: "integer", 0xFFFEE00D: _END}
_PIXELS = frozenset({"float", "double", "integer"})
_PRIVATE_BYTES = frozenset(group << 8 | byte for _, group, byte in PRIVATE)
_TOO_MANY = "it has more elements than any image"
_WIDEST_CREATOR = 64  # bytes


class Malformed(Exception):  # noqa: N818 - never leaves this package
    """When bytes are no DICOM data set; says why in a few words."""


class Short(Exception):  # noqa: N818 - never leaves this package
    """When the bytes end before the data set does: with more of the file one could go on."""


@dataclass(slots=True)
class Elements:
    """What was kept of a data set or of an item: values by name as they stand there, with how they are encoded."""

    values: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    items: dict[str, list[Elements]] = field(default_factory=dict)
    big_endian: bool = False


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixels of a file begin, how many bytes they are (``None``: in fragments), and of what type."""

    offset: int
    length: int | None
    type: str


class _Coding:
    """How the elements of a data set are laid out."""

    def __init__(self, *, explicit: bool, big_endian: bool) -> None:
        order = ">" if big_endian else "<"
        self.explicit = explicit
        self.big_endian = big_endian
        self.head = struct.Struct(f"{order}HH2sH" if explicit else f"{order}HHI").unpack_from
        self.length = struct.Struct(f"{order}I").unpack_from
        self.item = struct.Struct(f"{order}HHI").unpack_from


_CODINGS = {
    IMPLICIT: _Coding(explicit=False, big_endian=False),
    BIG_ENDIAN: _Coding(explicit=True, big_endian=True),
    EXPLICIT: _Coding(explicit=True, big_endian=False),
}


def parse(
    data: bytes, start: int, syntax: str, *, protocol: bool = False, identifying: bool = False
) -> tuple[Elements, PixelElement | None]:
    """Return what is kept of a data set, and where its pixels are, ``None`` if it has none.

    Parameters
    ----------
    data
        The beginning of a file, or all of it.
    start
        Where the data set begins: after preamble and file meta elements.
    syntax
        UID of the transfer syntax. Those that are not known are explicit, little endian, as all of compressed pixels.
    protocol
        Whether to keep the scanner's own protocol too, a large text.
    identifying
        Whether to keep what tells who was scanned, where and when.

    Raises
    ------
    Short
        If the data set goes on after the end of ``data``.
    Malformed
        If this is no data set, or has more elements than any image.
    """
    parser = _Parser(data, protocol=protocol, identifying=identifying)
    try:
        found, _ = parser.data_set(start, len(data), _CODINGS.get(syntax, _CODINGS[EXPLICIT]), 0)
    except struct.error:
        raise Short from None
    return found, parser.pixels


class _Parser:
    """A walk through the bytes of one file."""

    def __init__(self, data: bytes, *, protocol: bool, identifying: bool) -> None:
        self.data = data
        self.protocol = protocol
        self.standard = WITH_IDENTIFYING if identifying else STANDARD
        self.pixels: PixelElement | None = None
        self.left = _MOST_ELEMENTS
        self.items_left = _MOST_ITEMS

    def data_set(  # noqa: C901, PLR0912 - one loop, as it runs for each element of thousands of files
        self, position: int, end: int, coding: _Coding, depth: int
    ) -> tuple[Elements, int]:
        """Return the elements from a position on to the end, or to that of the item, and the position after them."""
        data, head, explicit, seen = self.data, coding.head, coding.explicit, 0
        standard = self.standard
        found, creators = Elements(big_endian=coding.big_endian), dict[int, str]()
        while position + 8 <= end:
            seen += 1
            if explicit:
                group, element, vr, length = head(data, position)
                body = position + 8
                if vr in _LONG:
                    length = coding.length(data, body)[0]
                    body += 4
                elif vr not in _SHORT and group != 0xFFFE:
                    raise Malformed("its elements cannot be told apart")
            else:
                group, element, length = head(data, position)
                vr, body = b"", position + 8
            if not group & 1:
                name = standard.get(group << 16 | element) or _MARKS.get(group << 16 | element)
            elif group in PRIVATE_GROUPS and (element <= 0xFF or (group << 8 | element & 0xFF) in _PRIVATE_BYTES):
                name = self._private(creators, group << 16 | element, body, length)
            else:
                name = None
            if name is None and length != _UNDEFINED:  # most are
                position = body + length
            elif name == _END or (name in _PIXELS and depth == 0):
                if name != _END:
                    self.pixels = PixelElement(body, None if length == _UNDEFINED else length, str(name))
                self.left -= seen
                return found, body
            elif name in _PIXELS:  # of an icon
                icon = length == _UNDEFINED
                position = self._sequence(found, None, (body, length, vr), coding, depth) if icon else body + length
            elif vr == b"UN" and length != _UNDEFINED and VR[str(name)] == b"SQ":
                position = self._unknown(found, name, (body, length), coding, depth)
            elif length == _UNDEFINED or VR[str(name)] == b"SQ":
                position = self._sequence(found, name, (body, length, vr), coding, depth)
            else:
                position = body + length
                if name != PROTOCOL or self.protocol:
                    found.values[str(name)] = (vr if vr not in _VAGUE else VR[str(name)], data[body:position])
            if seen > self.left:
                raise Malformed(_TOO_MANY)
        if position != end:
            raise Short
        self.left -= seen
        return found, position

    def _private(self, creators: dict[int, str], tag: int, body: int, length: int) -> str | None:
        """Return the name of a private element: what its number means depends on who has reserved its block."""
        element = tag & 0xFFFF
        if 0x10 <= element <= 0xFF:
            if length <= _WIDEST_CREATOR:
                words = self.data[body : body + length].decode("ascii", "replace")
                creators[(tag & 0xFFFF0000) | element] = words.rstrip(" \0")
            return None
        creator = creators.get((tag & 0xFFFF0000) | element >> 8)
        return None if creator is None else PRIVATE.get((creator, tag >> 16, element & 0xFF))

    def _unknown(self, found: Elements, name: str | None, place: tuple[int, int], coding: _Coding, depth: int) -> int:
        """Keep the items of a sequence of unknown type: implicit, as the standard has it, else as the file, or none."""
        body, length = place
        if body + length > len(self.data):
            raise Short
        for vr in (b"UN", b"SQ"):
            with suppress(Malformed, Short, struct.error):
                return self._sequence(found, name, (body, length, vr), coding, depth)
        return body + length

    def _sequence(  # noqa: C901 - the cases of the standard
        self, found: Elements, name: str | None, place: tuple[int, int, bytes], coding: _Coding, depth: int
    ) -> int:
        """Keep the items of a sequence if it has a name, and return the position after it."""
        body, length, vr = place
        if depth >= _DEEPEST:
            raise Malformed(f"its sequences are nested more than {_DEEPEST} deep")
        inner = _CODINGS[IMPLICIT] if vr == b"UN" else coding  # as the standard has it
        items: list[Elements] = []
        position, end = body, body + length if length != _UNDEFINED else len(self.data)
        if end > len(self.data):
            raise Short
        while position + 8 <= end:
            group, element, size = inner.item(self.data, position)
            position += 8
            tag = group << 16 | element
            if tag == _SEQUENCE_END:
                break
            if tag != _ITEM:
                raise Malformed("a sequence in it holds something else than items")
            if size != _UNDEFINED and position + size > end:
                raise Short if length == _UNDEFINED else Malformed("an item in it is longer than its sequence")
            self.left -= 1
            if self.left < 0:
                raise Malformed(_TOO_MANY)
            if name is None and size != _UNDEFINED:  # nor need it be a data set: pixels come in such pieces too
                position += size
                continue
            self.items_left -= 1
            if self.items_left < 0:
                raise Malformed(_TOO_MANY)
            item, position = self.data_set(position, end if size == _UNDEFINED else position + size, inner, depth + 1)
            items.append(item)
        else:
            if length == _UNDEFINED:
                raise Short
        if name:
            found.items[name] = items
        return position if length == _UNDEFINED else end
