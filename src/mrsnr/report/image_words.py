"""What a methods paragraph says of the image and the scanner: nothing that could tell who was scanned, or where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mrsnr.header import intensity_normalised, number, parallel_imaging, processed_by
from mrsnr.model import Image
from mrsnr.report.plain import listed

_VENDORS = {
    "siemens": "Siemens",
    "philips": "Philips",
    "ge": "GE",
    "general electric": "GE",
    "canon": "Canon",
    "toshiba": "Toshiba",
    "uih": "United Imaging",
    "united imaging": "United Imaging",
    "hitachi": "Hitachi",
    "fujifilm": "Fujifilm",
    "bruker": "Bruker",
    "agilent": "Agilent",
    "varian": "Varian",
    "esaote": "Esaote",
    "mr solutions": "MR Solutions",
    "hyperfine": "Hyperfine",
}
_KINDS = {
    "magnitude": "magnitude image",
    "phase": "phase image",
    "real": "real part of a complex image",
    "imaginary": "imaginary part of a complex image",
    "complex": "complex image",
}
_AN = frozenset({"Agilent", "Esaote"})
_STRONGEST = 30.0  # T: what is above is no field strength
_LONGEST = 1000.0  # s: what is above is no repetition or echo time
_GAP = 0.01  # relative, of the distance of slices, from which their thickness is said


def image_sentences(image: Image, document: dict[str, Any], *, repeats: int = 1) -> Iterator[str]:
    """Yield what the image is, and what the header says of the scan.

    Parameters
    ----------
    image
        As measured, with its header.
    document
        From `mrsnr.io.document.document`.
    repeats
        How many acquisitions were measured as one.
    """
    shape, edges, kind = document["shape"], document["voxel_size_mm"], _KINDS[document["kind"]]
    size = " × ".join(map(str, shape[: 2 if len(shape) < 3 or shape[2] == 1 else 3]))
    one = "" if len(shape) > 2 and shape[2] > 1 else "one slice of "
    voxels = f"{one}{size} voxels of {' × '.join(f'{edge:.4g}' for edge in edges)} mm{_thickness(image, edges)}"
    if len(shape) > 3 and shape[3] > 1:
        yield f"The series had {shape[3]} volumes, each a {kind} of {voxels}."
        if "volume" in image.meta:
            yield f"Each was measured by itself; what follows is of volume {int(image.meta['volume'])}, counted from 0."
    else:
        yield f"{f'Each of the {repeats} acquisitions was a' if repeats > 1 else 'It was a'} {kind} of {voxels}."
    yield from _scanner(image)
    done = [*(["normalised for the sensitivity of the coils"] if intensity_normalised(image) else [])]
    done += processed_by(image)
    if done:
        yield f"The header says that it was {listed(done)}."


def _thickness(image: Image, edges: list[float]) -> str:
    """Say how thick slices are where they have a gap, or overlap."""
    thick = number(image, "SliceThickness")
    if thick is None or any(abs(thick - edge) <= _GAP * edge for edge in edges):
        return ""
    return f" (slice thickness {thick:.4g} mm)"


def _scanner(image: Image) -> Iterator[str]:
    """Say vendor, field strength, times and acceleration, as far as they are known."""
    vendor, field = _vendor(image.meta.get("vendor")), number(image, "MagneticFieldStrength")
    strength = f" of {field:.3g} T" if field is not None and field <= _STRONGEST else ""
    times = (("TR", _time(image, "tr")), ("TE", _time(image, "te")))
    parts = [f"{name} {1000 * value:.4g} ms" for name, value in times if value]
    fast = parallel_imaging(image)
    if fast is not None:
        parts.append(fast.technique + ("" if fast.factor is None else f", factor {fast.factor:.3g}"))
    if vendor or strength:
        who = f"a{'n' * (vendor in _AN)} {vendor} scanner" if vendor else "a scanner"
        yield f"By its header it came from {who}{strength}{f' ({listed(parts)})' if parts else ''}."
    elif parts:
        yield f"Its header says {listed(parts)}."


def _vendor(said: object) -> str:
    """Return the name of a vendor that is known, an empty string for anything else: headers hold all sorts of text."""
    words = str(said).lower().replace("_", " ") if isinstance(said, str) else ""
    found = (name for word, name in _VENDORS.items() if words == word or words.startswith((f"{word} ", f"{word},")))
    return next(found, "")


def _time(image: Image, key: str) -> float | None:
    """Return a time in s of what is known of the image."""
    value = image.meta.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value) if 0 < value < _LONGEST else None
