"""One figure that tells the answer: what ``result.plot()`` returns."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from mrsnr.figures import words
from mrsnr.figures.images import MASK_ALPHA, MASK_COLOUR
from mrsnr.figures.lettering import SMALL, TITLE, joined, wrapped
from mrsnr.figures.maps import SNR_COLOURS
from mrsnr.figures.page import DPI, colours
from mrsnr.figures.panels import Layer
from mrsnr.figures.slices import Scale, as_volume, checked_index, grey_scale, slice_count, snr_scale, volume_of
from mrsnr.model import BoolArray, FloatArray, Snr, Temporal

_HEIGHT, _PANEL = 4.4, 4.6  # inches
_LONGEST = 7  # sentences beside the image
_ELSEWHERE = "noise_scan"  # whose voxels are not those of the image


def summary(result: Snr | Temporal, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show a slice with where the noise was taken from, its map of SNR, and the answer with its doubts in words.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`; one without a value shows the image and the reasons.
    slice
        0-based index along the third axis; the middle one when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice.
    """
    count = slice_count(result.image)
    index = count // 2 if slice is None else checked_index(slice, count, what="slice")
    values = result.map if result.value is not None else None
    panels = 3 if values is not None else 2
    figure = Figure(figsize=(_PANEL * panels - 0.6, _HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.subplots(1, panels, width_ratios=(*[1] * (panels - 1), 0.75))
    _image(axes[0], result, index)
    if values is not None:
        _map(figure, axes[1], result, as_volume(values), index)
    _reasons(axes[-1], result)
    title = joined((words.source_name(result.image), *_answer(result)), TITLE, width=_PANEL * panels - 1)
    figure.suptitle(title, fontsize=TITLE, parse_math=False)
    return figure


def _answer(result: Snr | Temporal) -> tuple[str, str]:
    if isinstance(result, Temporal):
        value = words.temporal_value(result) if result.value is not None else "tSNR refused"
        return f"tSNR: {value}", words.detrending(result)
    return words.value_words(result), words.method_words(result)


def _image(axes: Axes, result: Snr | Temporal, index: int) -> None:
    voxels = as_volume(result.mean) if isinstance(result, Temporal) else volume_of(result.image)
    layer = Layer(voxels, result.image, colours("gray"), grey_scale(voxels))
    layer.draw(axes, index)
    where, name = _mask(result)
    if where is not None:
        axes.imshow(
            np.ma.masked_equal(layer.display.apply(where[..., index]).astype(np.uint8), 0),
            cmap=ListedColormap([MASK_COLOUR]),
            alpha=MASK_ALPHA / 2,
            aspect=layer.display.aspect,
            interpolation="nearest",
            origin="upper",
        )
    _named(axes, f"{words.panel_label(index, result.image, (index,))}{name}")


def _mask(result: Snr | Temporal) -> tuple[BoolArray | None, str]:
    """Return where the noise, or the median, was taken, and what to call that."""
    if isinstance(result, Temporal):
        return as_volume(result.mask), "; blue: mask of the median"
    if result.noise is None or result.noise.method == _ELSEWHERE:
        return None, ""
    return as_volume(result.noise.region), "; blue: where the noise is from"


def _map(figure: Figure, axes: Axes, result: Snr | Temporal, values: FloatArray, index: int) -> None:
    scale: Scale = snr_scale([values])
    Layer(values, result.image, colours(SNR_COLOURS), scale).draw(axes, index)
    bar = figure.colorbar(axes.images[0], ax=axes, extend=scale.extend, shrink=0.85)
    bar.ax.tick_params(labelsize=SMALL)
    _named(axes, "temporal SNR" if isinstance(result, Temporal) else "SNR")


def _reasons(axes: Axes, result: Snr | Temporal) -> None:
    shown = [f"{check.verdict}: {check.sentence}" for check in result.reasons[:_LONGEST]]
    more = len(result.reasons) - len(shown)
    lines = [*(shown or ["Every check passed."]), *([f"and {more} more"] if more else [])]
    text: dict[str, Any] = {"fontsize": SMALL, "va": "top", "parse_math": False, "transform": axes.transAxes}
    axes.text(0, 1, "\n\n".join(wrapped(line, SMALL, width=_PANEL * 0.7) for line in lines), **text)
    axes.set_axis_off()


def _named(axes: Axes, name: str) -> None:
    axes.set_axis_off()
    axes.set_title(name, fontsize=SMALL, parse_math=False)
