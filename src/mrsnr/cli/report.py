"""``--report``: the page of a result, beside its other files or alone."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import FOLDER, a_path, check_output, completed_by

if TYPE_CHECKING:
    from mrsnr.model import Image, Snr, Temporal

HERE = Path()
_SAYS_NOTHING = re.compile(r"\d{1,5}(:\w+)*")  # of --series: a number; a UID has a date in it, a description a name
_CHOICES = ("--series", "--second")


def add_report_option(parser: argparse.ArgumentParser, *, where: str) -> None:
    """Add --report."""
    parser.add_argument(
        "--report",
        action="store_true",
        help=f"write a page (HTML) with the answer, pictures, a viewer and a methods paragraph to {where}",
    )


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Add --report with where its page goes, to a command that writes nothing else."""
    add_report_option(parser, where="DIR")
    out = parser.add_argument("--out", type=a_path, metavar="DIR", help="where the page goes (default: here)")
    completed_by(out, FOLDER)
    parser.add_argument("--overwrite", action="store_true", help="replace the page of an earlier run in DIR")


def check_report(args: argparse.Namespace) -> None:
    """Raise before anything is read if a page is asked for and cannot be made."""
    if args.report:
        from mrsnr.report import check_installed

        check_installed()


def check_pages(
    args: argparse.Namespace, images: Iterable[Image], kind: type[Snr | Temporal], *, inputs: Iterable[Path]
) -> None:
    """Raise before anything is measured if a page may not be written."""
    if not args.report:
        return
    from mrsnr import io

    files = [io.page_name(kind, name=io.name_of(image)) for image in images]
    check_output(args.out or HERE, files, inputs=inputs, overwrite=args.overwrite)
    # What draws is imported while the image is measured, by a core that has nothing to do: half a second.
    Thread(target=importlib.import_module, args=("mrsnr.report.html",), daemon=True).start()


def page_of(
    args: argparse.Namespace,
    result: Snr | Temporal | Sequence[Snr],
    document: dict[str, Any],
    *,
    compared: Sequence[Snr] = (),
    name: str | None = None,
) -> str | None:
    """Return the page, ``None`` if none was asked for."""
    if not args.report:
        return None
    from mrsnr.report import page

    return page(result, compared=compared, document=document, command=command_line(args), name=name)


def write_page(args: argparse.Namespace, page: str | None, result: Snr | Temporal | Sequence[Snr]) -> tuple[Path, ...]:
    """Write a page alone, where the command writes nothing else."""
    if page is None:
        return ()
    from mrsnr import io

    first = result[0] if isinstance(result, Sequence) else result
    file = io.page_name(first, name=io.name_of(first.image))
    return (io.save_page(page, args.out or HERE, file, overwrite=args.overwrite),)


def command_line(args: argparse.Namespace) -> str:
    """Return the command as it was typed, but for what may say who was scanned: folders, and words of the header."""
    if args.keep_identifiers:
        return shlex.join(["mrsnr", *args.argv])
    given = _given(args)
    told = []
    for before, word in zip(["", *args.argv], args.argv, strict=False):
        joined = word.startswith("--") and Path(word) not in given
        option, equals, value = word.partition("=") if joined else ("", "", word)
        told.append(f"{option}{equals}{_told(value, option if equals else before, given)}" if value else word)
    return shlex.join(["mrsnr", *told])


def _given(args: argparse.Namespace) -> set[Path]:
    """Return what was given to be read."""
    several = (value if isinstance(value, list) else [value] for name, value in vars(args).items() if name != "out")
    return {path for values in several for path in values if isinstance(path, Path)}


def _told(word: str, option: str, given: set[Path]) -> str:
    if option in _CHOICES and not _SAYS_NOTHING.fullmatch(word):
        return "SERIES"
    if option == "--out":  # which need not be there yet
        return "FOLDER"
    if Path(word) not in given:
        return word
    expanded = os.path.expanduser(word)  # noqa: PTH111 - of a Path a name like ~nobody raises
    if os.path.isdir(expanded):  # noqa: PTH112 - of a Path a long name raises
        return "FOLDER"
    return Path(word).name or word
