"""The two verbs: which images a path holds, and one of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from mrsnr.errors import ImageError, InputError
from mrsnr.io.dicom.files import identifiers_of, open_file, reading
from mrsnr.io.dicom.frames import Frame, frames_of
from mrsnr.io.dicom.geometry import affine
from mrsnr.io.dicom.physics import changing, display_problems, physics, scaling
from mrsnr.io.dicom.pixels import FrameArray, check
from mrsnr.io.dicom.series import Series, chosen, series_of
from mrsnr.io.dicom.sources import DiskFile, Inflated, Source, sources
from mrsnr.io.dicom.volumes import Volumes
from mrsnr.io.sidecar import said_in
from mrsnr.model import Image

_log = logging.getLogger("mrsnr")
_SAID_OF_FILES = 3


def series_in(path: str | Path) -> list[Series]:
    """Return the images of a DICOM file, folder or zip, in the order of their series' numbers.

    Parameters
    ----------
    path
        A file with any ending or none; a folder, with all folders in it; or a ``.zip``, which is not unpacked. Files
        that are not DICOM, or hold no pixels, are passed over, and so are, with a warning, broken ones and folders in
        it that cannot be read; links to folders are not followed.

    Raises
    ------
    UnreadableError
        If the path cannot be read, if it is one file and broken, or if it holds more than 100,000 files.
    """
    frames, problems = _frames_in(Path(path))
    _warn_of_files(problems)
    with reading(_called(Path(path))):
        return series_of(frames)


def read(path: str | Path, *, series: str | int | None = None) -> Image:
    """Open an image of a DICOM file, folder or zip; its voxels stay there until they are asked for.

    Parameters
    ----------
    path
        As for `series_in`.
    series
        Which, if there are several: UID or number of a series, or a part of its description; where a series holds
        several images, a colon and what tells them apart: ``5:phase``, ``5:e2`` (second echo), ``5:phase:e2``.

    Returns
    -------
    Image
        Axes are (column, row from the last one up, slice along the normal[, volume]), as dcm2niix has them. Stored
        values are rescaled with slope and intercept of their frames. ``meta`` has the keys of other formats, with the
        physics of the header in ``sidecar`` under BIDS names, and ``series`` (number, description), ``scaling``,
        ``varies`` (what differs from volume to volume) and ``problems`` (sentences, which are logged as warnings too).

    Raises
    ------
    ArgumentError
        If there is no such series.
    UnreadableError
        If the path cannot be read, or a file of the series is broken.
    ImageError
        If there are several images and none was chosen, or volumes lack slices, or it is no image of MR signal.
    """
    path = Path(path)
    frames, problems = _frames_in(path)
    _warn_of_files(problems)
    name = _called(path)
    with reading(name):
        one = chosen(series_of(frames), series, name=name)
        volumes = one.sorted()
        data = FrameArray(volumes.frames, name=name)
        scales = scaling(volumes.frames)
        odd = (*volumes.problems, *display_problems(scales))
        for problem in odd:
            _log.warning("%s: %s", name, problem)
        meta = _meta(path, one, volumes) | {"scaling": scales}
        if problems or odd:
            meta["problems"] = (*problems, *odd)
        try:
            return Image(data, affine(volumes.first), meta)
        except ImageError as error:
            raise ImageError(f"{name}: {error}") from error


def identifiers(image: Image) -> dict[str, str]:
    """Return what the header of an image's first file says of who was scanned, where and when, as it stands there."""
    if not isinstance(image.data, FrameArray):
        return {}
    return identifiers_of(image.data.file)


def _called(path: Path) -> str:
    """Return what errors call a path: a folder's name may be that of a patient."""
    return "The folder" if path.is_dir() else path.name


def _frames_in(path: Path) -> tuple[list[Frame], list[str]]:
    """Return the frames of all files, and what was wrong with those that are left out; of one alone it is raised."""
    found: list[Frame] = []
    problems: list[str] = []
    with reading(_called(path)):
        alone = not path.is_dir() and path.suffix.lower() != ".zip"
        for source in sources(path, problems):
            try:
                found += _frames(source)
            except InputError as error:
                if alone:
                    raise
                problems.append(str(error))
    return found, problems


def _frames(source: Source) -> list[Frame]:
    file = open_file(source)
    if file is None:
        return []
    with reading(source.name):
        frames = list(frames_of(file))
        check(file)
    return frames


def _warn_of_files(problems: list[str]) -> None:
    for problem in problems[:_SAID_OF_FILES]:
        _log.warning("Left out: %s", problem)
    if len(problems) > _SAID_OF_FILES:
        _log.warning("Left out too, as broken or not to be read: %d more.", len(problems) - _SAID_OF_FILES)


def _meta(path: Path, one: Series, volumes: Volumes) -> dict[str, Any]:
    sidecar = physics(volumes.frames[0][0])
    meta: dict[str, Any] = {
        "source": str(path.absolute()),
        "sidecar": sidecar,
        "kind": one.kind,
        **said_in(sidecar),
        "series": {"number": one.number, "description": one.description, "choice": one.choice},
        "varies": changing(volumes.frames) or None,
        "files": one.files if one.files > 1 else None,
        **_files(path, one),
    }
    return {key: value for key, value in meta.items() if value is not None}


def _files(path: Path, one: Series) -> dict[str, Any]:
    """Return what tells the files from what they may become: the paths of those of a folder, and the latest time."""
    if path.is_file():
        return {"modified": path.stat().st_mtime_ns}
    sources = (frame.file.source for frame in one.frames)
    files = (source.file if isinstance(source, Inflated) else source for source in sources)
    paths = tuple(dict.fromkeys(file.path for file in files if isinstance(file, DiskFile)))
    return {"paths": paths, "modified": max(Path(file).stat().st_mtime_ns for file in paths)}
