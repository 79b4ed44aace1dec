"""Pictures of the image itself: its slices in grey, and where the noise was taken from."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mrsnr.errors import ArgumentError
from mrsnr.figures import words
from mrsnr.figures.page import colours
from mrsnr.figures.panels import Drawn, Layer, draw_montage, overlay
from mrsnr.figures.slices import as_volume, grey_scale, volume_of
from mrsnr.model import FloatArray, Image, Noise, Snr, Temporal
from mrsnr.wording import number

MASK_COLOUR, MASK_ALPHA = "#00b4ff", 0.6  # a blue that anatomy in grey never has
_UNITS = {"phase": "phase (image units)", "real": "real part (image units)"}


def montage(image: Image, *, slice: int | None = None, volume: int = 0) -> Figure:  # noqa: A002 - the field's word
    """Show the slices of one volume in grey, or the one slice asked for.

    Parameters
    ----------
    image
        A complex image is shown as its magnitude.
    slice
        0-based index along the third axis; all slices, or up to 16 evenly spaced ones, when `None`.
    volume
        0-based index along the last axis of a 4-D image.

    Raises
    ------
    ArgumentError
        If there is no such slice or volume.
    """
    drawn = grey_panels(image, volume_of(image, volume), index=slice)
    kind = "magnitude of complex data" if image.kind == "complex" else image.kind
    return drawn.finish(f"Image ({kind})", words.volume_label(image, volume), below=_undefined(drawn))


def mean_montage(result: Temporal, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show the temporal mean of a series in grey.

    Parameters
    ----------
    result
        Of `mrsnr.temporal`.
    slice
        As in `montage`.
    """
    drawn = grey_panels(result.image, as_volume(result.mean), index=slice)
    return drawn.finish("Temporal mean", f"{result.volumes} volumes", below=_undefined(drawn))


def noise_mask(result: Snr, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show over the image, in translucent blue, the voxels that the noise was taken from.

    Parameters
    ----------
    result
        With a noise.
    slice
        0-based index along the third axis; all slices, or up to 16 evenly spaced ones, when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice, or the result has no noise.
    """
    noise = result.noise
    if noise is None:
        raise ArgumentError(
            "This result has no noise, so there is no noise mask to draw; "
            "expected a result of a method that found the noise."
        )
    drawn = grey_panels(result.image, volume_of(result.image), index=slice)
    overlay(drawn, as_volume(noise.region), colour=MASK_COLOUR, alpha=MASK_ALPHA)
    return drawn.finish(
        "Where the noise was taken from",
        words.volume_label(result.image),
        words.method_words(result),
        words.value_words(result),
        below=_undefined(drawn),
        legend=[Patch(color=_on_black(), label=_region_words(noise))],
    )


def grey_panels(image: Image, voxels: FloatArray, *, index: int | None) -> Drawn:
    """Draw slices in grey, with the colour bar."""
    drawn = draw_montage(Layer(voxels, image, colours("gray"), grey_scale(voxels)), index)
    drawn.colour_bar(_UNITS.get(image.kind, "intensity (image units)"))
    return drawn


def _undefined(drawn: Drawn) -> tuple[str, ...]:
    return () if np.isfinite(drawn.layers[0].voxels).all() else ("grey: not finite",)


def _region_words(noise: Noise) -> str:
    inside = int(np.count_nonzero(noise.region))
    where = "noise scan" if noise.method == "noise_scan" else "noise mask"
    return f"{where}: {inside:,} voxels ({inside / noise.region.size:.1%} of the image); {_sigma_words(noise)}"


def _sigma_words(noise: Noise) -> str:
    known = np.asarray(np.nan if noise.sigma is None else noise.sigma, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return "sigma undefined"
    which = "median sigma" if known.size > 1 else "sigma"
    return f"{which} {number(float(np.median(known)))} image units (SD of one real channel)"


def _on_black() -> tuple[float, float, float]:
    """Return the mask's colour as it looks over air."""
    red, green, blue = to_rgb(MASK_COLOUR)
    return MASK_ALPHA * red, MASK_ALPHA * green, MASK_ALPHA * blue
