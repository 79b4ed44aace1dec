"""One writer at a time for a download, also between processes."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mrsnr.errors import DownloadError

logger = logging.getLogger("mrsnr")

_POLL_SECONDS = 0.1
_STALLED_SECONDS = 120.0  # longer than every retry and timeout of a download that is alive


@contextmanager
def sole_writer(part: Path) -> Iterator[BinaryIO]:
    """Open a file for appending once no other process or thread has it open through this function.

    The lock belongs to the open file: it is gone when its process is, so there is none to clear by
    hand. A file that is still empty at the end is removed.

    Raises
    ------
    DownloadError
        If the other writer holds the file and has added nothing to it for two minutes.
    OSError
        If the file cannot be opened.
    """
    while True:
        with part.open("ab") as file:
            _wait(file, part)
            # Its last writer may have renamed or removed it: then the name is free for a new one.
            if not _is_at(file, part):
                continue
            try:
                yield file
            finally:
                if _is_at(file, part) and os.fstat(file.fileno()).st_size == 0:
                    part.unlink(missing_ok=True)
            return


def _wait(file: BinaryIO, part: Path) -> None:
    size, since = -1, time.monotonic()
    while not _locked(file):
        now = os.fstat(file.fileno()).st_size
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > _STALLED_SECONDS:
            raise DownloadError(
                f"Another process is writing {part} and has not moved for {_STALLED_SECONDS:g} s. "
                "End that process, or choose another folder with MRSNR_DATA."
            )
        time.sleep(_POLL_SECONDS)


def _locked(file: BinaryIO) -> bool:
    import fcntl  # noqa: PLC0415 - POSIX only, and the phantom in this package needs no lock

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        # Some network file systems have no locks; the checksum still rejects a mixed-up file.
        logger.warning("Files cannot be locked in %s: do not fetch the same data twice at once.", file.name)
    return True


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
