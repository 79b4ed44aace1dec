"""``mrsnr series``: which images a DICOM folder holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import add_file
from mrsnr.cli.outcome import UNUSABLE, Outcome, called, failed
from mrsnr.cli.status import OK
from mrsnr.cli.streams import busy, emit_json, say
from mrsnr.errors import ImageError

if TYPE_CHECKING:
    from mrsnr.io.dicom import Series


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "series",
        help="list the images of a DICOM folder",
        description="List the images of a DICOM folder, zip or file, without reading their voxels: series, sequence, "
        "size and kind, and what to give to --series of the other commands to choose one.",
    )
    add_file(parser, "folder", metavar="FOLDER", help="folder with DICOM files in any order, .zip of one, or a file")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a row for each image."""
    from mrsnr.io.loading import expanded

    try:
        with busy(f"reading {args.folder.name}"):
            found = _found(expanded(args.folder))
    except UNUSABLE as error:
        outcome = Outcome.of_error(args.folder, error)
        say(outcome.sentence)
        if args.json:
            emit_json({"schema": 1, **failed(outcome, given=[args.folder])})
        return outcome.status
    if args.json:
        emit_json(_plain(args.folder, found))
    else:
        _show(found)
    return OK


def _found(path: Path) -> list[Series]:
    from mrsnr.io.dicom import series_in

    found = series_in(path)
    if not found:
        raise ImageError(f"{called(path)} holds no DICOM image.")
    return found


def _plain(path: Path, found: Sequence[Series]) -> dict[str, Any]:
    from mrsnr.io.document import as_text, plain

    described: dict[str, Any] = plain(
        {
            "schema": 1,
            "source": {"name": as_text(called(path))},
            "series": [
                {
                    "choice": one.choice,
                    "uid": one.uid,
                    "number": one.number,
                    "description": one.description,
                    "sequence": one.sequence,
                    "kind": one.kind,
                    "shape": one.shape,
                    "volumes": one.volumes,
                    "files": one.files,
                    "refused": one.refused or None,
                }
                for one in found
            ],
        }
    )
    return described


def _show(found: Sequence[Series]) -> None:
    from mrsnr.cli.console import show, table

    columns = ("--series", "description", "sequence", "size", "volumes", "files", "kind")
    rows = [(one.choice, one.description, one.sequence, *_size(one), str(one.files), _kind(one)) for one in found]
    show(table(columns, rows, left=("--series", "description", "sequence", "kind")))


def _size(one: Series) -> tuple[str, str]:
    if one.shape is None:
        return "n/a", "n/a" if one.refused else "incomplete"
    return " x ".join(map(str, one.shape[:3])), str(one.volumes)


def _kind(one: Series) -> str:
    return f"not to be measured: {one.refused}" if one.refused else one.kind
