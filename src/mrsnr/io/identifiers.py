"""Who was scanned, where and when: looked at only when that is asked for."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from mrsnr.io.dicom.tags import IDENTIFYING
from mrsnr.model import Image

_WITH_THEIR_OWN = ("dicom", "parrec")


def with_identifiers(image: Image, reader: str) -> Image:
    """Return an image with ``meta["identifiers"]``: texts and numbers by DICOM's keywords, as they stand in its header.

    Parameters
    ----------
    image
        As it was read.
    reader
        Name of the module of this package that read it. Of NIfTI the sidecar is looked at, and of Analyze and MINC
        nothing.

    Raises
    ------
    UnreadableError
        If the file is no longer there, or no longer what it was.
    """
    if reader in _WITH_THEIR_OWN:
        found = importlib.import_module(f"mrsnr.io.{reader}").identifiers(image)
    else:
        found = _of_sidecar(image.meta.get("sidecar", {}))
    return replace(image, meta={**image.meta, "identifiers": found})


def _of_sidecar(sidecar: dict[str, Any]) -> dict[str, str | float]:
    found = {name: sidecar[name] for name in IDENTIFYING if name in sidecar}
    return {name: value for name, value in found.items() if isinstance(value, str | int | float)}
