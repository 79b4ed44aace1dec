"""Results of ``mrsnr compare`` as text for people."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from mrsnr.cli.console import facts, reasons, show, table, wide, words
from mrsnr.cli.outcome import Outcome
from mrsnr.cli.tables import advice, answer, sentences, written
from mrsnr.facts import codes, grid
from mrsnr.wording import between, number

_WORDS = ("method", "verdict", "why")  # columns flush left
_CELLS = 10  # of the scale to each side of the middle
_DOUBLE = math.log(2)  # at the ends of the scale
_LETTERS = ("●", "─", "│"), ("o", "-", "|")  # value, interval, middle; and where there are no such letters


_Column = tuple[str, Sequence[str | Text]]


def show_alternatives(outcome: Outcome) -> None:
    """Print the answer, then a row for each method; on a narrow terminal in two tables."""
    document, (best, *others) = outcome.document or {}, outcome.results
    parts = [answer(outcome, best, "SNR"), reasons(sentences(best)), facts(_facts(document, best))]
    if best["value"] is None:
        parts.extend(advice(best))
    name, (first, verdict), (second, why) = _columns(best, others)
    if wide():
        parts.append(_table([name, *first, *second, verdict, why]))
    else:
        parts += [_table([name, *first, verdict]), _table([name, *second, why])]
    show(*parts, *_notes(others), *written(outcome))


def _table(columns: Sequence[_Column]) -> RenderableType:
    headings = [heading for heading, _ in columns]
    left = {heading for heading in headings if heading in _WORDS or "double" in heading}
    return table(headings, zip(*(cells for _, cells in columns), strict=True), left=left)


def _columns(
    best: dict[str, Any], others: Sequence[dict[str, Any]]
) -> tuple[_Column, tuple[list[_Column], _Column], tuple[list[_Column], _Column]]:
    """Return the names of the methods; the SNR, and the verdict; sigma, and the reasons."""
    middle = _middle(best, others)
    names = [words(one["asked"], "bold" if one["asked"] == best["method"] else "") for one in others]
    snr: list[_Column] = [
        ("SNR", [number(one["value"]) for one in others]),
        ("95 %", [between(one["interval"]) for one in others]),
        (_heading(best), [scale(one["value"], one["interval"], middle) for one in others]),
    ]
    sigmas = [_sigma(one) for one in others]
    sigma: list[_Column] = [(heading, [one[n] for one in sigmas]) for n, heading in enumerate(("sigma", "95 %", "n"))]
    verdicts = [words(one["verdict"], one["verdict"]) for one in others]
    why = [", ".join(codes(one)) for one in others]
    return ("method", names), (snr, ("verdict", verdicts)), (sigma, ("why", why))


def _facts(document: dict[str, Any], best: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "image", grid(document)
    if best["value"] is not None:
        yield "auto", f"took {best['method']}"


def _middle(best: dict[str, Any], others: Sequence[dict[str, Any]]) -> float | None:
    """Return the SNR in the middle of the scale: the answer, or the median where there is none."""
    if best["value"] is not None:
        return float(best["value"])
    values = sorted(result["value"] for result in others if result["value"] is not None)
    return float(values[len(values) // 2]) if values else None


def _heading(best: dict[str, Any]) -> str:
    middle = "auto" if best["value"] is not None else "median"
    return f"half{middle:^{2 * _CELLS - 9}}double"


def _sigma(result: dict[str, Any]) -> tuple[str, str, str]:
    noise = result["noise"]
    if noise is None or noise["sigma"] is None:
        return "n/a", "n/a", "n/a"
    sigma = f"{number(noise['sigma'])}{' (map)' * noise['map']}"
    return sigma, between(noise["interval"]), f"{noise['channels']:.3g}"


def scale(value: float | None, interval: Sequence[float] | None, middle: float | None) -> str:
    """Draw a value and its interval on a line from half to double the middle; nothing where there is no value."""
    if value is None or middle is None or not value * middle > 0:
        return ""
    dot, bar, line = _LETTERS[0] if _can_write("".join(_LETTERS[0])) else _LETTERS[1]
    cells = [" "] * (2 * _CELLS + 1)
    cells[_CELLS] = line
    low, high = (_cell(end, middle) for end in interval or (value, value))
    for cell in range(max(low, 0), min(high, 2 * _CELLS) + 1):
        cells[cell] = bar
    at = _cell(value, middle)
    if 0 <= at <= 2 * _CELLS:
        cells[at] = dot
    else:
        cells[0 if at < 0 else -1] = "<" if at < 0 else ">"
    return "".join(cells)


def _cell(value: float, middle: float) -> int:
    return _CELLS + round(_CELLS * math.log(value / middle) / _DOUBLE) if value > 0 else -1


def _can_write(letters: str) -> bool:
    try:
        letters.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _notes(others: Sequence[dict[str, Any]]) -> Iterator[RenderableType]:
    if any(codes(result) for result in others):
        yield words("  Measure with --method NAME, or ask for --json, to read a method's reasons in full.")
