"""Masks and labels as people give them."""

import numpy as np
import pytest

from mrsnr import Image
from mrsnr.errors import RegionError
from mrsnr.regions import geometry_checks, mask_of, object_mask, regions_of

AFFINE = np.diag([2.0, 2.0, 5.0, 1.0])


@pytest.fixture
def image():
    return Image(np.zeros((4, 5, 3)), AFFINE)


def labelled(image, *numbers):
    data = np.zeros(image.shape, np.int16)
    data.flat[: len(numbers)] = numbers
    return data


def test_label_numbers_become_masks_with_the_names_of_their_image(image):
    labels = Image(labelled(image, 2, 7, 7), AFFINE, {"names": {7: "liver"}})
    regions = regions_of(image, labels=labels)
    assert {number: int(mask.sum()) for number, mask in regions.labels.items()} == {2: 1, 7: 2}
    assert regions.names == {7: "liver"}


def test_masks_by_name_may_overlap(image):
    one = labelled(image, 1, 1)
    regions = regions_of(image, labels={"left": one, "both": one + labelled(image, 0, 0, 1)})
    assert regions.names == {1: "left", 2: "both"}
    assert [int(mask.sum()) for mask in regions.labels.values()] == [2, 3]


def test_float_labels_that_are_whole_numbers_are_labels(image):
    assert list(regions_of(image, labels=labelled(image, 3, 5).astype(float)).labels) == [3, 5]


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((4, 5, 3)), "has no voxel"),
        (np.ones((4, 5, 2)), r"has shape \(4, 5, 2\), the image \(4, 5, 3\)"),
        (np.full((4, 5, 3), np.nan), "NaN"),
        (np.full((4, 5, 3), "a"), "expected 0 outside and 1 inside"),
    ],
)
def test_masks_that_do_not_fit_are_refused_with_a_sentence(image, mask, words):
    with pytest.raises(RegionError, match=words):
        mask_of(image, mask, name="noise mask")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.zeros((4, 5, 3)), "has no voxel"),
        (np.full((4, 5, 3), 0.5), "fractions"),
        (np.full((4, 5, 3), np.inf), "whole numbers"),
        (np.ones((4, 5)), "shape"),
    ],
)
def test_labels_that_are_none_are_refused_with_a_sentence(image, labels, words):
    with pytest.raises(RegionError, match=words):
        regions_of(image, labels=labels)


def test_an_image_given_as_labels_is_refused():
    image = Image(np.zeros((10, 10, 10)), AFFINE)
    with pytest.raises(RegionError, match="Is it an image"):
        regions_of(image, labels=np.arange(1000).reshape(10, 10, 10))


def test_a_mask_with_one_volume_fits(image):
    assert mask_of(image, np.ones((4, 5, 3, 1)), name="mask").shape == (4, 5, 3)


def test_a_mask_that_lies_elsewhere_is_reported_and_how_far(image):
    flipped = np.diag([-2.0, 2.0, 5.0, 1.0])
    mask = Image(np.ones(image.shape), flipped)
    (check,) = geometry_checks(image, noise_mask=mask)
    assert check.verdict == "warn"
    assert check.value == pytest.approx(2 * 3)  # the far corner, at voxel 3, is mirrored to -3


def test_a_mask_that_lies_where_the_image_lies_is_not_reported(image):
    nearly = AFFINE + 1e-4
    nearly[3] = [0, 0, 0, 1]
    assert geometry_checks(image, labels={"liver": Image(np.ones(image.shape), nearly)}, noise_mask=None) == ()


def test_the_object_is_found_by_its_brightness():
    rng = np.random.default_rng(0)
    mean = rng.rayleigh(10, (40, 40, 5))
    mean[10:30, 10:30] = rng.normal(300, 40, (20, 20, 5))
    mean[0, 0, 0] = np.nan
    expected = np.zeros_like(mean, bool)
    expected[10:30, 10:30] = True
    np.testing.assert_array_equal(object_mask(mean), expected)


def test_one_spike_does_not_hide_the_object():
    mean = np.random.default_rng(0).rayleigh(10, (40, 40, 5))
    mean[10:30, 10:30] += 300
    expected = mean > 200
    mean[20, 20, 2] *= 1e4
    np.testing.assert_array_equal(object_mask(mean), expected)


@pytest.mark.parametrize("level", [100.0, 2.0**60])
def test_voxels_that_are_equal_but_for_rounding_are_all_the_object(level):
    mean = level * (1 + 1e-15 * np.random.default_rng(0).integers(0, 3, (5, 10, 4)))
    assert object_mask(mean).all()


def test_masked_parts_of_a_mask_are_outside(image):
    mask = np.ma.masked_array(np.ones(image.shape), np.zeros(image.shape, bool))
    mask[0] = np.ma.masked
    assert mask_of(image, mask, name="mask").sum() == 3 * 5 * 3


@pytest.mark.parametrize("names", [None, ["liver"], "liver", {"x": "liver"}])
def test_names_of_no_use_are_left_out(image, names):
    labels = Image(labelled(image, 1), AFFINE, {"names": names})
    assert regions_of(image, labels=labels).names == {}


def test_an_image_is_no_mask():
    data = np.random.default_rng(0).normal(1000, 100, (12, 12, 8))
    image = Image(data, np.eye(4))
    with pytest.raises(RegionError, match="1152 different values"):
        mask_of(image, image, name="mask")
    probability = np.round(np.random.default_rng(1).uniform(0, 1, data.shape), 2)
    assert mask_of(image, probability, name="mask").sum() == (probability > 0).sum()
