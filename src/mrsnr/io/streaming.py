"""The volumes of a file a few at a time, read and decompressed by a thread of their own.

A file is read once and never mapped whole: memory does not grow with the number of volumes, and decompression, which
takes longer than the arithmetic, goes on while numpy works.
"""

from __future__ import annotations

import gzip
import importlib
import queue
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

_FASTEST_FIRST = ("isal.igzip", "zlib_ng.gzip_ng")
_BUFFERS = 3  # one that is read into, one that waits, one that numpy works on
_REST = 2**16  # bytes at a time, of what comes after the voxels


@dataclass(frozen=True)
class Layout:
    """Where the voxels of a file are: column-major from ``offset``, stored as ``dtype``, times slope plus intercept."""

    file: Path
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    slope: float
    intercept: float

    @property
    def volumes(self) -> int:
        """Number of volumes on the last axis."""
        return self.shape[3] if len(self.shape) == 4 else 1


def open_decompressed(file: Path) -> BinaryIO:
    """Open a ``.gz`` for reading with the fastest library that is installed: isal, zlib-ng, or Python's own."""
    for name in _FASTEST_FIRST:
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        return cast(BinaryIO, library.open(file, "rb"))
    return cast(BinaryIO, gzip.open(file, "rb"))


def beginning_of(file: Path, size: int) -> bytes:
    """Return the first bytes of a file, of a ``.gz`` decompressed.

    Raises
    ------
    OSError, EOFError, zlib.error
        If it cannot be read.
    """
    if file.suffix.lower() != ".gz":
        with file.open("rb") as plain:
            return plain.read(size)
    try:
        with open_decompressed(file) as packed:
            return packed.read(size)
    except (OSError, EOFError):
        raise
    except Exception as error:  # each library has an exception of its own
        raise zlib.error(str(error)) from error


def blocks(layout: Layout, *, volumes: int) -> Iterator[NDArray[Any]]:
    """Yield arrays of shape (x, y, z, ``volumes``) or, the last one, less; each is good until the next is asked for.

    Parameters
    ----------
    layout
        What the header says.
    volumes
        How many to give at a time.

    Raises
    ------
    EOFError
        If the file ends early.
    OSError, zlib.error
        If it cannot be read, or its checksum is wrong: known at the end.
    """
    reader = _Reader(layout, volumes)
    reader.start()
    try:
        while (filled := reader.full.get()) is not None:
            if isinstance(filled, Exception):
                raise filled
            yield _scaled(filled.reshape((*layout.shape[:3], -1), order="F"), layout)
            reader.free.put(filled)
    finally:
        reader.stop()


def _scaled(block: NDArray[Any], layout: Layout) -> NDArray[Any]:
    if layout.slope == 1 and layout.intercept == 0:
        return block
    return block * layout.slope + layout.intercept


class _Reader(threading.Thread):
    """Fills buffers from the file until it ends, something breaks, or nobody wants them any more."""

    def __init__(self, layout: Layout, volumes: int) -> None:
        super().__init__(name="mrsnr reader", daemon=True)
        self._layout = layout
        self._per_volume = int(np.prod(layout.shape[:3]))
        self._volumes = min(volumes, layout.volumes)
        self._unwanted = threading.Event()
        self.free: queue.SimpleQueue[NDArray[Any] | None] = queue.SimpleQueue()
        self.full: queue.SimpleQueue[NDArray[Any] | Exception | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Read to the end of the file, which is where a compressed one has its checksum."""
        try:
            for _ in range(min(_BUFFERS, -(-self._layout.volumes // self._volumes))):
                self.free.put(np.empty(self._per_volume * self._volumes, self._layout.dtype))
            compressed = self._layout.file.suffix.lower() == ".gz"
            with open_decompressed(self._layout.file) if compressed else self._layout.file.open("rb") as file:
                _skip(file, self._layout.offset)
                for first in range(0, self._layout.volumes, self._volumes):
                    buffer = self.free.get()
                    if buffer is None or self._unwanted.is_set():
                        return
                    count = min(self._volumes, self._layout.volumes - first)
                    part = buffer[: count * self._per_volume]
                    _fill(file, part.view(np.uint8).data)
                    self.full.put(part)
                while compressed and not self._unwanted.is_set() and file.read(_REST):
                    pass
            self.full.put(None)
        except (OSError, EOFError, MemoryError) as error:
            self.full.put(error)
        except Exception as error:  # noqa: BLE001 - each library has an exception of its own for what zlib.error says
            self.full.put(zlib.error(str(error)))

    def stop(self) -> None:
        """Let the thread end."""
        self._unwanted.set()
        self.free.put(None)
        self.join()


def _skip(file: BinaryIO, count: int) -> None:
    while count > 0:
        read = len(file.read(min(count, _REST)))
        if not read:
            raise EOFError("the file ends in its header")
        count -= read


def _fill(file: BinaryIO, buffer: memoryview) -> None:
    done = 0
    while done < len(buffer):
        read = file.readinto(buffer[done:])  # type: ignore[attr-defined]
        if not read:
            raise EOFError("the file ends early")
        done += read
