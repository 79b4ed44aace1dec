"""``mrsnr compare``: every method that applies to an image, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mrsnr.cli.inputs import add_file, import_nibabel
from mrsnr.cli.methods import epilog
from mrsnr.cli.options import add_form_options, add_noise_options, files_of, read_options
from mrsnr.cli.outcome import UNUSABLE, Outcome, as_json
from mrsnr.cli.reading import (
    add_choice_options,
    add_identifiers_option,
    add_pair_options,
    pair_files,
    read_image,
)
from mrsnr.cli.report import add_page_options, check_pages, check_report, page_of, write_page
from mrsnr.cli.streams import busy, emit, emit_json, say
from mrsnr.errors import ArgumentError


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "compare",
        help="measure an image by every method, side by side",
        description="Measure one image by every method that applies. The answer is that of\n"
        "'mrsnr measure'; how far the methods agree with it is how far to believe it.",
        epilog=epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file(
        parser,
        "image",
        metavar="IMAGE",
        help="image file or DICOM folder, of one volume, or of repeats (then say --repeats)",
    )
    add_choice_options(parser)
    add_pair_options(parser)
    add_identifiers_option(parser)
    add_noise_options(parser)
    add_page_options(parser)
    add_form_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure by each method, print the table; the first row decides about the exit status."""
    if args.out is not None and not args.report:
        raise ArgumentError(
            "--out is where the page goes: ask for it with --report. Maps are written by 'mrsnr measure'."
        )
    check_report(args)
    import_nibabel()
    with busy(f"Measuring {args.image.name} by every method"):
        outcome = _attempt(args)
    if outcome.error is not None:
        say(outcome.sentence)
    _show(args, outcome)
    return outcome.status


def _attempt(args: argparse.Namespace) -> Outcome:
    import mrsnr
    from mrsnr import io

    try:
        image = read_image(args.image, args)
        check_pages(args, [image], mrsnr.Snr, inputs=_given(args))
        results = mrsnr.compare(image, **read_options(args, [args.image]))
        page = page_of(args, results[0], io.document(results[0]), compared=results[1:]) if args.report else None
        files = write_page(args, page, results[0])
        return Outcome(args.image, io.document(results), files=files, alternatives=True)
    except UNUSABLE as error:
        return Outcome.of_error(args.image, error)


def _show(args: argparse.Namespace, outcome: Outcome) -> None:
    if args.json:
        emit_json(as_json([outcome], given=_given(args)))
    elif args.tsv:
        from mrsnr.cli.tsv import tsv

        emit(tsv([outcome]))
    elif outcome.document is not None:
        from mrsnr.cli.alternatives import show_alternatives

        show_alternatives(outcome)


def _given(args: argparse.Namespace) -> list[Path]:
    return [args.image, *pair_files(args), *files_of(args)]
