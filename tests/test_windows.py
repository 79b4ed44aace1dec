"""Local means against sums taken one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mrsnr.windows import local_mean, window_sums

WHOLE = hnp.arrays(np.int16, st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)))


def one_by_one(voxels, width, where):
    """Sum and number of the voxels of each window, cut at the border, with no window of numpy's."""
    half = width // 2
    total, number = np.zeros(voxels.shape), np.zeros(voxels.shape)
    for x, y, z in np.ndindex(voxels.shape):
        box = (slice(max(0, x - half), x + half + 1), slice(max(0, y - half), y + half + 1), z)
        total[x, y, z] = voxels[box][where[box]].sum()
        number[x, y, z] = where[box].sum()
    return total, number


@given(WHOLE, st.sampled_from([1, 3, 5, 7]), st.randoms(use_true_random=False))
def test_sums_are_those_of_the_window(voxels, width, random):
    where = np.array([random.random() < 0.7 for _ in range(voxels.size)]).reshape(voxels.shape)
    total, number = window_sums(voxels, width=width, where=where)
    expected, count = one_by_one(voxels.astype(float), width, where)
    np.testing.assert_allclose(total, expected, atol=1e-6)
    np.testing.assert_array_equal(number, count)
    mean = local_mean(voxels, width=width, where=where)
    np.testing.assert_array_equal(np.isnan(mean), count == 0)
    np.testing.assert_allclose(mean[count > 0], expected[count > 0] / count[count > 0], atol=1e-6)


@given(WHOLE, st.sampled_from([3, 5]))
def test_without_a_mask_all_voxels_count(voxels, width):
    everywhere = local_mean(voxels, width=width, where=np.ones(voxels.shape, bool))
    np.testing.assert_allclose(local_mean(voxels, width=width), everywhere, atol=1e-6)


def test_a_slice_will_do():
    voxels = np.random.default_rng(0).normal(size=(20, 30))
    np.testing.assert_allclose(local_mean(voxels, width=5), local_mean(voxels[..., None], width=5)[..., 0])


def test_slices_do_not_mix():
    voxels = np.zeros((9, 9, 3))
    voxels[..., 1] = 100
    np.testing.assert_array_equal(local_mean(voxels, width=5)[0, 0], [0, 100, 0])


def test_a_plane_is_its_own_mean_but_at_the_border():
    x, y = np.mgrid[:30, :40].astype(float)
    plane = 3 * x - 2 * y + 7
    np.testing.assert_allclose(local_mean(plane, width=7)[3:-3, 3:-3], plane[3:-3, 3:-3], atol=1e-9)


def test_white_noise_is_averaged():
    noise = np.random.default_rng(0).normal(size=(200, 200, 4))
    for width in (3, 5, 7):
        assert local_mean(noise, width=width)[10:-10, 10:-10].std() == pytest.approx(1 / width, rel=0.03)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_small_types_do_not_overflow(dtype):
    voxels = np.full((20, 20, 2), 250, dtype=dtype)
    np.testing.assert_allclose(local_mean(voxels, width=7), 250)


def test_what_does_not_count_may_be_anything():
    voxels = np.ones((10, 10))
    where = np.ones((10, 10), bool)
    voxels[4, 4], where[4, 4] = np.nan, False
    np.testing.assert_allclose(local_mean(voxels, width=3, where=where), 1)


def test_a_window_wider_than_the_image_is_the_whole_image():
    voxels = np.arange(12.0).reshape(3, 4)
    np.testing.assert_allclose(local_mean(voxels, width=9), voxels.mean())
