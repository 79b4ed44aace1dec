"""Slices as pictures of a page: one voxel a pixel, letters and slice numbers as text above them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image as Picture

from mrsnr.figures.orientation import Display, display_of
from mrsnr.figures.slices import Scale, as_volume, chosen_slices
from mrsnr.figures.words import tick
from mrsnr.model import BoolArray, Image

MOST_SLICES = 8
_LARGEST = 320  # pixels: edge of a slice on the page; larger ones are averaged down
_LEAST_SMOOTH = 160  # pixels: smaller slices are shown voxel by voxel
_FEW = 120_000  # pixels that are stored without loss
_QUALITY = 88  # of WebP
_GAP = 2  # voxels between slices
_STOPS = 12  # of a colour bar's gradient
_TICKS = 5
_INSIDE, _EDGE = 90, 230  # opacity of masks, of 255
_LETTER = 0.048  # of the width of a slice: size of letters

Rgba = NDArray[np.uint8]


@dataclass(frozen=True)
class Layer:
    """A picture that lies on others: its ``key`` is that of its switch, ``name`` what the switch is called."""

    key: str
    name: str
    href: str
    colour: str = ""
    shown: bool = True


@dataclass(frozen=True)
class Words:
    """Text on a picture."""

    text: str
    x: float
    y: float
    anchor: str = "middle"
    baseline: str = "middle"


@dataclass(frozen=True)
class Bar:
    """A colour bar: ``stops`` of colours, and ``ticks`` with their place, both from 0 to 1."""

    stops: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    label: str
    note: str


@dataclass(frozen=True)
class Still:
    """Slices side by side, with what lies over them."""

    name: str
    alt: str
    width: float
    height: float
    layers: tuple[Layer, ...]
    letters: tuple[Words, ...]
    heads: tuple[Words, ...]
    size: float
    single: bool
    pixelated: bool
    bar: Bar | None = None
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """How the slices of an image are laid out; every picture of that image on it has the same places.

    ``shown`` are their numbers, in rows of ``columns``; ``step`` is how many voxels make a pixel along an edge.
    """

    image: Image
    shown: tuple[int, ...]
    columns: int
    step: int

    @classmethod
    def of(cls, image: Image, *, most: int = MOST_SLICES, where: BoolArray | None = None) -> Sheet:
        """Lay out the slices of an image, at most so many of them; only those where there is something, if given."""
        count = image.grid[2] if len(image.grid) > 2 else 1
        first, last = _extent(where, count)
        if most == 1:
            shown: tuple[int, ...] = ((first + last) // 2,)
        else:
            first, last = _widened(first, last, count, at_least=most)
            shown = tuple(first + k for k in chosen_slices(last - first + 1, None, most=most))
        return cls(image, shown, _columns(len(shown)), -(-max(image.grid[:2]) // _LARGEST))

    @property
    def display(self) -> Display:
        """How the slices lie on the page."""
        return display_of(self.image.affine)

    def mosaic(self, voxels: NDArray[Any], *, empty: float) -> NDArray[Any]:
        """Return the slices of a volume of any type, in rows, with gaps between them."""
        tiles = [_smaller(self.display.apply(as_volume(voxels)[..., k]), self.step) for k in self.shown]
        rows = -(-len(tiles) // self.columns)
        high, wide = tiles[0].shape
        page = np.full(
            (rows * (high + _GAP) - _GAP, self.columns * (wide + _GAP) - _GAP), empty, np.result_type(*tiles)
        )
        for place, tile in enumerate(tiles):
            top, left = place // self.columns * (high + _GAP), place % self.columns * (wide + _GAP)
            page[top : top + high, left : left + wide] = tile
        return page

    def still(self, layers: Sequence[Layer], *, name: str, alt: str, bar: Bar | None = None, note: str = "") -> Still:
        """Put layers on the page, with the letters of the patient's directions and the slices' numbers."""
        display = self.display
        plane = display.apply(np.zeros(self.image.grid[:2], np.int8))
        high, wide = _smaller(plane, self.step).shape
        down, across = _steps(plane.shape, self.step)
        aspect = display.aspect * down / across
        rows = -(-len(self.shown) // self.columns)
        letters, heads = [], []
        for place, number_of_slice in enumerate(self.shown):
            x = place % self.columns * (wide + _GAP)
            y = place // self.columns * (high + _GAP) * aspect
            heads.append(Words(f"slice {number_of_slice}", x + 0.02 * wide, y + 0.02 * wide, "start", "hanging"))
            middle, bottom = x + wide / 2, y + high * aspect
            letters += [
                Words(display.left, x + 0.02 * wide, y + high * aspect / 2, "start"),
                Words(display.right, x + 0.98 * wide, y + high * aspect / 2, "end"),
                Words(display.top, middle, y + 0.02 * wide, "middle", "hanging"),
                Words(display.bottom, middle, bottom - 0.02 * wide, "middle", "auto"),
            ]
        return Still(
            name=name,
            alt=alt,
            width=self.columns * (wide + _GAP) - _GAP,
            height=(rows * (high + _GAP) - _GAP) * aspect,
            layers=tuple(layers),
            letters=tuple(letters),
            heads=tuple(heads) if self.image.grid[2:] not in {(), (1,)} else (),
            size=(_LETTER if len(self.shown) > 1 else _LETTER / 1.6) * wide,
            single=len(self.shown) == 1,
            pixelated=max(wide, high) < _LEAST_SMOOTH,
            bar=bar,
            note=note,
        )

    def coloured(
        self, voxels: NDArray[Any], scale: Scale, *, cmap: str, key: str, name: str, undefined: int = 0
    ) -> Layer:
        """Return a volume in the colours of a map, what is undefined in a grey; the gaps are left empty."""
        page = self.mosaic(voxels, empty=np.inf)
        with np.errstate(invalid="ignore", over="ignore"):
            steps = (np.clip((page - scale.low) / (scale.high - scale.low), 0, 1) * 255).astype(np.uint8)
        rgba = _table(cmap)[steps]
        rgba[np.isnan(page), :3] = undefined
        rgba[np.isinf(page), 3] = 0
        return Layer(key, name, href(rgba))

    def painted(self, masks: Sequence[BoolArray], colours: Sequence[str], *, key: str, name: str) -> Layer:
        """Return masks in translucent colours with firm edges, the later above the earlier."""
        page = np.zeros((*self.mosaic(np.zeros(self.image.grid, np.uint8), empty=0).shape, 4), np.uint8)
        for mask, colour in zip(masks, colours, strict=True):
            inside = self.mosaic(np.asarray(mask), empty=0).astype(bool)
            red, green, blue = (round(255 * part) for part in to_rgb(colour))
            page[inside] = red, green, blue, _INSIDE
            page[inside & ~_within(inside)] = red, green, blue, _EDGE
        return Layer(key, name, href(page, exact=True), colours[0] if len(colours) == 1 else "")


def bar_of(scale: Scale, *, cmap: str, label: str) -> Bar:
    """Return the colour bar of a scale."""
    at = np.linspace(0, 1, _STOPS)
    hexes = ["#{:02x}{:02x}{:02x}".format(*_table(cmap)[round(255 * place), :3]) for place in at]
    found = MaxNLocator(_TICKS).tick_values(scale.low, scale.high)
    span = scale.high - scale.low
    inside = [value for value in found if scale.low - 1e-9 * span <= value <= scale.high + 1e-9 * span]
    ticks = tuple(((value - scale.low) / span, tick(float(value))) for value in inside)
    beyond = {"neither": "", "min": "; lower ones have the first", "max": "; higher ones have the last"}
    note = f"colours: {scale.words}{beyond.get(scale.extend, '; others have the nearest')}"
    return Bar(tuple(zip(map(float, at), hexes, strict=True)), ticks, label, note)


def href(pixels: Rgba, *, exact: bool = False) -> str:
    """Return a picture as a data URI."""
    buffer = io.BytesIO()
    few = pixels.shape[0] * pixels.shape[1] <= _FEW
    options: dict[str, Any] = {"lossless": True, "quality": 30} if exact or few else {"quality": _QUALITY}
    Picture.fromarray(pixels).save(buffer, format="WEBP", method=1, **options)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _within(mask: BoolArray) -> BoolArray:
    """Return the pixels of a mask whose four neighbours are in it too."""
    wide = np.pad(mask, 1)
    inner: BoolArray = mask & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return inner


@cache
def _table(cmap: str) -> Rgba:
    return np.asarray(colormaps[cmap](np.arange(256), bytes=True), dtype=np.uint8)


def _extent(where: BoolArray | None, count: int) -> tuple[int, int]:
    """Return the first and the last slice in which there is something."""
    if where is None or not where.any() or count == 1:
        return 0, count - 1
    found = np.flatnonzero(where.any(axis=(0, 1)))
    return int(found[0]), int(found[-1])


def _widened(first: int, last: int, count: int, *, at_least: int) -> tuple[int, int]:
    """Return the ends of some slices with those about them, so that there are enough, if there are any more."""
    missing = max(0, min(at_least, count) - (last - first + 1))
    first = max(0, first - missing // 2)
    last = min(count - 1, first + max(last - first, at_least - 1))
    return max(0, min(first, last - min(at_least, count) + 1)), last


def _columns(count: int) -> int:
    """Return in how many columns so many slices leave the fewest places empty."""
    if count <= 3:
        return count
    return min((4, 3), key=lambda columns: (-count % columns, -columns))


def _smaller(tile: NDArray[Any], step: int) -> NDArray[Any]:
    """Return the means of blocks; of a mask whether half of a block is in it."""
    if step == 1:
        return tile
    down, across = _steps(tile.shape, step)
    high, wide = tile.shape[0] // down, tile.shape[1] // across
    with np.errstate(invalid="ignore", over="ignore"):  # infinite voxels of both signs, and very large ones
        means: NDArray[Any] = tile[: high * down, : wide * across].reshape(high, down, wide, across).mean(axis=(1, 3))
    return means >= 0.5 if tile.dtype == bool else means


def _steps(shape: tuple[int, ...], step: int) -> tuple[int, int]:
    """Return how many voxels make a pixel along rows and columns: no more than there are."""
    return min(step, shape[0]), min(step, shape[1])
