"""One figure that tells the answer: what ``result.plot()`` returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from mrsnr.fbirn import Fbirn
from mrsnr.figures import words
from mrsnr.figures.courses import course_words, draw_course
from mrsnr.figures.images import MASK_COLOUR
from mrsnr.figures.intensities import draw_dark_end
from mrsnr.figures.labels import label_colours, row_words
from mrsnr.figures.lettering import SMALL, TITLE, height_of, joined, wrapped
from mrsnr.figures.maps import SNR_COLOURS
from mrsnr.figures.marks import MARKS, sign_and_word
from mrsnr.figures.page import DPI, as_written, colours
from mrsnr.figures.panels import Layer, edges_of
from mrsnr.figures.slices import as_volume, checked_index, grey_scale, slice_count, snr_scale, volume_of
from mrsnr.model import BoolArray, FloatArray, MixtureNoise, Snr, Temporal

_PANEL, _CHART = 3.4, 3.5  # inches: width of a picture and of a chart
_HIGHEST, _LOWEST = 4.6, 2.3  # inches: of a picture at most, of a chart at least
_MARGIN, _GAP, _HEAD, _LINE = 0.15, 0.3, 0.25, 0.19  # inches; the last is a line of a key
_BAR, _LEFT, _AXIS = 0.75, 0.45, 0.5  # inches for a colour bar, and for the numbers beside and under a chart
_BADGE, _HANDLE = 1.1, 0.35  # inches of the verdict, and of what stands before a name in a key
_ALPHA = 0.35  # of the noise mask
_MOST_REASONS, _MOST_LABELS = 7, 6
_ELSEWHERE = "noise_scan"  # whose voxels are not those of the image

Key = list[tuple[Artist, str]]


@dataclass(frozen=True)
class _Panel:
    """Axes with the key that goes under them; a picture may have a colour bar, a chart has numbers on its sides."""

    axes: Axes
    key: Key
    bar: Axes | None = None
    chart: bool = False

    @property
    def width(self) -> float:
        return _LEFT + _CHART if self.chart else _PANEL + (_BAR if self.bar else 0)

    @property
    def names(self) -> list[str]:
        """What the key says, in lines that fit under the axes."""
        width = _CHART - _HANDLE if self.chart else _PANEL + _GAP - _HANDLE
        return [wrapped(name, SMALL, width=width) for _, name in self.key]

    @property
    def foot(self) -> float:
        """Inches under the axes."""
        lines = sum(1 + name.count("\n") for name in self.names)
        return (_AXIS if self.chart else 0) + (_LINE * lines + _MARGIN if lines else 0)


def summary(result: Snr | Temporal, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show the answer: a slice with where the noise was taken from, its map, a chart, and what there is to doubt.

    The chart is the histogram with the noise that is expected in it, of a phantom's series the course of time.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`; one without a value shows the image and the reasons.
    slice
        0-based index along the third axis; when `None` the one with most of the labels that were given, that of the
        fBIRN figures, else the middle one.

    Raises
    ------
    ArgumentError
        If there is no such slice.
    """
    return glance(result, slice=slice, alone=True)


def glance(result: Snr | Temporal, *, slice: int | None, alone: bool) -> Figure:  # noqa: A002 - the field's word
    """Draw that figure: if it stands alone with title, verdict and reasons, else only what there is to see."""
    index = _telling(result) if slice is None else checked_index(slice, slice_count(result.image), what="slice")
    figure = Figure(dpi=DPI)
    figure.set_layout_engine("none")  # everything is placed in inches
    voxels = as_volume(result.mean) if isinstance(result, Temporal) else volume_of(result.image)
    image = Layer(voxels, result.image, colours("gray"), grey_scale(voxels))
    panels = [_image(figure, result, image, index), *_more(figure, result, index)]
    _arrange(figure, panels, result, high=min(_PANEL * image.ratio, _HIGHEST), alone=alone)
    return figure


def _telling(result: Snr | Temporal) -> int:
    """Return the slice that shows most of what was measured."""
    count = slice_count(result.image)
    if isinstance(result, Temporal):
        return count // 2 if result.fbirn is None else result.fbirn.slice
    given = np.zeros(count, dtype=np.int64)
    for mask in _given(result).values():
        given += mask.sum(axis=(0, 1))
    return max(range(count), key=lambda index: (given[index], -abs(index - count // 2)))


def _given(result: Snr) -> dict[int, BoolArray]:
    """Return the labels that were given; tissues that were found are all over the object."""
    if result.regions is None or result.provenance.get("of") != "labels":
        return {}
    return {label: as_volume(np.asarray(mask, dtype=bool)) for label, mask in result.regions.labels.items()}


def _image(figure: Figure, result: Snr | Temporal, image: Layer, index: int) -> _Panel:
    """Draw the slice with the noise mask and the outlines of labels, or of the mask of a series."""
    axes = figure.add_axes((0, 0, 1, 1))
    image.draw(axes, index)
    _named(axes, words.panel_label(index, result.image, (index,)))
    if isinstance(result, Temporal):
        return _Panel(
            axes, [(_outline(axes, image, as_volume(result.mask)[..., index], MASK_COLOUR), "mask of the median")]
        )
    key: Key = []
    if result.noise is not None and result.noise.method != _ELSEWHERE:
        key.append((_fill(axes, image, as_volume(result.noise.region)[..., index]), "noise taken from here"))
    masks = _given(result)
    said = {row.label: row_words(row) for row in result.table}
    for (label, mask), colour in list(zip(masks.items(), label_colours(len(masks)), strict=True))[:_MOST_LABELS]:
        key.append((_outline(axes, image, mask[..., index], colour), said.get(label, f"label {label}")))
    if len(masks) > _MOST_LABELS:
        key.append((Line2D([], [], linestyle="none"), f"and {len(masks) - _MOST_LABELS} more labels, not drawn"))
    return _Panel(axes, key)


def _fill(axes: Axes, image: Layer, mask: BoolArray) -> Patch:
    shown = np.ma.masked_equal(image.display.apply(mask).astype(np.uint8), 0)
    colour = ListedColormap([MASK_COLOUR])
    aspect = image.display.aspect
    axes.imshow(shown, cmap=colour, alpha=_ALPHA, aspect=aspect, interpolation="nearest", origin="upper")
    return Patch(color=MASK_COLOUR, alpha=2 * _ALPHA, linewidth=0)


def _outline(axes: Axes, image: Layer, mask: BoolArray, colour: str) -> Line2D:
    x, y = edges_of(image.display.apply(mask))
    axes.add_line(Line2D(x, y, color=colour, linewidth=1.2))
    return Line2D([], [], color=colour, linewidth=2)


def _more(figure: Figure, result: Snr | Temporal, index: int) -> Iterator[_Panel]:
    """Yield the map and the chart, where there are any."""
    if result.value is not None and result.map is not None:
        yield _map(figure, result, as_volume(result.map), index)
    if isinstance(result, Snr):
        yield _histogram(figure.add_axes((0, 0, 1, 1)), result)
    elif result.fbirn is not None:
        yield _course(figure.add_axes((0, 0, 1, 1)), result, result.fbirn)


def _map(figure: Figure, result: Snr | Temporal, values: FloatArray, index: int) -> _Panel:
    axes, bar = figure.add_axes((0, 0, 1, 1)), figure.add_axes((0, 0, 1, 1))
    scale = snr_scale([values])
    Layer(values, result.image, colours(SNR_COLOURS), scale).draw(axes, index)
    figure.colorbar(axes.images[0], cax=bar, extend=scale.extend)
    bar.tick_params(labelsize=SMALL)
    name = "temporal SNR" if isinstance(result, Temporal) else "SNR"
    _named(axes, name if np.isfinite(values[..., index]).all() else f"{name}; grey: undefined")
    return _Panel(axes, [], bar)


def _histogram(axes: Axes, result: Snr) -> _Panel:
    axes.set_title(draw_dark_end(axes, result), fontsize=SMALL)
    axes.locator_params(axis="x", nbins=5)
    axes.set_ylabel("voxels per bin (log scale)", fontsize=SMALL + 1)
    key = _key_of(axes)
    if isinstance(result.noise, MixtureNoise):  # of whose clusters `histogram` says more
        key = [(handle, name.split(":")[0] if name.startswith("cluster") else name) for handle, name in key]
    return _Panel(axes, key, chart=True)


def _course(axes: Axes, result: Temporal, found: Fbirn) -> _Panel:
    draw_course(axes, result, found)
    axes.set_title(", ".join(course_words(found)), fontsize=SMALL)
    return _Panel(axes, _key_of(axes), chart=True)


def _key_of(axes: Axes) -> Key:
    return [(handle, str(name)) for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)]


def _named(axes: Axes, name: str) -> None:
    axes.set_axis_off()
    axes.set_anchor("NW")
    axes.set_title(name, fontsize=SMALL, parse_math=False)


def _arrange(figure: Figure, panels: Sequence[_Panel], result: Snr | Temporal, *, high: float, alone: bool) -> None:
    """Put everything in its place: title, panels beside each other with their keys, and the reasons."""
    width = 2 * _MARGIN + sum(panel.width for panel in panels) + _GAP * (len(panels) - 1)
    title = joined(_title(result), TITLE, width=width - _BADGE) if alone else ""
    said = _reasons(result, width=width) if alone else ""
    block = max((_LOWEST if panel.chart else high) + panel.foot for panel in panels)
    below = 2 * _MARGIN + height_of(said, SMALL) if said else _MARGIN
    top = below + block
    size = width, top + _HEAD + (height_of(title, TITLE) + 2 * _MARGIN if alone else _MARGIN)
    figure.set_size_inches(*size)
    x = _MARGIN
    for panel in panels:
        tall = block - panel.foot if panel.chart else high
        left = x + (_LEFT if panel.chart else 0)
        _put(panel.axes, size, (left, top - tall, _CHART if panel.chart else _PANEL, tall))
        if panel.bar is not None:
            _put(panel.bar, size, (x + _PANEL + 0.1, top - 0.95 * tall, 0.16, 0.9 * tall))
        _write_key(panel, under=_AXIS / tall if panel.chart else 0)
        x += panel.width + _GAP
    if alone:
        _write(figure, result, title, said)


def _put(axes: Axes, size: tuple[float, float], place: tuple[float, float, float, float]) -> None:
    """Put axes to these inches from the left and the bottom, of this width and height."""
    left, bottom, width, height = place
    axes.set_position((left / size[0], bottom / size[1], width / size[0], height / size[1]))


def _write_key(panel: _Panel, *, under: float) -> None:
    if not panel.key:
        return
    handles = [handle for handle, _ in panel.key]
    legend = panel.axes.legend(
        handles,
        panel.names,
        loc="upper left",
        bbox_to_anchor=(0, -under),
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0.3,
    )
    as_written(legend)


def _title(result: Snr | Temporal) -> tuple[str, ...]:
    name = words.source_name(result.image)
    if isinstance(result, Temporal):
        value = "tSNR refused" if result.value is None else f"tSNR: {words.temporal_value(result)}"
        return value, name, words.detrending(result)
    return words.value_words(result), name, words.volume_label(result.image), words.method_words(result)


def _reasons(result: Snr | Temporal, *, width: float) -> str:
    lines = [f"{check.verdict}: {check.sentence}" for check in result.reasons[:_MOST_REASONS]]
    more = len(result.reasons) - len(lines)
    passed = "Every check passed." if words.all_made(result) else "Every check that could be made passed."
    lines = [*(lines or [passed]), *([f"and {more} more"] if more else [])]
    return "\n".join(wrapped(line, SMALL, width=width) for line in lines)


def _write(figure: Figure, result: Snr | Temporal, title: str, said: str) -> None:
    """Write the title above, the verdict into the corner, and the reasons below."""
    width, height = figure.get_size_inches()
    left, top = _MARGIN / width, 1 - _MARGIN / height
    figure.suptitle(title, x=left, y=top, ha="left", va="top", fontsize=TITLE, parse_math=False)
    badge = {"boxstyle": "round,pad=0.3", "facecolor": MARKS[result.verdict].colour, "linewidth": 0}
    figure.text(
        1 - 1.3 * left, top, sign_and_word(result.verdict), ha="right", va="top", color="white", fontsize=SMALL + 1,
        weight="bold", bbox=badge,
    )  # fmt: skip
    figure.text(left, _MARGIN / height, said, va="bottom", fontsize=SMALL, parse_math=False)
