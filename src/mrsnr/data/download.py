"""Download a file over HTTP so that what came before an interruption is kept.

pooch starts every download from nothing; `ResumingDownloader` is one of pooch's downloaders (called
with an address, a file and the pooch) that continues a file from its end.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import requests

Progress = Callable[[int, int | None], None]
"""Called with the bytes there are and the bytes there will be (``None``: not known)."""

logger = logging.getLogger("mrsnr")

_CONNECT_SECONDS = 5.0  # a machine without a network must not be kept waiting
_READ_SECONDS = 20.0  # silence on an open connection
_BACKOFF_SECONDS = 0.5  # before the first retry; doubles with each
_LONGEST_BACKOFF_SECONDS = 8.0
_CHUNK = 1 << 16
_COME_BACK_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE_NOT_SATISFIABLE = 416


class TransferError(Exception):
    """When the bytes did not come: the message says why, as a sentence for a person."""


class RefusedError(TransferError):
    """When the server answered, and asking again would get the same answer."""


class UnreachableError(TransferError):
    """When no server answered: retried only if it had answered before."""


class DroppedError(TransferError):
    """When the transfer broke off, and another try may get further."""


class ResumingDownloader:
    """Download to the end of a file, from where it ends: a downloader for pooch.

    Parameters
    ----------
    progress
        Called after each piece with the bytes there are and the bytes there will be.
    retries
        How often a broken transfer is taken up again within one call, after 0.5 s, 1 s, 2 s, ...
    """

    def __init__(self, *, progress: Progress | None = None, retries: int = 3) -> None:
        self.progress = progress
        self.retries = retries

    def __call__(self, url: str, output_file: Any, pooch: Any = None) -> None:  # noqa: ARG002 - pooch passes itself
        """Append what is missing.

        Parameters
        ----------
        url
            Address of the whole file.
        output_file
            A path, or a binary file open for appending; what it holds is taken as the beginning.
        pooch
            Not used.

        Raises
        ------
        TransferError
            If the file is not complete. What came stays in ``output_file``.
        """
        if isinstance(output_file, str | Path):
            with Path(output_file).open("ab") as file:
                self._complete(url, file)
        else:
            self._complete(url, output_file)

    def _complete(self, url: str, file: BinaryIO) -> None:
        import requests  # noqa: PLC0415 - only a download needs it

        with requests.Session() as session:
            for attempt in range(self.retries + 1):
                try:
                    self._receive(session, url, file)
                except RefusedError:
                    raise
                except TransferError as error:
                    never_reached = isinstance(error, UnreachableError) and attempt == 0
                    if never_reached or attempt == self.retries:
                        raise
                    logger.info("%s Trying again.", error)
                    time.sleep(min(_BACKOFF_SECONDS * 2**attempt, _LONGEST_BACKOFF_SECONDS))
                else:
                    return

    def _receive(self, session: requests.Session, url: str, file: BinaryIO) -> None:
        have = _size(file)
        # identity: a byte range of a compressed answer would not fit the file on disk.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with (
            _network_errors(),
            session.get(url, headers=headers, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)) as response,
        ):
            # Lengths are checked below: urllib3 would throw the last piece away with its error.
            response.raw.enforce_content_length = False
            total = _start(response, file, have)
            self._report(file, total)
            for piece in response.iter_content(_CHUNK):
                file.write(piece)
                self._report(file, total)
        file.flush()
        if total is not None and _size(file) != total:
            raise DroppedError(f"The connection ended after {_size(file)} of {total} bytes.")

    def _report(self, file: BinaryIO, total: int | None) -> None:
        if self.progress is not None:
            self.progress(_size(file), total)


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _start(response: requests.Response, file: BinaryIO, have: int) -> int | None:
    """Make the file end where the body of the answer begins; return the size of the whole."""
    status = response.status_code
    if have and status == _RANGE_NOT_SATISFIABLE:
        # The part is as long as the file or longer, and was not used: it is not this file.
        file.truncate(0)
        raise DroppedError(f"The {have} bytes kept from an earlier download do not fit the file on the server.")
    if status in _COME_BACK_LATER:
        raise DroppedError(f"The server answers {status} {response.reason}: it asks to be tried again later.")
    if status == 206:
        return _range_total(response, file, have)
    if status != 200:
        raise RefusedError(f"The server answers {status} {response.reason}.")
    file.truncate(0)  # 200: the server ignores ranges and sends everything from the start
    return _length(response)


def _range_total(response: requests.Response, file: BinaryIO, have: int) -> int | None:
    given = response.headers.get("Content-Range", "")
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", given.strip())
    if match is None or int(match[1]) != have:
        file.truncate(0)
        raise DroppedError(f"The server was asked for the bytes from {have} on, and sends {given or 'others'!r}.")
    return None if match[3] == "*" else int(match[3])


def _length(response: requests.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    return int(length) if length.isdecimal() and not encoded else None


@contextmanager
def _network_errors() -> Iterator[None]:
    """Turn what requests raises into a `TransferError`."""
    import requests  # noqa: PLC0415 - only a download needs it

    try:
        yield
    except requests.RequestException as error:
        raise _explained(error) from error


def _explained(error: requests.RequestException) -> TransferError:
    from requests import exceptions  # noqa: PLC0415 - only a download needs it
    from urllib3.exceptions import MaxRetryError  # noqa: PLC0415

    cause = error.args[0] if error.args else None
    if isinstance(error, exceptions.SSLError):
        return RefusedError("The server's certificate could not be verified.")
    if isinstance(error, exceptions.ProxyError):
        return UnreachableError("The proxy that the environment names cannot be reached.")
    if isinstance(error, exceptions.ReadTimeout):
        return UnreachableError(f"The server took the call and said nothing for {_READ_SECONDS:g} s.")
    if isinstance(error, exceptions.ConnectTimeout) or isinstance(cause, MaxRetryError):
        return UnreachableError("No connection could be made: this machine seems to be offline, or the server is.")
    if isinstance(error, exceptions.ConnectionError | exceptions.ChunkedEncodingError):
        return DroppedError("The connection was dropped.")
    return RefusedError(f"The address cannot be used ({type(error).__name__}).")
