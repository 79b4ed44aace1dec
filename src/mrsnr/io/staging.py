"""Files that appear in a folder together, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from mrsnr.errors import OutputError
from mrsnr.io.loading import expanded

_OLD = ".old"  # where in the temporary folder replaced files wait until all is well


@contextmanager
def staging(folder: str | Path, files: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary folder to write to; at the end its files move to where they belong, or none does.

    Parameters
    ----------
    folder
        Where the files belong; made if it is not there, and taken away again if nothing came of it.
    files
        Names that may be written. None may be there yet; with ``overwrite`` they are replaced, and removed if nothing
        new has their name, so that no old map stays beside new numbers. If anything goes wrong they stay as they were.
    overwrite
        Whether files that are there may be replaced.

    Raises
    ------
    OutputError
        If a file is there and may not be replaced, or the folder cannot be written.
    """
    target = expanded(folder)
    if "\0" in str(target):
        raise OutputError(f"The folder {str(target)!r} cannot be written: no name holds a null.")
    try:
        refuse_existing(target, files, overwrite=overwrite)
        made = [parent for parent in (target, *target.parents) if not parent.exists()]  # innermost first
    except OutputError:
        raise
    except OSError as error:  # too long a name, for instance
        raise OutputError(f"The folder {target} cannot be written: {error.strerror}.") from error
    stage = target / f".mrsnr-{token_hex(8)}"  # named before it is made: an interruption between the two leaves nothing
    try:
        _make(stage)
        yield stage
        refuse_existing(target, files, overwrite=overwrite)  # another run may have been quicker
        _commit(stage, target, files)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"Writing to {target} failed: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(OSError):  # one that is not empty stays
            for parent in made:
                parent.rmdir()


def refuse_existing(folder: str | Path, files: Iterable[str], *, overwrite: bool) -> None:
    """Raise `OutputError` if the folder is none, or holds one of the files and that may not be replaced."""
    target = expanded(folder)
    if os.path.lexists(target) and not target.is_dir():
        raise OutputError(f"{target} is not a folder; results need a folder to be written to.")
    existing = [file for file in files if os.path.lexists(target / file)]
    for file in existing:
        if (target / file).is_dir():
            raise OutputError(f"{target / file} is a folder, and stands where a file is to be written.")
    if existing and not overwrite:
        raise OutputError(
            f"{existing[0]} is already in {folder}; choose another folder, or allow it to be replaced (overwrite)."
        )


def _make(stage: Path) -> None:
    target = stage.parent
    try:
        target.mkdir(parents=True, exist_ok=True)
        stage.mkdir(mode=0o700)
    except OSError as error:
        raise OutputError(f"The folder {target} cannot be written: {error.strerror}.") from error


def _commit(stage: Path, target: Path, files: Sequence[str]) -> None:
    """Put new files in their place, each at one stroke, and take stale ones away; undo it all if one cannot be moved.

    Old files are kept in the temporary folder until the end, by a second name: whenever a run dies, each place holds
    the old file or the new one.
    """
    new = sorted(file.name for file in stage.iterdir())
    old = stage / _OLD
    old.mkdir()
    replaced = [file for file in sorted({*files, *new}) if os.path.lexists(target / file)]
    begun: list[str] = []
    try:
        for file in replaced:
            _keep(target / file, old / file)
        for file in new:
            begun.append(file)
            (stage / file).replace(target / file)
        for file in set(replaced) - set(new):
            begun.append(file)
            (target / file).unlink()
    except BaseException:  # also Ctrl-C
        for file in begun:
            if file in replaced:
                (old / file).replace(target / file)
            elif not (stage / file).exists():
                (target / file).unlink(missing_ok=True)
        raise


def _keep(file: Path, copy: Path) -> None:
    """Give a file a second name, or make a copy where the file system has no second names."""
    try:
        os.link(file, copy, follow_symlinks=False)
    except OSError:
        shutil.copy2(file, copy, follow_symlinks=False)
