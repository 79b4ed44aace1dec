"""What a ``.PAR`` file says about the scan, by the names that BIDS and dcm2niix have for it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from mrsnr.io.par_header import ParHeader
from mrsnr.io.par_parts import Part
from mrsnr.model import FloatArray

_LETTERS = "MRIP"  # of ImageType, by the code of image_type_mr
_COMPUTED = 4  # from this scanning sequence on an image is no acquisition
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,16}")
_DIRECTIONS = {"right-left": 0, "anterior-posterior": 1, "feet-head": 2}  # axis of RAS
_ALONG = 0.8  # cosine of the angle between an axis of the image and one of the patient
_EVEN = 0.01  # of the time between volumes
_THOUSANDTHS = (950.0, 1050.0)  # displayed over floating-point value where a phase is in milliradians


def sidecar(header: ParHeader, part: Part, affine: FloatArray, *, scaling: str) -> dict[str, Any]:
    """Return the physics of the part; times in seconds, lengths in mm, angles in degrees.

    The repetition time is that between volumes, as BIDS has it; where it is another than that between excitations, the
    latter is ``RepetitionTimeExcitation``. A ``.PAR`` file says along which axis the phase was encoded, not which way,
    and nothing of coils, parallel imaging and field strength.
    """
    first = header.images[part.rows.flat[0]]
    between, excitation = volume_interval(header, part), _single(header.numbers("repetition time"), 1000)
    technique = header.general.get("technique", "")
    scan = header.numbers("scan resolution")
    factor = _single(header.numbers("epi factor")) or 0.0
    train = max(factor, float(first["TURBO factor"]))
    found: dict[str, Any] = {
        "Manufacturer": "Philips",
        "ImageType": image_type(int(first["image_type_mr"]), int(first["scanning sequence"])),
        "SequenceName": technique if _WORD.fullmatch(technique) else None,
        "MRAcquisitionType": _dimensions(header.general.get("scan mode", "")),
        "RepetitionTime": between,
        "RepetitionTimeExcitation": excitation if excitation != between else None,
        "EchoTime": _positive(first["echo_time"], 1000),
        "EchoNumber": int(first["echo number"]),
        "InversionTime": _positive(first["Inversion delay"], 1000),
        "FlipAngle": _positive(first["image_flip_angle"]),
        "EchoTrainLength": int(train) if train > 1 else None,
        "NumberOfAverages": _positive(first["number of averages"]),
        "SliceThickness": _positive(first["slice thickness"]),
        "SpacingBetweenSlices": _positive(first["slice thickness"] + first["slice gap"]),
        "PhaseEncodingAxis": _phase_axis(header.general.get("preparation direction", ""), affine),
        "AcquisitionMatrixPE": int(scan[1]) if len(scan) == 2 and scan[1] > 0 else None,
        "WaterFatShift": _single(header.numbers("water fat shift")),
        "Units": _units(header, part, scaling) if part.kind == "phase" else None,
        **_scales(header, part, scaling),
    }
    return {key: value for key, value in found.items() if value is not None}


def image_type(code: int, sequence: int) -> list[str]:
    """Return words for ``image_type_mr`` and the scanning sequence, as DICOM's ImageType has them."""
    known = 0 <= code < len(_LETTERS)
    words = [_LETTERS[code]] if known else [f"TYPE{code}"]
    return words if known and sequence < _COMPUTED else ["DERIVED", *words]


def volume_interval(header: ParHeader, part: Part) -> float | None:
    """Return the time between volumes in s, ``None`` if it varies.

    It follows from when the dynamics began; of a single one it is the repetition time.
    """
    volumes = part.rows.shape[1]
    begins = np.unique(header.images["dyn_scan_begin_time"][part.rows[0]])
    if begins.size < 2:
        return _single(header.numbers("repetition time"), 1000)
    gaps = np.diff(begins)
    even = np.ptp(gaps) <= _EVEN * np.median(gaps) and volumes % begins.size == 0
    return float(np.mean(gaps)) * begins.size / volumes if even else None


def _units(header: ParHeader, part: Part, scaling: str) -> str | None:
    """Return the unit of a phase: the floating-point value is in radians, the displayed one often a thousand of it."""
    first = header.images[part.rows.flat[0]]
    if first["scanning sequence"] >= _COMPUTED:
        return None  # a map of the field
    if scaling == "fp":
        return "rad"
    low, high = _THOUSANDTHS
    return "mrad" if low < first["rescale slope"] * first["scale slope"] < high else None


def _scales(header: ParHeader, part: Part, scaling: str) -> dict[str, Any]:
    """Return the scales where all slices have the same."""
    columns = {"rescale slope": "RescaleSlope", "rescale intercept": "RescaleIntercept", "scale slope": "ScaleSlope"}
    used = header.images[part.rows.ravel()]
    same = {f"Philips{name}": float(used[key][0]) for key, name in columns.items() if np.ptp(used[key]) == 0}
    return {**same, "UsePhilipsFloatNotDisplayScaling": int(scaling == "fp")}


def _phase_axis(direction: str, affine: FloatArray) -> str | None:
    """Return the axis of the plane that lies along the preparation direction, if one does."""
    axis = _DIRECTIONS.get(direction.strip().lower())
    if axis is None:
        return None
    along = np.abs(affine[axis, :2]) / np.linalg.norm(affine[:3, :2], axis=0)
    return "ij"[int(along.argmax())] if along.max() > _ALONG else None


def _dimensions(mode: str) -> str | None:
    return {"3D": "3D", "2D": "2D", "MS": "2D", "M2D": "2D"}.get(mode.strip().upper())


def _positive(value: Any, divisor: float = 1) -> float | None:
    return float(value) / divisor if value > 0 else None


def _single(numbers: tuple[float, ...], divisor: float = 1) -> float | None:
    return _positive(numbers[0], divisor) if len(numbers) == 1 else None
