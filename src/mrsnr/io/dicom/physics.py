"""What the header says about the scan, under the names of BIDS. Nothing of it tells who was scanned, where or when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mrsnr.io.dicom.csa import csa, protocol_number
from mrsnr.io.dicom.files import protocol_of
from mrsnr.io.dicom.frames import Frame, b_value, inversion_time, padding_limits
from mrsnr.io.dicom.geometry import thickness
from mrsnr.io.dicom.header import Header
from mrsnr.io.dicom.series import sequence_of

_VENDORS = {
    "siemens": "Siemens",
    "ge": "GE",
    "philips": "Philips",
    "uih": "UIH",
    "united": "UIH",
    "canon": "Canon",
    "toshiba": "Toshiba",
    "hitachi": "Hitachi",
    "bruker": "Bruker",
    "fujifilm": "Fujifilm",
}
_SAME_SCALE = 1e-4
_SECONDS = 1e-3  # DICOM's times are in ms
_TEXTS = ("MRAcquisitionType", "SeriesDescription", "ProtocolName", "ManufacturersModelName", "ReceiveCoilName")
_LISTS = ("ScanningSequence", "SequenceVariant", "ScanOptions", "SoftwareVersions")
_NUMBERS = ("MagneticFieldStrength", "FlipAngle", "NumberOfAverages", "SliceThickness", "PixelBandwidth")
_COMBINED = {1: "Sum of Squares", 2: "Adaptive Combine"}
_PARALLEL = {2: "GRAPPA", 4: "SENSE", 16: "CAIPIRINHA"}
_ONE_COIL = re.compile(r"[A-Z]+\d\d")
_PARTIAL_FOURIER = {1: 0.5, 2: 0.625, 4: 0.75, 8: 0.875}
_CONNECTED = rb"sCoilSelectMeas\.a?s?RxCoilSelectData\[0\]\.asList\[\d+\]\.lRxChannelConnected[ \t]*=[ \t]*[1-9]"
_CONNECTED_BEFORE = rb"\n(?:a?s?CoilSelectMeas\[0\])\.asList\[\d+\]\.lRxChannelConnected[ \t]*=[ \t]*[1-9]"


def physics(frame: Frame) -> dict[str, Any]:
    """Return what the header of a frame says about the scan.

    Parameters
    ----------
    frame
        The first of an image.

    Returns
    -------
    dict
        Names and units of BIDS: times in seconds, angles in degrees, lengths in mm, bandwidth in Hz per pixel. Voxel
        axes are those of the array. What is not known is not there.
    """
    header = frame.header
    types = tuple(dict.fromkeys((*frame.types, *header.words("ImageType"))))  # enhanced files say NORM in one only
    milliseconds = {
        "RepetitionTime": header.number("RepetitionTime"),
        "EchoTime": frame.echo_time,
        "InversionTime": inversion_time(header),
    }
    said: dict[str, Any] = {
        "Manufacturer": vendor(header),
        **{name: header.text(name) for name in _TEXTS},
        **{name: "\\".join(header.words(name)) for name in _LISTS},
        **{name: header.number(name) for name in _NUMBERS},
        **{name: None if value is None else value * _SECONDS for name, value in milliseconds.items()},
        "SequenceName": sequence_of(frame),
        "SpacingBetweenSlices": thickness(frame) if header.number("SpacingBetweenSlices") else None,
        "ImageType": list(types),
        "ImageTypeText": list(header.words("SiemensImageType")),
        "NonlinearGradientCorrection": _corrected(types),
        **_parallel(header),
        **_phase_encoding(header),
        **_matrix(frame),
        "AcquisitionDuration": _duration(header),
        **dict(zip(("PixelPaddingValue", "PixelPaddingRangeLimit"), padding_limits(header), strict=False)),
        **_siemens(frame),
    }
    zero_means_none = ("InversionTime", "EchoTime", "RepetitionTime", "PixelBandwidth", "NumberOfAverages")
    return {
        name: value
        for name, value in said.items()
        if value not in (None, "", []) and not (value == 0 and name in zero_means_none)
    }


def vendor(header: Header) -> str:
    """Return the manufacturer, by one name each."""
    said = header.text("Manufacturer")
    first = said.lower().split()
    return next((name for start, name in _VENDORS.items() if first and first[0].startswith(start)), said)


def _corrected(types: Sequence[str]) -> bool | None:
    """Return whether the image was corrected for gradients that are not linear, which averages neighbouring voxels."""
    if any(word in ("DIS2D", "DIS3D") for word in types):
        return True
    return False if "ND" in types else None


def _parallel(header: Header) -> dict[str, Any]:
    factor = header.number("ParallelReductionFactorInPlane")
    asset = header.number("GeAsset")
    if factor is None and asset:
        factor = 1 / asset
    siemens = re.match(r"p(\d+)", header.text("SiemensParallel"))
    if factor is None and siemens:
        factor = float(siemens[1])
    technique = header.text("ParallelAcquisitionTechnique")
    return {
        "ParallelReductionFactorInPlane": None
        if factor is None
        else float(f"{factor:.6g}"),  # some store it as float32
        "ParallelAcquisitionTechnique": technique if technique not in ("NONE", "OTHER") else None,
        "PartialFourierEnabled": header.text("PartialFourier"),
    }


def _phase_encoding(header: Header) -> dict[str, Any]:
    """Return along which axis of the array phase was encoded, and which way if that is known.

    Rows are turned around in the array, and with them the direction of what is encoded along columns.
    """
    said = header.text("InPlanePhaseEncodingDirection")
    axis = {"ROW": "i", "COL": "j", "COLUMN": "j"}.get(said)
    if axis is None:
        return {}
    positive = next(iter(csa(header.raw("SiemensImage")).numbers("PhaseEncodingDirectionPositive")), None)
    if positive is None:
        positive = header.number("SiemensPhaseEncodingPositive")
    direction = None
    if positive is not None:
        direction = f"{axis}-" if bool(positive) == (axis == "j") else axis
    return {"PhaseEncodingAxis": axis, "PhaseEncodingDirection": direction}


def _duration(header: Header) -> float | None:
    """Return how long the scan took, in seconds; GE counts microseconds."""
    seconds, ge = header.number("AcquisitionDuration"), header.number("GeDuration")
    return ge * 1e-6 if seconds is None and ge is not None and ge > 0 else seconds


def _matrix(frame: Frame) -> dict[str, Any]:
    """Return how many points k-space has along both axes, and how many lines the image has along that of phase."""
    points = frame.header.numbers("AcquisitionMatrix")  # rows, columns of frequency, then of phase
    reading, phase = ([number for number in part if number] for part in (points[:2], points[2:4]))
    if not points:  # enhanced files have two elements instead
        reading, phase = (list(frame.header.numbers(f"{name}EncodingSteps")) for name in ("Frequency", "Phase"))
    stored = {"ROW": frame.columns, "COL": frame.rows, "COLUMN": frame.rows}
    return {
        "BaseResolution": int(reading[0]) if len(reading) == 1 else None,
        "AcquisitionMatrixPE": int(phase[0]) if len(phase) == 1 else None,
        "ReconMatrixPE": stored.get(frame.header.text("InPlanePhaseEncodingDirection")),
    }


def _siemens(frame: Frame) -> dict[str, Any]:
    """Return what only the private elements of Siemens say: coils, and how they were combined."""
    if vendor(frame.header) != "Siemens":
        return {}
    header = protocol_of(frame.file)
    protocol = header.raw("SiemensProtocol") or frame.header.raw("SiemensProtocol")
    image = csa(frame.header.raw("SiemensImage"))
    said: dict[str, Any] = {
        "ReceiveCoilActiveElements": image.text("ImaCoilString") or frame.header.text("SiemensCoil"),
        "CoilCombinationMethod": _COMBINED.get(int(protocol_number(protocol, "ucCoilCombineMode") or 0)),
        "PartialFourier": _PARTIAL_FOURIER.get(int(protocol_number(protocol, "sKSpace.ucPhasePartialFourier") or 0)),
        "NumberReceiveCoilActiveElements": len(set(re.findall(_CONNECTED, protocol)))
        or len(set(re.findall(_CONNECTED_BEFORE, protocol))),
    }
    if protocol_number(protocol, "ucUncombImages") or _ONE_COIL.fullmatch(said["ReceiveCoilActiveElements"]):
        said |= {"CoilCombinationMethod": None, "NumberReceiveCoilActiveElements": 1}
    for name, element in (
        ("MultibandAccelerationFactor", "sSliceAcceleration.lMultiBandFactor"),
        ("ParallelReductionFactorOutOfPlane", "sPat.lAccelFact3D"),
    ):
        if (times := protocol_number(protocol, element) or 0) > 1:
            said[name] = times
    factor = protocol_number(protocol, "sPat.lAccelFactPE")
    if factor is not None and factor >= 1:
        said["ParallelReductionFactorInPlane"] = factor
        if factor > 1:
            technique = _PARALLEL.get(int(protocol_number(protocol, "sPat.ucPATMode") or 0))
            said["ParallelAcquisitionTechnique"] = technique
    return {name: value for name, value in said.items() if value}


def changing(frames: Sequence[Sequence[Frame]]) -> Mapping[str, tuple[float | str | None, ...]]:
    """Return what differs from volume to volume, one value for each.

    Parameters
    ----------
    frames
        ``frames[k][t]`` is slice k of volume t.
    """
    volumes = frames[0]
    asked: dict[str, list[float | str | None]] = {
        "DiffusionBValue": [b_value(frame.header) for frame in volumes],
        "InversionTime": [_in_seconds(inversion_time(frame.header)) for frame in volumes],
        "FlipAngle": [frame.header.number("FlipAngle") for frame in volumes],
        "RepetitionTime": [_in_seconds(frame.header.number("RepetitionTime")) for frame in volumes],
        "TriggerTime": [_trigger(frame.header) for frame in volumes],
        "Label": [frame.header.text("PhilipsLabel").lower() or None for frame in volumes],
    }
    return {name: tuple(values) for name, values in asked.items() if len(set(values)) > 1}


def _in_seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds * _SECONDS


def _trigger(header: Header) -> float | None:
    nominal = header.number("NominalTriggerDelay")
    return _in_seconds(header.number("TriggerTime") if nominal is None else nominal)


def display_problems(scales: Mapping[str, Any]) -> list[str]:
    """Return a sentence if Philips scaled frames for display by different amounts: their values cannot be compared."""
    if "scale_slope" not in scales:
        return []
    product = np.asarray(scales["slope"]) * np.asarray(scales["scale_slope"])
    if np.ptp(product) <= _SAME_SCALE * np.abs(product).max():
        return []
    return ["The scanner scaled its frames for display by different amounts: their values cannot be compared."]


def scaling(frames: Sequence[Sequence[Frame]]) -> dict[str, Any]:
    """Return how values came from stored ones: ``stored * slope + intercept``.

    Returns
    -------
    dict
        ``slope`` and ``intercept`` and, of Philips, ``scale_slope`` and ``scale_intercept``, with which the scanner's
        own values are ``(stored - scale_intercept) / scale_slope``, the same whatever was done for display. A number,
        or, where frames differ, an array of shape (z, T).
    """
    found: dict[str, Any] = {}
    for name, element, usual in (
        ("slope", "RescaleSlope", 1.0),
        ("intercept", "RescaleIntercept", 0.0),
        ("scale_slope", "PhilipsScaleSlope", None),
        ("scale_intercept", "PhilipsScaleIntercept", None),
    ):
        values = [[frame.header.number(element) for frame in slices] for slices in frames]
        if any(value is None for slices in values for value in slices):
            if usual is None:
                continue
            values = [[usual if value is None else value for value in slices] for slices in values]
        table = np.array(values, float)
        found[name] = float(table[0, 0]) if np.ptp(table) == 0 else table
    return found
