"""Signal over sigma, voxel by voxel and label by label."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mrsnr import Regions
from mrsnr.snr import amplitude_map, label_table, mean_signal, snr_map


def magnitudes(amplitude, sigma=1.0, channels=1, seed=0):
    theta = np.asarray(amplitude) / sigma
    return sigma * np.sqrt(np.random.default_rng(seed).noncentral_chisquare(2 * channels, theta**2))


@given(hnp.arrays(np.int16, (3, 4, 2)), st.floats(0.01, 1e4))
def test_map_times_sigma_is_the_image(voxels, sigma):
    np.testing.assert_allclose(snr_map(voxels, sigma) * sigma, voxels, rtol=1e-12)


def test_map_is_undefined_where_image_or_sigma_is():
    voxels = np.array([1.0, np.nan, np.inf, 4.0, 5.0])
    sigma = np.array([2.0, 2.0, 2.0, 0.0, np.nan])
    np.testing.assert_array_equal(snr_map(voxels, sigma), [0.5, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(snr_map(voxels, sigma, channels=1), [0, np.nan, np.nan, np.nan, np.nan])


def test_table_has_a_row_per_label_with_overlap_allowed():
    voxels = np.array([[10.0, 20.0], [30.0, np.nan]])
    left = np.array([[True, True], [False, False]])
    right = np.array([[False, True], [True, True]])
    regions = Regions(labels={1: left, 4: right}, names={1: "left kidney"})
    first, second = label_table(voxels, regions, sigma=5.0)
    assert (first.label, first.name, first.voxels, first.signal, first.sigma, first.snr) == (
        1,
        "left kidney",
        2,
        15,
        5,
        3,
    )
    assert (second.label, second.name, second.voxels, second.signal, second.snr) == (4, "label 4", 2, 25, 5)


def test_a_label_without_a_finite_voxel_has_no_number():
    voxels = np.array([np.nan, 1.0])
    (row,) = label_table(voxels, Regions(labels={1: np.array([True, False])}), sigma=5.0)
    assert (row.voxels, row.signal, row.snr) == (0, None, None)


def test_mean_of_a_large_integer_image_does_not_overflow():
    voxels = np.full(200_000, 60_000, dtype=np.uint16)
    assert mean_signal(voxels, np.ones(200_000, bool)) == pytest.approx(60_000)


@pytest.mark.parametrize(
    ("channels", "snr", "tolerance"), [(1, 3, 0.01), (1, 10, 0.002), (8, 10, 0.006), (0.5, 5, 0.01)]
)
def test_median_of_the_amplitude_map_is_the_amplitude(channels, snr, tolerance):
    voxels = magnitudes(np.full(200_000, 7.0 * snr), 7.0, channels)
    assert np.median(amplitude_map(voxels, 7.0, channels=channels)) == pytest.approx(7.0 * snr, rel=tolerance)
    assert np.median(snr_map(voxels, 7.0, channels=channels)) == pytest.approx(snr, rel=tolerance)


def test_amplitude_map_by_hand():
    voxels = np.array([5, 1, 3, 3], dtype=np.uint16)
    sigma = np.array([3.0, 3.0, np.nan, 0.0])
    np.testing.assert_allclose(amplitude_map(voxels, sigma, channels=1), [4, 0, np.nan, np.nan])
