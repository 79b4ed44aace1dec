"""The sample data by the names, and in the form, of ``ukat.data.fetch``.

Each function downloads on first use and reads from the cache after that (see `mrsnr.data.fetch` for
the folder and the errors). Voxels are float64 with the file's scaling applied, affines are 4x4 in
RAS mm, echo times are in seconds and ascending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mrsnr.data import sample as samples
from mrsnr.errors import ImageError, UnreadableError
from mrsnr.io import load
from mrsnr.model import FloatArray, Image

__all__ = [
    "t1w_volume_philips",
    "t2star_ge",
    "t2star_philips",
    "t2star_siemens",
    "t2w_volume_philips",
    "tsnr_high_philips",
    "tsnr_low_philips",
]

_OTHER_TYPES = {"P", "PHASE", "R", "REAL", "I", "IMAGINARY"}  # in a JSON's ImageType
_OTHER_WORDS = {"ph", "phase", "real", "imaginary", "imag", "roi", "mask"}  # in a file's name
_SAME_PLACE_MM = 1e-3


def t2w_volume_philips() -> tuple[FloatArray, FloatArray]:
    """Return the T2-weighted volume, shape (256, 256, 13), and its affine."""
    return _volume("t2w_volume_philips")


def t1w_volume_philips() -> tuple[FloatArray, FloatArray]:
    """Return the T1-weighted volume, shape (x, y, z), and its affine."""
    return _volume("t1w_volume_philips")


def t2star_philips() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the Philips T2* series, shape (x, y, z, echo), its affine and the echo times in s."""
    return _echoes("t2star_philips")


def t2star_ge() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the GE T2* series, shape (x, y, z, echo), its affine and the echo times in s."""
    return _echoes("t2star_ge")


def t2star_siemens() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the Siemens T2* series, shape (x, y, z, echo), its affine and the echo times in s."""
    return _echoes("t2star_siemens")


def tsnr_high_philips() -> tuple[FloatArray, FloatArray]:
    """Return the time series of high temporal SNR, shape (x, y, z, t), and its affine."""
    return _volume("tsnr_high_philips")


def tsnr_low_philips() -> tuple[FloatArray, FloatArray]:
    """Return the time series of low temporal SNR, shape (x, y, z, t), and its affine."""
    return _volume("tsnr_low_philips")


def _volume(name: str) -> tuple[FloatArray, FloatArray]:
    image = load(samples.fetch(name))
    return _voxels(image), np.array(image.affine)


def _voxels(image: Image) -> FloatArray:
    return np.asarray(image.data).astype(np.float64)


def _echoes(name: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    folder = samples.fetch(name)
    images = [image for path in _niftis(folder) if _is_magnitude(path, image := load(path))]
    if not images:
        raise UnreadableError(f"{folder} holds no magnitude image; expected one NIfTI file and JSON per echo.")
    echoes = sorted(_without_normalised(images), key=_echo_time)
    _check_alike(echoes)
    times = np.array([_echo_time(image) for image in echoes], dtype=np.float64)
    data = np.stack([_voxels(image) for image in echoes], axis=-1)
    return data, np.array(echoes[0].affine), times


def _niftis(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Archives made on a Mac have a hidden shadow of every file.
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
        if not hidden and path.name.lower().endswith((".nii", ".nii.gz")):
            yield path


def _image_type(image: Image) -> set[str]:
    sidecar: Any = image.meta.get("sidecar") or {}
    return {str(word).upper() for word in sidecar.get("ImageType", ())}


def _is_magnitude(path: Path, image: Image) -> bool:
    """Whether nothing says otherwise: vendors differ in where they say it."""
    words = set(re.split(r"[^a-z0-9]+", path.name.lower()))
    return image.kind == "magnitude" and not words & _OTHER_WORDS and not _image_type(image) & _OTHER_TYPES


def _without_normalised(images: Sequence[Image]) -> list[Image]:
    """Leave out an echo's second, intensity-normalised image (Siemens): its noise is changed."""
    plain = [image for image in images if "NORM" not in _image_type(image)]
    times = {_echo_time(image) for image in plain}
    return plain + [image for image in images if "NORM" in _image_type(image) and _echo_time(image) not in times]


def _echo_time(image: Image) -> float:
    time = image.meta.get("te")
    if time is None or not time > 0:
        raise UnreadableError(
            f"{_name(image)} has no echo time; expected EchoTime in seconds in a JSON file beside it."
        )
    return float(time)


def _check_alike(echoes: Sequence[Image]) -> None:
    first = echoes[0]
    for before, image in pairwise(echoes):
        if _echo_time(before) == _echo_time(image):
            raise ImageError(
                f"{_name(before)} and {_name(image)} have the same echo time, "
                f"{_echo_time(image):g} s; expected one magnitude image per echo."
            )
    for image in echoes:
        if len(image.shape) != 3:
            raise ImageError(f"{_name(image)} has the shape {image.shape}; expected one volume (x, y, z) per echo.")
        if image.shape != first.shape or not np.allclose(image.affine, first.affine, rtol=0, atol=_SAME_PLACE_MM):
            raise ImageError(
                f"The echoes are not on one grid: {_name(first)} has the shape {first.shape} and "
                f"{_name(image)} {image.shape}; expected the same shape, and affines that agree to "
                f"{_SAME_PLACE_MM:g} mm."
            )


def _name(image: Image) -> str:
    return str(image.meta.get("source", "an image"))
