"""``mrsnr fetch``: public sample data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mrsnr.cli.status import OK
from mrsnr.cli.streams import emit
from mrsnr.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "fetch",
        help="download public sample data",
        description="Download public sample data once, check it, and print where it is.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which data; see --list")
    parser.add_argument("--list", action="store_true", help="list what there is")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the samples, or fetch some."""
    from mrsnr.data import SAMPLES, fetch

    if args.list:
        _show_list()
        return OK
    if not args.names:
        raise ArgumentError("Say which data to fetch; 'mrsnr fetch --list' lists them.")
    for name in args.names:
        if name not in SAMPLES:
            raise ArgumentError(f"There is no sample {name!r}; the choices are {', '.join(SAMPLES)}.")
    for name in args.names:
        with _progress(name) as progress:
            path = fetch(name, progress=progress)
        emit(str(path))
    return OK


def _show_list() -> None:
    from mrsnr.cli.console import show, table, words
    from mrsnr.data import SAMPLES, cache_folder

    columns = ("name", "what it is", "licence")
    rows = [(sample.name, sample.description, sample.licence) for sample in SAMPLES.values()]
    place = words(f"They are kept in {cache_folder()} (set MRSNR_DATA to change it).")
    show(table(columns, rows, left=columns), words(""), place)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int | None], None]]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from mrsnr.cli.console import messages

    console = messages()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def update(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield update
