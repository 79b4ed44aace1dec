"""What ``measure`` and ``compare`` have in common: how the noise is found, and where."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mrsnr.cli.inputs import add_file, read_labels

_CLUSTERS = range(2, 7)  # as `mrsnr.noise.mixture.CLUSTERS`, which is too heavy to import for --help
_LABEL_HELP = "label image, or the mask of one label (then give --labels once for each); their SNR is tabulated"


def add_noise_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the noise is to be found with."""
    add_file(
        parser,
        "--repeat",
        metavar="FILE",
        action="append",
        default=[],
        help="another acquisition of the same object with the same settings; once for each",
    )
    parser.add_argument("--repeats", action="store_true", help="the volumes of IMAGE are repeats of each other")
    add_file(parser, "--noise-scan", metavar="FILE", help="a scan with the same settings without excitation")
    parser.add_argument(
        "--channels",
        type=_positive,
        metavar="N",
        help="receive channels combined by sum of squares (default: from the header, else from the air)",
    )
    parser.add_argument(
        "--clusters",
        type=int,
        choices=_CLUSTERS,
        default=3,
        metavar="N",
        help="clusters of the mixture, 2 to 6 (default: 3)",
    )
    add_file(parser, "--noise-mask", metavar="M", help="where there is air; by default it is looked for")
    add_file(parser, "--labels", metavar="L", action="append", default=[], help=_LABEL_HELP)


def add_form_options(parser: argparse.ArgumentParser) -> None:
    """Add the forms in which the answer is printed."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    form.add_argument("--tsv", action="store_true", help="print a tab-separated table and nothing else")


def add_procs_option(parser: argparse.ArgumentParser) -> None:
    """Add how many images are measured at once."""
    parser.add_argument(
        "--n-procs",
        type=_from_one,
        metavar="N",
        help="images measured at once; each needs memory of its own, the results are the same "
        "(default: one for each core, at most 4)",
    )


def files_of(args: argparse.Namespace) -> list[Path]:
    """Return the files that the options name, beside the images."""
    single = [file for file in (args.noise_scan, args.noise_mask) if file is not None]
    return [*args.repeat, *single, *args.labels]


def read_options(args: argparse.Namespace, images: Sequence[Path]) -> dict[str, Any]:
    """Return the options for `mrsnr.measure` and `mrsnr.compare`, the files among them opened.

    Raises
    ------
    ArgumentError
        If two files would give labels of the same name.
    InputError
        If a file cannot be used.
    """
    from mrsnr.io import load

    return {
        "repeat": [load(file) for file in args.repeat] or None,
        "repeats": args.repeats,
        "noise_scan": None if args.noise_scan is None else load(args.noise_scan),
        "channels": args.channels,
        "clusters": args.clusters,
        "noise_mask": None if args.noise_mask is None else load(args.noise_mask),
        "labels": read_labels(args.labels, images),
    }


def _from_one(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
