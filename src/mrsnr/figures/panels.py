"""Slices in rows and columns: a montage of one volume, or several volumes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mrsnr.figures import words
from mrsnr.figures.lettering import SMALL, wrapped
from mrsnr.figures.orientation import Display, display_of
from mrsnr.figures.page import WIDTH, Page, columns_for
from mrsnr.figures.slices import Scale, chosen_slices, slice_count
from mrsnr.model import BoolArray, Image

_LINE_COLOUR = "white"


@dataclass(frozen=True)
class Layer:
    """One volume to draw, shape (x, y, z), in the place of an image; ``exact`` is for labels."""

    voxels: NDArray[Any]
    image: Image
    cmap: Colormap
    scale: Scale
    title: str = ""
    exact: bool = False

    @cached_property
    def display(self) -> Display:
        """How its slices lie on the page."""
        return display_of(self.image.affine)

    @property
    def ratio(self) -> float:
        """Height over width of a displayed slice."""
        height, width = self.display.apply(self.voxels[..., 0]).shape
        return float(height * self.display.aspect / width)

    def draw(self, axes: Axes, index: int) -> None:
        """Draw one slice the radiological way up, with the letters of its four edges."""
        axes.imshow(
            np.ma.masked_invalid(self.display.apply(self.voxels[..., index])),
            cmap=self.cmap,
            vmin=self.scale.low,
            vmax=self.scale.high,
            aspect=self.display.aspect,
            interpolation="nearest" if self.exact else "antialiased",
            origin="upper",
        )
        for letter, x, y, horizontal, vertical in (
            (self.display.left, 0.015, 0.5, "left", "center"),
            (self.display.right, 0.985, 0.5, "right", "center"),
            (self.display.top, 0.5, 0.985, "center", "top"),
            (self.display.bottom, 0.5, 0.015, "center", "bottom"),
        ):
            axes.text(
                x, y, letter, transform=axes.transAxes, ha=horizontal, va=vertical, fontsize=SMALL, weight="bold",
                color="white", path_effects=[withStroke(linewidth=2, foreground="black")]
            )  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A page with, for each layer, its panels and the slice number that each of them shows."""

    page: Page
    layers: tuple[Layer, ...]
    panels: tuple[tuple[tuple[Axes, int], ...], ...]

    def colour_bar(self, label: str) -> None:
        """Add the colour bar of the first layer, for all panels: they are on one scale."""
        scale = self.layers[0].scale
        label = f"{label}\ncolours: {scale.words}"
        self.page.colour_bar(self.panels[0][0][0].images[0], label=label, extend=scale.extend)

    def finish(self, *title: str, below: Sequence[str] = (), legend: Sequence[Patch] = ()) -> Figure:
        """Write the title, and below the panels where they lie in the patient and in the file."""
        places = {
            words.geometry(layer.image, layer.display, [index for _, index in column]): None
            for layer, column in zip(self.layers, self.panels, strict=True)
        }
        if len(places) == 1:
            names = {words.source_name(layer.image): None for layer in self.layers}
            where = (*names, *next(iter(places)))
        else:  # the files' names are above the columns
            where = tuple(", ".join(filter(None, place)) for place in places)
        sides = {words.convention(layer.display): None for layer in self.layers}
        return self.page.arrange(title=title, caption=(*where, *sides, *below), legend=legend)


def draw_montage(layer: Layer, index: int | None) -> Drawn:
    """Draw the slices of one volume, as large as they fit, or the one slice asked for."""
    shown = chosen_slices(slice_count(layer.image), index)
    page = Page(ratio=layer.ratio)
    columns = columns_for(len(shown), layer.ratio)
    panels = []
    for place, number in enumerate(shown):
        axes = page.panel(place // columns, place % columns, words.panel_label(number, layer.image, shown))
        layer.draw(axes, number)
        panels.append((axes, number))
    return Drawn(page, (layer,), (tuple(panels),))


def draw_columns(layers: Sequence[Layer], index: int | None) -> Drawn:
    """Draw several volumes side by side, a column each: up to three slices, or the one slice asked for."""
    page = Page(ratio=max(layer.ratio for layer in layers))
    panels = []
    for column, layer in enumerate(layers):
        shown = chosen_slices(slice_count(layer.image), index, most=2 if len(layers) < 3 else 3)
        drawn = []
        for row, number in enumerate(shown):
            head = words.panel_label(number, layer.image, shown)
            above = wrapped(f"{layer.title}\n", SMALL, width=WIDTH / len(layers)) + "\n" if row == 0 else ""
            axes = page.panel(row, column, above + head)
            layer.draw(axes, number)
            drawn.append((axes, number))
        panels.append(tuple(drawn))
    return Drawn(page, tuple(layers), tuple(panels))


def overlay(drawn: Drawn, mask: BoolArray, *, colour: str, alpha: float) -> None:
    """Paint the voxels of a mask, shape (x, y, z), over the first layer in a translucent colour."""
    display = drawn.layers[0].display
    for axes, index in drawn.panels[0]:
        axes.imshow(
            np.ma.masked_equal(display.apply(mask[..., index]).astype(np.uint8), 0),
            cmap=ListedColormap([colour]),
            alpha=alpha,
            aspect=display.aspect,
            interpolation="nearest",
            origin="upper",
        )


def outline(drawn: Drawn, column: int, mask: BoolArray) -> bool:
    """Draw the edges of a mask's voxels, shape (x, y, z); say whether there were any."""
    display = drawn.layers[column].display
    found = False
    for axes, index in drawn.panels[column]:
        x, y = edges_of(display.apply(mask[..., index]))
        axes.add_line(Line2D(x, y, color=_LINE_COLOUR, linewidth=0.6))
        found = found or bool(x.size)
    return found


def edges_of(inside: BoolArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the edges between inside and outside as line segments, separated by NaN.

    Exact where a contour would cut the corners; the border of the picture is no edge.
    """
    down, right = np.array([0.5, 0.0]), np.array([0.0, 0.5])
    level = np.argwhere(inside[1:] != inside[:-1]) + down
    upright = np.argwhere(inside[:, 1:] != inside[:, :-1]) + right
    starts = np.concatenate([level - right, upright - down])
    ends = np.concatenate([level + right, upright + down])
    points = np.stack([starts, ends, np.full_like(starts, np.nan)], axis=1).reshape(-1, 2)
    return points[:, 1], points[:, 0]
