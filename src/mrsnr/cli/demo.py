"""``mrsnr demo``: everything at once, on an image whose SNR is known."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.status import OK

if TYPE_CHECKING:
    from rich.console import Console

    from mrsnr.data import Truth
    from mrsnr.model import Snr, Temporal

_SNR = 20.0
_VOLUMES = 40


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="measure a digital kidney whose SNR is known",
        description="Make a digital kidney image and a series whose SNR is known, measure both, write all there is.",
    )
    parser.add_argument("--out", type=Path, default=Path("mrsnr-demo"), metavar="DIR", help="default: ./mrsnr-demo")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure an image and a series of the phantom; print truth and measurement side by side."""
    import mrsnr
    from mrsnr.cli.console import messages, output
    from mrsnr.figures import draw

    console = output()
    with messages().status("Making and measuring the digital kidney"):
        image, labels, truth = mrsnr.data.phantom(snr=_SNR)
        result = mrsnr.measure(image, labels=labels)
        assert isinstance(result, mrsnr.Snr)  # noqa: S101 - the phantom's image is one volume
        files = mrsnr.save(result, args.out, name="kidney", overwrite=True, figures=draw(result))
        series, _, series_truth = mrsnr.data.phantom(snr=_SNR, volumes=_VOLUMES, drift=0.05)
        stable = mrsnr.temporal(series)
        files += mrsnr.save(stable, args.out, name="series", overwrite=True, figures=draw(stable))
    _show_image(console, result, truth)
    _show_series(console, stable, series_truth)
    for file in files:
        console.print(f"wrote {file}")
    return OK


def _show_image(console: Console, result: Snr, truth: Truth) -> None:
    from mrsnr.cli.console import VERDICT_STYLES, number
    from mrsnr.cli.tables import simple_table

    style = VERDICT_STYLES[result.verdict]
    console.print(f"[bold]Digital kidney[/]  SNR [bold]{number(result.value)}[/]  [{style}]{result.verdict}[/]")
    for check in result.reasons:
        console.print(f"  - {check.sentence}")
    table = simple_table("", "true", "measured")
    if result.noise is not None and isinstance(result.noise.sigma, float):
        table.add_row("sigma", number(truth.sigma), number(result.noise.sigma))
    for row in result.table:
        table.add_row(f"SNR {row.name}", number(truth.snr[row.name]), number(row.snr))
    console.print(table)


def _show_series(console: Console, result: Temporal, truth: Truth) -> None:
    import numpy as np

    from mrsnr.cli.console import VERDICT_STYLES, number

    style = VERDICT_STYLES[result.verdict]
    expected = None if truth.tsnr is None else float(np.nanmedian(truth.tsnr[result.mask]))
    console.print(
        f"[bold]Series of {result.volumes} volumes, drift 5 %[/]  tSNR [bold]{number(result.value)}[/] "
        f"[{style}]{result.verdict}[/]  true {number(expected)}"
    )
    for check in result.reasons:
        console.print(f"  - {check.sentence}")
