"""Where bytes of DICOM files are: on disk, or in a zip. Files are opened for reading only, and nothing is unpacked."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from mrsnr.errors import UnreadableError

MOST_FILES = 100_000  # of a folder or zip: more than the largest examination has
_MOST_INFLATED = 128 * 2**20  # bytes
_LARGEST_DIRECTORY = 32 * 2**20  # bytes, of a zip
_STRONGEST_COMPRESSION = 100  # times, of images; zeros can be made 1000 times smaller
_SURELY_SMALL = 64 * 2**20  # bytes that do no harm however strongly they are compressed
_END_OF_ZIP = b"PK\x05\x06"


class Source(Protocol):
    """A file, wherever it is."""

    @property
    def name(self) -> str:
        """Its name without folders, which may name a patient."""

    @property
    def size(self) -> int:
        """Number of bytes."""

    def open(self) -> BinaryIO:
        """Open it for reading."""


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file on disk."""

    path: str
    size: int

    @property
    def name(self) -> str:
        """Its name without folders."""
        return os.path.basename(self.path)  # noqa: PTH119 - a Path for each of thousands of files takes its time

    def open(self) -> BinaryIO:
        """Open it for reading."""
        return open(self.path, "rb", buffering=0)  # noqa: PTH123


@dataclass(frozen=True, slots=True)
class Inflated:
    """What a file holds whose data set is deflated: its preamble and meta elements, then the data set."""

    file: Source
    start: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    @property
    def size(self) -> int:
        """Number of bytes once it is inflated."""
        return len(self._content())

    def open(self) -> BinaryIO:
        """Inflate it into memory."""
        return io.BytesIO(self._content())

    def _content(self) -> bytes:
        with self.file.open() as file:
            whole = read_fully(file, min(self.file.size, _MOST_INFLATED))
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        inflated = inflater.decompress(whole[self.start :], _MOST_INFLATED)
        if inflater.unconsumed_tail:
            raise UnreadableError(
                f"{self.name} holds more than {_MOST_INFLATED >> 20} MB once it is inflated; store it uncompressed."
            )
        return whole[: self.start] + inflated


@dataclass(slots=True)
class Archive:
    """A zip that has been opened; it is opened anew where it has been sent to another process."""

    path: Path
    _open: zipfile.ZipFile | None = field(default=None, repr=False)

    def zip(self) -> zipfile.ZipFile:
        """Return it, open."""
        if self._open is None:
            _check_directory(self.path)
            self._open = zipfile.ZipFile(self.path)
        return self._open

    def __reduce__(self) -> tuple[type[Archive], tuple[Path]]:
        return Archive, (self.path,)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip."""

    archive: Archive
    key: str
    size: int

    @property
    def name(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.key.replace("\\", "/")).name

    def open(self) -> BinaryIO:
        """Open it for reading; going backwards in it means reading it again from its beginning."""
        return cast(BinaryIO, self.archive.zip().open(self.key))


def read_fully(file: BinaryIO, count: int) -> bytes:
    """Return the next bytes of a file, fewer only at its end."""
    parts = []
    while count > 0 and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def sources(path: Path, problems: list[str]) -> Iterator[Source]:
    """Yield the files of a path: of a folder and all folders in it, of a zip, or the one that it is.

    Links to folders are not followed, and neither pipes nor devices opened.

    Parameters
    ----------
    path
        Of a file or folder.
    problems
        Where a sentence is added for each folder or file in it that cannot be read, and is left out.

    Raises
    ------
    UnreadableError
        If there are more than `MOST_FILES`.
    OSError, zipfile.BadZipFile
        If it cannot be read.
    """
    if path.is_dir():
        yield from _in_folder(path, problems)
    elif zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
        yield from _in_zip(path)
    else:
        yield DiskFile(str(path), path.stat().st_size)


def _in_folder(folder: Path, problems: list[str]) -> Iterator[Source]:
    waiting, count = [str(folder)], 0
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if place == str(folder):
                raise
            problems.append(f"A folder in it cannot be read: {error.strerror}.")  # its name may be that of a patient
            continue
        for entry in inside:
            count += 1
            if count > MOST_FILES:
                raise UnreadableError(
                    f"The folder holds more than {MOST_FILES} files; give the folder of one examination."
                )
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif _is_file(entry):
                yield from _on_disk(entry, problems)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry of a folder is a file, or a link to one; those that lead nowhere or round are none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _on_disk(entry: os.DirEntry[str], problems: list[str]) -> Iterator[Source]:
    """Yield a file; of a folder that may be listed and not be entered there is none."""
    try:
        size = entry.stat().st_size
    except OSError as error:
        problems.append(f"{entry.name} cannot be read: {error.strerror}.")
    else:
        yield DiskFile(entry.path, size)


def _in_zip(path: Path) -> Iterator[Source]:
    archive = Archive(path)
    members = archive.zip().infolist()
    if len(members) > MOST_FILES:
        raise UnreadableError(f"{path.name} holds more than {MOST_FILES} files; give that of one examination.")
    files = [member for member in members if not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16)]
    for size, packed, of in [
        (m.file_size, m.compress_size, f"{Member(archive, m.filename, 0).name} in") for m in files
    ] + [(sum(m.file_size for m in files), sum(m.compress_size for m in files), "what is in")]:
        if size > max(_SURELY_SMALL, _STRONGEST_COMPRESSION * packed):
            raise UnreadableError(
                f"{path.name} looks like a zip bomb: {of} it would be {size >> 20} MB. Unpack it first."
            )
    if any(member.flag_bits & 1 for member in files):
        raise UnreadableError(f"{path.name} is encrypted; unpack it first.")
    for member in sorted(files, key=lambda member: member.filename):
        yield Member(archive, member.filename, member.file_size)


def _check_directory(path: Path) -> None:
    """Raise `UnreadableError` if the table of contents of a zip is huge: Python would read it whole."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2**16 - 22))
        tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    if 0 <= at <= len(tail) - 22 and min(size, struct.unpack_from("<I", tail, at + 12)[0]) > _LARGEST_DIRECTORY:
        raise UnreadableError(f"{path.name} holds more files than an examination; unpack it first.")
