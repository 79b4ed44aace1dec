"""Letters on the page: their sizes, and texts that fit and that the font can write."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.font_manager import FontProperties, findfont, get_font

SMALL, TITLE = 9, 12  # points; nothing on any figure is smaller
SEPARATOR = "  ·  "
_LETTERS_PER_INCH = {SMALL: 13.0, TITLE: 11.0}
_LINES_PER_INCH = 1.0 / (1.2 / 72)  # of one point
_LONGEST_NAME = 48


def width_of(text: str, size: int) -> float:
    """Return the inches that the longest line takes, generously."""
    return max(map(len, text.split("\n"))) / _LETTERS_PER_INCH[size]


def height_of(text: str, size: int) -> float:
    """Return the inches that the lines take; none take none."""
    return (text.count("\n") + 1) * size / _LINES_PER_INCH if text else 0.0


def joined(parts: Sequence[str], size: int, *, width: float) -> str:
    """Join the parts that are not empty; break lines between parts rather than within."""
    letters = int(width * _LETTERS_PER_INCH[size])
    lines: list[str] = []
    for part in filter(None, map(printable, parts)):
        longer = f"{lines[-1]}{SEPARATOR}{part}" if lines else part
        if lines and len(longer) <= letters:
            lines[-1] = longer
        else:
            lines.extend(textwrap.wrap(part, letters))
    return "\n".join(lines)


def wrapped(text: str, size: int, *, width: float) -> str:
    """Break the lines of a text that are wider than these inches."""
    letters = int(width * _LETTERS_PER_INCH[size])
    return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(printable(line), letters))


def shortened(name: str, *, longest: int = _LONGEST_NAME) -> str:
    """Shorten a long name in its middle: both its start and its end tell files apart."""
    if len(name) <= longest:
        return name
    kept = longest - 1
    return f"{name[: kept - kept // 2]}…{name[-(kept // 2) :]}"


def printable(text: str) -> str:
    """Replace by ``?`` what the font has no picture for (of which matplotlib would warn at every drawing)."""
    font = get_font(findfont(FontProperties()))
    return "".join(letter if letter == "\n" or font.get_char_index(ord(letter)) else "?" for letter in text)
