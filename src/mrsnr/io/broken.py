"""What is wrong with a file that a library cannot read, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from mrsnr.errors import MrsnrError, UnreadableError

_POINTER = b"version https://git-lfs"


@contextmanager
def reading(path: Path, *, form: str) -> Iterator[None]:
    """Turn whatever a library raises at a broken file into an `UnreadableError`.

    Parameters
    ----------
    path
        The file, for its name and its first bytes.
    form
        What it was expected to be: ``"MINC"``.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except MrsnrError:
        raise
    except Exception as error:  # each library has exceptions of its own, and bytes that mean nothing raise any of them
        raise broken(path, form=form, error=error) from error


def broken(path: Path, *, form: str, error: BaseException | None = None) -> UnreadableError:
    """Return what to raise at a file that is not what it should be; nothing that stands in it is repeated."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_POINTER))
    except OSError as gone:
        return UnreadableError(f"{path.name} cannot be read: {gone.strerror}.")
    said = f"is not a readable {form} file: it is damaged, or of another format"
    if not beginning:
        said = "is empty: it has 0 bytes"
    elif beginning == _POINTER:
        said = "is a git-LFS pointer, not the image; run 'git lfs pull' to get the image"
    elif isinstance(error, EOFError):
        said = "is truncated or damaged: its data end early. Copy or download it again"
    elif isinstance(error, MemoryError):
        said = "does not fit into memory, or is damaged"
    elif isinstance(error, OSError) and error.strerror:
        said = f"cannot be read: {error.strerror}"
    return UnreadableError(f"{path.name} {said}.")


def check_length(file: Path, *, expected: int, said: str) -> None:
    """Raise `UnreadableError` if a file is shorter than its header, or another file, says.

    Parameters
    ----------
    file
        What holds the voxels, not compressed.
    expected
        How many bytes it should have.
    said
        Name of the file that says so.
    """
    size = file.stat().st_size
    if size < expected:
        raise UnreadableError(
            f"{said} is truncated or damaged: its header promises {expected} bytes, {file.name} has {size}. "
            "Copy or download it again."
        )
