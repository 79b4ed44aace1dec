"""Several volumes, taken apart and put together."""

import numpy as np
import pytest

from mrsnr import Image
from mrsnr.errors import ArgumentError, RegionError
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
    both = stacked(image(tr=2.0, kind="magnitude"), image(tr=3.0), repeats=False)
    assert both.meta["tr"] == 2.0


@pytest.mark.parametrize("wrong", [[], ["scan.nii"], np.zeros((4, 5, 3)), [image(), None]])
def test_what_is_no_image_is_refused(wrong):
    with pytest.raises(ArgumentError, match="something else than images"):
        stacked(image(), wrong, repeats=False)


def test_an_image_of_several_volumes_must_be_said_to_be_repeats():
    with pytest.raises(ArgumentError, match="repeats=True"):
        stacked(image((4, 5, 3, 2)), image(), repeats=False)


@pytest.mark.parametrize("shape", [(4, 5, 2), (5, 4, 3), (4, 5)])
def test_another_grid_is_refused(shape):
    with pytest.raises(RegionError, match="same grid"):
        stacked(image(), image(shape), repeats=False)


def test_another_place_is_refused():
    moved = AFFINE.copy()
    moved[0, 3] = 40
    with pytest.raises(RegionError, match="lies elsewhere"):
        stacked(image(), image(affine=moved), repeats=False)


def test_another_kind_is_refused():
    with pytest.raises(ArgumentError, match="real image and the image a magnitude one"):
        stacked(image(), image(kind="real"), repeats=False)
