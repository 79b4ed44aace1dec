"""Tables of a run: one row for each contender."""

import math

from speed.bench import OURS, Row
from speed.measure import median
from speed.records import Results, slower

HEADER = ["", "in process", "whole process", "peak memory", "time, mrsnr = 1", "rounds"]


def comparison_table(results: Results, case: str, size: str) -> str:
    """Return one comparison as a Markdown table: medians, and times beside ours."""
    rows = results.of(case, size)
    ours = next((row for row in rows if row.name.startswith(OURS)), rows[0])
    return markdown([HEADER, *(_line(row, ours) for row in rows)])


def growth_table(results: Results, case: str, names: list[str]) -> str:
    """Return a case of many sizes: whole process and peak memory of each contender."""
    rows = [["", *(f"{name}, {what}" for name in names for what in ("time", "memory"))]]
    for size in results.sizes(case):
        line = [size]
        for name in names:
            row = results.row(case, size, name)
            line += [seconds(median(row.wall)), memory(median(row.peak))]
        rows.append(line)
    return markdown(rows)


def markdown(rows: list[list[str]]) -> str:
    """Return rows as a Markdown table, columns aligned for the eye."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def seconds(value: float) -> str:
    """Return a time: in ms below 1 s, to three digits."""
    if math.isnan(value):
        return "–"
    return f"{_three(1000 * value)} ms" if value < 1 else f"{_three(value)} s"


def memory(value: float) -> str:
    """Return memory in whole MB."""
    return "–" if math.isnan(value) else f"{value:.0f} MB"


def times(value: float) -> str:
    """Return a ratio to three digits."""
    return "–" if math.isnan(value) else _three(value)


def _line(row: Row, ours: Row) -> list[str]:
    if row.error:
        return [row.name, f"failed: {row.error.replace('|', '/')}", "", "", "", "0"]
    return [
        row.name,
        seconds(median(row.inside)),
        seconds(median(row.wall)),
        memory(median(row.peak)),
        times(slower(row, ours)),
        str(len(row.wall)),
    ]


def _three(value: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{digits}f}"
