"""Standard output and standard error, whatever is at their other end: a terminal, a pipe that closes, a full disk."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from mrsnr.errors import OutputError


def emit(text: str) -> None:
    """Write to standard output. A reader who has left (``| head -1``) is no error.

    Raises
    ------
    OutputError
        If it cannot be written, for want of space for instance.
    """
    _write(f"{text}\n")


def emit_json(content: Any) -> None:
    """Write one JSON document to standard output: strict, without NaN, in the encoding that is asked for."""
    utf8 = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    emit(json.dumps(content, indent=2, allow_nan=False, ensure_ascii=not utf8))


def flush() -> None:
    """Write what is still waiting for standard output, with the errors that `emit` has."""
    _write("")


def say(sentence: str) -> None:
    """Write one line to standard error."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"mrsnr: {shown(sentence)}", file=sys.stderr, flush=True)


def shown(words: str) -> str:
    """Return words without what would steer a terminal or break a line: a file's name may hold anything."""
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "?" for letter in words)


@contextmanager
def busy(doing: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what is being done, until it is done; call what is given when something else is being done.

    Where standard error is no terminal nothing is said, and rich, which draws it, is not imported.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _doing: None
        return
    from mrsnr.cli.console import messages, words

    with messages().status(words(doing)) as status:
        yield lambda now: status.update(words(now))


@contextmanager
def warnings_shown() -> Iterator[None]:
    """Let warnings of the package, and of nibabel about a header, appear on standard error while the command runs."""
    handler = _Sayer(level=logging.WARNING)
    ours, readers = logging.getLogger("mrsnr"), logging.getLogger("nibabel.global")
    ours.addHandler(handler)
    readers.addFilter(_say_of_header)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        readers.removeFilter(_say_of_header)


class _Sayer(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def _say_of_header(record: logging.LogRecord) -> bool:
    """Say in our form what nibabel would print in its own."""
    say(f"The header of the file is odd: {record.getMessage()}.")
    return False


def encode_anything() -> None:
    """Let letters that the terminal's encoding lacks be written as escapes, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _write(text: str) -> None:
    stream: TextIO | None = sys.stdout
    if stream is None:  # closed before we began
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)
    except OSError as error:
        _drop(stream)
        raise OutputError(f"Standard output cannot be written: {error.strerror or error}.") from error


def _drop(stream: TextIO) -> None:
    """Send what is left, and what Python writes when it ends, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
