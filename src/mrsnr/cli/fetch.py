"""``mrsnr fetch``: public sample data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mrsnr.cli.status import OK
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
    from mrsnr.data import fetch

    if args.list:
        _show_list()
        return OK
    if not args.names:
        raise ArgumentError("Say which data to fetch; 'mrsnr fetch --list' lists them.")
    for name in args.names:
        with _progress(name) as progress:
            path = fetch(name, progress=progress)
        print(path)
    return OK


def _show_list() -> None:
    from rich.markup import escape

    from mrsnr.cli.console import output
    from mrsnr.cli.tables import simple_table
    from mrsnr.data import SAMPLES, cache_folder

    table = simple_table("name", "what it is", "licence")
    for sample in SAMPLES.values():
        table.add_row(sample.name, escape(sample.description), escape(sample.licence))
    console = output()
    console.print(table)
    console.print(f"They are kept in {escape(str(cache_folder()))} (set MRSNR_DATA to change it).")


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
