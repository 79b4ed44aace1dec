"""How verdicts look: a colour, a sign and a shape each, so that nobody has to tell colours apart."""

from __future__ import annotations

from dataclasses import dataclass

from mrsnr.model import Verdict


@dataclass(frozen=True)
class Mark:
    """A colour that white letters can be read on, a sign to write, and matplotlib's name of a shape to plot."""

    colour: str
    sign: str
    shape: str


MARKS = {
    Verdict.TRUSTED: Mark("#1a6e3c", "✓", "o"),
    Verdict.CAUTION: Mark("#8a5a00", "!", "^"),
    Verdict.REFUSED: Mark("#b42318", "✕", "X"),
}


def sign_and_word(verdict: Verdict) -> str:
    """Write a verdict with its sign."""
    return f"{MARKS[verdict].sign} {verdict.value}"
