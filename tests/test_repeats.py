"""Several volumes, taken apart and put together."""

import numpy as np
import pytest

from mrsnr import Image
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.repeats import split_volumes, stacked

AFFINE = np.diag([2.0, 2.0, 5.0, 1.0])
RNG = np.random.default_rng(0)


def image(shape=(4, 5, 3), affine=AFFINE, **meta):
    return Image(RNG.integers(0, 1000, shape).astype(np.int16), affine, meta)


class CountedReads:
    """An array that counts how often it is read whole."""

    def __init__(self, array):
        self.array, self.reads = array, 0
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, index):
        return self.array[index]

    def __array__(self, dtype=None, copy=None):
        self.reads += 1
        return self.array


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3)])
def test_one_volume_is_itself(shape):
    one = image(shape)
    assert split_volumes(one) == [one]


def test_volumes_come_apart_in_order_with_their_number():
    series = image((4, 5, 3, 4), tr=2.0)
    parts = split_volumes(series)
    assert [part.meta["volume"] for part in parts] == [0, 1, 2, 3]
    for k, part in enumerate(parts):
        np.testing.assert_array_equal(part.data, np.asarray(series.data)[..., k])
        np.testing.assert_array_equal(part.affine, AFFINE)
        assert part.meta["tr"] == 2.0


def test_a_series_on_disk_is_read_once():
    counted = CountedReads(RNG.normal(size=(4, 5, 3, 6)))
    split_volumes(Image(counted, AFFINE))
    assert counted.reads == 1


def test_without_repeats_an_image_is_itself():
    one = image()
    assert stacked(one, None, repeats=False) is one


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (4, 5, 3, 1)])
def test_repeats_are_put_on_the_last_axis_in_order(shape):
    first, second, third = (image(shape) for _ in range(3))
    for given in ([second, third], (second, third)):
        both = stacked(first, given, repeats=False)
        assert both.shape == (4, 5, 3 if len(shape) > 2 else 1, 3)
        for k, part in enumerate((first, second, third)):
            np.testing.assert_array_equal(np.asarray(both.data)[..., k].ravel(), np.asarray(part.data).ravel())
    assert stacked(first, second, repeats=False).shape[-1] == 2


def test_a_series_of_repeats_can_be_added_to():
    series, more = image((4, 5, 3, 2)), image()
    assert stacked(series, more, repeats=True).volumes == 3
    assert stacked(more, series, repeats=False).volumes == 3


def test_what_is_known_of_the_first_is_kept():
    both = stacked(image(coil="head", kind="magnitude"), image(coil="body"), repeats=False)
    assert both.meta["coil"] == "head"


@pytest.mark.parametrize("wrong", [[], ["scan.nii"], np.zeros((4, 5, 3)), [image(), None]])
def test_what_is_no_image_is_refused(wrong):
    with pytest.raises(ArgumentError, match="something else than images"):
        stacked(image(), wrong, repeats=False)


def test_an_image_of_several_volumes_must_be_said_to_be_repeats():
    with pytest.raises(ArgumentError, match="repeats=True"):
        stacked(image((4, 5, 3, 2)), image(), repeats=False)


@pytest.mark.parametrize("shape", [(4, 5, 2), (5, 4, 3), (4, 5)])
def test_another_grid_is_refused(shape):
    with pytest.raises(RegionError, match="on one grid"):
        stacked(image(), image(shape), repeats=False)


@pytest.mark.parametrize(("distance", "refused"), [(0.9, False), (1.1, True), (40, True)])
def test_half_a_voxel_is_as_far_as_a_repeat_may_lie(distance, refused):
    """Two exports of one scan differ in the last digits; voxels are 2 mm wide."""
    moved = AFFINE.copy()
    moved[0, 3] = distance
    if not refused:
        assert stacked(image(), image(affine=moved), repeats=False).volumes == 2
        return
    with pytest.raises(RegionError, match=rf"again.nii lies up to {distance / 2:.1f} voxels away"):
        stacked(image(), image(affine=moved, source="/somebody/again.nii"), repeats=False)


def test_another_kind_is_refused():
    with pytest.raises(ImageError, match="of kind real and the image of kind magnitude"):
        stacked(image(), image(kind="real"), repeats=False)


@pytest.mark.parametrize(("key", "what"), [("te", "echo time"), ("tr", "repetition time")])
def test_other_settings_are_refused(key, what):
    assert stacked(image(**{key: 0.0300}), image(**{key: 0.0301}), repeats=False).volumes == 2
    with pytest.raises(ImageError, match=f"a {what} of 60 ms and the image one of 30 ms"):
        stacked(image(**{key: 0.03}), image(**{key: 0.06}), repeats=False)
    assert stacked(image(**{key: 0.03}), image(), repeats=False).volumes == 2
