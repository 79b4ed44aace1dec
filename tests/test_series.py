"""Series whose temporal SNR is known, and a published map."""

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

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
    assert result.uncorrected == pytest.approx(100 * bias, rel=0.006)
    assert result.value == pytest.approx(100, rel=0.006)
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
    assert result.uncorrected == np.median(result.map[:5])
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


@pytest.mark.parametrize("volumes", [10, 15, 20, 40])
def test_white_noise_of_a_short_series_reads_the_true_tsnr(volumes):
    """Uncorrected, the median of 10 volumes reads 5 % high, and that of ukat 34 %."""
    result = mrsnr.temporal(Image(series(volumes=volumes, shape=(40, 40, 10)), np.eye(4)), mask=np.ones((40, 40, 10)))
    assert result.value == pytest.approx(100, abs=1)
    low, high = result.interval
    assert low < 100 < high
    assert high / low < 1.05


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Also where voxels differ by a factor of two, so that few of them decide where the median is."""
    truth = np.linspace(70, 140, 4000).reshape(20, 20, 10)
    held = []
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(0, 1, (20, 20, 10, 40))
        data = 1000 + noise * (1000 / truth)[..., None]
        low, high = mrsnr.temporal(Image(data, np.eye(4)), mask=np.ones((20, 20, 10))).interval
        held.append(low < np.median(truth) < high)
    assert 0.85 <= np.mean(held) <= 1.0


def test_noise_that_is_smooth_in_space_widens_the_interval():
    white = np.random.default_rng(0).normal(0, 1, (40, 40, 6, 60))
    smooth = ndimage.gaussian_filter(white, (2, 2, 0, 0), mode="wrap")
    widths = []
    for noise in (white, smooth):
        result = mrsnr.temporal(Image(1000 + 10 * noise / noise.std(), np.eye(4)), mask=np.ones((40, 40, 6)))
        widths.append(np.log(result.interval[1] / result.interval[0]))
        assert result.interval[0] < 100 < result.interval[1]
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.7])
def test_noise_that_goes_on_in_time_leaves_fewer_degrees_of_freedom(rho):
    noise = np.random.default_rng(0).normal(0, 10, (20, 20, 5, 400))
    for volume in range(1, 400):
        noise[..., volume] = rho * noise[..., volume - 1] + np.sqrt(1 - rho**2) * noise[..., volume]
    result = mrsnr.temporal(Image(1000 + noise, np.eye(4)), mask=np.ones((20, 20, 5)))
    assert result.autocorrelation == pytest.approx(rho, abs=0.02)
    expected = result.degrees_of_freedom * (1 - rho**2) / (1 + rho**2)
    assert result.effective_degrees_of_freedom == pytest.approx(expected, rel=0.05)
    low, high = result.voxel_factors
    covered = np.mean((result.map * low < 100) & (result.map * high > 100))
    assert covered == pytest.approx(0.95, abs=0.02 if rho < 0.5 else 0.04)


class TestFirstVolumes:
    def test_those_before_the_steady_state_are_left_out_and_counted(self):
        data = series(volumes=40)
        data[..., :3] *= np.array([1.4, 1.15, 1.04])
        result = mrsnr.temporal(Image(data, np.eye(4)), mask=np.ones((20, 20, 10)))
        assert (result.dropped, result.degrees_of_freedom, result.volumes) == (3, 34, 40)
        assert result.value == pytest.approx(100, rel=0.01)
        clean = mrsnr.temporal(Image(data[..., 3:], np.eye(4)), mask=np.ones((20, 20, 10)))
        np.testing.assert_allclose(result.map, clean.map, rtol=1e-9)
        assert "steady" not in {check.code for check in result.reasons}

    def test_a_number_is_taken_as_it_is(self):
        data = series(volumes=40)
        data[..., :3] *= 1.4
        kept = mrsnr.temporal(Image(data, np.eye(4)), drop=0)
        assert kept.dropped == 0
        assert "steady" in {check.code for check in kept.reasons}
        assert mrsnr.temporal(Image(data, np.eye(4)), drop=5).dropped == 5

    @pytest.mark.parametrize("seed", range(5))
    def test_a_steady_series_is_used_whole(self, seed):
        assert mrsnr.temporal(Image(series(seed=seed), np.eye(4))).dropped == 0

    @pytest.mark.parametrize("drop", [-1, 1.5, "some", None])
    def test_others_are_refused(self, drop):
        with pytest.raises(ArgumentError, match="drop"):
            mrsnr.temporal(Image(series(), np.eye(4)), drop=drop)

    def test_too_many_leave_too_few(self):
        with pytest.raises(ImageError, match="without the first 58"):
            mrsnr.temporal(Image(series(), np.eye(4)), drop=58)


def test_a_volume_that_jumps_is_named():
    data = series()
    data[..., 30] += 40
    (check,) = [c for c in mrsnr.temporal(Image(data, np.eye(4))).reasons if c.code == "spikes"]
    assert "30, 31" in check.sentence
    assert "spikes" not in {c.code for c in mrsnr.temporal(Image(series(), np.eye(4))).reasons}


@pytest.mark.parametrize(("rho", "volumes"), [(0.3, 10), (0.3, 20), (0.3, 60), (0.5, 40)])
def test_noise_that_goes_on_in_time_reads_the_true_tsnr(rho, volumes):
    """The trend takes part of slow noise: uncorrected, 10 volumes of correlation 0.3 read 14 % high."""
    noise = np.random.default_rng(1).normal(0, 20, (24, 24, 6, volumes))
    for volume in range(1, volumes):
        noise[..., volume] = rho * noise[..., volume - 1] + np.sqrt(1 - rho**2) * noise[..., volume]
    result = mrsnr.temporal(Image(1000 + noise, np.eye(4)), mask=np.ones((24, 24, 6)))
    assert result.value == pytest.approx(50, rel=0.03)
    assert result.autocorrelation == pytest.approx(rho, abs=0.08)


def test_a_voxel_that_is_not_finite_does_not_hide_the_unsteady_start():
    data = series(volumes=40)
    data[..., :2] *= 1.3
    data[3, 3, 3, 5] = np.nan
    assert mrsnr.temporal(Image(data, np.eye(4)), mask=np.ones((20, 20, 10))).dropped == 2


def test_volumes_too_large_for_a_dozen_to_be_held_are_looked_at_too(monkeypatch):
    monkeypatch.setattr("mrsnr.onepass._HEAD_BYTES", 1)
    monkeypatch.setattr("mrsnr.model._BLOCK", 4000)
    data = series(volumes=40)
    data[..., :2] *= 1.3
    assert mrsnr.temporal(Image(data, np.eye(4))).dropped == 2


def test_a_negative_mean_has_no_temporal_snr():
    result = mrsnr.temporal(Image(-series(), np.eye(4)), mask=np.ones((20, 20, 10)))
    assert (result.value, result.interval, result.verdict) == (None, None, "refused")


def test_the_noise_floor_is_said():
    air = np.random.default_rng(0).rayleigh(10, (20, 20, 10, 60))
    codes = {check.code for check in mrsnr.temporal(Image(air, np.eye(4)), mask=np.ones((20, 20, 10))).reasons}
    assert "noise-floor" in codes
    assert "noise-floor" not in {check.code for check in mrsnr.temporal(Image(series(), np.eye(4))).reasons}


def test_a_volume_given_twice_is_named():
    data = series()
    data[..., 21] = data[..., 20]
    (check,) = [c for c in mrsnr.temporal(Image(data, np.eye(4))).reasons if c.code == "copies"]
    assert check.value == 1
    assert "(21)" in check.sentence
    assert "copies" not in {c.code for c in mrsnr.temporal(Image(series(), np.eye(4))).reasons}


def test_a_mask_on_voxels_that_mostly_do_not_vary_is_said():
    data = series()
    data[:12] = 1000
    mask = np.ones((20, 20, 10))
    (check,) = [c for c in mrsnr.temporal(Image(data, np.eye(4)), mask=mask).reasons if c.code == "varying"]
    assert check.value == pytest.approx(0.6)
    data[:9] = series()[:9]
    assert "varying" not in {c.code for c in mrsnr.temporal(Image(data, np.eye(4)), mask=mask).reasons}
