"""A viewer in a notebook: the image and its maps, to scroll and to point at."""

from __future__ import annotations

import base64
from typing import Any

from matplotlib.colors import to_rgb

from mrsnr.errors import MissingExtraError
from mrsnr.figures.images import MASK_COLOUR
from mrsnr.figures.labels import label_colours
from mrsnr.model import Snr, Temporal
from mrsnr.report.volumes import viewer_layers

_BUDGET = 64_000_000  # bytes: a notebook keeps what it shows
_SHOWN = ("image", "snr")  # at first
_LOOKS = {  # those of the pictures and of the page's viewer
    "is_radiological_convention": True,
    "sagittal_nose_left": True,
    "is_nearest_interpolation": True,
    "crosshair_color": (1.0, 0.35, 0.75, 1.0),
    "crosshair_width": 0.3,  # voxels
}
_PAINTED = {"noise_mask": "noise", "labels": ""}  # roles whose numbers are names, with that of the only one


def view(result: Snr | Temporal, *, height: int = 400) -> Any:
    """Return a widget of NiiVue with the image and the maps of a result as layers.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`.
    height
        Of the widget, in pixels.

    Returns
    -------
    ipyniivue.NiiVue
        The last line of a notebook's cell shows it, in radiological convention. Its ``volumes`` have ``opacity``,
        ``colormap``, ``cal_min`` and ``cal_max``; masks and the map of sigma are there with an opacity of 0.

    Raises
    ------
    MissingExtraError
        If ipyniivue is not installed.
    """
    try:
        from ipyniivue import NiiVue  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("The viewer needs ipyniivue; install it with: pip install 'mrsnr[viewer]'") from None
    widget = NiiVue(height=height, **_LOOKS)
    layers = viewer_layers(result, budget=_BUDGET)
    widget.load_volumes([_volume(layer) for layer in layers])
    for layer, volume in zip(layers, widget.volumes, strict=True):
        if layer["role"] in _PAINTED:
            volume.set_colormap_label(_paint(layer))
    return widget


def _volume(layer: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{layer['name']}.nii.gz",  # by whose ending NiiVue knows what it is
        "data": base64.b64decode(layer["nifti"]),
        "colormap": "gray" if layer["role"] in _PAINTED else layer["colormap"],
        "cal_min": layer["low"],
        "cal_max": layer["high"],
        "opacity": layer["opacity"] if layer["role"] in _SHOWN else 0.0,
    }


def _paint(layer: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the colours of a mask's or of labels' numbers, as on all other pictures; 0 is clear."""
    names = layer.get("names") or {"1": _PAINTED[layer["role"]]}
    painted = [MASK_COLOUR] if layer["role"] == "noise_mask" else label_colours(len(names))
    red, green, blue = zip((0, 0, 0), *(_bytes(colour) for colour in painted), strict=True)
    table = {"R": red, "G": green, "B": blue, "A": (0, *[255] * len(painted)), "I": range(len(painted) + 1)}
    return {**{key: list(values) for key, values in table.items()}, "labels": ["", *names.values()]}


def _bytes(colour: str) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in to_rgb(colour))
