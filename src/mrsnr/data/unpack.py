"""Unpack a zip archive without trusting it."""

from __future__ import annotations

import shutil
import stat
import uuid
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from mrsnr.errors import DownloadError

LARGEST_BYTES = 2 << 30  # of everything unpacked; the samples are far smaller
MOST_FILES = 10_000
_CHUNK = 1 << 20
_ENCRYPTED = 0x1


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip into a folder that is either complete or not there.

    Everything is written into a hidden folder beside ``folder``, which gets the name at the end. A
    folder that already holds every file of the archive in its full size is used as it is; one that
    does not is replaced.

    Raises
    ------
    DownloadError
        If the archive is broken, has an entry that would be written outside the folder, a link, an
        encrypted file, more than `MOST_FILES` entries or more than `LARGEST_BYTES` bytes, or if the
        folder cannot be written.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked(opened.infolist(), archive)
            if not _is_complete(folder, entries):
                _unpack_beside(opened, entries, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise DownloadError(
            f"{archive} is not a zip archive that can be read: {error}. Remove it and fetch again."
        ) from error
    except DownloadError:  # is an OSError itself
        raise
    except OSError as error:
        raise DownloadError(
            f"{archive} cannot be unpacked into {folder}: {error.strerror or error}. "
            "Give a folder that can be written, with MRSNR_DATA or with the folder option."
        ) from error
    return folder


def _checked(entries: Sequence[zipfile.ZipInfo], archive: Path) -> list[zipfile.ZipInfo]:
    """Return the files of the archive; refuse the archive for one entry that no honest one has."""
    if len(entries) > MOST_FILES:
        raise DownloadError(f"{archive} has {len(entries)} entries; at most {MOST_FILES} are unpacked.")
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST_BYTES:
        raise DownloadError(f"{archive} would unpack to {total} bytes; at most {LARGEST_BYTES} are unpacked.")
    names = set()
    for entry in entries:
        wrong = _what_is_wrong(entry)
        if not wrong and entry.filename.casefold() in names:  # one would overwrite the other
            wrong = "is there twice"
        if wrong:
            raise DownloadError(f"{archive} is not safe to unpack: its entry {entry.filename!r} {wrong}.")
        names.add(entry.filename.casefold())
    return [entry for entry in entries if not entry.is_dir()]


def _what_is_wrong(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or "\\" in name or (len(name) > 1 and name[1] == ":"):
        return "has a name that is not a relative path"
    if ".." in path.parts:
        return "would be written outside the folder"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):  # 0: made on a system without file modes
        return "is a link or a device"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    return ""


def _is_complete(folder: Path, entries: Sequence[zipfile.ZipInfo]) -> bool:
    return folder.is_dir() and all(
        (folder / entry.filename).is_file() and (folder / entry.filename).stat().st_size == entry.file_size
        for entry in entries
    )


def _unpack_beside(opened: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], folder: Path) -> None:
    beside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    try:
        beside.mkdir()
        for entry in entries:
            _write(opened, entry, beside / entry.filename)
        _give_name(beside, folder, entries)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as source, target.open("xb") as file:
        while piece := source.read(_CHUNK):
            written += len(piece)
            if written > entry.file_size:  # the sizes in the directory are what was checked
                raise zipfile.BadZipFile(f"{entry.filename} is larger than the archive says")
            file.write(piece)
    if written != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename} is smaller than the archive says")


def _give_name(beside: Path, folder: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Rename to the final name; if another process was first, its folder serves as well."""
    if folder.exists() and not _is_complete(folder, entries):
        aside = beside.with_name(f"{beside.name}.old")
        with suppress(FileNotFoundError):  # the other process has it aside already
            folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    try:
        beside.rename(folder)
    except OSError:
        if not _is_complete(folder, entries):
            raise
