"""Files named on the command line, made into what the library takes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mrsnr.errors import ArgumentError

if TYPE_CHECKING:
    from mrsnr.model import Image
    from mrsnr.regions import Mask


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add where results go: --out, --overwrite and --slice."""
    parser.add_argument("--out", type=Path, metavar="DIR", help="write maps, numbers and pictures to this folder")
    parser.add_argument("--overwrite", action="store_true", help="replace the files of an earlier run")
    parser.add_argument(
        "--slice",
        type=int,
        metavar="K",
        help="show this slice in every picture (voxel index on the third axis, from 0)",
    )


def check_slice(image: Image, wanted: int | None) -> None:
    """Raise `ArgumentError` if the image has no such slice."""
    count = image.shape[2] if len(image.shape) > 2 else 1
    if wanted is not None and not 0 <= wanted < count:
        raise ArgumentError(f"There is no slice {wanted}; the image has slices 0 to {count - 1}.")


def check_names(images: Sequence[Path]) -> None:
    """Raise `ArgumentError` if two images would write files of the same name."""
    from mrsnr.io import stem

    seen: dict[str, Path] = {}
    for image in images:
        other = seen.setdefault(stem(image), image)
        if other is not image:
            raise ArgumentError(f"{other} and {image} would write files of the same name; give each its own --out.")


def read_labels(files: Sequence[Path], image: Path) -> Image | dict[str, Mask] | None:
    """Return the labels of one file, or one mask per file named after it.

    What a file's name shares with the image's is left out of the label's name.
    """
    from mrsnr.io import load, stem
    from mrsnr.regions import label_numbers

    if not files:
        return None
    loaded = {stem(file): load(file) for file in files}
    if len(loaded) != len(files):
        raise ArgumentError("Two label files have the same name; rename one, the name becomes the label's.")
    if len(loaded) == 1 and len(label_numbers(next(iter(loaded.values())).data)) > 1:
        return next(iter(loaded.values()))
    return {name.removeprefix(stem(image)).strip("_- ") or name: mask for name, mask in loaded.items()}
