"""The body of the digital phantom: a coronal abdomen, drawn in millimetres.

The origin is the middle of the field of view, between the kidneys; x to the patient's right, y to the front, z to the
head. The sizes are a slim adult's in round numbers, the signals those of a fat-suppressed, mildly T1-weighted image.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from mrsnr.data.shapes import Blob, Canvas, Point, Points, Tissue, Tube, both
from mrsnr.model import BoolArray, FloatArray, LabelArray

NAMES = MappingProxyType(
    {
        1: "left cortex",
        2: "left medulla",
        3: "right cortex",
        4: "right medulla",
        5: "liver",
        6: "spleen",
        7: "spine",
        8: "muscle",
        9: "aorta",
        10: "vena cava",
        11: "fat",
    }
)
CORTEX = (1, 3)

FAT = Tissue(0.34, label=11)
MUSCLE = Tissue(0.48, label=8)
LUNG = Tissue(0.20)
HEART = Tissue(0.66)
LIVER = Tissue(0.78, label=5)
GALL = Tissue(1.20)
SPLEEN = Tissue(0.64, label=6)
STOMACH = Tissue(0.52)
BOWEL = Tissue(0.60)
BOWEL_WALL = Tissue(0.85)
BONE = Tissue(0.20)
MARROW = Tissue(0.44)
VERTEBRA = Tissue(0.42, label=7)
DISC = Tissue(0.70)
CANAL = Tissue(1.05)
CORD = Tissue(0.62)
AORTA = Tissue(0.90, label=9, course=2)
ARTERY = Tissue(0.90, course=2)
CAVA = Tissue(0.80, label=10, course=2)
VEIN = Tissue(0.80, course=2)
SINUS = Tissue(0.30)
PELVIS = Tissue(0.55)
CORTEX_OF = {1: Tissue(1.0, label=3, course=1), -1: Tissue(1.0, label=1, course=1)}
MEDULLA_OF = {1: Tissue(0.68, label=4, course=1), -1: Tissue(0.68, label=2, course=1)}

RIGHT_KIDNEY = Blob((65, -2, 6), (28, 23, 55), lean=-13, power=2.2, bend=9, pitch=0.12)
LEFT_KIDNEY = Blob((65, -2, 18), (28, 23, 55), lean=-13, power=2.2, bend=9, pitch=0.12).mirrored()


class Body(NamedTuple):
    """What is where: signal relative to the renal cortex, of that what breathes and what pulses, labels, air."""

    signal: FloatArray
    breathing: FloatArray
    pulsing: FloatArray
    labels: LabelArray
    names: dict[int, str]
    air: BoolArray


def body(points: Points, edge: float) -> Body:
    """Draw the abdomen on a grid.

    Parameters
    ----------
    points
        RAS millimetres of the voxels, see `Canvas`.
    edge
        Width of the transition between tissues in mm; voxels inside it belong to no label.
    """
    canvas = Canvas(points, edge)
    skin = _trunk(points)
    wall = skin + _fat_thickness(points)
    cavity = _cavity(points, wall)
    canvas.fill(skin, FAT)
    canvas.fill(wall, MUSCLE)
    canvas.fill(cavity, FAT)
    _back(canvas, wall)
    _chest(canvas, cavity)
    _upper_organs(canvas, cavity)
    _bowel(canvas, cavity)
    _pelvis_and_psoas(canvas, wall)
    _spine(canvas)
    _vessels(canvas)
    _kidney(canvas, RIGHT_KIDNEY, 1)
    _kidney(canvas, LEFT_KIDNEY, -1)
    _arms(canvas)
    present = np.unique(canvas.labels)
    names = {label: name for label, name in NAMES.items() if label in present}
    signal, breathing, pulsing = canvas.layers
    return Body(signal, breathing, pulsing, canvas.labels, names, signal == 0)


def _smooth_step(value: FloatArray, low: float, high: float) -> FloatArray:
    part = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def _trunk(points: Points) -> FloatArray:
    """Distance to the skin: oval from head to foot, with a waist."""
    x, y, z = points
    width = 140 - 11 * np.exp(-(((z + 45) / 62) ** 2))
    width = width + 10 * _smooth_step(-z, 95, 190) + 6 * _smooth_step(z, 60, 200)
    depth = np.clip(1 - np.abs((y - 26) / 92) ** 2.3, 0, None) ** (1 / 2.3)
    return np.asarray(np.maximum(np.abs(x) - width * depth, np.abs(y - 26) - 92))


def _fat_thickness(points: Points) -> FloatArray:
    """Fat under the skin: thicker at the hips and towards the back."""
    _, y, z = points
    thickness = 10 + 9 * _smooth_step(-z, 60, 190) + 5 * np.exp(-(((z + 60) / 50) ** 2))
    return np.asarray(thickness + 0.25 * np.clip(-y, 0, None))


def _cavity(points: Points, wall: FloatArray) -> FloatArray:
    """Distance to the inside of the abdominal wall; towards the back it leaves room for the muscles."""
    x, y, _ = points
    return np.maximum(wall + 11, -1.15 * (y + 6) - np.abs(x))


def _back(canvas: Canvas, wall: FloatArray) -> None:
    """Erector spinae; eight pairs of ribs, cut across in the wall."""
    canvas.paint(Blob((0, -46, 0), (64, 27, 330), power=3), MUSCLE, within=wall + 3)
    x, _, z = canvas.points
    height = z - 36 + 0.10 * np.abs(x)
    rib = (height + 11.5) % 23 - 11.5  # mm from the middle of the nearest rib
    ring = np.hypot(wall + 5.5, rib / 1.5) - 4.0
    canvas.fill(np.where((height > -11.5) & (height < 172.5), ring, np.inf), BONE)


def _dome(points: Points, side: int, top: float) -> FloatArray:
    """Height above one half of the diaphragm."""
    x, y, z = points
    return np.asarray(z - top + 30 * ((side * x - 66) / 58) ** 2 + 14 * ((y - 20) / 60) ** 2)


def _chest(canvas: Canvas, cavity: FloatArray) -> None:
    """Lungs above the diaphragm, the tip of the heart between them."""
    x, _, z = canvas.points
    mediastinum = 26 + 8 * np.exp(-(((z - 100) / 40) ** 2))
    for side, top in ((1, 104.0), (-1, 94.0)):
        below = -_dome(canvas.points, side, top)
        canvas.fill(np.maximum(np.maximum(below, mediastinum - side * x), cavity - 6), LUNG)
    canvas.paint(Blob((-26, 52, 118), (58, 36, 42), lean=-14, power=2.2), HEART, cavity)


def _upper_organs(canvas: Canvas, cavity: FloatArray) -> None:
    """Liver with its veins and the gall bladder; stomach and spleen under the other dome."""
    within = np.maximum(cavity + 1.5, _dome(canvas.points, 1, 100))
    right_lobe = Blob((76, 24, 42), (62, 56, 90), lean=28, power=2.4, bend=-14, pitch=0.05)
    left_lobe = Blob((10, 44, 72), (70, 34, 30), lean=14, power=2.3)
    canvas.paint(right_lobe, LIVER, within)
    canvas.paint(left_lobe, LIVER, within)
    for path in (
        ((22, 20, 66), (48, 22, 62), (74, 18, 70), (96, 12, 60)),
        ((48, 22, 62), (70, 20, 38), (88, 12, 22)),
        ((26, 26, 78), (56, 30, 88)),
    ):
        canvas.paint(Tube(path, 3.4), VEIN, within)
    canvas.paint(Blob((62, 42, 2), (11, 14, 21), lean=-18, taper=-0.25), GALL)
    within = np.maximum(cavity + 1.5, _dome(canvas.points, -1, 92))
    canvas.paint(Blob((-54, 42, 62), (36, 30, 40), lean=-30, bend=12, power=2.4), STOMACH, within)
    canvas.paint(Blob((-95, -2, 54), (27, 36, 50), lean=-16, power=2.3, bend=-8), SPLEEN, within)


def _bowel(canvas: Canvas, cavity: FloatArray) -> None:
    """Colon in both flanks, loops of small bowel in front."""
    right: list[Point] = [(100 + 2 * (-1) ** i, 14 + 5 * (i % 2), -50 - 21 * i) for i in range(6)]
    left: list[Point] = [(-104 - 2 * (-1) ** i, 12 + 5 * (i % 2), -16 - 21 * i) for i in range(8)]
    loops = [Blob(centre, (18, 21, 14), power=2.4) for centre in right + left]
    for row in range(4):
        for column in range(5):
            x = -58 + 29 * column + 9 * (-1) ** row
            y = 34 + 5 * np.cos(2.1 * row + 1.3 * column)
            z = -72 - 30 * row + 7 * np.sin(1.7 * column + row)
            lean = 40 * np.sin(2.3 * column + 1.9 * row)
            loops.append(Blob((x, y, z), (21.5, 17, 15.5), lean=lean, bend=6))
    for loop in loops:
        canvas.paint(loop, BOWEL_WALL, cavity + 2)
        canvas.paint(loop.grown(-3.3), BOWEL, cavity + 2)


def _pelvis_and_psoas(canvas: Canvas, wall: FloatArray) -> None:
    for psoas in both(Blob((46, 6, -88), (20, 20, 112), lean=15, taper=-0.35, power=2.2)):
        canvas.paint(psoas, MUSCLE, wall)
    for wing in both(Blob((96, -4, -186), (10, 34, 60), lean=24, bend=-10, power=2.4)):
        canvas.paint(wing.grown(9), MUSCLE, wall)
        canvas.paint(wing, BONE, wall)
        canvas.paint(wing.grown(-3), MARROW, wall)


def _spine(canvas: Canvas) -> None:
    """Vertebrae and discs, the arches behind them, the canal with its cord."""
    canvas.paint(Tube(((0, 2, -260), (0, 5, -120), (0, 3, 0), (0, -2, 260)), 17), BONE)
    for level in range(15):
        z = -246.0 + 34 * level
        y = 4 - 8e-5 * (z + 110) ** 2
        width = 21.5 - 0.018 * z
        canvas.paint(Blob((0, y, z + 17), (width - 1, 15, 5), power=3), DISC)
        canvas.paint(Blob((0, y, z), (width, 16.5, 14.5), power=4), BONE)
        canvas.paint(Blob((0, y, z), (width - 2, 15, 12.5), power=4), VERTEBRA)
        canvas.paint(Blob((0, -36, z - 8), (5, 16, 11), power=2.5), BONE)
        for arch in both(Blob((19, -20, z), (9, 8, 7), lean=20, power=2.3)):
            canvas.paint(arch, BONE)
    canvas.paint(Tube(((0, -20, -260), (0, -17, 0), (0, -20, 260)), 9), CANAL)
    canvas.paint(Tube(((0, -17, 10), (0, -20, 260)), 4.5), CORD)


def _vessels(canvas: Canvas) -> None:
    """Veins first: the arteries cross in front of them."""
    canvas.paint(Tube(((20, 32, 110), (17, 28, 20), (15, 25, -80)), 10.5), CAVA)
    canvas.paint(Tube(((13, 23, -82), (40, 18, -118), (62, 18, -158)), 6.5), VEIN)
    canvas.paint(Tube(((13, 23, -82), (-14, 18, -116), (-50, 18, -160)), 6.5), VEIN)
    canvas.paint(Tube(((-12, 18, 250), (-12, 28, 90), (-11, 30, -66)), 9.0), AORTA)
    canvas.paint(Tube(((-11, 31, -62), (-26, 32, -96), (-46, 30, -138), (-78, 26, -176)), 5.0), ARTERY)
    canvas.paint(Tube(((-11, 31, -62), (8, 34, -96), (32, 32, -138), (66, 28, -178)), 5.0), ARTERY)
    canvas.paint(Tube(((16, 25, 8), (34, 14, 12), (50, 2, 8)), 4.0), VEIN)
    canvas.paint(Tube(((-13, 28, 20), (-32, 16, 20), (-50, 2, 17)), 3.6), ARTERY)


def _kidney(canvas: Canvas, kidney: Blob, side: int) -> None:
    """Capsule fat, cortex, pyramids, and the sinus that opens towards the spine."""
    canvas.paint(kidney.grown(5), FAT)
    canvas.paint(kidney, CORTEX_OF[side])
    for pyramid in _pyramids(kidney, side):
        canvas.paint(pyramid, MEDULLA_OF[side])
    x, y, z = kidney.centre
    sinus = Blob((x - side * 13, y + 2, z), (14, 9, 24), lean=kidney.lean, power=2.2)
    canvas.paint(sinus, SINUS)
    canvas.paint(Blob((x - side * 16, y + 2, z - 2), (9, 6, 12), lean=kidney.lean), PELVIS)


def _pyramids(kidney: Blob, side: int) -> list[Blob]:
    """Three layers of nine pyramids around the sinus, broad end outwards, the middle layer half a step on."""
    x, y, z = kidney.centre
    sine, cosine = np.sin(np.radians(kidney.lean)), np.cos(np.radians(kidney.lean))
    pyramids = []
    for layer, depth in enumerate((-12, 0, 12)):
        for step in range(9):
            angle = np.radians(-128 + 32 * step + 12 * (layer % 2))
            along = 33 * np.sin(angle)
            across = side * (12.5 * np.cos(angle) - 2.5 - 8 * np.sin(angle) ** 2)
            centre = (
                x + along * sine + across * cosine,
                y + depth - kidney.pitch * along,
                z + along * cosine - across * sine,
            )
            outwards = np.degrees(np.arctan2(1.4 * side * np.cos(angle), np.sin(angle)))
            lean = float(outwards) + kidney.lean
            pyramids.append(Blob(centre, (6.0, 6.2, 10.5), lean=lean, taper=0.4))
    return pyramids


def _arms(canvas: Canvas) -> None:
    """Upper arm and forearm beside the trunk, with one bone and with two."""
    upper = Blob((180, -4, 150), (24, 26, 195), lean=0.5, power=2.6)
    fore = Blob((183, -6, -124), (23, 24, 190), lean=1.5, power=2.6, taper=0.15)
    for part, bones in ((upper, (0.0,)), (fore, (-6.0, 6.0))):
        for arm in both(part):
            canvas.paint(arm, FAT)
            canvas.paint(arm.grown(-4.5), MUSCLE)
            x, y, z = arm.centre
            for shift in bones:
                canvas.paint(Blob((x + shift, y, z), (5.5, 5.5, 172), lean=arm.lean, power=3), BONE)
                canvas.paint(Blob((x + shift, y, z), (3, 3, 170), lean=arm.lean, power=3), MARROW)
