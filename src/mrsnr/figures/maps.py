"""Maps of SNR, of sigma and of temporal SNR."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from mrsnr.errors import ArgumentError
from mrsnr.figures import words
from mrsnr.figures.lettering import shortened
from mrsnr.figures.page import colours
from mrsnr.figures.panels import Drawn, Layer, draw_columns, draw_montage, outline
from mrsnr.figures.slices import as_volume, chosen_slices, snr_scale
from mrsnr.model import FloatArray, Image, Snr, Temporal

SNR_COLOURS = "viridis"
_SIGMA_COLOURS = "magma"
_MOST_MAPS = 6
_LONGEST_HEAD = 36  # letters above a column


def snr_map(result: Snr, *more: Snr, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show the SNR of every voxel; of several results side by side on one colour scale.

    Parameters
    ----------
    result, more
        With a map; for instance one per echo. Of more than six, up to six evenly spaced ones are shown.
    slice
        0-based index along the third axis; all slices, or evenly spaced ones, when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice, or no result has a map.
    """
    found = [(n, each, each.map) for n, each in enumerate((result, *more)) if each.map is not None]
    if not found:
        raise ArgumentError("This result has no SNR map to draw; expected one that was not refused.")
    shown = [found[index] for index in chosen_slices(len(found), None, most=_MOST_MAPS)]
    drawn = _draw(
        [
            (f"{words.volume_label(each.image) or f'image {n}'}\n{words.short_value(each)}", each.image, values)
            for n, each, values in shown
        ],
        index=slice,
    )
    drawn.colour_bar("SNR (dimensionless)")
    first = shown[0][1]
    title: tuple[str, ...]
    if more:
        which = "" if len(shown) == len(more) + 1 else f"{len(shown)} of {len(more) + 1} volumes"
        title = ("SNR maps, one colour scale", which, words.method_words(first))
    else:
        title = ("SNR map", words.volume_label(first.image), words.method_words(first), words.value_words(first))
    return drawn.finish(*title, below=_undefined(drawn))


def sigma_map(result: Snr, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show sigma where it varies in space.

    Parameters
    ----------
    result
        Whose noise is a map.
    slice
        0-based index along the third axis; all slices, or up to 16 evenly spaced ones, when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice, or sigma is one number.
    """
    sigma = None if result.noise is None else result.noise.sigma
    if not isinstance(sigma, np.ndarray):
        raise ArgumentError("This result has no map of sigma to draw; expected one whose noise varies in space.")
    drawn = _draw([("", result.image, sigma)], index=slice, cmap=_SIGMA_COLOURS)
    drawn.colour_bar("sigma (image units, SD of one real channel)")
    title = ("Noise map", words.volume_label(result.image), words.method_words(result), words.value_words(result))
    return drawn.finish(*title, below=_undefined(drawn))


def tsnr_maps(
    *results: Temporal,
    slice: int | None = None,  # noqa: A002 - the field's word
    titles: Sequence[str] | None = None,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Show maps of temporal SNR side by side on one colour scale, with the outline of the mask of the median.

    Parameters
    ----------
    results
        One or more; their grids may differ.
    slice
        0-based index along the third axis, the same in every map; all slices, or evenly spaced ones, when `None`.
    titles
        One for each result; the files' names when `None`.
    limits
        tSNR at the two ends of the colour bar; 0 and the highest of the maps' 99.5 percentiles when `None`.

    Raises
    ------
    ArgumentError
        If there is no result or no such slice, or the titles or limits do not fit.
    """
    if not results:
        raise ArgumentError("There is no tSNR map to draw; expected one or more results of mrsnr.temporal.")
    if titles is not None and len(titles) != len(results):
        raise ArgumentError(f"There are {len(titles)} titles for {len(results)} tSNR maps; expected one for each.")
    names = titles or [words.source_name(each.image) or f"series {n}" for n, each in enumerate(results)]
    how = {words.detrending(each): None for each in results}
    each_how = len(how) > 1
    heads = [_head(name, each, how=each_how) for name, each in zip(names, results, strict=True)]
    maps = [(head, each.image, each.map) for head, each in zip(heads, results, strict=True)]
    drawn = _draw(maps, index=slice, limits=limits)
    drawn.colour_bar("temporal SNR (dimensionless)")
    outlined = [outline(drawn, n, as_volume(each.mask)) for n, each in enumerate(results)]
    line = ("white line: mask of the median",) if any(outlined) else ()
    alone = (
        [*map(shortened, titles or ()), words.temporal_value(results[0])] if len(results) == 1 else ["one colour scale"]
    )
    return drawn.finish("Temporal SNR", *(() if each_how else how), *alone, below=(*line, *_undefined(drawn)))


def _draw(
    maps: Sequence[tuple[str, Image, FloatArray]],
    *,
    index: int | None,
    limits: tuple[float, float] | None = None,
    cmap: str = SNR_COLOURS,
) -> Drawn:
    """Draw one map as a montage, several side by side, all on one colour scale."""
    scale = snr_scale([values for _, _, values in maps], limits=limits)
    layers = [Layer(as_volume(values), image, colours(cmap), scale, title) for title, image, values in maps]
    return draw_montage(layers[0], index) if len(layers) == 1 else draw_columns(layers, index)


def _head(name: str, result: Temporal, *, how: bool) -> str:
    lines = [shortened(name, longest=_LONGEST_HEAD), words.temporal_value(result)]
    return "\n".join([*lines, words.detrending(result)] if how else lines)


def _undefined(drawn: Drawn) -> tuple[str, ...]:
    return () if all(np.isfinite(layer.voxels).all() for layer in drawn.layers) else ("grey: undefined",)
