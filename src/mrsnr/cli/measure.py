"""``mrsnr measure``: the SNR of images."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import add_output_options, check_names, check_slice, read_labels
from mrsnr.cli.status import INPUT, OK, REFUSED, worst
from mrsnr.errors import InputError

if TYPE_CHECKING:
    from mrsnr.model import Snr

_LABEL_HELP = "label image, or the mask of one label (then give --labels once for each); fills a table"


@dataclass(frozen=True)
class Outcome:
    """What became of one image: its results (one per volume), or why there are none."""

    path: Path
    results: tuple[Snr, ...] = ()
    error: str | None = None
    files: tuple[Path, ...] = ()

    @property
    def status(self) -> int:
        """The exit status that this image alone would have."""
        if self.error is not None:
            return INPUT
        return REFUSED if all(result.value is None for result in self.results) else OK


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "measure",
        help="measure the SNR of images",
        description="Measure the SNR of images: signal over noise, and whether to believe it.",
    )
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="NIfTI file, 2-D to 4-D")
    parser.add_argument("--method", default="mixture", help="how the noise is found (default: mixture)")
    parser.add_argument(
        "--clusters", type=int, default=3, metavar="N", help="clusters of the mixture, 2 to 6 (default: 3)"
    )
    parser.add_argument("--noise-mask", type=Path, metavar="M", help="where the background is, instead of a cluster")
    parser.add_argument("--labels", type=Path, metavar="L", action="append", default=[], help=_LABEL_HELP)
    add_output_options(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    form.add_argument("--tsv", action="store_true", help="print a tab-separated table and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure each image; one that cannot be measured does not stop the others."""
    from mrsnr.cli.console import messages

    if args.out is not None:
        check_names(args.images)
    outcomes = []
    with messages().status("") as status:
        for path in args.images:
            status.update(f"Measuring {path.name}")
            outcomes.append(_attempt(path, args))
    _show(args, outcomes)
    return worst(outcome.status for outcome in outcomes)


def _attempt(path: Path, args: argparse.Namespace) -> Outcome:
    if len(args.images) == 1:
        return _measure(path, args)
    try:
        return _measure(path, args)
    except InputError as error:
        return Outcome(path, error=str(error))


def _measure(path: Path, args: argparse.Namespace) -> Outcome:
    import mrsnr
    from mrsnr import io

    image = mrsnr.load(path)
    check_slice(image, args.slice)
    if args.out is not None:
        io.refuse_existing(args.out, io.written_by(mrsnr.Snr, name=io.stem(path)), overwrite=args.overwrite)
    result = mrsnr.measure(
        image,
        method=args.method,
        clusters=args.clusters,
        noise_mask=None if args.noise_mask is None else mrsnr.load(args.noise_mask),
        labels=read_labels(args.labels, path),
    )
    several = result if isinstance(result, tuple) else (result,)
    if args.out is None:
        return Outcome(path, several)
    from mrsnr.figures import draw

    pictures = draw(result, slice=args.slice) if any(one.value is not None for one in several) else {}
    return Outcome(path, several, files=io.save(result, args.out, overwrite=args.overwrite, figures=pictures))


def _show(args: argparse.Namespace, outcomes: Sequence[Outcome]) -> None:
    show: Callable[[Sequence[Outcome]], None] = _show_text
    if args.json:
        show = _show_json
    elif args.tsv:
        show = _show_tsv
    show(outcomes)


def _show_json(outcomes: Sequence[Outcome]) -> None:
    from mrsnr.io import document

    images = [
        {"source": {"name": o.path.name, "sha256": None}, "error": o.error} if o.error else document(o.results)
        for o in outcomes
    ]
    print(json.dumps({"schema": 1, "images": images}, indent=2, allow_nan=False, ensure_ascii=False))


def _show_tsv(outcomes: Sequence[Outcome]) -> None:
    from mrsnr.cli.tables import tsv

    print(tsv(outcomes))


def _show_text(outcomes: Sequence[Outcome]) -> None:
    from mrsnr.cli.console import output
    from mrsnr.cli.tables import details, overview

    console = output()
    measured = [(outcome, result) for outcome in outcomes for result in outcome.results]
    if len(measured) == 1 and len(outcomes) == 1:
        details(console, *measured[0])
    else:
        overview(console, outcomes)
