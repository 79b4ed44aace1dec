"""How much memory may be used, looked up before voxels are read."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from mrsnr.errors import ArgumentError, ImageError

VARIABLE = "MRSNR_MAX_MEMORY"
"""Environment variable: bytes, or with K, M, G or T after the number; or a percentage of what is free."""

_PART = 0.75  # of what is free
_SETTING = re.compile(r"\s*(\d+(?:\.\d*)?)\s*(?:([KMGT]?)(?:i?B)?|(%))\s*", re.IGNORECASE)
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}  # powers of 2
_WORK = 64  # bytes that measuring takes for each voxel of a volume
_UNLIMITED = 2**60  # cgroups say so by a number near 2^63
_CGROUPS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)


def check_memory(shape: tuple[int, ...], itemsize: int, *, name: str, index: Any = ()) -> None:
    """Raise if an array would not fit, with what measuring one volume of it takes.

    Parameters
    ----------
    shape
        Of the whole image.
    itemsize
        Bytes of a voxel as it will be in memory.
    name
        Of the file, for the message.
    index
        What part is asked for; by default all of it.

    Raises
    ------
    ImageError
        If it takes more than the environment allows, by default 75 % of what is free.
    ArgumentError
        If the environment variable ``MRSNR_MAX_MEMORY`` is no amount of memory.
    """
    part = np.broadcast_to(np.uint8(0), shape)[index].size
    needed = part * itemsize + _WORK * math.prod(shape[:3])
    limit = allowed()
    if needed > limit:
        raise ImageError(
            f"{name} takes {said(needed)} of memory when it is measured; {said(limit)} may be used. Measure a part of "
            f"it, close other programs, or set {VARIABLE} (such as {VARIABLE}=8G) if there is more."
        )


def allowed() -> int:
    """Return how many bytes may be used: as ``MRSNR_MAX_MEMORY`` says, else 75 % of what is free.

    Raises
    ------
    ArgumentError
        If the variable is no amount of memory.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return int(_PART * free())
    parts = _SETTING.fullmatch(text)
    if parts is None:
        raise ArgumentError(f"{VARIABLE} is {text!r}; expected an amount of memory, such as 8G, 500M or 50%.")
    number, unit, percent = parts.groups()
    return int(float(number) / 100 * free() if percent else float(number) * 2 ** _UNITS[(unit or "").lower()])


def free() -> int:
    """Return how many bytes this process can still have: of the machine, its container and its limits the least."""
    return max(0, min([*_machine(), *_containers(), *_limits()], default=sys.maxsize))


def said(size: float) -> str:
    """Return an amount of memory in words."""
    return f"{size / 2**30:.3g} GB" if size >= 2**30 else f"{size / 2**20:.3g} MB"


def _machine() -> Iterator[int]:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * 1024
                return
    with suppress(OSError, ValueError):  # macOS says only what there is
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _containers() -> Iterator[int]:
    """Yield what the control group leaves; pages of files in its count would be given back."""
    root = Path("/sys/fs/cgroup")
    for most, used, cached in _CGROUPS:
        with suppress(OSError, ValueError, IndexError):
            limit = int((root / most).read_text(encoding="ascii"))
            if limit >= _UNLIMITED:
                continue
            statistics = (root / most).with_name("memory.stat").read_text(encoding="ascii").splitlines()
            files = sum(int(line.split()[1]) for line in statistics if line.split()[0] == cached)
            yield limit - int((root / used).read_text(encoding="ascii")) + files


def _limits() -> Iterator[int]:
    """Yield what ``ulimit -v`` leaves."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource  # noqa: PLC0415 - not everywhere

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            yield soft - pages * os.sysconf("SC_PAGE_SIZE")
