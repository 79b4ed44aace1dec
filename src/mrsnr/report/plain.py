"""Words that may stand in a sentence, whoever wrote them."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 60  # letters of a name
_CITATIONS = str.maketrans({"[": "(", "]": ")", "“": "'", "”": "'"})


def one_line(words: str) -> str:
    """Return words without line breaks, control characters and what turns the direction of writing."""
    shown = "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in words)
    return " ".join(shown.split())


def quoted(name: str) -> str:
    """Return a name that somebody gave, in quotation marks that it cannot leave; brackets would look like citations."""
    line = one_line(name).translate(_CITATIONS)
    return f"“{line if len(line) <= _LONGEST else f'{line[: _LONGEST - 1]}…'}”"


def listed(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def times(count: int, noun: str) -> str:
    """Return ``1 slice`` or ``2 slices``."""
    return f"{count} {noun}{'s' * (count != 1)}"
