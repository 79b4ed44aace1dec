"""Pictures of what was measured: the labels, or the tissues that were found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mrsnr.errors import ArgumentError
from mrsnr.figures import words
from mrsnr.figures.images import grey_panels
from mrsnr.figures.lettering import printable, shortened
from mrsnr.figures.panels import overlay
from mrsnr.figures.slices import as_volume, volume_of
from mrsnr.model import LabelSnr, Snr
from mrsnr.wording import number

# Okabe and Ito's colours, which colour-blind people can tell apart, then some of Tol's; grey is the image's.
_COLOURS = (
    "#0072b2", "#e69f00", "#cc79a7", "#009e73", "#d55e00", "#56b4e9", "#f0e442", "#882255", "#44aa99", "#332288",
    "#999933",
)  # fmt: skip
_ALPHA = 0.5
_MOST = 12  # in the legend
_LONGEST = 28  # letters of a name


def label_maps(result: Snr, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show over the image, in translucent colours, the labels that were measured, or the tissues that were found.

    Parameters
    ----------
    result
        With a table.
    slice
        0-based index along the third axis; all slices, or up to 16 evenly spaced ones, when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice, or nothing was labelled.
    """
    regions = result.regions
    if regions is None or not regions.labels:
        raise ArgumentError("This result has no labels to draw; expected one with a table of labels or tissues.")
    drawn = grey_panels(result.image, volume_of(result.image), index=slice)
    colours = dict(zip(regions.labels, label_colours(len(regions.labels)), strict=True))
    for label, mask in regions.labels.items():
        overlay(drawn, as_volume(np.asarray(mask)), colour=colours[label], alpha=_ALPHA)
    given = result.provenance.get("of") != "tissues"
    return drawn.finish(
        "The labels that were measured" if given else "The tissues that were measured",
        words.volume_label(result.image),
        words.method_words(result),
        words.value_words(result),
        legend=_legend(result.table, colours),
    )


def label_colours(count: int) -> list[str]:
    """Return a colour for each of so many labels, over again after eleven."""
    return [_COLOURS[n % len(_COLOURS)] for n in range(count)]


def _legend(table: tuple[LabelSnr, ...], colours: Mapping[int, str]) -> list[Patch]:
    shown = [Patch(color=_on_grey(colours[row.label]), label=row_words(row)) for row in table[:_MOST]]
    if len(table) > _MOST:
        shown.append(Patch(color="none", label=f"and {len(table) - _MOST} more"))
    return shown


def row_words(row: LabelSnr) -> str:
    """Say the SNR of a label."""
    name = printable(shortened(row.name, longest=_LONGEST))
    if row.snr is None:
        return f"{name}: no SNR"
    interval = "" if row.low is None or row.high is None else f" ({number(row.low)} to {number(row.high)})"
    return f"{name}: SNR {number(row.snr)}{interval}"


def _on_grey(colour: str) -> tuple[float, float, float]:
    """Return a colour as it looks over tissue of a middling grey."""
    red, green, blue = (_ALPHA * part + (1 - _ALPHA) / 2 for part in to_rgb(colour))
    return red, green, blue
