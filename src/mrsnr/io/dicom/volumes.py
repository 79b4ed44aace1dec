"""Frames of one image into slices and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mrsnr.errors import ImageError
from mrsnr.io.dicom.frames import Frame, b_value
from mrsnr.io.dicom.geometry import oddities
from mrsnr.io.dicom.stacks import drift, stacks_of

_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """Frames by slice and volume, and sentences about what is odd.

    ``frames[k][t]`` is slice k of volume t.
    """

    frames: list[list[Frame]]
    problems: tuple[str, ...]

    @property
    def first(self) -> list[Frame]:
        """The slices of the first volume."""
        return [slices[0] for slices in self.frames]

    @property
    def count(self) -> int:
        """Number of volumes."""
        return len(self.frames[0])


def sorted_volumes(frames: Sequence[Frame]) -> Volumes:
    """Sort frames of one image by place, and those at one place by time.

    Parameters
    ----------
    frames
        Of one size and orientation.

    Raises
    ------
    ImageError
        If volumes lack slices, so that they make no array.
    """
    in_time = sorted(((_time(frame), k, frame) for k, frame in enumerate(frames)), key=lambda one: one[:2])
    kept, problems = _without_copies([(time, frame) for time, _, frame in in_time])
    stacks = stacks_of(kept)
    if len({len(stack) for stack in stacks}) > 1:
        raise ImageError(_incomplete(stacks))
    found = Volumes(stacks, ())
    problems += oddities(found.first)
    problems += _unlike(found) + _undecided(stacks) + _moved(stacks)
    return Volumes(stacks, tuple(problems))


def _without_copies(frames: Sequence[tuple[Any, Frame]]) -> tuple[list[Frame], list[str]]:
    """Leave out frames that are there twice: the same place, time and number in the series."""
    seen: dict[Any, Frame] = {}
    kept = [frame for time, frame in frames if seen.setdefault(_identity(time, frame), frame).file is frame.file]
    copies = len(frames) - len(kept)
    return kept, [f"{copies} of {len(frames)} slices are copies of others, and were left out."] if copies else []


def _identity(time: Any, frame: Frame) -> Any:
    """Return what copies have in common; numbers and times alone are the same in volumes of some series."""
    return frame.header.text("SopInstance") or id(frame.file), frame.number, frame.tile, time, frame.position


def _time(frame: Frame) -> tuple[Any, ...]:
    """Return what orders the frames at one place: the first of these that differs."""
    header = frame.header

    def number(*names: str) -> float:
        return next((value for name in names if (value := header.number(name)) is not None), 0.0)

    return (
        number("TemporalPositionIndex", "TemporalPositionIdentifier"),
        number("AcquisitionNumber"),
        number("FrameAcquisitionNumber"),
        _moment(frame),
        number("NominalTriggerDelay", "TriggerTime"),
        number("InstanceNumber"),
        _time_of_day(frame),
        frame.number,
    )


def _moment(frame: Frame) -> str:
    """Return when a frame was acquired, as digits that sort as time does, if its date is known."""
    header = frame.header
    said = header.text("FrameAcquisitionDateTime") or header.text("AcquisitionDateTime")
    date = header.text("AcquisitionDate")
    return said or (date + header.text("AcquisitionTime") if date else "")


def _time_of_day(frame: Frame) -> str:
    """Return the time without a date: it begins anew at midnight."""
    return frame.header.text("AcquisitionTime") or frame.header.text("ContentTime")


def _undecided(stacks: Sequence[Sequence[Frame]]) -> list[str]:
    """Return a sentence if the header does not tell which of two volumes came first."""
    if not any(_time(one) == _time(other) for stack in stacks for one, other in pairwise(stack)):
        return []
    sentence = (
        "The header gives several volumes the same time and number: they are in the order of their files' names. "
        "Copies that were exported anew look so too."
    )
    return [sentence]


def _moved(stacks: Sequence[Sequence[Frame]]) -> list[str]:
    shift = drift(stacks)
    if not shift:
        return []
    sentence = (
        f"The slices move by up to {shift:.2g} mm between volumes, as with prospective motion correction: the place "
        "that is given is that of the first volume."
    )
    return [sentence]


def _unlike(volumes: Volumes) -> list[str]:
    """Return a sentence if slices of one volume were not scanned alike, so that the sorting has failed."""
    for t in range(volumes.count):
        weights = {b_value(slices[t].header) for slices in volumes.frames}
        if len(weights) > 1:
            return [f"Slices of volume {t + 1} have different b-values: the volumes could not be told apart."]
    return []


def _incomplete(stacks: Sequence[Sequence[Frame]]) -> str:
    most = max(len(stack) for stack in stacks)
    short = [k + 1 for k, stack in enumerate(stacks) if len(stack) < most]
    named = ", ".join(map(str, short[:_SHOWN])) + (f" and {len(short) - _SHOWN} more" if len(short) > _SHOWN else "")
    there = sum(len(stack) for stack in stacks)
    return (
        f"The volumes are incomplete: of {most} volumes with {len(stacks)} slices each there are {there} of "
        f"{most * len(stacks)} slices. Fewer than {most} are there of slice {named} (from 1, along the normal). "
        "Copy or export the series again, or leave out the files of the last volume."
    )
