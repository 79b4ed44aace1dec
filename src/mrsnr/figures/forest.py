"""The methods side by side: each with its interval on a common log axis, the answer with a band."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator

from mrsnr.errors import ArgumentError
from mrsnr.figures import words
from mrsnr.figures.lettering import SMALL, TITLE, joined, width_of, wrapped
from mrsnr.figures.marks import MARKS, sign_and_word
from mrsnr.figures.page import DPI
from mrsnr.model import CheckVerdict, Snr
from mrsnr.wording import number

_WIDTH, _ROW, _REST = 10.0, 0.4, 1.7  # inches: of all, of a row, of title, axis and legend
_REASON = 5.0  # inches that a reason in place of an interval may take
_ROOM = 1.15  # times the outermost values
_FURTHEST = 200.0  # times the answer: what is further away is an arrow
_SIZE, _LARGE = 7, 10  # points of a mark; of the answer's
_STEPS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,))  # of ticks in a decade
_FEWEST_TICKS, _MOST_TICKS = 3, 8
_GAP = 10  # points between axes and numbers
_BAND = 0.16  # opacity


def forest(results: Sequence[Snr]) -> Figure:
    """Show the SNR by each method with its 95 % interval on a log axis; the first is the answer, with a band.

    Parameters
    ----------
    results
        As `mrsnr.compare` returns them: the answer of ``auto`` first.

    Raises
    ------
    ArgumentError
        If there is no result.

    Notes
    -----
    An arrow stands for what lies beyond the axis, which reaches to 200 times the answer at most. Where a method has no
    value, its reason is in the place of the interval.
    """
    if not results:
        raise ArgumentError("There is no result to draw; expected those of mrsnr.compare.")
    figure = Figure(figsize=(_WIDTH, _REST + _ROW * len(results)), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    low, high = _reach(results)
    _prepare(axes, results, low, high)
    for row, result in enumerate(results):
        _draw(axes, result, row, low=low, high=high)
        _write(axes, result, row, column=max(width_of(_number(each), SMALL) for each in results))
    if results[0].interval is not None:
        axes.axvspan(*results[0].interval, color=MARKS[results[0].verdict].colour, alpha=_BAND, linewidth=0, zorder=0)
    figure.legend(handles=_legend(results), loc="outside lower center", ncols=5, fontsize=SMALL, frameon=False)
    image = results[0].image
    title = ("Methods side by side", words.source_name(image), words.volume_label(image), *_answer(results[0]))
    figure.suptitle(joined(title, TITLE, width=_WIDTH), fontsize=TITLE, parse_math=False)
    return figure


def _reach(results: Sequence[Snr]) -> tuple[float, float]:
    """Return the ends of the axis: around all that is above 0 and not too far from the answer."""
    ends = [end for each in results if each.value is not None for end in (each.value, *(each.interval or ()))]
    known = sorted(end for end in ends if 0 < end < math.inf)
    if not known:
        return 1.0, 10.0
    answer = results[0].value
    middle = answer if answer is not None and 0 < answer < math.inf else known[len(known) // 2]
    return max(known[0], middle / _FURTHEST) / _ROOM, min(known[-1], middle * _FURTHEST) * _ROOM


def _prepare(axes: Axes, results: Sequence[Snr], low: float, high: float) -> None:
    """Scale the axes, and name the rows and ticks."""
    axes.set_xlim(low, high)
    axes.set_xscale("log")
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_yticks(range(len(results)), [_name(each) for each in results], fontsize=SMALL + 1)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.axhline(0.5, color="0.3", linewidth=0.8)
    axes.spines[["left", "top", "right"]].set_visible(False)
    ticks = _ticks(low, high) if any(each.value is not None for each in results) else []
    axes.set_xticks(ticks, [words.tick(place) for place in ticks], fontsize=SMALL)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("SNR (log scale), 95 % intervals" if ticks else "no method has a value", fontsize=SMALL + 1)
    axes.grid(visible=True, axis="x", color="0.9")
    axes.set_axisbelow(True)


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers within, as many as there is room for; evenly spaced ones if the axis is short."""
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in _STEPS:
        ticks = [float(tick) for tick in np.outer(powers, steps).ravel() if low <= tick <= high]
        if len(ticks) <= _MOST_TICKS:
            break
    if len(ticks) < _FEWEST_TICKS:
        even = MaxNLocator(nbins=_MOST_TICKS - 2, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        ticks = [float(tick) for tick in even if low <= tick <= high]
    return ticks


def _draw(axes: Axes, result: Snr, row: int, *, low: float, high: float) -> None:
    """Draw value and interval of a method, or write why there is none."""
    mark, first = MARKS[result.verdict], row == 0
    if result.value is None:
        why = wrapped(_why(result), SMALL, width=_REASON).split("\n")
        text = "\n".join(why[:2]) + (" …" if len(why) > 2 else "")
        axes.text(
            0.01, row, text, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL, color=mark.colour,
            parse_math=False, bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
        )  # fmt: skip
        return
    if result.interval is not None:
        begin, end = (min(max(at, low), high) for at in result.interval)
        axes.plot([begin, end], [row, row], color=mark.colour, linewidth=4 if first else 2, solid_capstyle="butt")
        for beyond, at, arrow in ((result.interval[0] < low, low, "<"), (result.interval[1] > high, high, ">")):
            if beyond:
                axes.plot(at, row, color=mark.colour, marker=arrow, markersize=_SIZE, clip_on=False)
    outside = "<" if result.value < low else ">" if result.value > high else mark.shape
    axes.plot(
        min(max(result.value, low), high), row, color=mark.colour, marker=outside, clip_on=False, zorder=3,
        markersize=_LARGE if first else _SIZE, markeredgecolor="white", linestyle="none",
    )  # fmt: skip


def _write(axes: Axes, result: Snr, row: int, *, column: float) -> None:
    """Write the numbers and the verdict to the right of a row."""
    weight = "bold" if row == 0 else "normal"
    parts = (
        (_number(result), 0.0, "black"),
        (sign_and_word(result.verdict), column + 0.2, MARKS[result.verdict].colour),
    )
    for text, inches, colour in parts:
        axes.annotate(
            text, (1, row), (_GAP + 72 * inches, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", fontsize=SMALL, color=colour, weight=weight, parse_math=False,
        )  # fmt: skip


def _name(result: Snr) -> str:
    return str(result.provenance.get("asked", result.method))


def _number(result: Snr) -> str:
    if result.value is None:
        return "no SNR"
    low_high = f" ({number(result.interval[0])} to {number(result.interval[1])})" if result.interval else ""
    return f"{number(result.value)}{low_high or ' (no interval)'}"


def _why(result: Snr) -> str:
    failed = [check.sentence for check in result.reasons if check.verdict is CheckVerdict.FAIL]
    return (failed or [check.sentence for check in result.reasons] or ["no reason was given"])[0]


def _answer(result: Snr) -> tuple[str, str]:
    took = "" if _name(result) == result.method or result.value is None else f"{_name(result)} took {result.method}"
    return words.value_words(result), took


def _legend(results: Sequence[Snr]) -> list[Line2D | Patch]:
    """Return the marks of the verdicts that there are, and the band."""
    seen = dict.fromkeys(each.verdict for each in results if each.value is not None)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=MARKS[one].colour, marker=MARKS[one].shape, markersize=_SIZE, label=one.value)
        for one in seen
    ]
    if results[0].interval is not None:
        colour = MARKS[results[0].verdict].colour
        handles.append(Patch(color=colour, alpha=_BAND, linewidth=0, label=f"95 % interval of {_name(results[0])}"))
    return handles
