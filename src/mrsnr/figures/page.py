"""The paper: rows and columns of panels with heads, a colour bar, a title above and a caption below.

Everything is placed in inches, so that no text lies on another. Only matplotlib's `Figure` objects are used, never
pyplot: nothing is shown, saved or remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.patches import Patch

from mrsnr.figures.lettering import SMALL, TITLE, height_of, joined, width_of
from mrsnr.figures.slices import Extend

DPI = 150
UNDEFINED = "0.55"  # neutral grey for voxels that are not finite
WIDTH, _HEIGHT = 9.0, 6.0  # inches that the panels of a figure may fill together
_NARROWEST = 8.0  # inches: room for a title
_LOWEST = 2.8  # inches: room for the label of the colour bar
_MARGIN, _GAP = 0.1, 0.08  # inches
_BAR, _BAR_WIDTH = 1.3, 0.18  # inches: the colour bar with and without its numbers and label
_LEGEND = 0.25  # inches: a line of a legend
_COLUMNS = 2  # of a legend


@dataclass(frozen=True)
class _Cell:
    row: int
    column: int
    axes: Axes
    head: str


def colours(name: str) -> Colormap:
    """Return matplotlib's colour map with undefined voxels in neutral grey."""
    return colormaps[name].with_extremes(bad=UNDEFINED)


def _lines(legend: Sequence[Patch]) -> int:
    """Return how many lines a legend has."""
    return -(-len(legend) // _COLUMNS)


def columns_for(count: int, ratio: float) -> int:
    """Choose the columns in which `count` panels of height over width `ratio` are as large as can be."""

    def width(columns: int) -> float:
        return min(WIDTH / columns, _HEIGHT / -(-count // columns) / ratio)

    return max(range(1, count + 1), key=width)


def as_written(legend: Legend) -> None:
    """Take no dollar sign in a name for mathematics."""
    for text in legend.get_texts():
        text.set_parse_math(False)


class Page:
    """A figure that is filled with panels, each ``ratio`` times as high as wide, and then arranged."""

    def __init__(self, *, ratio: float) -> None:
        self.figure = Figure(dpi=DPI)
        self.figure.set_layout_engine("none")  # whatever the user has set: `arrange` does it
        self._ratio = ratio
        self._cells: list[_Cell] = []
        self._bar: Axes | None = None

    def panel(self, row: int, column: int, head: str) -> Axes:
        """Add a panel with a head above it."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_anchor("N")
        axes.set_title(head, fontsize=SMALL, pad=72 * _GAP / 2, parse_math=False)
        self._cells.append(_Cell(row, column, axes, head))
        return axes

    def colour_bar(self, picture: AxesImage, *, label: str, extend: Extend, ticks: Sequence[int] | None = None) -> None:
        """Add a colour bar; its arrows say on which side there are values beyond the colours."""
        self._bar = self.figure.add_axes((0, 0, 1, 1))
        bar = self.figure.colorbar(picture, cax=self._bar, extend=extend, ticks=ticks)
        bar.set_label(label, fontsize=SMALL)
        self._bar.tick_params(labelsize=SMALL)
        self._bar.yaxis.get_offset_text().set_fontsize(SMALL)

    def arrange(self, *, title: Sequence[str], caption: Sequence[str], legend: Sequence[Patch] = ()) -> Figure:
        """Write the title above and the caption below, and put everything in its place."""
        rows, columns = 1 + max(cell.row for cell in self._cells), 1 + max(cell.column for cell in self._cells)
        across = min(WIDTH / columns, _HEIGHT / rows / self._ratio)
        pitch = _GAP + max(across, *(width_of(cell.head, SMALL) for cell in self._cells))
        width = max(_NARROWEST, 2 * _MARGIN + columns * pitch + _BAR)
        above, below = joined(title, TITLE, width=width), joined(caption, SMALL, width=width)
        foot = _MARGIN + _LEGEND * _lines(legend)
        bottom = foot + height_of(below, SMALL) + 1.5 * _GAP
        tops = self._edges(rows, panel=across * self._ratio)
        body = max(tops[0], _LOWEST)
        self.figure.set_size_inches(width, bottom + body + height_of(above, TITLE) + _MARGIN)
        self._write(above, below, legend, foot=foot)
        left, lift = (width - columns * pitch - _BAR) / 2, bottom + (body - tops[0]) / 2
        for cell in self._cells:
            x = left + cell.column * pitch + (pitch - across) / 2
            self._put(cell.axes, x, lift + tops[cell.row + 1], across, across * self._ratio)
        if self._bar:
            self._put(self._bar, left + columns * pitch + _GAP, bottom + 0.06 * body, _BAR_WIDTH, 0.88 * body)
        return self.figure

    def _edges(self, rows: int, *, panel: float) -> list[float]:
        """Return the height of all rows together, then the lower edge of each row's panels, from the lowest up."""
        heads = [max(height_of(cell.head, SMALL) for cell in self._cells if cell.row == row) for row in range(rows)]
        steps = [head + panel + 2 * _GAP for head in heads]
        return [sum(steps), *(sum(steps[row + 1 :]) for row in range(rows))]

    def _write(self, above: str, below: str, legend: Sequence[Patch], *, foot: float) -> None:
        height = self.figure.get_figheight()
        self.figure.suptitle(above, y=1 - _MARGIN / height, va="top", fontsize=TITLE, parse_math=False)
        self.figure.supxlabel(below, y=foot / height, va="bottom", fontsize=SMALL, parse_math=False)
        if legend:
            handles, columns = list(legend), min(len(legend), _COLUMNS)
            drawn = self.figure.legend(
                handles=handles, ncols=columns, loc="lower center", fontsize=SMALL, frameon=False, borderaxespad=0.2
            )
            as_written(drawn)

    def _put(self, axes: Axes, left: float, bottom: float, width: float, height: float) -> None:
        whole, high = self.figure.get_size_inches()
        axes.set_position((left / whole, bottom / high, width / whole, height / high))
