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
from numpy.typing import NDArray

from mrsnr.figures import page, words
from mrsnr.figures.orientation import Display, display_of
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
        """Draw one slice."""
        page.draw_slice(
            axes, self.voxels[..., index], display=self.display, cmap=self.cmap, scale=self.scale, exact=self.exact
        )


@dataclass(frozen=True)
class Drawn:
    """A figure with, for each layer, its panels and the slice number that each of them shows."""

    figure: Figure
    layers: tuple[Layer, ...]
    panels: tuple[tuple[tuple[Axes, int], ...], ...]

    @property
    def axes(self) -> list[Axes]:
        """All panels."""
        return [axes for column in self.panels for axes, _ in column]

    def colour_bar(self, label: str) -> None:
        """Add one colour bar, for all panels: they are on one scale."""
        page.colour_bar(self.figure, self.axes[0].images[0], self.axes, label=label, scale=self.layers[0].scale)

    def caption(self, *more: str, free_lines: int = 0) -> None:
        """Say below the panels where they lie in the patient and in the file."""
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
        page.caption(self.figure, *where, *sides, *more, free_lines=free_lines)


def draw_montage(layer: Layer, index: int | None) -> Drawn:
    """Draw the slices of one volume, as large as they fit, or the one slice asked for."""
    shown = chosen_slices(slice_count(layer.image), index)
    rows, columns = page.panel_grid(len(shown), layer.ratio)
    figure, grid = page.new_page(rows, columns, ratio=layer.ratio)
    axes = [panel for row in grid for panel in row]
    for spare in axes[len(shown) :]:
        spare.remove()
    panels = tuple(zip(axes, shown, strict=False))
    for panel, number in panels:
        layer.draw(panel, number)
        page.panel_title(panel, words.panel_label(number, layer.image, shown))
    return Drawn(figure, (layer,), (panels,))


def draw_columns(layers: Sequence[Layer], index: int | None) -> Drawn:
    """Draw several volumes side by side, a column each: up to three slices, or the one slice asked for."""
    shown = [chosen_slices(slice_count(layer.image), index, most=2 if len(layers) < 3 else 3) for layer in layers]
    lines = max(layer.title.count("\n") for layer in layers) + 1
    rows = max(map(len, shown))
    ratio = max(layer.ratio for layer in layers)
    figure, grid = page.new_page(rows, len(layers), ratio=ratio, more_lines=lines)
    panels = []
    for column, (layer, numbers) in enumerate(zip(layers, shown, strict=True)):
        axes = [row[column] for row in grid]
        for panel, number in zip(axes, numbers, strict=False):
            above = f"{layer.title}\n" if number == numbers[0] else ""
            layer.draw(panel, number)
            page.panel_title(panel, above + words.panel_label(number, layer.image, numbers))
        for spare in axes[len(numbers) :]:
            spare.remove()
        panels.append(tuple(zip(axes, numbers, strict=False)))
    return Drawn(figure, tuple(layers), tuple(panels))


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
        x, y = _edges(display.apply(mask[..., index]))
        axes.add_line(Line2D(x, y, color=_LINE_COLOUR, linewidth=0.6))
        found = found or bool(x.size)
    return found


def _edges(inside: BoolArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
