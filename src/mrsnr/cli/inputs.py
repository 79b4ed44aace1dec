"""Options that commands share, and the files they name made into what the library takes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mrsnr.errors import ArgumentError, RegionError

if TYPE_CHECKING:
    from mrsnr.model import Image
    from mrsnr.regions import Mask

# What shtab asks of an argument, by shell; the tests compare it with shtab's own constants.
FILE = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
FOLDER = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/", "tcsh": "d"}


def completed_by(action: argparse.Action, kind: dict[str, str]) -> None:
    """Let shells complete an argument with `FILE` or `FOLDER`."""
    action.complete = kind  # type: ignore[attr-defined]


def a_path(text: str) -> Path:
    """Return the path; an empty one (a variable of a script that was not set) is wrong, not the working folder."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def whole_number(text: str) -> int:
    """Return a whole number from 0."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return number


def add_file(parser: argparse._ActionsContainer, *names: str, **options: object) -> None:
    """Add an argument that names a file."""
    completed_by(parser.add_argument(*names, type=a_path, **options), FILE)  # type: ignore[arg-type]


def import_nibabel() -> None:
    """Import nibabel without pydicom, which it imports wherever that is installed, and which takes longer than itself.

    It reads with it the DICOM headers that a NIfTI file may hold, which nobody here asks for. A command may do this, as
    its process is its own; a library must not. Who needs pydicom can import it afterwards.
    """
    if "nibabel" in sys.modules or "pydicom" in sys.modules:
        return
    sys.modules["pydicom"] = None  # type: ignore[assignment]  # to Python: there is none
    try:
        import nibabel  # noqa: F401
    finally:
        del sys.modules["pydicom"]


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add where results go, and which: --out, --overwrite, --slice and --no-figures."""
    out = parser.add_argument(
        "--out",
        type=a_path,
        metavar="DIR",
        help="write maps (NIfTI), every number (JSON) and pictures (PNG) to this folder; made if it is not there",
    )
    completed_by(out, FOLDER)
    parser.add_argument("--overwrite", action="store_true", help="replace the files of an earlier run in DIR")
    parser.add_argument(
        "--slice",
        type=whole_number,
        metavar="K",
        help="show only this slice in the pictures (voxel index on the third axis, from 0)",
    )
    parser.add_argument(
        "--no-figures",
        action="store_false",
        dest="figures",
        help="write no pictures, only maps and numbers: drawing can take longer than measuring",
    )


def check_slice(image: Image, wanted: int | None) -> None:
    """Raise `ArgumentError` if the image has no such slice."""
    count = image.shape[2] if len(image.shape) > 2 else 1
    if wanted is not None and not 0 <= wanted < count:
        have = f"has slices 0 to {count - 1}" if count > 1 else "has slice 0 only"
        raise ArgumentError(f"There is no slice {wanted}; the image {have}.")


def check_names(names: Sequence[str | None]) -> None:
    """Raise `ArgumentError` if two images would write files of the same name.

    They are told by their place on the command line: the folder that an image is in may name a patient.

    Parameters
    ----------
    names
        What the files of each image begin with, in the order of the command line; ``None`` of one that writes none.
    """
    first: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name is not None and first.setdefault(name, place) != place:
            raise ArgumentError(
                f"Images {first[name]} and {place} of the command line would write files of the same name, {name}_...; "
                "measure them one by one, each with a folder of its own for --out."
            )


def check_output(folder: Path, files: Iterable[str], *, inputs: Iterable[Path], overwrite: bool) -> None:
    """Raise `ArgumentError` if an input would be replaced, `OutputError` if files are there and may not be."""
    from mrsnr.io import refuse_existing
    from mrsnr.io.loading import expanded

    written = list(files)
    given = {os.path.realpath(expanded(path)) for path in inputs}
    for file in written:
        if os.path.realpath(expanded(folder) / file) in given:
            raise ArgumentError(f"{folder / file} is an input and would be replaced; choose another folder for --out.")
    refuse_existing(folder, written, overwrite=overwrite)


def read_labels(files: Sequence[Path], images: Sequence[Path]) -> Image | dict[str, Mask] | None:
    """Return the labels of one file, or one mask per file named after it.

    What a file's name shares with that of one of the images is left out of the label's name.

    Raises
    ------
    ArgumentError
        If two files would give labels of the same name.
    RegionError
        If there are several files and one holds several labels: as a mask it would lump them together.
    """
    from mrsnr.io import load

    if not files:
        return None
    names = [_label_name(file, images) for file in files]
    if len(set(names)) != len(names):
        raise ArgumentError("Two label files have the same name; rename one, the name becomes the label's.")
    loaded = [load(file) for file in files]
    numbers = [_label_numbers(file, image) for file, image in zip(files, loaded, strict=True)]
    if len(loaded) == 1 and len(numbers[0]) > 1:
        return loaded[0]
    for file, found in zip(files, numbers, strict=True):
        if len(found) > 1:
            raise RegionError(
                f"{file.name} holds {len(found)} labels; of several label files each must be the mask of one. "
                "Give the label image alone, or split it."
            )
    return dict(zip(names, loaded, strict=True))


def _label_numbers(file: Path, image: Image) -> list[int]:
    from mrsnr.regions import label_numbers

    try:
        return label_numbers(image.data)
    except RegionError as error:
        raise RegionError(f"{file.name}: {error}") from error


def _label_name(file: Path, images: Sequence[Path]) -> str:
    from mrsnr.io import stem

    name = stem(file)
    shared = max((stem(image) for image in images if name.startswith(stem(image))), key=len, default="")
    return name.removeprefix(shared).strip("_- ") or name
