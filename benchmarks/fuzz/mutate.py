"""Ways to spoil a file, drawn from a random generator: the same seed gives the same bytes."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable

import numpy as np

_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_FLOATS = (float("nan"), float("inf"), -float("inf"), 0.0, -1.0, 1e38, -1e38, 1e-45, 3.4e38)
_HEAD = 600  # bytes in which most of what a header says stands
_TEXTS = (
    b"9" * 400,
    b"-1",
    b"nan",
    b"1e999",
    b"\x00" * 20,
    b"\xff\xfe\xfd",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"../../etc",
)


def spoiled(content: bytes, rng: np.random.Generator) -> bytes:
    """Return the content with one to four things wrong with it."""
    inside = None
    if content[:2] == b"\x1f\x8b" and rng.random() < 0.8:  # most of the time what is wrong is inside
        inside, content = content, gzip.decompress(content)
    for _ in range(int(rng.integers(1, 5))):
        content = _WAYS[int(rng.integers(len(_WAYS)))](content, rng)
    return content if inside is None else _compressed(content, rng)


def _compressed(content: bytes, rng: np.random.Generator) -> bytes:
    packed = gzip.compress(content, 1, mtime=0)
    ending = rng.random()
    if ending < 0.1:
        return packed + bytes(rng.integers(0, 256, 50, dtype=np.uint8))
    if ending < 0.2:
        return packed + gzip.compress(content, 1, mtime=0)
    if ending < 0.25:
        return packed[:-8] + struct.pack("<II", zlib.crc32(content) ^ 1, len(content) & 0xFFFFFFFF)
    return packed


def _place(content: bytes, rng: np.random.Generator, *, size: int = 1) -> int:
    """Return where: mostly near the beginning."""
    room = max(1, len(content) - size)
    return int(rng.integers(min(room, _HEAD) if rng.random() < 0.8 else room))


def _flip(content: bytes, rng: np.random.Generator) -> bytes:
    if not content:
        return content
    place = _place(content, rng)
    changed = content[place] ^ (1 << int(rng.integers(8)))
    return content[:place] + bytes([changed]) + content[place + 1 :]


def _number(content: bytes, rng: np.random.Generator) -> bytes:
    """Put an extreme whole number somewhere, of 1 to 8 bytes, in either order."""
    size = int(rng.choice([1, 2, 4, 8]))
    value = int(rng.choice(_EXTREMES)) & (2 ** (8 * size) - 1)
    place = _place(content, rng, size=size) // size * size
    order = "little" if rng.random() < 0.8 else "big"
    return content[:place] + value.to_bytes(size, order) + content[place + size :]


def _float(content: bytes, rng: np.random.Generator) -> bytes:
    place = _place(content, rng, size=4) // 4 * 4
    return content[:place] + struct.pack("<f", float(rng.choice(_FLOATS))) + content[place + 4 :]


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: _place(content, rng)]


def _remove(content: bytes, rng: np.random.Generator) -> bytes:
    place = _place(content, rng)
    return content[:place] + content[place + int(rng.integers(1, 64)) :]


def _insert(content: bytes, rng: np.random.Generator) -> bytes:
    place = _place(content, rng)
    if rng.random() < 0.5:
        return content[:place] + _TEXTS[int(rng.integers(len(_TEXTS)))] + content[place:]
    return content[:place] + bytes(rng.integers(0, 256, int(rng.integers(1, 200)), dtype=np.uint8)) + content[place:]


def _repeat(content: bytes, rng: np.random.Generator) -> bytes:
    first, size = _place(content, rng), int(rng.integers(1, 256))
    return content[: first + size] + content[first : first + size] * int(rng.integers(1, 20)) + content[first + size :]


def _digits(content: bytes, rng: np.random.Generator) -> bytes:
    """Replace a number written in digits, if there is one near by."""
    place = _place(content, rng)
    for first in range(place, min(place + 400, len(content))):
        if chr(content[first]).isdigit():
            last = first
            while last < len(content) and chr(content[last]).isdigit():
                last += 1
            text = str(rng.choice([0, -1, 3, 65536, 2147483648, 99999999999999999999])).encode()
            return content[:first] + text + content[last:]
    return content


_WAYS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    _flip,
    _flip,
    _number,
    _number,
    _number,
    _float,
    _cut,
    _remove,
    _insert,
    _repeat,
    _digits,
)
