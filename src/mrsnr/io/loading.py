"""One verb for every format: `load`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mrsnr.errors import UnreadableError
from mrsnr.io import nifti
from mrsnr.model import Image

Reader = Callable[[Path], Image]

READERS: dict[str, Reader] = dict.fromkeys(nifti.SUFFIXES, nifti.read)
"""Which function reads which ending; a new format is one new file and one line here."""


def load(path: str | Path) -> Image:
    """Open an image; its voxels stay on disk until they are asked for.

    Parameters
    ----------
    path
        A NIfTI-1 or NIfTI-2 file: ``.nii``, ``.nii.gz``, or either half of a ``.hdr``/``.img`` pair. JSON beside it
        with the same name (a BIDS sidecar) is read into ``meta``.

    Raises
    ------
    UnreadableError
        If the file is missing, broken or of no known format.
    ImageError
        If what it holds is not a 2-D to 4-D image of numbers, or its affine is singular.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        raise UnreadableError(f"{file} is a folder; expected one file, {_endings()}.")
    if not file.exists():
        raise UnreadableError(f"There is no file {file}.")
    for ending, read in READERS.items():
        if file.name.lower().endswith(ending):
            return read(file)
    raise UnreadableError(f"{file.name} has an ending that is not known; expected {_endings()}.")


def stem(path: str | Path) -> str:
    """Return the file's name without the ending of its format."""
    name = Path(path).name
    for ending in READERS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def _endings() -> str:
    *most, last = sorted(READERS)
    return f"{', '.join(most)} or {last}"
