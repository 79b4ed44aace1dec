"""``mrsnr temporal``: the temporal SNR of a series."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import add_output_options, check_slice
from mrsnr.cli.status import OK, REFUSED

if TYPE_CHECKING:
    from mrsnr.model import Temporal


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "temporal",
        help="measure the temporal SNR of a series",
        description="Measure temporal SNR: the mean over time over the SD of what a polynomial trend leaves.",
    )
    parser.add_argument("series", type=Path, metavar="SERIES", help="4-D NIfTI file")
    parser.add_argument("--order", type=int, default=2, metavar="N", help="order of the trend; 0: none (default: 2)")
    parser.add_argument("--mask", type=Path, metavar="M", help="where the median is taken (default: bright voxels)")
    add_output_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure the series, write what was asked for, print the result."""
    import mrsnr
    from mrsnr import io
    from mrsnr.cli.console import messages

    series = mrsnr.load(args.series)
    check_slice(series, args.slice)
    if args.out is not None:
        io.refuse_existing(args.out, io.written_by(mrsnr.Temporal, name=io.stem(args.series)), overwrite=args.overwrite)
    with messages().status(f"Measuring {args.series.name}"):
        result = mrsnr.temporal(series, order=args.order, mask=None if args.mask is None else mrsnr.load(args.mask))
        files = _write(result, args)
    if args.json:
        images = {"schema": 1, "images": [io.document(result)]}
        print(json.dumps(images, indent=2, allow_nan=False, ensure_ascii=False))
    else:
        _show(args.series, result, files)
    return REFUSED if result.value is None else OK


def _write(result: Temporal, args: argparse.Namespace) -> tuple[Path, ...]:
    if args.out is None:
        return ()
    from mrsnr import io
    from mrsnr.figures import draw

    pictures = draw(result, slice=args.slice) if result.value is not None else {}
    return io.save(result, args.out, overwrite=args.overwrite, figures=pictures)


def _show(path: Path, result: Temporal, files: tuple[Path, ...]) -> None:
    from rich.markup import escape

    from mrsnr.cli.console import VERDICT_STYLES, number, output

    console = output()
    size = " x ".join(str(count) for count in result.image.shape)
    console.print(f"[bold]{escape(path.name)}[/]  {size}, {result.volumes} volumes")
    style = VERDICT_STYLES[result.verdict]
    trend = "no trend removed" if result.order == 0 else f"trend of order {result.order} removed"
    voxels = int(result.mask.sum())
    console.print(
        f"tSNR [bold]{number(result.value)}[/]  [{style}]{result.verdict}[/]  median of {voxels} voxels, {trend}, "
        f"{result.degrees_of_freedom} degrees of freedom"
    )
    for check in result.reasons:
        console.print(f"  - {escape(check.sentence)}")
    for file in files:
        console.print(f"wrote {escape(str(file))}")
