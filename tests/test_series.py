"""Series whose temporal SNR is known, and a published map."""

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mrsnr
from mrsnr import Image
from mrsnr.errors import ArgumentError, ImageError, RegionError


def series(*, volumes=60, tsnr=100.0, seed=0, shape=(20, 20, 10)):
    rng = np.random.default_rng(seed)
    return 1000 + rng.normal(0, 1000 / tsnr, (*shape, volumes))


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_white_noise_reads_true_tsnr_but_for_the_known_short_series_bias(order):
    result = mrsnr.temporal(Image(series(), np.eye(4)), order=order, mask=np.ones((20, 20, 10)))
    freedom = 60 - order - 1
    bias = np.sqrt(freedom / stats.chi2(freedom).median())
    assert result.value == pytest.approx(100 * bias, rel=0.006)
    assert result.degrees_of_freedom == freedom


@settings(max_examples=10, deadline=None)
@given(st.floats(-0.2, 0.2))
def test_drift_of_either_sign_changes_nothing(drift):
    data = series(shape=(8, 8, 4))
    still = mrsnr.temporal(Image(data, np.eye(4)), mask=np.ones((8, 8, 4)))
    ramp = 1000 * drift * np.linspace(-0.5, 0.5, 60)
    moved = mrsnr.temporal(Image(data + ramp, np.eye(4)), mask=np.ones((8, 8, 4)))
    np.testing.assert_allclose(moved.map, still.map, rtol=1e-9)


def test_the_published_map_of_a_spinal_cord_comes_back(shared_data):
    result = mrsnr.temporal(mrsnr.load(shared_data("cord-fmri/fmri.nii.gz")), order=0)
    published = nibabel.load(shared_data("cord-fmri/fmri_tsnr.nii.gz")).get_fdata()
    np.testing.assert_array_equal(np.isnan(result.map), np.isnan(published))
    np.testing.assert_allclose(result.map, published, rtol=1e-6)


def test_constant_voxels_of_a_real_phantom_are_undefined(shared_data):
    image = mrsnr.load(shared_data("pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz"))
    data = np.asarray(image.data)
    constant = data.min(axis=3) == data.max(axis=3)
    assert (constant & (data[..., 0] != 0)).sum() == 57
    result = mrsnr.temporal(image)
    np.testing.assert_array_equal(np.isnan(result.map), constant)


def test_nothing_is_clipped():
    result = mrsnr.temporal(Image(series(tsnr=5000), np.eye(4)), mask=np.ones((20, 20, 10)))
    assert result.value == pytest.approx(5000, rel=0.02)


def test_value_is_the_median_of_the_map_in_the_mask():
    data = series()
    mask = np.zeros((20, 20, 10))
    mask[:5] = 1
    result = mrsnr.temporal(Image(data, np.eye(4)), mask=mask)
    assert result.value == np.median(result.map[:5])
    assert np.isfinite(result.map).all()
    np.testing.assert_allclose(result.map, result.mean / result.noise)


def test_without_a_mask_the_value_is_of_the_bright_voxels():
    data = series()
    data[:10] = np.random.default_rng(1).rayleigh(10, (10, 20, 10, 60))
    result = mrsnr.temporal(Image(data, np.eye(4)))
    assert result.mask[10:].all()
    assert not result.mask[:10].any()
    assert result.value == pytest.approx(100, rel=0.03)


def test_a_short_series_is_reported_with_its_bias():
    result = mrsnr.temporal(Image(series(volumes=10), np.eye(4)))
    (check,) = [c for c in result.reasons if c.code == "series-length"]
    assert check.value == pytest.approx(0.0496, abs=1e-3)


def test_several_series_lengths_need_enough_volumes():
    image = Image(series(volumes=3), np.eye(4))
    assert mrsnr.temporal(image, order=1).degrees_of_freedom == 1
    with pytest.raises(ImageError, match="at least 4"):
        mrsnr.temporal(image, order=2)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (4, 4, 4, 1)])
def test_one_volume_is_refused(shape):
    with pytest.raises(ImageError, match="1 volume;"):
        mrsnr.temporal(Image(np.ones(shape), np.eye(4)))


@pytest.mark.parametrize("order", [-1, 1.5, "two", None])
def test_other_orders_are_refused(order):
    with pytest.raises(ArgumentError, match="whole number"):
        mrsnr.temporal(Image(series(), np.eye(4)), order=order)


def test_nan_everywhere_is_refused():
    with pytest.raises(ImageError, match="No voxel is finite"):
        mrsnr.temporal(Image(np.full((4, 4, 4, 9), np.nan), np.eye(4)))


def test_a_constant_series_has_no_value():
    result = mrsnr.temporal(Image(np.ones((4, 4, 4, 9)), np.eye(4)))
    assert (result.value, result.verdict) == (None, "refused")
    assert np.isnan(result.map).all()


def test_a_mask_on_voxels_that_are_not_finite_has_no_value():
    data = series()
    data[0] = np.nan
    result = mrsnr.temporal(Image(data, np.eye(4)), mask=np.isnan(data[..., 0]))
    assert (result.value, result.verdict) == (None, "refused")


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(RegionError, match="same grid"):
        mrsnr.temporal(Image(series(), np.eye(4)), mask=np.ones((20, 20, 9)))
