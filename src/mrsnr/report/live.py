"""A viewer in a notebook: the image and its maps, to scroll and to point at."""

from __future__ import annotations

import base64
from typing import Any

from mrsnr.errors import MissingExtraError
from mrsnr.model import Snr, Temporal
from mrsnr.report.volumes import viewer_layers

_BUDGET = 64_000_000  # bytes: a notebook keeps what it shows
_SHOWN = ("image", "snr")  # at first


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
        The last line of a notebook's cell shows it. Its ``volumes`` have ``opacity``, ``colormap``, ``cal_min`` and
        ``cal_max``; masks and the map of sigma are there with an opacity of 0.

    Raises
    ------
    MissingExtraError
        If ipyniivue is not installed.
    """
    try:
        from ipyniivue import NiiVue  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("The viewer needs ipyniivue; install it with: pip install 'mrsnr[viewer]'") from None
    widget = NiiVue(height=height)
    widget.load_volumes([_volume(layer) for layer in viewer_layers(result, budget=_BUDGET)])
    return widget


def _volume(layer: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{layer['name']}.nii.gz",  # by whose ending NiiVue knows what it is
        "data": base64.b64decode(layer["nifti"]),
        "colormap": layer["colormap"],
        "cal_min": layer["low"],
        "cal_max": layer["high"],
        "opacity": layer["opacity"] if layer["role"] in _SHOWN else 0.0,
    }
