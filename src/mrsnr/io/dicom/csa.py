"""What Siemens writes into elements of its own: the CSA header of an image, and the protocol of a scan."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

_MOST_NAMES = 512
_MOST_ITEMS = 128
_ENTRY = struct.Struct("<64sI4sIII").unpack_from
_ITEM = struct.Struct("<4I").unpack_from
_ITEM_SPACE = 16  # bytes before each value


@dataclass(frozen=True, slots=True)
class Csa:
    """Texts by name."""

    values: dict[str, tuple[str, ...]]

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return the values of a name as numbers, none if one of them is no number."""
        try:
            return tuple(float(text) for text in self.values.get(name, ()))
        except ValueError:
            return ()

    def text(self, name: str) -> str:
        """Return the first value of a name."""
        return next(iter(self.values.get(name, ())), "")


def csa(data: bytes) -> Csa:
    """Return the names and values of a CSA header of type 2 (``SV10``), as far as it is not damaged.

    Parameters
    ----------
    data
        The private element.

    Notes
    -----
    After ``SV10`` and four bytes come the number of names and 77. Each name stands in 64 bytes, followed by its number
    of values, type and number of items; each item has four numbers, of which one is its length, and is padded to 4.
    """
    values: dict[str, tuple[str, ...]] = {}
    if not data.startswith(b"SV10"):
        return Csa(values)
    position = 16
    try:
        for _ in range(min(struct.unpack_from("<I", data, 8)[0], _MOST_NAMES)):
            raw, _, _, _, items, _ = _ENTRY(data, position)
            position += 84
            texts = []
            for _ in range(min(items, _MOST_ITEMS)):
                length = _ITEM(data, position)[1]
                position += _ITEM_SPACE
                if length:
                    texts.append(data[position : position + length].split(b"\0")[0].decode("latin-1").strip())
                position += (length + 3) // 4 * 4
            values[raw.split(b"\0")[0].decode("latin-1")] = tuple(text for text in texts if text)
    except struct.error:
        return Csa(values)
    return Csa(values)


def protocol_number(protocol: bytes, name: str) -> float | None:
    """Return a number of the scan's protocol, a text of lines ``name = value``.

    Parameters
    ----------
    protocol
        The private element that holds the text.
    name
        As it stands there, ``sPat.lAccelFactPE``.
    """
    found = re.search(rb"(?:^|\n)" + re.escape(name.encode()) + rb"[ \t]*=[ \t]*(0x[0-9A-Fa-f]+|[-+.0-9eE]+)", protocol)
    if found is None:
        return None
    try:
        value = found[1].decode()
        return float(int(value, 16)) if value.startswith("0x") else float(value)
    except ValueError:
        return None
