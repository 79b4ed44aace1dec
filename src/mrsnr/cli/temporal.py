"""``mrsnr temporal``: the temporal SNR of a series."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mrsnr.cli.inputs import add_file, add_output_options, check_output, check_slice, import_nibabel, whole_number
from mrsnr.cli.outcome import Outcome, as_json
from mrsnr.cli.streams import busy, emit_json, say
from mrsnr.errors import InputError

if TYPE_CHECKING:
    from mrsnr.model import Image, Temporal


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "temporal",
        help="measure the temporal SNR of a series",
        description="Measure temporal SNR: the mean over time over the SD of what a polynomial trend leaves.",
    )
    add_file(parser, "series", metavar="SERIES", help="4-D NIfTI file")
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
    add_file(parser, "--mask", metavar="M", help="where the median is taken (default: the bright voxels)")
    add_output_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def _volumes(text: str) -> int | Literal["auto"]:
    return "auto" if text == "auto" else whole_number(text)


def run(args: argparse.Namespace) -> int:
    """Measure the series, write what was asked for, print the result."""
    import_nibabel()
    with busy(f"Measuring {args.series.name}"):
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
        series = mrsnr.load(args.series)
        _check(args, series)
        mask = None if args.mask is None else mrsnr.load(args.mask)
        result = mrsnr.temporal(series, order=args.order, mask=mask, drop=args.drop)
        document = io.document(result)
        return Outcome(args.series, document, files=_write(result, document, args))
    except (InputError, MemoryError) as error:
        return Outcome.of_error(args.series, error)


def _check(args: argparse.Namespace, series: Image) -> None:
    check_slice(series, args.slice)
    if args.out is not None:
        from mrsnr import Temporal, io

        files = io.written_by(Temporal, name=io.name_of(series))
        check_output(args.out, files, inputs=_given(args), overwrite=args.overwrite)


def _given(args: argparse.Namespace) -> list[Path]:
    return [args.series, *([] if args.mask is None else [args.mask])]


def _write(result: Temporal, document: dict[str, Any], args: argparse.Namespace) -> tuple[Path, ...]:
    if args.out is None:
        return ()
    from mrsnr import io

    pictures = None
    if args.figures and result.value is not None:
        from mrsnr.figures import draw

        pictures = draw(result, slice=args.slice)
    return io.save(result, args.out, overwrite=args.overwrite, figures=pictures, numbers=document)


def _show(outcome: Outcome, document: dict[str, Any], *, masked: bool) -> None:
    from mrsnr.cli.console import facts, reasons, show
    from mrsnr.cli.tables import answer, written

    result = outcome.results[0]
    parts = [
        answer(outcome, result, "tSNR"),
        reasons((check["verdict"], check["sentence"]) for check in result["reasons"]),
    ]
    if result["value"] is not None:
        parts.append(facts(_facts(document, result, masked=masked)))
    show(*parts, *written(outcome))


def _facts(document: dict[str, Any], result: dict[str, Any], *, masked: bool) -> Iterator[tuple[str, str]]:
    from mrsnr.cli.tables import grid

    yield "series", grid(document, volumes=True)
    trend = f"of order {result['order']} removed" if result["order"] else "not removed: plain mean / SD"
    yield "trend", f"{trend}, {result['degrees_of_freedom']} degrees of freedom"
    if result["dropped"]:
        first = "volume" if result["dropped"] == 1 else f"{result['dropped']} volumes"
        yield "left out", f"the first {first}, before the steady state"
    where = "in the mask" if masked else "above the threshold between dark and bright"
    undefined = f" ({result['undefined_voxels']} of them undefined)" if result["undefined_voxels"] else ""
    yield "tSNR", f"median of {result['voxels']} voxels {where}{undefined}"
    if result["uncorrected"] is not None:
        yield "of the map", f"{result['uncorrected']:.4g}; few volumes make it read high, the value is corrected for it"
