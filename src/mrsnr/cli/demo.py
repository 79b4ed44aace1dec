"""``mrsnr demo``: everything at once, on an image whose SNR is known."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import FOLDER, a_path, completed_by
from mrsnr.cli.report import add_report_option, check_pages, check_report, page_of
from mrsnr.cli.status import OK
from mrsnr.cli.streams import busy

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mrsnr.data import Truth
    from mrsnr.model import Image, Snr, Temporal

_SNR = 20.0  # of the renal cortex
_SERIES_SNR = 50.0  # temporal SNR keeps the noise floor, which a weak signal has more of
_VOLUMES = 40
_DRIFT = 0.05


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="measure a digital kidney whose SNR is known",
        description="Make a digital kidney image and a series whose SNR is known, measure both, and write maps, "
        "numbers and pictures. The intervals should hold the truth. Files of an earlier demo are replaced.",
    )
    folder = parser.add_argument(
        "--out", type=a_path, default=Path("mrsnr-demo"), metavar="DIR", help="where to (default: ./mrsnr-demo)"
    )
    completed_by(folder, FOLDER)
    add_report_option(parser, where="DIR")
    parser.set_defaults(keep_identifiers=False, overwrite=True)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure an image and a series of the phantom; print truth and measurement side by side."""
    import mrsnr
    from mrsnr.cli.console import show, words
    from mrsnr.figures import draw
    from mrsnr.io import document, refuse_existing

    refuse_existing(args.out, (), overwrite=True)
    check_report(args)
    check_pages(args, [], mrsnr.Snr, inputs=())
    with busy("Making and measuring the digital kidney"):
        image, labels, truth = mrsnr.data.phantom(snr=_SNR)
        result, *compared = (mrsnr.compare if args.report else _alone)(image, labels=labels)
        page = page_of(args, result, document(result), compared=compared, name="Digital kidney")
        files = mrsnr.save(result, args.out, name="kidney", overwrite=True, figures=draw(result), page=page)
        series, _, series_truth = mrsnr.data.phantom(snr=_SERIES_SNR, volumes=_VOLUMES, drift=_DRIFT)
        stable = mrsnr.temporal(series)
        page = page_of(args, stable, document(stable), name="Digital series")
        files += mrsnr.save(stable, args.out, name="series", overwrite=True, figures=draw(stable), page=page)
    pages = ", the pages kidney_snr.html and series_tsnr.html" * args.report
    place = words(f"{len(files)} files written to {args.out}; the pictures are kidney_*.png and series_*.png{pages}")
    show(*_about_image(result, truth), words(""), *_about_series(stable, series_truth), words(""), place)
    return OK


def _alone(image: Image, *, labels: Image) -> tuple[Snr, ...]:
    """Return the answer without those of the other methods, which only the page shows."""
    import mrsnr

    result = mrsnr.measure(image, labels=labels)
    return result if isinstance(result, tuple) else (result,)


def _about_image(result: Snr, truth: Truth) -> Iterator[RenderableType]:
    from mrsnr.cli.console import headline, reasons, table, words
    from mrsnr.wording import between, number

    verdict = words(str(result.verdict), str(result.verdict))
    value = f"SNR {number(result.value)} ({between(result.interval)})"
    yield headline(words("Digital kidney", "bold"), words(value, "bold"), verdict)
    yield reasons((str(check.verdict), check.sentence) for check in result.reasons)
    everywhere = sum(row.voxels * truth.snr[row.name] for row in result.table) / sum(row.voxels for row in result.table)
    rows = [("SNR, all labels", number(everywhere), number(result.value), between(result.interval))]
    if result.noise is not None and isinstance(result.noise.sigma, float):
        rows.insert(0, ("sigma", number(truth.sigma), number(result.noise.sigma), between(result.noise.interval)))
    rows += [
        (f"SNR {row.name}", number(truth.snr[row.name]), number(row.snr), between((row.low, row.high)))
        for row in result.table
    ]
    yield table(("", "true", "measured", "95 %"), rows, left=("",))


def _about_series(result: Temporal, truth: Truth) -> Iterator[RenderableType]:
    import numpy as np

    from mrsnr.cli.console import headline, reasons, table, words
    from mrsnr.wording import number

    verdict = words(str(result.verdict), str(result.verdict))
    yield headline(words("Digital series", "bold"), words(f"tSNR {number(result.value)}", "bold"), verdict)
    yield reasons((str(check.verdict), check.sentence) for check in result.reasons)
    expected = None if truth.tsnr is None else float(np.nanmedian(truth.tsnr[result.mask]))
    about = f"tSNR of {result.volumes} volumes with {_DRIFT:.0%} drift"
    yield table(("", "true", "measured"), [(about, number(expected), number(result.value))], left=("",))
