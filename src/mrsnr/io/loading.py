"""One verb for every format: `load`."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from mrsnr.errors import ArgumentError, UnreadableError
from mrsnr.model import Image

READERS = {
    **dict.fromkeys((".nii.gz", ".nii"), "nifti"),
    **dict.fromkeys((".hdr.gz", ".img.gz", ".hdr", ".img"), "analyze"),
    **dict.fromkeys((".par", ".rec"), "parrec"),
    ".mnc": "minc",
    **dict.fromkeys((".dcm", ".ima", ".zip"), "dicom"),
}
"""Which module of this package reads which ending, by its function ``read``; imported when a file asks for it."""

_OPTIONS = {"dicom": ("series",), "parrec": ("part",)}
_CHOICES = {"series": "DICOM folders with several", "part": "PAR/REC files with several"}


def load(
    path: str | Path | Sequence[str | Path],
    *,
    series: str | int | None = None,
    part: str | None = None,
    keep_identifiers: bool = False,
) -> Image:
    """Open an image, or a series of one file a volume; voxels stay on disk until they are asked for.

    Parameters
    ----------
    path
        A NIfTI-1 or NIfTI-2 file: ``.nii``, ``.nii.gz``, or either half of a ``.hdr``/``.img`` pair. JSON beside it
        with the same name (a BIDS sidecar) is read into ``meta``. Or PAR/REC of Philips, either half; Analyze 7.5
        (``.hdr``/``.img``); MINC (``.mnc``; MINC 2 needs the extra ``minc``). Or DICOM: a file, a folder with all
        folders in it, or a ``.zip``, in any order (compressed pixels need the extra ``dicom``). Several files, of one
        volume each, are a series (x, y, z, volume) in the order in which they are given, with the affine and ``meta``
        of the first; they are read one after the other. Beware of sorting by name where 10 comes before 2.
    series
        Of a DICOM folder with several images, which of them: UID or number of a series, or a part of its description;
        where a series holds several, what tells them apart after a colon: ``"5:phase"``, ``"5:e2"``.
    part
        Of a PAR/REC file with several types of image or echoes, which of them: ``"phase"``, ``"e2"``, ``"real-e2"``. By
        default the magnitude of the first echo; ``meta["parts"]`` says what there is.
    keep_identifiers
        Whether ``meta["identifiers"]`` holds what the header (of NIfTI the sidecar) says of who was scanned, where and
        when, by DICOM's keywords: ``PatientName``, ``StudyDate``, ``StationName``. `mrsnr.save` then writes them, and
        the path of the file. By default they are not written; those of DICOM and PAR/REC are not read either.

    Raises
    ------
    ArgumentError
        If a list of files is empty, or there is no such series or part.
    MissingExtraError
        If the format needs a package that is not installed.
    UnreadableError
        If a file is missing, broken or of no known format.
    ImageError
        If what it holds is not a 2-D to 4-D image of numbers, or its affine is singular; if a folder holds several
        images and none is chosen, or volumes lack slices; if files of a series do not have one volume (x, y, z) each,
        all of one kind and shape, and within half a voxel of the same place.
    """
    if isinstance(path, str | bytes | os.PathLike) or not isinstance(path, Sequence):
        return _one(path, series=series, part=part, keep_identifiers=keep_identifiers)
    if not path:
        raise ArgumentError("The list of files is empty; expected one file, or the volumes of a series in their order.")
    if len(path) == 1:
        return _one(path[0], series=series, part=part, keep_identifiers=keep_identifiers)
    from mrsnr.io.sequence import joined  # noqa: PLC0415 - it needs checks, which a single file does not

    return joined([_one(volume, series=series, part=part, keep_identifiers=keep_identifiers) for volume in path])


def _one(path: str | Path, *, keep_identifiers: bool, **options: str | int | None) -> Image:
    """Open one file or folder."""
    file = _existing(path).absolute()  # so that a change of the working folder does not lose the voxels
    module = _reader(file)
    chosen = {name: value for name, value in options.items() if value is not None}
    for name, value in chosen.items():
        if name not in _OPTIONS.get(module, ()):
            raise ArgumentError(f"{name} is {value!r}, but {file.name} holds one image; it is of {_CHOICES[name]}.")
    image: Image = importlib.import_module(f"mrsnr.io.{module}").read(file, **chosen)
    if not keep_identifiers:
        return image
    from mrsnr.io.identifiers import with_identifiers  # noqa: PLC0415 - seldom asked for

    return with_identifiers(image, module)


def _reader(file: Path) -> str:
    """Return the name of the module that reads a file, by its ending or, where that says nothing, by its content."""
    module = next((module for ending, module in READERS.items() if file.name.lower().endswith(ending)), None)
    if module is not None:
        return module
    if file.is_dir() or importlib.import_module("mrsnr.io.dicom").is_dicom(file):
        return "dicom"
    raise UnreadableError(f"{file.name} is not DICOM, and has an ending that is not known; expected {_endings()}.")


def _existing(path: str | Path) -> Path:
    """Return the path of a file or folder that is there."""
    file = expanded(path)
    try:
        mode = file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableError(f"There is no file {file}.") from None
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{file} cannot be opened: {getattr(error, 'strerror', None) or error}.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UnreadableError(f"{file} is a pipe or device; expected a file on disk, {_endings()}.")
    return file


def expanded(path: str | Path) -> Path:
    """Return the path with the home folder in place of ``~``, if there is such a home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def stem(path: str | Path) -> str:
    """Return the file's name without the ending of its format."""
    name = Path(path).name
    for ending in READERS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    whole = Path(name)
    return whole.name if whole.suffix[1:].isdecimal() else whole.stem  # of a UID the last number is no ending


def _endings() -> str:
    *most, last = sorted(READERS)
    return f"{', '.join(most)} or {last}"
