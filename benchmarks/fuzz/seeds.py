"""Files that are whole, of each format, to be spoiled."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

SHARED = Path(__file__).parents[3] / "shared" / "data"

Seed = Mapping[str, bytes]
"""What stands in a folder: names and contents. The first one is opened; each may be spoiled."""


def seeds(reader: str) -> list[Seed]:
    """Return whole files for a reader."""
    return _SEEDS[reader]()


def readers() -> list[str]:
    """Return the names of the readers."""
    return sorted(_SEEDS)


def _data(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 1000, shape).astype(np.int16)


def _bytes(image: object) -> bytes:
    return bytes(image.to_bytes())  # type: ignore[attr-defined]


def _nifti() -> list[Seed]:
    one, two = nibabel.Nifti1Image(_data(8, 7, 6), np.eye(4)), nibabel.Nifti2Image(_data(6, 5, 4, 3), np.eye(4))
    one.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"said by nobody" * 4))
    one.header.set_slope_inter(0.5, 3)
    sidecar = {"RepetitionTime": 2, "EchoTime": 0.03, "ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM"], "x": [1.5e3]}
    return [
        {"a.nii": _bytes(one), "a.json": json.dumps(sidecar).encode()},
        {"a.nii": _bytes(two)},
        {"a.nii": _bytes(nibabel.Nifti1Image(_data(8, 7, 6, 12).astype(np.complex64), np.eye(4)))},
    ]


def _gzipped() -> list[Seed]:
    return [{f"{name}.gz": gzip.compress(content, 1, mtime=0) for name, content in seed.items()} for seed in _nifti()]


def _halves(kind: Any) -> list[Seed]:
    files = {key: nibabel.FileHolder(fileobj=io.BytesIO()) for key in ("header", "image", "mat")}
    kind(_data(8, 7, 6), np.eye(4)).to_file_map(files)
    return [{"a.hdr": files["header"].fileobj.getvalue(), "a.img": files["image"].fileobj.getvalue()}]


def _pair() -> list[Seed]:
    return _halves(nibabel.Nifti1Pair)


def _analyze() -> list[Seed]:
    return [*_halves(nibabel.AnalyzeImage), *_halves(nibabel.Spm99AnalyzeImage), *_halves(nibabel.Spm2AnalyzeImage)]


def _shared(folder: str, *patterns: str) -> list[Seed]:
    """Return files of the shared data, each by itself; none where there are no shared data."""
    found = [file for pattern in patterns for file in sorted((SHARED / folder).glob(pattern))]
    return [{file.name: file.read_bytes()} for file in found]


def _parrec() -> list[Seed]:
    found = sorted((SHARED / "parrec-phantom").glob("*.PAR"))
    return [{file.name: file.read_bytes(), f"{file.stem}.REC": file.with_suffix(".REC").read_bytes()} for file in found]


def _dicom() -> list[Seed]:
    return _shared("dicom-small", "*.dcm") + _shared("phantom-pair-vida", "*.dcm", "**/*.dcm")[:1]


def _zipped() -> list[Seed]:
    packed = []
    for seed in _dicom()[:4]:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, held in seed.items():
                archive.writestr(f"folder/{name}", held)
        packed.append({"a.zip": content.getvalue()})
    return packed


_SEEDS = {
    "nifti": _nifti,
    "nifti-gz": _gzipped,
    "nifti-pair": _pair,
    "analyze": _analyze,
    "parrec": _parrec,
    "dicom": _dicom,
    "dicom-zip": _zipped,
}
