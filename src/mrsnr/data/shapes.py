"""Smooth shapes in millimetres, and the canvas that tissues are painted on, one over the other.

Coordinates are the patient's: x to the right, y to the front, z to the head (RAS). A shape answers one question,
how far a point lies outside of it (negative inside), well enough near its surface to draw a soft edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mrsnr.model import FloatArray, LabelArray

Point = tuple[float, float, float]
Points = tuple[FloatArray, FloatArray, FloatArray]
Box = tuple[tuple[float, float], ...]


class Shape(Protocol):
    """Anything with an inside."""

    def bounds(self) -> Box:
        """Give the lowest and highest x, y and z of the shape, in mm."""

    def distance(self, points: Points) -> FloatArray:
        """Give the distance to the surface in mm, negative inside."""


@dataclass(frozen=True)
class Blob:
    """A superellipsoid that may lean, bend like a bean and taper like a pear.

    Parameters
    ----------
    centre
        x, y, z in mm.
    radii
        Half lengths in mm: across, front to back, and along the long axis.
    lean
        Angle of the long axis from the head's direction towards the patient's right, in degrees.
    power
        2 is an ellipsoid, 4 a rounded box.
    bend
        How far the two ends are moved across, in mm.
    taper
        Relative growth of the width from the middle to the upper end.
    pitch
        Shift to the back with every mm along the axis.
    """

    centre: Point
    radii: Point
    lean: float = 0.0
    power: float = 2.0
    bend: float = 0.0
    taper: float = 0.0
    pitch: float = 0.0

    def mirrored(self) -> Blob:
        """Give the same shape on the other side of the body."""
        x, y, z = self.centre
        return replace(self, centre=(-x, y, z), lean=-self.lean, bend=-self.bend)

    def grown(self, margin: float) -> Blob:
        """Give the same shape with a rim of ``margin`` mm, or without one when negative."""
        across, depth, along = self.radii
        return replace(self, radii=(across + margin, depth + margin, along + margin))

    def bounds(self) -> Box:
        """Give a box that surely holds the shape."""
        across, depth, along = self.radii
        width = across * (1 + abs(self.taper)) + abs(self.bend)
        sine, cosine = abs(np.sin(np.radians(self.lean))), abs(np.cos(np.radians(self.lean)))
        half = (
            width * cosine + along * sine,
            depth + abs(self.pitch) * along,
            width * sine + along * cosine,
        )
        return tuple((c - h, c + h) for c, h in zip(self.centre, half, strict=True))

    def distance(self, points: Points) -> FloatArray:
        """Give the distance to the surface to first order, in mm, negative inside."""
        x, y, z = (values - c for values, c in zip(points, self.centre, strict=True))
        sine, cosine = np.sin(np.radians(self.lean)), np.cos(np.radians(self.lean))
        long = (x * sine + z * cosine) / self.radii[2]
        wide = (x * cosine - z * sine + self.bend * (long**2 - 1 / 3)) / self.radii[0]
        wide = wide / (1 + self.taper * np.clip(long, -1, 1))
        deep = (y + self.pitch * self.radii[2] * long) / self.radii[1]
        sizes = [np.abs(values) + 1e-9 for values in (wide, deep, long)]
        powers = [size**self.power for size in sizes]
        total = powers[0] + powers[1] + powers[2]
        level = total ** (1 / self.power)
        slopes = [p / (s * r) for p, s, r in zip(powers, sizes, self.radii, strict=True)]
        steepness = np.sqrt(slopes[0] ** 2 + slopes[1] ** 2 + slopes[2] ** 2) * level / total
        return np.asarray((level - 1) / steepness)


@dataclass(frozen=True)
class Tube:
    """A round tube along a chain of points."""

    path: tuple[Point, ...]
    radius: float

    def bounds(self) -> Box:
        """Give the box around the tube."""
        low, high = np.min(self.path, axis=0), np.max(self.path, axis=0)
        return tuple((float(a) - self.radius, float(b) + self.radius) for a, b in zip(low, high, strict=True))

    def distance(self, points: Points) -> FloatArray:
        """Give the distance to the tube's wall in mm, negative inside."""
        ends = np.asarray(self.path, dtype=np.float64)
        nearest: FloatArray = np.array(np.inf)
        for start, step in zip(ends[:-1], np.diff(ends, axis=0), strict=True):
            x, y, z = (values - s for values, s in zip(points, start, strict=True))
            along = np.clip((x * step[0] + y * step[1] + z * step[2]) / (step @ step), 0, 1)
            squared = (x - along * step[0]) ** 2 + (y - along * step[1]) ** 2
            squared = squared + (z - along * step[2]) ** 2
            nearest = np.minimum(nearest, squared)
        return np.asarray(np.sqrt(nearest) - self.radius)


@dataclass(frozen=True)
class Tissue:
    """What a part is made of: its signal relative to the kidney's cortex, its label, and how it moves."""

    signal: float
    label: int = 0
    course: int = 0  # 1: with the breath, 2: with the heart


class Canvas:
    """A grid on which shapes are painted with soft edges; a later shape covers an earlier one.

    Parameters
    ----------
    points
        RAS millimetres of the voxels, broadcasting to the shape of the grid: x along the first axis, z along the
        second, y along the third.
    edge
        Width in mm over which one tissue fades into the next.
    """

    def __init__(self, points: Points, edge: float) -> None:
        self.points = points
        self.edge = edge
        shape = np.broadcast_shapes(*(values.shape for values in points))
        self.layers: FloatArray = np.zeros((3, *shape))  # all signal; what breathes; what pulses
        self.labels: LabelArray = np.zeros(shape, dtype=np.uint8)

    def paint(self, shape: Shape, tissue: Tissue, within: FloatArray | None = None) -> None:
        """Paint one shape; ``within`` is the distance to an outline (mm, on the grid) that it must not cross."""
        box = self._box(shape.bounds())
        if box is None:
            return
        points = tuple(
            values[tuple(part if n > 1 else slice(None) for part, n in zip(box, values.shape, strict=True))]
            for values in self.points
        )
        distance = shape.distance((points[0], points[1], points[2]))
        if within is not None:
            distance = np.maximum(distance, within[box])
        self.fill(distance, tissue, box)

    def fill(self, distance: FloatArray, tissue: Tissue, box: tuple[slice, ...] = (slice(None),) * 3) -> None:
        """Paint where a distance is negative; a label is given only where nothing else shares the voxel."""
        share = np.clip(0.5 - distance / self.edge, 0, 1)
        for course, layer in enumerate(self.layers):
            part = layer[box]
            part *= 1 - share
            if course in {0, tissue.course}:
                part += tissue.signal * share
        labels = self.labels[box]
        labels[share > 0] = 0
        labels[share == 1] = tissue.label

    def _box(self, bounds: Box) -> tuple[slice, ...] | None:
        """Find the part of the grid that a shape can touch: only that is computed."""
        box = []
        for of in (0, 2, 1):  # the grid's axes lie along x, z and y
            values, (low, high) = self.points[of].ravel(), bounds[of]
            hit = np.flatnonzero((values > low - self.edge) & (values < high + self.edge))
            if not hit.size:
                return None
            box.append(slice(int(hit[0]), int(hit[-1]) + 1))
        return tuple(box)


def both(blob: Blob) -> tuple[Blob, Blob]:
    """Give a shape of the right side and that of the left."""
    return blob, blob.mirrored()
