"""The images of a Philips PAR/REC file told apart: magnitude and phase, echoes, volumes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import ArgumentError, UnreadableError

TYPES = ("magnitude", "real", "imaginary", "phase")
"""What the codes 0 to 3 of ``image_type_mr`` mean; those above are of maps that the scanner computed."""

# What makes a volume, the slowest first: as nibabel sorts strictly, and as scanners acquire.
_OF_A_VOLUME = {
    "Dynamic": "dynamic scan number",
    "Label": "label type",
    "DiffusionBValue": "diffusion_b_factor",
    "DiffusionGradient": "gradient orientation number",
    "CardiacPhase": "cardiac phase number",
}
_LABEL = re.compile(r"label(\d+)")
_B_VALUE = re.compile(r"b(\d+(?:\.\d+)?)")


@dataclass(frozen=True, eq=False)
class Part:
    """The images of one type and echo.

    ``rows`` are those of the header, shape (slices, volumes); ``names`` all parts of the file; ``incomplete`` how many
    volumes were left out for want of slices; ``varies`` what tells the volumes apart, a value for each.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    rows: NDArray[np.intp]
    incomplete: int
    varies: Mapping[str, tuple[float, ...]]


def choose(images: NDArray[Any], part: str | None, *, slices: int, file: str) -> Part:
    """Return the part of a file that is asked for, its rows sorted into volumes.

    Parameters
    ----------
    images
        Of `mrsnr.io.par_header.ParHeader`.
    part
        Words with hyphens between them: a type (``magnitude``, ``real``, ``imaginary``, ``phase``, ``type11``), an echo
        (``e2``), the volumes of one label of arterial spin labelling (``label1``; the header does not say which one is
        the control) or of one diffusion weighting (``b1000``). What is not said is the magnitude, the first echo, and
        all volumes.
    slices
        How many make a volume.
    file
        Name of the file, for the messages.

    Raises
    ------
    ArgumentError
        If there is no such part.
    UnreadableError
        If no volume has all its slices.
    """
    keys = [images[key] for key in ("image_type_mr", "scanning sequence", "echo number")]
    number = _numbered(keys)
    parts = np.stack(keys, axis=1)[np.unique(number, return_index=True)[1]]
    words = [_words(one, parts) for one in parts.tolist()]
    names = tuple("-".join(one) for one in words)
    asked = [] if part is None else part.lower().split("-")
    wanted = [word for word in asked if not (_LABEL.fullmatch(word) or _B_VALUE.fullmatch(word))]
    types = {one[0] for one in words}
    if not types & set(wanted):
        wanted.append(next((word for word in TYPES if word in types), words[0][0]))
    fitting = [k for k, one in enumerate(words) if set(wanted) <= set(one)]
    chosen = np.flatnonzero((number == fitting[0]) & _of_volumes(images, asked)) if fitting else np.array([])
    if not chosen.size:
        raise ArgumentError(f"{file} has no part {part!r}; it has {', '.join([*names, *_further(images)])}.")
    sorted_rows, incomplete = _sorted(images[chosen], slices)
    if not sorted_rows.size:
        raise UnreadableError(
            f"{file} holds no complete volume: its header promises {slices} slices, and no volume has them all. "
            "Export it again."
        )
    code = int(parts[fitting[0], 0])
    return Part(
        name=names[fitting[0]] + "".join(f"-{word}" for word in asked if word not in wanted),
        kind=TYPES[code] if code < len(TYPES) else "magnitude",
        names=names,
        rows=chosen[sorted_rows],
        incomplete=incomplete,
        varies=_told_apart(images[chosen[sorted_rows[0]]]),
    )


def _words(part: list[int], parts: NDArray[Any]) -> list[str]:
    """Return the type, the echo and, where one type comes of several sequences, the sequence of a part."""
    code, sequence, echo = part
    several = np.unique(parts[parts[:, 0] == code, 1]).size > 1
    name = TYPES[code] if 0 <= code < len(TYPES) else f"type{code}"
    return [name, f"e{echo}", *([f"s{sequence}"] if several else [])]


def _of_volumes(images: NDArray[Any], asked: list[str]) -> NDArray[np.bool_]:
    """Return which rows have the label and the diffusion weighting that are asked for."""
    fits = np.ones(len(images), dtype=bool)
    for word in asked:
        if (label := _LABEL.fullmatch(word)) and _has(images, "label type"):
            fits &= images["label type"] == float(label.group(1))
        elif label:
            fits[:] = False
        elif weighting := _B_VALUE.fullmatch(word):
            fits &= images["diffusion_b_factor"] == float(weighting.group(1))
    return fits


def _further(images: NDArray[Any]) -> list[str]:
    """Return the words for some of the volumes, where there are such."""
    found = []
    for word, column in (("label", "label type"), ("b", "diffusion_b_factor")):
        values = np.unique(images[column]) if _has(images, column) else np.array([])
        found += [f"{word}{value:g}" for value in values.tolist()] if values.size > 1 else []
    return found


def _sorted(images: NDArray[Any], slices: int) -> tuple[NDArray[np.intp], int]:
    """Return rows of complete volumes, shape (slices, volumes), and how many volumes are not complete.

    Rows that nothing tells apart, such as directions of diffusion in version 4, are volumes in the order of the file.
    """
    if not 1 <= slices <= len(images):
        return np.empty((1, 0), dtype=np.intp), 0
    volume = _numbered([images[column] for column in _OF_A_VOLUME.values() if _has(images, column)])
    table = np.stack([volume, images["slice number"], np.arange(len(images))])
    table = table[:, np.lexsort(table[::-1])]
    begins = _changes(table[:2])
    again = np.arange(len(images)) - np.repeat(begins, np.diff(begins, append=len(images)))  # how often before
    table = np.stack([table[0], again, table[1], table[2]])
    table = table[:, np.lexsort(table[::-1])]
    begins = _changes(table[:2])
    sizes = np.diff(begins, append=len(images))
    place = table[2]
    complete = (sizes == slices) & (place[begins] == 1) & (place[begins + sizes - 1] == slices)
    rows = table[3, np.repeat(complete, sizes)].reshape(-1, slices).T
    return rows, int(np.count_nonzero(~complete))


def _numbered(columns: list[NDArray[Any]]) -> NDArray[np.intp]:
    """Return a number for each row, equal where all columns are, in the order of the first one, then the next."""
    number = np.zeros(len(columns[0]), dtype=np.intp)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        _, number = np.unique(number * len(values) + code, return_inverse=True)
    return number


def _changes(keys: NDArray[Any]) -> NDArray[np.intp]:
    """Return where columns begin that differ from the one before."""
    return np.flatnonzero(np.concatenate([[True], (np.diff(keys, axis=1) != 0).any(axis=0)]))


def _told_apart(images: NDArray[Any]) -> dict[str, tuple[float, ...]]:
    """Return what differs between volumes, of their first slices."""
    there = {name: column for name, column in _OF_A_VOLUME.items() if _has(images, column)}
    return {name: tuple(images[key].tolist()) for name, key in there.items() if np.unique(images[key]).size > 1}


def _has(images: NDArray[Any], column: str) -> bool:
    """Return whether the version has such a column."""
    return column in (images.dtype.names or ())
