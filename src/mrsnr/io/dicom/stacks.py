"""Which frames are at one place, if need be although the place moves from volume to volume."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mrsnr.io.dicom.frames import Frame
from mrsnr.io.dicom.geometry import distances, oriented, thickness

_SAME_PLACE = 0.01  # mm
_TOLERANCE = 0.1  # of the distance of slices
_LARGEST_SHIFT = 0.4  # of the distance of slices; interleaved parts of one volume lie half of it apart
_NEXT_TO_EACH_OTHER = 1.5  # distances of slices as the header has it; parts of a volume leave one of two out
_EVEN = 0.05  # of the distance of slices

Stacks = list[list[Frame]]


def stacks_of(frames: Sequence[Frame]) -> Stacks:
    """Return the frames at each place, along the normal; frames at one place stay in their order.

    Parameters
    ----------
    frames
        Of one size and orientation, in the order of time.

    Notes
    -----
    Scanners that follow the head (PACE of Siemens) give each volume a place of its own. Where it is known which frames
    make a volume, slices are counted within it; otherwise what lies nearer than a tenth of a slice is one place. Whole
    volumes may move by more than a slice: by half of their height, as slabs beside each other are further apart, or,
    where the header calls them times of one place, by all of it.
    """
    if not all(oriented(frame) for frame in frames):
        return [[frame] for frame in frames]
    if all(frame.tile is not None for frame in frames):
        mosaics = _grouped(frames, [(id(frame.file), frame.number) for frame in frames])
        if len({len(mosaic) for mosaic in mosaics}) == 1:
            return _by_rank(mosaics)
    along = distances(frames)
    found = _near(frames, along, _SAME_PLACE)
    if _even(found):
        return found
    for keys, largest in ((_temporal_positions(frames), 1.0), (_acquisitions(frames), 0.5)):
        volumes = _grouped(frames, keys)
        if len(volumes) > 1 and _are_volumes(volumes, largest):
            return _by_rank(volumes)
    return _near(frames, along, max(_SAME_PLACE, _TOLERANCE * thickness(frames[0])))


def drift(stacks: Sequence[Sequence[Frame]]) -> float:
    """Return how far the place of a slice lies from that in the first volume, at most, in mm."""
    if not all(oriented(frame) for stack in stacks for frame in stack):
        return 0.0
    places = np.array([[frame.position for frame in stack] for stack in stacks], float)
    shift = float(np.linalg.norm(places - places[:, :1], axis=2).max())
    return shift if shift > _SAME_PLACE else 0.0


def _near(frames: Sequence[Frame], along: NDArray[np.float64], tolerance: float) -> Stacks:
    order = np.argsort(along, kind="stable")
    breaks = np.flatnonzero(np.diff(along[order]) > tolerance) + 1
    return [[frames[k] for k in sorted(group)] for group in np.split(order, breaks)]


def _even(stacks: Stacks) -> bool:
    """Return whether there are equally many frames at places of equal distance."""
    if len({len(stack) for stack in stacks}) > 1:
        return False
    gaps = np.diff(distances([stack[0] for stack in stacks]))
    return len(gaps) == 0 or bool(np.ptp(gaps) < _EVEN * np.median(gaps))


def _grouped(frames: Sequence[Frame], keys: Iterable[Hashable]) -> Stacks:
    groups: dict[Hashable, list[Frame]] = defaultdict(list)
    for frame, key in zip(frames, keys, strict=True):
        groups[key].append(frame)
    return list(groups.values())


def _temporal_positions(frames: Sequence[Frame]) -> list[Hashable]:
    names = ("TemporalPositionIndex", "TemporalPositionIdentifier")
    return [tuple(frame.header.number(name) for name in names) for frame in frames]


def _acquisitions(frames: Sequence[Frame]) -> list[Hashable]:
    names = ("AcquisitionNumber", "FrameAcquisitionNumber")
    return [tuple(frame.header.number(name) for name in names) for frame in frames]


def _are_volumes(groups: Stacks, largest: float) -> bool:
    """Return whether groups of frames cover the same slices once each, and are no parts of one volume.

    Groups without gaps between their slices may lie so much of their height apart, others less than a slice.
    """
    if len({len(group) for group in groups}) > 1:
        return False
    stacks = _by_rank(groups)
    along = np.array([distances([groups[0][0], *stack])[1:] for stack in stacks])
    gaps = np.diff(along, axis=0)
    distance = float(np.median(gaps)) if gaps.size else thickness(groups[0][0])
    limit = _LARGEST_SHIFT * distance
    if gaps.size and distance < _NEXT_TO_EACH_OTHER * thickness(groups[0][0]):
        limit = max(limit, largest * len(gaps) * distance)
    return bool(np.ptp(along, axis=1).max() < limit and gaps.min(initial=np.inf) > _SAME_PLACE)


def _by_rank(volumes: Stacks) -> Stacks:
    """Return first slices of all volumes, then second ones, and so on."""
    ranked = [[volume[k] for k in np.argsort(distances(volume), kind="stable")] for volume in volumes]
    return [list(stack) for stack in zip(*ranked, strict=True)]
