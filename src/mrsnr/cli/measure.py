"""``mrsnr measure``: the SNR of images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import add_file, add_output_options, check_names, check_output, check_slice, import_nibabel
from mrsnr.cli.methods import epilog
from mrsnr.cli.options import add_form_options, add_noise_options, add_procs_option, files_of, read_options
from mrsnr.cli.outcome import UNUSABLE, Outcome, as_json, told_apart
from mrsnr.cli.reading import (
    add_choice_options,
    add_identifiers_option,
    add_pair_options,
    pair_files,
    read_image,
)
from mrsnr.cli.report import add_report_option, check_pages, check_report, page_of, write_page
from mrsnr.cli.status import worst
from mrsnr.cli.streams import busy, emit, emit_json, say
from mrsnr.errors import ArgumentError
from mrsnr.wording import AUTO

if TYPE_CHECKING:
    from mrsnr.model import Image, Snr

    _Found = tuple[Snr | tuple[Snr, ...], dict[str, Any], tuple[Snr, ...]]


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "measure",
        help="measure the SNR of images",
        description="Measure the SNR of images: signal over noise, and whether to believe it.\n"
        "Several images, or an image of several volumes, give a table with one row each.",
        epilog=epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file(parser, "images", nargs="+", metavar="IMAGE", help="image file or DICOM folder, 2-D to 4-D")
    parser.add_argument(
        "--method", default=AUTO, metavar="NAME", help=f"how the noise is found, see below (default: {AUTO})"
    )
    add_choice_options(parser)
    add_pair_options(parser)
    add_identifiers_option(parser)
    add_noise_options(parser)
    add_output_options(parser)
    add_report_option(parser, where="DIR, or here")
    add_procs_option(parser)
    add_form_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure each image; one that cannot be measured does not stop the others."""
    check_report(args)
    import_nibabel()
    if args.method != AUTO:
        from mrsnr import noise

        noise.get(args.method)
    opened = [_open(path, args) for path in args.images]
    _check(args, opened)
    from mrsnr.threads import in_order

    outcomes = []
    with busy("Measuring") as now:
        found = in_order(partial(_measured, args), list(zip(args.images, opened, strict=True)), n_procs=args.n_procs)
        for path in args.images:
            now(f"Measuring {path.name}")
            outcomes.append(_written(args, path, next(found)))
    outcomes = told_apart(outcomes)
    for outcome in outcomes:
        if outcome.error is not None:
            say(outcome.sentence)
    _show(args, outcomes)
    return worst(outcome.status for outcome in outcomes)


def _open(path: Path, args: argparse.Namespace) -> Image | Outcome:
    try:
        return read_image(path, args)
    except UNUSABLE as error:
        return Outcome.of_error(path, error)


def _check(args: argparse.Namespace, opened: Sequence[Image | Outcome]) -> None:
    """Refuse wrong arguments before anything is measured or written."""
    if len(args.images) > 1:
        for option, given in (("--repeat", args.repeat), ("--phase", args.phase), ("--imaginary", args.imaginary)):
            if given:
                raise ArgumentError(f"{option} belongs to one image; measure the images one by one.")
    images = [image for image in opened if not isinstance(image, Outcome)]
    for image in images:
        check_slice(image, args.slice)
    if args.out is None and not args.report:
        return
    from mrsnr import Snr, io

    check_names([None if isinstance(one, Outcome) else io.name_of(one) for one in opened])
    check_pages(args, images, Snr, inputs=_given(args))
    if args.out is None:
        return
    written = [file for image in images for file in io.written_by(Snr, name=io.name_of(image))]
    check_output(args.out, written, inputs=_given(args), overwrite=args.overwrite)


def _given(args: argparse.Namespace) -> list[Path]:
    return [*args.images, *pair_files(args), *files_of(args)]


def _measured(args: argparse.Namespace, given: tuple[Path, Image | Outcome]) -> _Found | Outcome:
    """Measure one image: the others go on in other threads meanwhile."""
    import mrsnr
    from mrsnr import io

    path, image = given
    if isinstance(image, Outcome):
        return image
    try:
        options = read_options(args, args.images)
        if args.report and args.method == AUTO and (args.repeats or args.repeat or image.volumes == 1):
            result, *compared = mrsnr.compare(image, **options)  # whose first is what `measure` returns
            return result, io.document(result), tuple(compared)
        answer = mrsnr.measure(image, method=args.method, **options)
        return answer, io.document(answer), ()
    except UNUSABLE as error:
        return Outcome.of_error(path, error)


def _written(args: argparse.Namespace, path: Path, found: _Found | Outcome) -> Outcome:
    """Write what was found, here and not in a thread: pyplot draws one picture at a time."""
    if isinstance(found, Outcome):
        return found
    try:
        return Outcome(path, found[1], files=_write(*found, args))
    except UNUSABLE as error:
        return Outcome.of_error(path, error)


def _write(
    result: Snr | tuple[Snr, ...], document: dict[str, Any], compared: tuple[Snr, ...], args: argparse.Namespace
) -> tuple[Path, ...]:
    page = page_of(args, result, document, compared=compared)
    if args.out is None:
        return write_page(args, page, result)
    from mrsnr import io

    several = result if isinstance(result, tuple) else (result,)
    pictures = None
    if args.figures and any(one.value is not None for one in several):
        from mrsnr.figures import draw

        pictures = draw(result, slice=args.slice)
    return io.save(result, args.out, overwrite=args.overwrite, figures=pictures, numbers=document, page=page)


def _show(args: argparse.Namespace, outcomes: Sequence[Outcome]) -> None:
    if args.json:
        emit_json(as_json(outcomes, given=_given(args)))
    elif args.tsv:
        from mrsnr.cli.tsv import tsv

        emit(tsv(outcomes))
    else:
        from mrsnr.cli.tables import show_one, show_several

        if len(outcomes) > 1:
            show_several(outcomes)
        elif outcomes[0].document is not None:
            show_one(outcomes[0])
