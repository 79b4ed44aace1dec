"""The paper: figures of a sensible size, panels that hold one slice each, titles, captions and colour bars.

Only matplotlib's `Figure` objects are used, never pyplot: nothing is shown, saved or remembered.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mrsnr.figures.orientation import Display
from mrsnr.figures.slices import Scale

DPI = 150
SMALL = 9  # points: the smallest letters on any figure
_TITLE = 12
_WIDTH, _HEIGHT = 9.0, 6.0  # inches that the panels of a figure may fill together
_NARROWEST, _LOWEST = 8.0, 3.0  # inches: room for a title
_LINE, _BAR = 0.17, 1.4  # inches: height of a line of small letters, width of a colour bar with its label
_LETTERS_PER_INCH = {SMALL: 14.0, _TITLE: 11.0}
UNDEFINED = "0.55"  # neutral grey for voxels that are not finite
_LONGEST_NAME = 48
_SEPARATOR = "  ·  "


def colours(name: str) -> Colormap:
    """Return matplotlib's colour map with undefined voxels in neutral grey."""
    return colormaps[name].with_extremes(bad=UNDEFINED)


def panel_grid(count: int, ratio: float) -> tuple[int, int]:
    """Choose rows and columns so that `count` panels of height over width `ratio` are as large as can be."""

    def width(columns: int) -> float:
        return min(_WIDTH / columns, _HEIGHT / -(-count // columns) / ratio)

    columns = max(range(1, count + 1), key=width)
    return -(-count // columns), columns


def new_page(rows: int, columns: int, *, ratio: float, more_lines: int = 0) -> tuple[Figure, list[list[Axes]]]:
    """Make a figure of rows x columns empty panels, each as high as `ratio` times its width."""
    width = min(_WIDTH / columns, _HEIGHT / rows / ratio)
    size = (
        max(_NARROWEST, columns * width + _BAR),
        max(_LOWEST, rows * (width * ratio + 2 * _LINE) + (more_lines + 6) * _LINE),
    )
    figure = Figure(figsize=size, dpi=DPI, layout="compressed")
    axes = figure.subplots(rows, columns, squeeze=False)
    for panel in axes.flat:
        panel.set_axis_off()
    return figure, [list(row) for row in axes]


def draw_slice(
    axes: Axes, voxels: NDArray[Any], *, display: Display, cmap: Colormap, scale: Scale, exact: bool = False
) -> AxesImage:
    """Draw one slice, shape (x, y), the radiological way up, with the letters of its four edges.

    ``exact`` keeps every voxel one colour, for labels and masks: between label 0 and 2 there is no 1.
    """
    picture = axes.imshow(
        np.ma.masked_invalid(display.apply(voxels)),
        cmap=cmap,
        vmin=scale.low,
        vmax=scale.high,
        aspect=display.aspect,
        interpolation="nearest" if exact else "antialiased",
        origin="upper",
    )
    edges = (
        (display.left, 0.015, 0.5, "left", "center"),
        (display.right, 0.985, 0.5, "right", "center"),
        (display.top, 0.5, 0.985, "center", "top"),
        (display.bottom, 0.5, 0.015, "center", "bottom"),
    )
    for letter, x, y, horizontal, vertical in edges:
        axes.text(
            x, y, letter, transform=axes.transAxes, ha=horizontal, va=vertical, fontsize=SMALL, weight="bold",
            color="white", path_effects=[withStroke(linewidth=2, foreground="black")]
        )  # fmt: skip
    return picture


def panel_title(axes: Axes, text: str) -> None:
    """Write above one panel."""
    axes.set_title(printable(text), fontsize=SMALL, parse_math=False)


def title(figure: Figure, *parts: str) -> None:
    """Write what is shown, the method and the value above everything."""
    figure.suptitle(_wrapped(figure, parts, _TITLE), fontsize=_TITLE, parse_math=False)


def caption(figure: Figure, *parts: str, free_lines: int = 0) -> None:
    """Write what a reader needs to know about the picture, with free lines at the very bottom for a legend."""
    text = _wrapped(figure, parts, SMALL) + "\n" * free_lines
    figure.supxlabel(text, fontsize=SMALL, parse_math=False)


def colour_bar(figure: Figure, picture: ScalarMappable, axes: Sequence[Axes], *, label: str, scale: Scale) -> None:
    """Add the colour bar; its arrows say on which side there are values beyond the colours."""
    bar = figure.colorbar(picture, ax=list(axes), extend=scale.extend, shrink=0.85, aspect=30, pad=0.02)
    bar.set_label(f"{label}\ncolours: {scale.words}", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    bar.ax.yaxis.get_offset_text().set_fontsize(SMALL)


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


def _wrapped(figure: Figure, parts: Sequence[str], size: int) -> str:
    """Join the parts, and break lines between parts rather than within."""
    letters = int(figure.get_figwidth() * _LETTERS_PER_INCH[size])
    lines: list[str] = []
    for part in filter(None, map(printable, parts)):
        joined = f"{lines[-1]}{_SEPARATOR}{part}" if lines else part
        if lines and len(joined) <= letters:
            lines[-1] = joined
        else:
            lines.extend(textwrap.wrap(part, letters))
    return "\n".join(lines)
