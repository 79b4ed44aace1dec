"""Elements as numbers and words."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from mrsnr.io.dicom.elements import Elements

_BINARY = {
    b"US": "H",
    b"SS": "h",
    b"UL": "I",
    b"SL": "i",
    b"UV": "Q",
    b"SV": "q",
    b"FL": "f",
    b"FD": "d",
    b"OW": "H",
    b"OL": "I",
    b"OF": "f",
    b"OD": "d",
}
_DECIMAL = (b"DS", b"IS")
_MOST_NUMBERS = 64  # of one element: no one that is wanted has more
_LARGEST = 1e12
_ENCODINGS = {
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift-jis",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 IR 13": "iso2022-jp-2",
    "ISO 2022 IR 87": "iso2022-jp-2",
    "ISO 2022 IR 159": "iso2022-jp-2",
    "ISO 2022 IR 149": "euc-kr",
    "ISO 2022 IR 58": "gb2312",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a frame: looked up in its own elements first, then in those of its file.

    Parameters
    ----------
    layers
        The nearest first.
    """

    layers: tuple[Elements, ...]

    def above(self, *layers: Elements) -> Header:
        """Return a header in which these elements come first."""
        return Header((*layers, *self.layers))

    def below(self, *layers: Elements) -> Header:
        """Return a header in which these elements come last."""
        return Header((*self.layers, *layers))

    def items(self, name: str) -> list[Elements]:
        """Return the items of a sequence."""
        return next((layer.items[name] for layer in self.layers if name in layer.items), [])

    def raw(self, name: str) -> bytes:
        """Return the bytes of an element, none if there is no such element."""
        found = self._found(name)
        return b"" if found is None else found[1]

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return the numbers of an element, none if one of them is no finite number of reasonable size."""
        found = self._found(name)
        if found is None:
            return ()
        vr, value, big_endian = found
        try:
            if (letter := _BINARY.get(vr)) is not None:
                count = min(len(value) // struct.calcsize(f"={letter}"), _MOST_NUMBERS)
                some = struct.unpack_from(f"{'>' if big_endian else '<'}{count}{letter}", value)
            else:
                words = value[: 20 * _MOST_NUMBERS].strip(b" \0").split(b"\\")
                some = tuple(float(word) for word in words[:_MOST_NUMBERS]) if words != [b""] else ()
        except (ValueError, struct.error):
            return ()
        return some if all(-_LARGEST <= number <= _LARGEST for number in some) else ()  # not if NaN either

    def number(self, name: str) -> float | None:
        """Return the first number of an element."""
        found = self._found(name)
        if found is not None and found[0] in _DECIMAL and b"\\" not in found[1]:  # most: worth a shorter way
            try:
                number = float(found[1].rstrip(b" \0"))
            except ValueError:
                return None
            return number if -_LARGEST <= number <= _LARGEST else None
        some = self.numbers(name)
        return float(some[0]) if some else None

    def whole(self, name: str) -> int | None:
        """Return the first number of an element if it is whole."""
        number = self.number(name)
        return int(number) if number is not None and number == math.floor(number) else None

    def words(self, name: str) -> tuple[str, ...]:
        """Return the texts of an element, without those that are empty."""
        found = self._found(name)
        if found is None:
            return ()
        value = found[1][:1024]
        text = value.decode("ascii" if value.isascii() and b"\x1b" not in value else self._encoding(), "replace")
        parts = (part.strip(" \0") for part in text.split("\\"))
        return tuple(part if part.isprintable() else _without_controls(part) for part in parts if part)

    def text(self, name: str) -> str:
        """Return the texts of an element as one."""
        return " ".join(self.words(name))

    def _found(self, name: str) -> tuple[bytes, bytes, bool] | None:
        for layer in self.layers:
            if (found := layer.values.get(name)) is not None and found[1]:
                return *found, layer.big_endian
        return None

    def _encoding(self) -> str:
        sets = self.raw("SpecificCharacterSet").decode("ascii", "replace").replace("\\", "\n").split("\n")
        return next((_ENCODINGS[each] for each in map(str.strip, reversed(sets)) if each in _ENCODINGS), "latin-1")


def _without_controls(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def flattened(elements: Elements, *, without: frozenset[str] = frozenset()) -> Elements:
    """Return the values of an item and of the first item of each sequence in it, as one: the functional groups."""
    found = Elements({}, dict(elements.items), elements.big_endian)
    for name, items in elements.items.items():
        if items and name not in without:
            inner = flattened(items[0], without=without)
            found.values.update(inner.values)
            found.items.update({key: value for key, value in inner.items.items() if key not in found.items})
    found.values.update(elements.values)
    return found
