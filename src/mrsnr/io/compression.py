"""Compressed files, written with the fastest library that is installed."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

# Module, class and level. Maps are mostly noise, which no level makes much smaller: the lowest that makes it smaller at
# all is right, and that is not 1 of zlib-ng.
_FASTEST_FIRST = (("isal.igzip", "IGzipFile", 1), ("zlib_ng.gzip_ng", "GzipNGFile", 2))
_ALWAYS_THERE = (gzip.GzipFile, 1)


@contextmanager
def open_compressed(path: Path) -> Iterator[BinaryIO]:
    """Open a ``.gz`` for writing: with isal, else zlib-ng (both in the extra ``fast``), else Python's own gzip.

    The header holds neither a time nor a name, so that the same content gives the same bytes with zlib-ng or Python's
    gzip. isal's differ by a few now and then, with what its memory was used for before. What is read back is the same
    whatever wrote it: compare what is inside.

    Parameters
    ----------
    path
        Replaced if it is there.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    made, level = _fastest()
    with path.open("wb") as file, made(filename="", mode="wb", compresslevel=level, fileobj=file, mtime=0) as stream:
        yield cast(BinaryIO, stream)


def _fastest() -> tuple[Callable[..., Any], int]:
    for module, made, level in _FASTEST_FIRST:
        try:
            return getattr(importlib.import_module(module), made), level
        except ImportError:
            continue
    return _ALWAYS_THERE
