"""What the header of a scan says, under the field names of BIDS, whatever format it came from.

A reader puts the fields into ``image.meta["sidecar"]``. They were written by scanners, converters and people, so that
each may be missing or of any type: what is not understood counts as not said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mrsnr.model import Image

_LARGEST = 1e9  # what is above is no property of a scan
_AXES = {"i": 0, "j": 1, "k": 2}
_DIRECTION = re.compile(r"\s*([ijk])[+-]?\s*", re.IGNORECASE)
_TYPES = ("ImageType", "ImageTypeText", "ScanOptions")
_DONE = {
    "FILTERED": "filtered",
    "FILTERED_GEMS": "filtered",
    "DIS2D": "interpolated against distortion",
    "DIS3D": "interpolated against distortion",
    "MOCO": "interpolated against motion",
    "RESAMPLED": "resampled",
    "MPR": "resampled",
    "DERIVED": "calculated from other images",
}
_TECHNIQUES = ("GRAPPA", "SENSE", "ASSET", "ARC", "CAIPIRINHA", "SPEEDER", "SMASH", "PILS")
_FACTORS = ("ParallelReductionFactorInPlane", "ParallelReductionFactorOutOfPlane", "MultibandAccelerationFactor")


@dataclass(frozen=True)
class ParallelImaging:
    """That fewer lines were acquired than reconstructed: ``technique``, and by which ``factor``, if that is said."""

    technique: str
    factor: float | None


def field(image: Image, name: str) -> Any:
    """Return what the header has under a name, ``None`` where there is no such field."""
    fields = image.meta.get("sidecar")
    return fields.get(name) if isinstance(fields, Mapping) else None


def number(image: Image, name: str) -> float | None:
    """Return a field that is a positive, finite number; ``None`` where it is something else."""
    value = field(image, name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 < value < _LARGEST else None  # not NaN either


def phase_encoding_axis(image: Image) -> int | None:
    """Return the voxel axis, 0 to 2, along which phase was encoded; ``None`` where that is not said, or twice.

    ``PhaseEncodingDirection`` or, where its sign is not known, ``PhaseEncodingAxis``.
    """
    said = (field(image, name) for name in ("PhaseEncodingDirection", "PhaseEncodingAxis"))
    found = {match[1].lower() for value in said if isinstance(value, str) and (match := _DIRECTION.fullmatch(value))}
    return _AXES[found.pop()] if len(found) == 1 else None


def intensity_normalised(image: Image) -> bool:
    """Return whether the brightness was evened out for the sensitivity of the coils, and the noise with it.

    Siemens says it as NORM in the image type. Philips (CLEAR) and GE (PURE, SCIC) do not say it in any of these fields.
    """
    return "NORM" in _words(image)


def processed_by(image: Image) -> tuple[str, ...]:
    """Return what was done to the image that changes its noise, as participles; none where nothing is said.

    Filters, interpolation (distortion or motion corrected), reconstructions that are not linear, and arithmetic with
    other images. Zero-filling of k-space is none of these: it leaves sigma the same everywhere.
    """
    found = [done for word, done in _DONE.items() if word in _words(image)]
    if field(image, "NonlinearGradientCorrection") is True:
        found.append(_DONE["DIS2D"])
    if field(image, "DeepLearning") is True:
        found.append("denoised by deep learning")
    if (number(image, "CompressedSensingFactor") or 1) > 1:
        found.append("reconstructed by compressed sensing")
    return tuple(dict.fromkeys(found))


def parallel_imaging(image: Image) -> ParallelImaging | None:
    """Return how lines, partitions or slices were told apart by the coils; ``None`` where no header says they were."""
    factor = 1.0
    for name in _FACTORS:
        factor *= max(1.0, number(image, name) or 1.0)
    said = [field(image, name) for name in ("ParallelAcquisitionTechnique", "MatrixCoilMode")]
    words = " ".join(value.upper() for value in said if isinstance(value, str))
    known = next((technique for technique in _TECHNIQUES if technique in words), None)
    if factor > 1:
        return ParallelImaging(known or "parallel imaging", factor)
    if known is None or number(image, _FACTORS[0]) is not None:  # a factor of 1: the technique was not used
        return None
    return ParallelImaging(known, None)


def _words(image: Image) -> frozenset[str]:
    """Return the words of the image type, and the options of the scan, in capitals."""
    words: list[str] = []
    for name in _TYPES:
        value = field(image, name)
        parts = value if isinstance(value, list | tuple) else [value]
        words += [word.strip().upper() for part in parts if isinstance(part, str) for word in part.split("\\")]
    return frozenset(words)
