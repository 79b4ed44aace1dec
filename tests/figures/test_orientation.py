"""Slices are shown in radiological convention, whatever the order and direction of the voxel axes."""

from itertools import permutations, product

import numpy as np
import pytest

import mrsnr
from mrsnr import figures
from mrsnr.figures.orientation import display_of
from mrsnr.model import Image

SIZES = (2.0, 3.0, 4.0)  # mm towards the right, the front and the head
SHAPE = (3, 4, 5)
# The patient: every voxel is different; axes run to the right, the front and the head.
PATIENT = np.arange(np.prod(SHAPE), dtype=np.float64).reshape(SHAPE)
ORIENTATIONS = list(product(permutations(range(3)), product((1, -1), repeat=3)))
LETTERS = {0: ("A", "P", "S", "I"), 1: ("R", "L", "S", "I"), 2: ("R", "L", "A", "P")}  # left, right, top, bottom
PLANES = {0: "sagittal", 1: "coronal", 2: "axial"}
ASPECTS = {0: 4 / 3, 1: 4 / 2, 2: 3 / 2}


def stored(order, signs):
    """The same patient, stored with other voxel axes: the array and its affine."""
    data = PATIENT.transpose(order)[tuple(slice(None, None, sign) for sign in signs)]
    affine = np.eye(4)
    affine[:3, :3] = 0
    for voxel_axis, (axis, sign) in enumerate(zip(order, signs, strict=True)):
        affine[axis, voxel_axis] = sign * SIZES[axis]
        if sign < 0:  # the first voxel is where the last one was
            affine[axis, 3] = (SHAPE[axis] - 1) * SIZES[axis]
    return Image(data, affine)


def page(axis, index):
    """What a radiologist expects of a slice across an anatomical axis, voxel by voxel."""
    right, front, head = (range(size) for size in SHAPE)
    if axis == 0:
        return [[PATIENT[index, y, z] for y in reversed(front)] for z in reversed(head)]
    if axis == 1:
        return [[PATIENT[x, index, z] for x in reversed(right)] for z in reversed(head)]
    return [[PATIENT[x, y, index] for x in reversed(right)] for y in reversed(front)]


def letters(axes):
    at = {text.get_position(): text.get_text() for text in axes.texts}
    x = sorted(at, key=lambda place: place[0])
    y = sorted(at, key=lambda place: place[1])
    return at[x[0]], at[x[-1]], at[y[-1]], at[y[0]]


def test_there_are_48_orientations():
    assert len(ORIENTATIONS) == 48


@pytest.mark.parametrize(("order", "signs"), ORIENTATIONS)
def test_every_orientation_shows_the_same_page(order, signs):
    image = stored(order, signs)
    axis, first = order[2], 1
    at = first if signs[2] > 0 else SHAPE[axis] - 1 - first
    (panel, *_) = figures.montage(image, slice=first).axes
    np.testing.assert_array_equal(panel.images[0].get_array(), page(axis, at))
    assert letters(panel) == LETTERS[axis]
    assert panel.get_aspect() == pytest.approx(ASPECTS[axis])
    assert display_of(image.affine).plane == PLANES[axis]


@pytest.mark.parametrize(("order", "signs"), ORIENTATIONS[::7])
@pytest.mark.parametrize("axis", range(3))
def test_an_oblique_slice_is_shown_as_the_nearest_straight_one(order, signs, axis):
    straight = stored(order, signs).affine
    angle = np.radians(20)
    turn = np.eye(4)
    turn[np.ix_([(axis + 1) % 3, (axis + 2) % 3], [(axis + 1) % 3, (axis + 2) % 3])] = [
        [np.cos(angle), -np.sin(angle)],
        [np.sin(angle), np.cos(angle)],
    ]
    oblique, plain = display_of(turn @ straight), display_of(straight)
    assert (oblique.plane, oblique.transpose, oblique.flip_rows, oblique.flip_columns) == (
        plain.plane, plain.transpose, plain.flip_rows, plain.flip_columns,
    )  # fmt: skip
    assert oblique.tilt == pytest.approx(20)
    assert oblique.aspect == pytest.approx(plain.aspect)
    assert "tilted by 20°" in oblique.words
    assert "tilted" not in plain.words


def sheared(affine, *, axis, along, by):
    """An affine whose voxel axis leans towards another one by an angle in degrees, its length as before."""
    leaning = affine.copy()
    unit = affine[:3, along] / np.linalg.norm(affine[:3, along])
    length = np.linalg.norm(affine[:3, axis])
    angle = np.radians(by)
    leaning[:3, axis] = np.cos(angle) * affine[:3, axis] + np.sin(angle) * length * unit
    return leaning


@pytest.mark.parametrize(("order", "signs"), ORIENTATIONS[::5])
@pytest.mark.parametrize("by", [20, 53, 80])
def test_slices_that_are_shifted_against_each_other_are_sheared_and_not_tilted(order, signs, by):
    straight = stored(order, signs).affine
    shifted, plain = display_of(sheared(straight, axis=2, along=1, by=by)), display_of(straight)
    assert shifted.shear == pytest.approx(by)
    assert shifted.tilt == pytest.approx(0, abs=1e-5)
    assert shifted.words == f"{plain.plane}, sheared by {by}°"
    assert (shifted.plane, shifted.left, shifted.top, shifted.transpose, shifted.flip_rows, shifted.flip_columns) == (
        plain.plane, plain.left, plain.top, plain.transpose, plain.flip_rows, plain.flip_columns,
    )  # fmt: skip


def test_shear_in_the_slice_turns_no_slice():
    display = display_of(sheared(np.eye(4), axis=1, along=0, by=30))
    assert display.shear == pytest.approx(30)
    assert display.tilt == pytest.approx(15)  # half for rows, half for columns
    assert display.plane == "axial"


def test_what_is_turned_as_a_whole_is_tilted_and_not_sheared():
    angle = np.radians(30)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    assert display_of(turn).words == "axial, tilted by 30°"
    both = display_of(turn @ sheared(np.eye(4), axis=2, along=0, by=40))
    assert both.words == "axial, tilted by 30°, sheared by 40°"


def test_the_sheared_brain_is_axial_and_level(shared_data):
    """Its slices lie in x and y exactly, and each is 42 mm aside of the one below."""
    image = mrsnr.load(shared_data("brain-b0/S0_10slices.nii.gz"))
    assert display_of(image.affine).words == "axial, sheared by 53°"


def test_a_2d_image_is_a_volume_of_one_slice():
    volume = stored((0, 2, 1), (-1, 1, -1))
    flat = Image(np.asarray(volume.data)[:, :, 2], volume.affine)
    (panel, *_) = figures.montage(flat).axes
    np.testing.assert_array_equal(panel.images[0].get_array(), page(1, SHAPE[1] - 1 - 2))
    assert letters(panel) == LETTERS[1]
