"""The text of a Philips ``.PAR`` file as a table of images; what could name a patient only if that is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.parrec import image_def_dtds
from numpy.typing import NDArray

from mrsnr.errors import UnreadableError
from mrsnr.io.broken import broken, reading

_LARGEST = 64 * 2**20  # bytes
_MOST_IMAGES = 2**17  # an hour of functional MRI has some 80,000
_LARGEST_INTEGER = 2**31
_VERSION = re.compile(r"image export tool\s+(V[\d.]{1,8})\s*$", re.IGNORECASE)
_UNIT = re.compile(r"[\[(<]")

# Of the general part only what bears on the image.
_GENERAL = frozenset(
    (
        "angulation midslice",
        "epi factor",
        "max. number of dynamics",
        "max. number of echoes",
        "max. number of slices/locations",
        "off centre midslice",
        "preparation direction",
        "repetition time",
        "scan mode",
        "scan resolution",
        "technique",
        "water fat shift",
    )
)
IDENTIFYING = {
    "patient name": "PatientName",
    "examination name": "StudyDescription",
    "protocol name": "ProtocolName",
    "examination date/time": "StudyDate",
}
"""Who, what and when, by DICOM's keywords: not taken up unless it is asked for."""

_COLUMNS = frozenset(
    (
        "slice number",
        "echo number",
        "dynamic scan number",
        "cardiac phase number",
        "image_type_mr",
        "scanning sequence",
        "index in REC file",
        "image pixel size",
        "recon resolution",
        "rescale intercept",
        "rescale slope",
        "scale slope",
        "image offcentre",
        "slice thickness",
        "slice gap",
        "slice orientation",
        "pixel spacing",
        "echo_time",
        "dyn_scan_begin_time",
        "diffusion_b_factor",
        "number of averages",
        "image_flip_angle",
        "TURBO factor",
        "Inversion delay",
        "diffusion b value number",
        "gradient orientation number",
        "label type",
    )
)


@dataclass(frozen=True, eq=False)
class ParHeader:
    """What a ``.PAR`` file says.

    ``general`` has the values of the general part by their names in lower case, without units. ``images`` has a row for
    each image, in the order of the file, with nibabel's names of the columns.
    """

    version: str
    general: Mapping[str, str]
    images: NDArray[Any]

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return the finite numbers of one line of the general part, none if it is not there or holds none."""
        try:
            found = tuple(float(word) for word in self.general.get(name, "").split())
        except ValueError:
            return ()
        return found if np.isfinite(found).all() else ()


def read_header(path: Path, *, identifying: bool = False) -> ParHeader:
    """Read a ``.PAR`` file of version 4, 4.1 or 4.2; what tells who was scanned, and when, only if that is asked for.

    Raises
    ------
    UnreadableError
        If it is none, is damaged, or is larger than any scan makes it.
    """
    with reading(path, form="PAR"):
        size = path.stat().st_size
        text = path.read_text(encoding="latin-1") if size <= _LARGEST else ""
    if size > _LARGEST:
        raise UnreadableError(f"{path.name} has {size} bytes; expected a PAR file of at most {_LARGEST}.")
    version, general, rows = _split(text, _GENERAL | IDENTIFYING.keys() if identifying else _GENERAL)
    if version is None:
        raise broken(path, form="PAR")
    if version not in image_def_dtds:
        known = ", ".join(image_def_dtds)
        raise UnreadableError(
            f"{path.name} is of version {version} of PAR/REC; expected one of {known}. Export it again, or as DICOM."
        )
    if not rows:
        raise UnreadableError(f"{path.name} lists no image: it is truncated or damaged. Copy or export it again.")
    if len(rows) > _MOST_IMAGES:
        raise UnreadableError(f"{path.name} lists {len(rows)} images; expected at most {_MOST_IMAGES}.")
    return ParHeader(version, general, _table(rows, version, path))


def _split(text: str, wanted: frozenset[str]) -> tuple[str | None, dict[str, str], list[str]]:
    """Return the version, what is wanted of the general part, and the lines of the images."""
    version: str | None = None
    general: dict[str, str] = {}
    rows: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("."):
            name, _, value = stripped[1:].partition(":")
            name = _UNIT.split(name)[0].strip().lower()
            if name in wanted:
                general[name] = value.strip()
        elif stripped and not stripped.startswith("#"):
            rows.append(stripped)
        elif version is None and (found := _VERSION.search(stripped)):
            version = found.group(1).upper()
        elif rows and stripped:
            break  # what comes after the images
    return version, general, rows


def _table(rows: Sequence[str], version: str, path: Path) -> NDArray[Any]:
    """Return the wanted columns of all images."""
    fields, places = _layout(version)
    damaged = UnreadableError(f"{path.name} is truncated or damaged: a line of an image is not of {version}.")
    try:
        numbers = np.loadtxt(rows, dtype=np.float64, comments=None, usecols=places, ndmin=2)
    except ValueError:
        raise damaged from None  # what numpy says repeats the line
    if not np.isfinite(numbers).all():
        raise damaged
    table = np.zeros(len(rows), dtype=np.dtype(fields))
    first = 0
    for name, *_ in fields:
        count = int(np.prod(table.dtype[name].shape, dtype=int))
        values = numbers[:, first : first + count]
        if table.dtype[name].base.kind == "i" and ((np.abs(values) >= _LARGEST_INTEGER) | (values % 1 != 0)).any():
            raise damaged
        table[name] = values.reshape(table[name].shape)
        first += count
    return table


def _layout(version: str) -> tuple[list[tuple[Any, ...]], list[int]]:
    """Return the wanted fields of a version, and which columns of a line hold them."""
    fields: list[tuple[Any, ...]] = []
    places: list[int] = []
    first = 0
    for field in image_def_dtds[version]:
        shape: Any = field[2:]
        count = int(np.prod(shape, dtype=int))
        if field[0] in _COLUMNS:
            fields.append(field)
            places.extend(range(first, first + count))
        first += count
    return fields, places
