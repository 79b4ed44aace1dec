"""Frames of one image into slices and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsnr.errors import ImageError
from mrsnr.io.dicom.frames import Frame, b_value
from mrsnr.io.dicom.geometry import distances, oddities, oriented

_SAME_PLACE = 0.01  # mm
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
    stacks = _stacks(kept)
    if len({len(stack) for stack in stacks}) > 1:
        raise ImageError(_incomplete(stacks))
    found = Volumes(stacks, ())
    problems += oddities(found.first)
    problems += _unlike(found)
    return Volumes(stacks, tuple(problems))


def _without_copies(frames: Sequence[tuple[Any, Frame]]) -> tuple[list[Frame], list[str]]:
    """Leave out frames that are there twice: the same place, time and number in the series."""
    seen: dict[Any, Frame] = {}
    kept = [frame for time, frame in frames if seen.setdefault(_identity(time, frame), frame).file is frame.file]
    copies = len(frames) - len(kept)
    return kept, [f"{copies} of {len(frames)} slices are copies of others, and were left out."] if copies else []


def _identity(time: Any, frame: Frame) -> Any:
    if frame.header.whole("InstanceNumber") is None:
        return frame.file.header.text("SopInstance") or id(frame.file), frame.number, frame.tile
    return time, frame.position, frame.tile


def _stacks(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Return the frames at each place, along the normal; frames at one place stay in their order."""
    if not all(oriented(frame) for frame in frames):
        return [[frame] for frame in frames]
    along = distances(frames)
    order = np.argsort(along, kind="stable")
    breaks = np.flatnonzero(np.diff(along[order]) > _SAME_PLACE) + 1
    return [[frames[k] for k in sorted(group)] for group in np.split(order, breaks)]


def _time(frame: Frame) -> tuple[Any, ...]:
    """Return what orders the frames at one place: the first of these that differs."""
    header = frame.header

    def number(*names: str) -> float:
        return next((value for name in names if (value := header.number(name)) is not None), 0.0)

    return (
        number("TemporalPositionIndex", "TemporalPositionIdentifier"),
        number("FrameAcquisitionNumber", "AcquisitionNumber"),
        _moment(frame),
        number("NominalTriggerDelay", "TriggerTime"),
        number("InstanceNumber"),
        frame.number,
    )


def _moment(frame: Frame) -> str:
    """Return when a frame was acquired, as digits that sort as time does."""
    for names in (("FrameAcquisitionDateTime",), ("AcquisitionDateTime",), ("AcquisitionDate", "AcquisitionTime")):
        said = "".join(frame.header.text(name) for name in names)
        if said:
            return said
    return frame.header.text("ContentTime")


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
