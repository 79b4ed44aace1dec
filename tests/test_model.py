"""What can be an image and what cannot."""

import pickle

import numpy as np
import pytest

from mrsnr import Image
from mrsnr.errors import ImageError


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (4, 5, 3, 2), (4, 5, 3, 1)])
def test_two_to_four_dimensions_are_an_image(shape):
    image = Image(np.zeros(shape), np.eye(4))
    assert image.shape == shape
    assert image.grid == shape[:3]
    assert image.volumes == (shape[3] if len(shape) == 4 else 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros(5), "1 dimensions"),
        (np.zeros((2, 2, 2, 2, 2)), "5 dimensions"),
        (np.zeros((4, 0, 3)), "empty"),
        (np.full((2, 2), "a"), "type <U1"),
        (np.zeros((2, 2), dtype=[("R", "u1"), ("G", "u1")]), "expected integer, float or complex"),
    ],
)
def test_other_arrays_are_refused(data, words):
    with pytest.raises(ImageError, match=words):
        Image(data, np.eye(4))


@pytest.mark.parametrize(
    ("affine", "words"),
    [
        (np.eye(3), r"shape \(3, 3\)"),
        ("affine", "something else than numbers"),
        ([[1, 2], [3]], "something else than numbers"),
        (np.full((4, 4), np.nan), "NaN"),
        (np.diag([1, 1, 0, 1]), "singular"),
        (np.diag([1, 1, 1e-200, 1]), "singular"),
        ([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], "singular"),
    ],
)
def test_affines_that_map_to_no_space_are_refused(affine, words):
    with pytest.raises(ImageError, match=words):
        Image(np.zeros((2, 2, 2)), affine)


def test_small_voxels_are_no_singular_affine():
    assert Image(np.zeros((2, 2, 2)), np.diag([1e-4, 1e-4, 1e-4, 1])).voxel_size == pytest.approx([1e-4] * 3)


def test_an_unknown_kind_is_refused_with_the_choices():
    with pytest.raises(ImageError, match="expected one of magnitude, phase, real, imaginary, complex"):
        Image(np.zeros((2, 2)), np.eye(4), {"kind": "sepia"})


def test_voxel_size_of_an_oblique_affine():
    turn = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([1.5, 1.5, 5.5])
    assert Image(np.zeros((2, 2, 2)), affine).voxel_size == pytest.approx((1.5, 1.5, 5.5))


def test_lists_are_taken_as_arrays():
    assert Image([[1, 2], [3, 4]], np.eye(4)).shape == (2, 2)


def test_the_given_affine_and_meta_are_copied():
    affine, meta = np.eye(4), {"tr": 2.0}
    image = Image(np.zeros((2, 2)), affine, meta)
    affine[0, 0], meta["tr"] = 9, 9
    assert image.affine[0, 0] == 1
    assert image.meta["tr"] == 2


def test_pickles():
    image = pickle.loads(pickle.dumps(Image(np.arange(8).reshape(2, 2, 2), np.eye(4), {"tr": 2.0})))  # noqa: S301
    assert image.meta == {"tr": 2.0}
    assert np.asarray(image.data).sum() == 28
