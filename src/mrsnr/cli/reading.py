"""Options that say how images are read, and the images read by them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mrsnr.cli.inputs import add_file
from mrsnr.errors import ArgumentError

if TYPE_CHECKING:
    from mrsnr.model import Image

# As `mrsnr.complex_valued.PHASE_UNITS`, which is too heavy to import for --help.
_PHASE_UNITS = ("radians", "milliradians", "degrees", "siemens", "12-bit")


def add_choice_options(parser: argparse.ArgumentParser) -> None:
    """Add which image of a DICOM folder or a PAR/REC file is meant."""
    parser.add_argument(
        "--series",
        metavar="S",
        help="which image of a DICOM folder: number or UID of a series, a part of its description, 5:phase, 5:e2; "
        "see 'mrsnr series'",
    )
    parser.add_argument(
        "--part", metavar="P", help="which image of a PAR/REC file: phase, e2, real-e2 (default: magnitude)"
    )


def add_identifiers_option(parser: argparse.ArgumentParser) -> None:
    """Add whether to say who was scanned."""
    parser.add_argument(
        "--keep-identifiers",
        action="store_true",
        help="put what the header says of who was scanned, where and when, and the path of the file, into the JSON",
    )


def add_pair_options(parser: argparse.ArgumentParser) -> None:
    """Add the second half of a complex image."""
    other = parser.add_mutually_exclusive_group()
    add_file(other, "--phase", metavar="FILE", help="the phase of the image, which is then measured as a complex one")
    add_file(other, "--imaginary", metavar="FILE", help="the imaginary part of the image, which is then the real part")
    parser.add_argument(
        "--second",
        metavar="S",
        help="which image of the folder or file that --phase or --imaginary names, as --series or --part would say it",
    )
    parser.add_argument(
        "--phase-unit",
        choices=_PHASE_UNITS,
        metavar="UNIT",
        help=f"of --phase: {', '.join(_PHASE_UNITS)} (default: as the header says, or by the range of the values)",
    )


def pair_files(args: argparse.Namespace) -> list[Path]:
    """Return the files that the options name."""
    return [file for file in (args.phase, args.imaginary) if file is not None]


def read_image(path: Path | Sequence[Path], args: argparse.Namespace) -> Image:
    """Return the image that the arguments mean.

    Raises
    ------
    ArgumentError
        If there is a unit but no phase, or no such series or part.
    InputError
        If a file cannot be used, or two do not belong together.
    """
    import mrsnr

    if args.phase_unit is not None and args.phase is None:
        raise ArgumentError("--phase-unit is of --phase, which is not given.")
    if args.second is not None and not pair_files(args):
        raise ArgumentError("--second is of --phase or --imaginary, and neither is given.")
    image = mrsnr.load(path, series=args.series, part=args.part, keep_identifiers=args.keep_identifiers)
    if args.phase is not None:
        return mrsnr.complex_image(
            magnitude=image, phase=_second(args.phase, "phase", args), phase_unit=args.phase_unit
        )
    if args.imaginary is not None:
        return mrsnr.complex_image(real=image, imaginary=_second(args.imaginary, "imaginary", args))
    return image


def _second(path: Path, kind: str, args: argparse.Namespace) -> Image:
    """Return the other half of a complex image; of a PAR/REC file that of its kind, unless another is asked for."""
    import mrsnr

    if path.suffix.lower() in {".par", ".rec"}:
        return mrsnr.load(path, part=args.second or kind)
    return mrsnr.load(path, series=args.second)
