"""The pictures of a page: slices with what lies over them, maps, and charts."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure

from mrsnr.figures.courses import dvars, time_course
from mrsnr.figures.images import MASK_COLOUR
from mrsnr.figures.intensities import histogram
from mrsnr.figures.labels import label_colours
from mrsnr.figures.slices import as_volume, grey_scale, snr_scale, volume_of
from mrsnr.figures.weisskoff import weisskoff_curve
from mrsnr.model import BoolArray, FloatArray, Snr, Temporal
from mrsnr.report.stills import Layer, Sheet, Still, bar_of

_DPI = 120
_QUALITY = 90  # of WebP
_ELSEWHERE = "noise_scan"  # whose voxels are not those of the image
_UNITS = {"phase": "phase (image units)", "real": "real part (image units)"}
_GREY, _UNDEFINED = 115, "grey: undefined"


@dataclass(frozen=True)
class Chart:
    """A figure as a picture, with the words for those who do not see it."""

    name: str
    alt: str
    href: str
    width: int
    height: int


def sheet_of(result: Snr | Temporal) -> Sheet:
    """Return which slices the pictures show, and how: of given labels, those where they are."""
    return Sheet.of(result.image, where=_labelled(result))


def stills(result: Snr | Temporal) -> Iterator[Still]:
    """Yield the slices in grey with masks and labels over them, then the maps that there are."""
    image, voxels, sheet = result.image, _voxels(result), sheet_of(result)
    grey = grey_scale(voxels)
    base = sheet.coloured(voxels, grey, cmap="gray", key="image", name="Image")
    what = "temporal mean" if isinstance(result, Temporal) else "image"
    over = list(_over(sheet, result))
    yield sheet.still(
        [base, *over],
        name=what.capitalize(),
        alt=f"{len(sheet.shown)} slices of the {what}{''.join(f', {layer.name} in colour' for layer in over)}",
        bar=bar_of(grey, cmap="gray", label=_UNITS.get(image.kind, "intensity (image units)")),
    )
    for name, values, cmap, label in _maps(result):
        scale = snr_scale([values])
        layer = sheet.coloured(values, scale, cmap=cmap, key="map", name=name, undefined=_GREY)
        note = "" if np.isfinite(values).all() else _UNDEFINED
        yield sheet.still(
            [layer],
            name=name,
            alt=f"{name} of {len(sheet.shown)} slices in colours",
            bar=bar_of(scale, cmap=cmap, label=label),
            note=note,
        )


def first_look(result: Snr | Temporal) -> Still:
    """Return the middle slice with what lies over it at first."""
    sheet, voxels = Sheet.of(result.image, most=1, where=_labelled(result)), _voxels(result)
    base = sheet.coloured(voxels, grey_scale(voxels), cmap="gray", key="image", name="Image")
    over = [layer for layer in _over(sheet, result) if layer.shown]
    alt = f"One slice of the image{''.join(f', {layer.name} in colour' for layer in over)}"
    return sheet.still([base, *over], name=f"Slice {sheet.shown[0]}", alt=alt)


def charts(result: Snr | Temporal) -> Iterator[Chart]:
    """Yield the histogram with the noise that was fitted to it, or the course of a phantom's series."""
    if isinstance(result, Snr):
        yield _chart("Intensities", histogram(result), alt="Histogram of the intensities, with the noise fitted to it")
    elif result.fbirn is not None:
        yield _chart("Signal in the course of time", time_course(result), alt="Signal in each volume, with its drift")
        yield _chart("DVARS", dvars(result), alt="Change from each volume to the next")
        yield _chart("Weisskoff plot", weisskoff_curve(result), alt="Fluctuation against the width of the region")


def label_names(result: Snr) -> list[tuple[str, str]]:
    """Return name and colour of the labels, or tissues, that lie over the image."""
    regions = result.regions
    if regions is None or not regions.labels:
        return []
    colours = label_colours(len(regions.labels))
    names = {row.label: row.name for row in result.table}
    return [(names.get(n, str(n)), colour) for n, colour in zip(regions.labels, colours, strict=True)]


def _voxels(result: Snr | Temporal) -> FloatArray:
    return as_volume(result.mean) if isinstance(result, Temporal) else volume_of(result.image)


def _labelled(result: Snr | Temporal) -> BoolArray | None:
    """Return where there are labels that were given: there is what one wants to see."""
    if isinstance(result, Temporal) or result.provenance.get("of") != "labels" or result.regions is None:
        return None
    return as_volume(np.any([np.asarray(mask) for mask in result.regions.labels.values()], axis=0))


def _over(sheet: Sheet, result: Snr | Temporal) -> Iterator[Layer]:
    if isinstance(result, Temporal):
        yield sheet.painted([result.mask], [MASK_COLOUR], key="mask", name="mask of the median")
        return
    if result.regions is not None and result.regions.labels:
        masks = list(result.regions.labels.values())
        layer = sheet.painted(masks, label_colours(len(masks)), key="labels", name="labels")
        found = result.provenance.get("of") == "tissues"  # which are all over the object, and would hide the noise mask
        yield replace(layer, name="tissues that were found", shown=False) if found else layer
    if result.noise is not None and result.noise.method != _ELSEWHERE:
        yield sheet.painted([result.noise.region], [MASK_COLOUR], key="noise", name="where the noise was taken from")


def _maps(result: Snr | Temporal) -> Iterator[tuple[str, FloatArray, str, str]]:
    """Yield name, values, colours and unit of every map."""
    if isinstance(result, Temporal):
        if result.value is not None:
            yield "Temporal SNR map", result.map, "viridis", "temporal SNR (dimensionless)"
            yield "Temporal noise map", result.noise, "magma", "SD over time (image units)"
        return
    if result.map is not None:
        yield "SNR map", result.map, "viridis", "SNR (dimensionless)"
    if result.noise is not None and isinstance(result.noise.sigma, np.ndarray):
        yield "Noise map", result.noise.sigma, "magma", "sigma (image units, SD of one real channel)"


def _chart(name: str, figure: Figure, *, alt: str) -> Chart:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="webp", dpi=_DPI, pil_kwargs={"quality": _QUALITY, "method": 1})
    width, height = (round(side * 96) for side in figure.get_size_inches())
    data = base64.b64encode(buffer.getvalue()).decode()
    return Chart(name, alt, f"data:image/webp;base64,{data}", width, height)
