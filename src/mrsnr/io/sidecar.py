"""The JSON beside an image, under BIDS names, and what it and the file's name say about the voxels."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_log = logging.getLogger("mrsnr")
_LARGEST_SIDECAR = 16 * 2**20  # bytes
_LARGEST_NUMBER = 1e9  # seconds: what is above is no time of a scan
_PARTS = {"p": "phase", "phase": "phase", "r": "real", "real": "real", "i": "imaginary", "imaginary": "imaginary"}
_NAME_ENDS = {"_ph": "phase", "_phase": "phase", "_real": "real", "_imaginary": "imaginary"}
_MAGNITUDE = re.compile(r"(^|[^a-z])mag")
_NAME_PARTS = {"_part-phase_": "phase", "_part-real_": "real", "_part-imag_": "imaginary", "_phase_": "phase"}


def channels_in(sidecar: Mapping[str, Any]) -> float | None:
    """Return the number n of channels of the noise, where the sidecar says how the coils were combined (BIDS).

    A sum of squares has as many as there are elements; an adaptive combination has one, and so has SENSE.
    """
    combined = str(sidecar.get("CoilCombinationMethod", "")).lower()
    unfolded = str(sidecar.get("ParallelAcquisitionTechnique", "")).lower()
    elements = number(sidecar.get("NumberReceiveCoilActiveElements"))
    if "adaptive" in combined or "sense" in combined or "sense" in unfolded or elements == 1:
        return 1.0
    squares = any(words in combined for words in ("squares", "rss", "sos"))
    return elements if squares and elements is not None and elements >= 1 else None


def read_sidecar(path: Path) -> dict[str, Any]:
    """Return the JSON object beside the image, empty if there is none that can be read."""
    file = path.with_name(f"{_stem(path)}.json")
    if not file.is_file():  # nor a pipe, which would never end
        return {}
    try:
        too_large = file.stat().st_size > _LARGEST_SIDECAR
        content = None if too_large else json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        said = getattr(error, "strerror", None) or first_line(error)  # that of an OSError has the folder in it
        _log.warning("The sidecar %s was not used: %s.", file.name, said)
        return {}
    if not isinstance(content, dict):
        _log.warning("The sidecar %s was not used: it holds no JSON object, or is huge.", file.name)
        return {}
    return content


def said_in(sidecar: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `mrsnr.model.Image` wants to know of a sidecar: times in s, vendor, coil and channels, where said."""
    found = {
        "tr": number(sidecar.get("RepetitionTime")) or None,
        "te": number(sidecar.get("EchoTime")),
        "vendor": sidecar.get("Manufacturer"),
        "coil": sidecar.get("ReceiveCoilName") or sidecar.get("CoilString"),
        "channels": channels_in(sidecar),
    }
    return {key: value for key, value in found.items() if value is not None}


def _stem(path: Path) -> str:
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return name.rpartition(".")[0]


def kind_of(sidecar: Mapping[str, Any], path: Path, dtype: np.dtype[Any]) -> str:
    """Return what the voxels are, by their type, then the sidecar's ImageType, then the file's name."""
    if dtype.kind == "c":
        return "complex"
    types = sidecar.get("ImageType")
    words = [str(word).lower() for word in types] if isinstance(types, list) else []
    if "m" in words or "magnitude" in words:
        return "magnitude"
    for word in words:
        if word in _PARTS:
            return _PARTS[word]
    name = _stem(path).lower()
    if _MAGNITUDE.search(name):
        return "magnitude"
    ends = [kind for end, kind in _NAME_ENDS.items() if name.endswith(end)]
    parts = [kind for part, kind in _NAME_PARTS.items() if part in f"{name}_"]
    return next(iter([*ends, *parts]), "magnitude")


def number(value: object) -> float | None:
    """Return a number of a sidecar, which may hold anything."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < _LARGEST_NUMBER else None  # not NaN either


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its name."""
    return (str(error).splitlines() or [type(error).__name__])[0]
