"""``mrsnr temporal``: the temporal SNR of a series."""

from __future__ import annotations

import argparse
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mrsnr.cli.inputs import add_file, add_output_options, check_output, check_slice, import_nibabel, whole_number
from mrsnr.cli.outcome import UNUSABLE, Outcome, as_json
from mrsnr.cli.reading import (
    add_choice_options,
    add_identifiers_option,
    add_pair_options,
    pair_files,
    read_image,
)
from mrsnr.cli.report import add_report_option, check_pages, check_report, page_of, write_page
from mrsnr.cli.streams import busy, emit_json, say
from mrsnr.errors import ImageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mrsnr.model import Image, Temporal


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "temporal",
        help="measure the temporal SNR of a series",
        description="Measure temporal SNR: the mean over time over the SD of what a polynomial trend leaves.",
    )
    add_file(
        parser,
        "files",
        metavar="SERIES",
        nargs="+",
        help="4-D image file or DICOM folder, or 3-D files in their order in time",
    )
    add_choice_options(parser)
    add_pair_options(parser)
    add_identifiers_option(parser)
    parser.add_argument(
        "--order",
        type=whole_number,
        default=2,
        metavar="N",
        help="order of the trend that is removed; 0: only the mean (default: 2)",
    )
    parser.add_argument(
        "--drop",
        type=_volumes,
        default="auto",
        metavar="N",
        help="how many of the first volumes to leave out (default: auto, those before the steady state)",
    )
    parser.add_argument(
        "--robust",
        action="store_true",
        help="take the noise from the median change between neighbours in time, which spikes do not move",
    )
    parser.add_argument(
        "--pairs",
        choices=("control-label", "label-control"),
        help="of spin labelling, which comes first: measure the differences control - label",
    )
    add_file(parser, "--mask", metavar="M", help="where the median is taken (default: the bright voxels)")
    add_output_options(parser)
    add_report_option(parser, where="DIR, or here")
    _add_stability_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def _add_stability_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fbirn", action="store_true", help="add the stability figures of the fBIRN phantom protocol")
    parser.add_argument(
        "--fbirn-slice",
        type=whole_number,
        metavar="K",
        help="slice of these figures (voxel index on the third axis, from 0; default: the middle one)",
    )
    parser.add_argument(
        "--fbirn-roi",
        type=whole_number,
        metavar="N",
        help="edge in voxels of their square (default: 21, of matrices below 64 15)",
    )


def _volumes(text: str) -> int | Literal["auto"]:
    return "auto" if text == "auto" else whole_number(text)


def run(args: argparse.Namespace) -> int:
    """Measure the series, write what was asked for, print the result."""
    check_report(args)
    import_nibabel()
    with busy(f"Measuring {args.files[0].name}"):
        outcome = _attempt(args)
    if outcome.error is not None:
        say(outcome.sentence)
    if args.json:
        emit_json(as_json([outcome], given=_given(args)))
    elif outcome.document is not None:
        _show(outcome, outcome.document, masked=args.mask is not None)
    return outcome.status


def _attempt(args: argparse.Namespace) -> Outcome:
    import mrsnr
    from mrsnr import io

    try:
        series = read_image(args.files, args)
        _check(args, series)
        mask = None if args.mask is None else mrsnr.load(args.mask)
        result = _measured(args, series, mask)
        document = io.document(result)
        return Outcome(args.files[0], document, files=_write(result, document, args))
    except UNUSABLE as error:
        return Outcome.of_error(args.files[0], error)


def _measured(args: argparse.Namespace, series: Image, mask: Image | None) -> Temporal:
    """Measure the series; for a page with the stability figures, where there is a region that they can be taken in."""
    import mrsnr

    measure = partial(
        mrsnr.temporal,
        series,
        order=args.order,
        mask=mask,
        drop=args.drop,
        robust=args.robust,
        pairs=args.pairs,
        fbirn_slice=args.fbirn_slice,
        fbirn_roi=args.fbirn_roi,
    )
    if args.report and not args.fbirn and args.pairs is None:
        with suppress(ImageError):
            return measure(fbirn=True)
    return measure(fbirn=args.fbirn)


def _check(args: argparse.Namespace, series: Image) -> None:
    from mrsnr import Temporal, io

    check_slice(series, args.slice)
    check_pages(args, [series], Temporal, inputs=_given(args))
    if args.out is not None:
        files = io.written_by(Temporal, name=io.name_of(series))
        check_output(args.out, files, inputs=_given(args), overwrite=args.overwrite)


def _given(args: argparse.Namespace) -> list[Path]:
    return [*args.files, *pair_files(args), *([] if args.mask is None else [args.mask])]


def _write(result: Temporal, document: dict[str, Any], args: argparse.Namespace) -> tuple[Path, ...]:
    page = page_of(args, result, document)
    if args.out is None:
        return write_page(args, page, result)
    from mrsnr import io

    pictures = None
    if args.figures and result.value is not None:
        from mrsnr.figures import draw

        pictures = draw(result, slice=args.slice)
    return io.save(result, args.out, overwrite=args.overwrite, figures=pictures, numbers=document, page=page)


def _show(outcome: Outcome, document: dict[str, Any], *, masked: bool) -> None:
    from mrsnr.cli.console import facts, reasons, show
    from mrsnr.cli.tables import answer, written
    from mrsnr.facts import series_facts

    result = outcome.results[0]
    parts = [
        answer(outcome, result, "tSNR"),
        reasons((check["verdict"], check["sentence"]) for check in result["reasons"]),
    ]
    if result["value"] is not None:
        parts.append(facts(series_facts(document, result, masked=masked)))
    if result["fbirn"] is not None:
        parts.append(_stability(result["fbirn"]))
    show(*parts, *written(outcome))


def _stability(figures: dict[str, Any]) -> RenderableType:
    """Return the fBIRN figures, a line each."""
    from mrsnr.cli.console import table
    from mrsnr.facts import stability_rows

    return table(("fBIRN", "value", ""), stability_rows(figures), left=("fBIRN", ""))
