"""Which images a path holds, and which one of them is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mrsnr.errors import ArgumentError, ImageError
from mrsnr.io.dicom.frames import Frame
from mrsnr.io.dicom.volumes import Volumes, sorted_volumes

_SHOWN = 20
_SAME_DIRECTION = 0.01  # of a cosine
_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"
_SCREENS = frozenset({"SCREEN SAVE", "CSA REPORT", "PASTED"})


@dataclass(frozen=True)
class Series:
    """One image of a DICOM series: what mrsnr reads as one array.

    A series of the scanner is one image, or several if its frames are no repeats of each other: magnitude and phase,
    echoes, single coils, slices of several orientations or sizes, or what was calculated from what was measured.
    Repeats, b-values, inversion times and phases of the heart are volumes of one image.

    Parameters
    ----------
    uid, number, description, sequence
        Of the series, as the scanner names them; ``number`` is ``None`` and the others are empty where it does not.
    kind
        ``magnitude``, ``phase``, ``real`` or ``imaginary``.
    shape
        (x, y, z), or (x, y, z, volume); ``None`` if the frames make no array, of which reading says why.
    volumes
        Number of volumes.
    files
        Number of files.
    parts
        What tells the image from the others of its series: ``("phase", "e2")``; nothing if it is the only one.
    choice
        What chooses it, for ``--series``: ``5``, or ``5:phase:e2``.
    refused
        Why it is no image of MR signal, empty if it is.
    """

    uid: str
    number: int | None
    description: str
    sequence: str
    kind: str
    shape: tuple[int, ...] | None
    volumes: int
    files: int
    parts: tuple[str, ...]
    choice: str
    refused: str
    frames: tuple[Frame, ...] = field(repr=False, compare=False)
    stack: Volumes | None = field(repr=False, compare=False)

    def sorted(self) -> Volumes:
        """Return the frames by slice and volume.

        Raises
        ------
        ImageError
            If they make no array.
        """
        return sorted_volumes(self.frames) if self.stack is None else self.stack


def series_of(frames: Iterable[Frame]) -> list[Series]:
    """Return the images that frames make, in the order of their series' numbers."""
    of_series: dict[tuple[str, int | None], list[Frame]] = defaultdict(list)
    for frame in frames:  # who takes names away may leave all series with one UID, or none
        of_series[frame.header.text("SeriesInstance"), frame.header.whole("SeriesNumber")].append(frame)
    numbers = [number for _, number in of_series]
    found = []
    for (uid, number), some in of_series.items():
        alone = number is not None and numbers.count(number) == 1
        found += _parts(uid, some, name=str(number) if alone else uid)
    return sorted(found, key=lambda one: (one.number is None, one.number or 0, one.uid, one.parts))


def _parts(uid: str, frames: Sequence[Frame], *, name: str) -> list[Series]:
    groups: dict[Any, list[Frame]] = defaultdict(list)
    stacks: list[Frame] = []
    for frame in frames:
        groups[frame.types, _sort(frame, stacks)].append(frame)
    images = _joined(groups)
    return [_series(uid, image, parts, name) for image, parts in zip(images, _words(images), strict=True)]


def _joined(groups: dict[tuple[tuple[str, ...], Any], list[Frame]]) -> list[list[Frame]]:
    """Return the frames of images: of some, single slices have one word more in their type than the others."""
    alike: dict[Any, list[list[Frame]]] = defaultdict(list)
    for (_, sort), group in groups.items():
        alike[sort].append(group)
    return [image for some in alike.values() for image in (some if len(some) == 1 else _as_one(some))]


def _as_one(groups: list[list[Frame]]) -> list[list[Frame]]:
    """Return groups as one if they fill each other's gaps."""
    if any(_refusal(group[0]) for group in groups):
        return groups
    frames = [frame for group in groups for frame in group]
    with suppress(ImageError):
        found = sorted_volumes(frames)
        if not found.problems and all(len({frame.types for frame in slices}) == 1 for slices in found.frames):
            return [frames]
    return groups


def _sort(frame: Frame, stacks: list[Frame]) -> tuple[Any, ...]:
    """Return what is the same in frames that are slices or repeats of each other."""
    echo_time = frame.echo_time
    spacing = frame.spacing
    return (
        frame.kind,
        None if echo_time is None else round(echo_time, 2),
        frame.header.whole("EchoNumber"),
        frame.header.text("SiemensCoil"),
        (frame.rows, frame.columns),
        None if spacing is None else tuple(round(number, 3) for number in spacing),
        _stack(frame, stacks),
    )


def _stack(frame: Frame, stacks: list[Frame]) -> int:
    """Return the number of a stack of slices, of which these are the first: of one direction, and not side by side."""
    if frame.orientation is None or frame.position is None:
        return -1
    same = (k for k, known in enumerate(stacks) if _same_direction(frame, known) and not _beside(frame, known))
    if (number := next(same, None)) is None:
        number = len(stacks)
        stacks.append(frame)
    return number


def _same_direction(one: Frame, other: Frame) -> bool:
    a, b = one.orientation or (), other.orientation or ()
    return a == b or all(abs(p - q) < _SAME_DIRECTION for p, q in zip(a, b, strict=True))


def _beside(one: Frame, other: Frame) -> bool:
    """Return whether two slices lie beside each other, by more than half of what they show: two knees, say."""
    apart = [p - q for p, q in zip(one.position or (), other.position or (), strict=True)]
    between_rows, between_columns = other.spacing or (1.0, 1.0)
    along_row, along_column = (
        abs(sum(p * q for p, q in zip(apart, axis, strict=True)))
        for axis in ((other.orientation or ())[:3], (other.orientation or ())[3:])
    )
    return along_row > between_columns * other.columns / 2 or along_column > between_rows * other.rows / 2


def _words(groups: Sequence[Sequence[Frame]]) -> list[tuple[str, ...]]:
    """Return what tells groups of frames apart: their kinds and echoes, and a number where these are the same."""
    kinds = [group[0].kind for group in groups]
    times = [group[0].echo_time for group in groups]
    if not any(times):
        times = [group[0].header.number("EchoNumber") for group in groups]
    order = sorted({time for time in times if time is not None})
    said = []
    for kind, time in zip(kinds, times, strict=True):
        parts = [kind] if len(set(kinds)) > 1 else []
        if len(order) > 1 and time is not None:
            parts.append(f"e{order.index(time) + 1}")
        said.append(tuple(parts))
    return [
        parts if said.count(parts) == 1 else (*parts, str(said[: k + 1].count(parts))) for k, parts in enumerate(said)
    ]


def _series(uid: str, frames: list[Frame], parts: tuple[str, ...], name: str) -> Series:
    header = frames[0].header
    refused = _refusal(frames[0])
    stack = None
    if not refused:
        with suppress(ImageError):
            stack = sorted_volumes(frames)
    shape = (frames[0].columns, frames[0].rows, len(stack.frames), stack.count) if stack else None
    return Series(
        uid=uid,
        number=header.whole("SeriesNumber"),
        description=header.text("SeriesDescription") or header.text("ProtocolName"),
        sequence=sequence_of(frames[0]),
        kind=frames[0].kind,
        shape=shape[:3] if shape and shape[3] == 1 else shape,
        volumes=shape[3] if shape else 0,
        files=len({id(frame.file) for frame in frames}),
        parts=parts,
        choice=":".join((name, *parts)),
        refused=refused,
        frames=tuple(frames),
        stack=stack,
    )


def sequence_of(frame: Frame) -> str:
    """Return the scanner's name of the pulse sequence, or its sort; empty if neither is known."""
    header = frame.header
    names = ("SequenceName", "PulseSequenceName", "GeSequence", "PhilipsSequence", "ScanningSequence")
    return next((text for name in names if (text := header.text(name))), "")


def _refusal(frame: Frame) -> str:
    """Return why a frame is no image of MR signal, nothing if it is one."""
    header = frame.header
    modality = header.text("Modality")
    if modality not in ("MR", ""):
        return f"it is of modality {modality}; expected MR"
    if header.text("SopClass").startswith(_SECONDARY) or _SCREENS & set(header.words("ImageType")):
        return "it is a picture of a screen, not what was measured"
    if calculated := next(filter(_is_map, (*frame.types, *header.words("ImageType"))), ""):
        return f"it is a map that was calculated ({calculated}), not an image of signal"
    if (header.whole("SamplesPerPixel") or 1) != 1 or header.text("PhotometricInterpretation").startswith("PALETTE"):
        return "it is in colour, so no image of signal"
    if header.text("PhotometricInterpretation") == "MONOCHROME1":
        return "it is stored for display, dark for bright (MONOCHROME1)"
    return ""


def _is_map(word: str) -> bool:
    """Return whether a word of the image type stands for numbers that are no signal: T1, field, velocity (V)."""
    return word in ("ADC", "V") or (word.endswith("MAP") and word != "PHASE MAP")


def chosen(found: Sequence[Series], selector: str | int | None, *, name: str) -> Series:
    """Return the image that is meant.

    Parameters
    ----------
    found
        All there are.
    selector
        UID or number of a series, or a part of its description (whatever the case); where a series holds several
        images, a colon and what tells them apart: ``5:phase``, ``5:e2``, ``5:phase:e2``. ``None`` if there is but one.
    name
        Of the file or folder, for errors.

    Raises
    ------
    ArgumentError
        If nothing is meant by it.
    ImageError
        If several are, or the one that is holds no MR signal.
    """
    if not found:
        raise ImageError(f"{name} holds no DICOM image.")
    meant = list(found) if selector is None else _matching(found, str(selector).strip())
    if not meant:
        raise ArgumentError(f"{name} has no series {str(selector)!r}; it holds {_listed(found)}.")
    readable = [one for one in meant if not one.refused]
    if not readable:
        raise ImageError(f"{name} holds nothing to measure: {_listed(meant)}.")
    if len(readable) > 1:
        raise ImageError(
            f"{name} holds {len(readable)} images; choose one with --series, or series=... in Python: "
            f"{_listed(readable)}."
        )
    return readable[0]


def _matching(found: Sequence[Series], selector: str) -> list[Series]:
    base, parts = selector, set[str]()
    while True:
        meant = [one for one in found if parts <= {*one.parts, one.kind}]
        for test in (_by_choice, _by_number, _by_description):
            if some := [one for one in meant if test(one, base)]:
                return some
        base, colon, part = base.rpartition(":")
        if not colon:
            return []
        parts.add(part.strip().lower())


def _by_choice(one: Series, base: str) -> bool:
    return base in (one.uid, one.choice)


def _by_number(one: Series, base: str) -> bool:
    return base.isdecimal() and one.number == int(base)


def _by_description(one: Series, base: str) -> bool:
    return bool(base) and base.lower() in one.description.lower()


def _listed(some: Sequence[Series]) -> str:
    said = "; ".join(_said(one) for one in some[:_SHOWN])
    return f"{said}; and {len(some) - _SHOWN} more" if len(some) > _SHOWN else said


def _said(one: Series) -> str:
    size = "volumes are incomplete" if one.shape is None else " x ".join(map(str, one.shape))
    facts = [one.refused] if one.refused else [size, one.kind]
    return f"{one.choice} ({', '.join(filter(None, [one.description, *facts]))})"
