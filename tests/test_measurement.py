"""Measured against images whose sigma and signal are known, and against published maps."""

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mrsnr
from mrsnr import Image, Verdict
from mrsnr.errors import ArgumentError, ImageError, RegionError


def reasons(result):
    return {check.code for check in result.reasons}


class TestMeasure:
    @pytest.mark.parametrize("clusters", [2, 3, 4, 5, 6])
    def test_high_snr_in_clean_air_is_right(self, two_levels, clusters):
        result = mrsnr.measure(two_levels(sigma=10, snr=50), clusters=clusters)
        assert result.value == pytest.approx(50, rel=0.02)
        assert result.noise.sigma == pytest.approx(10, rel=0.02)

    def test_value_map_and_mask_are_the_tutorials_formula(self, two_levels):
        image = two_levels(dtype=np.int16)
        result = mrsnr.measure(image)
        data = np.asarray(image.data)
        background = result.noise.region
        factor = np.sqrt(2 - np.pi / 2) / np.std(data[background])
        assert result.value == pytest.approx(np.mean(data[~background]) * factor, rel=1e-12)
        np.testing.assert_allclose(result.map, data * factor, rtol=1e-12)
        np.testing.assert_array_equal(background, result.noise.clusters == 0)

    def test_background_is_the_darkest_component(self, two_levels):
        noise = mrsnr.measure(two_levels(), clusters=3).noise
        assert np.all(np.diff(noise.means) > 0)
        assert noise.region[:30].mean() > 0.99
        assert noise.region[34:].mean() == 0

    def test_signal_below_the_noise_floor_shows_in_the_spread_over_clusters(self, two_levels):
        result = mrsnr.measure(two_levels(snr=2))
        assert set(result.noise.by_clusters) == {2, 3, 4, 5}
        spread = max(result.noise.by_clusters.values()) / min(result.noise.by_clusters.values())
        assert spread > 1.5
        assert "sensitivity" in reasons(result)

    def test_the_spread_over_clusters_is_what_measuring_again_gives(self, two_levels):
        image = two_levels(snr=8, dtype=np.int16)
        by_clusters = mrsnr.measure(image).noise.by_clusters
        for clusters, snr in by_clusters.items():
            assert mrsnr.measure(image, clusters=clusters).value == pytest.approx(snr, rel=1e-9)

    def test_a_noise_mask_replaces_the_cluster(self, two_levels):
        image = two_levels(snr=3, shape=(64, 64, 20))
        mask = np.zeros(image.shape, bool)
        mask[:32] = True
        result = mrsnr.measure(image, noise_mask=mask)
        rician = float(stats.rice(3).mean())
        assert result.noise.sigma == pytest.approx(10, rel=0.01)
        assert result.value == pytest.approx(rician, rel=0.01)
        assert "ratio" not in reasons(result)

    def test_labels_fill_the_table_and_leave_the_value(self, two_levels):
        image = two_levels(snr=40)
        labels = np.zeros(image.shape, np.int16)
        labels[40:50], labels[50:60] = 1, 2
        plain, tabled = mrsnr.measure(image), mrsnr.measure(image, labels=labels)
        assert tabled.value == plain.value
        assert [row.label for row in tabled.table] == [1, 2]
        for row in tabled.table:
            assert row.snr == pytest.approx(40, rel=0.02)
            assert row.voxels == 10 * 64 * 6

    def test_several_volumes_give_one_result_each(self, two_levels):
        volumes = [np.asarray(two_levels(snr=snr).data) for snr in (60, 30)]
        results = mrsnr.measure(Image(np.stack(volumes, axis=-1), np.eye(4)))
        assert isinstance(results, tuple)
        assert [r.value for r in results] == pytest.approx([60, 30], rel=0.02)
        assert [r.provenance["volume"] for r in results] == [0, 1]

    def test_an_unusable_volume_among_others_is_refused_alone(self, two_levels):
        good = np.asarray(two_levels().data)
        data = np.stack([good, np.full_like(good, 7), np.full_like(good, np.nan)], axis=-1)
        first, constant, undefined = mrsnr.measure(Image(data, np.eye(4)))
        assert first.value == pytest.approx(50, rel=0.02)
        assert (constant.value, undefined.value) == (None, None)
        assert "same value, 7" in constant.reasons[0].sentence
        assert "No voxel is finite" in undefined.reasons[0].sentence
        with pytest.raises(ImageError, match="same value"):
            mrsnr.measure(Image(data[..., [1, 1]], np.eye(4)))

    def test_one_volume_on_a_fourth_axis_gives_one_result(self, two_levels):
        image = two_levels()
        single = mrsnr.measure(Image(np.asarray(image.data)[..., None], image.affine))
        assert single.value == mrsnr.measure(image).value
        assert single.map.shape == image.shape

    def test_two_dimensions(self, two_levels):
        image = two_levels(shape=(128, 128))
        assert mrsnr.measure(image).value == pytest.approx(50, rel=0.03)

    def test_a_complex_image_is_measured_by_its_magnitude(self, two_levels):
        image = two_levels()
        rng = np.random.default_rng(0)
        turned = np.asarray(image.data) * np.exp(1j * rng.uniform(0, 6, image.shape))
        result = mrsnr.measure(Image(turned, image.affine, {"kind": "complex"}))
        assert result.value == pytest.approx(mrsnr.measure(image).value, rel=1e-6)

    def test_voxels_that_are_not_finite_are_left_out(self, two_levels):
        data = np.asarray(two_levels().data).copy()
        data[0, :10], data[40, :10] = np.nan, np.inf
        result = mrsnr.measure(Image(data, np.eye(4)))
        assert result.value == pytest.approx(50, rel=0.02)
        assert np.isnan(result.map[0, :10]).all()
        assert (result.noise.clusters[0, :10] == -1).all()
        assert not result.noise.region[0, :10].any()

    def test_one_method_alone_is_never_trusted(self, two_levels):
        result = mrsnr.measure(two_levels(snr=100))
        assert result.verdict == Verdict.CAUTION == "caution"
        assert reasons(result) == {"confirmation"}

    def test_air_set_to_zero_is_noticed(self, two_levels):
        data = np.asarray(two_levels().data).copy()
        data[:20] = 0
        result = mrsnr.measure(Image(data, np.eye(4)))
        assert {"zeros", "ratio"} <= reasons(result)
        assert result.value != pytest.approx(50, rel=0.1)

    def test_all_air_set_to_zero_is_refused(self, two_levels):
        data = np.asarray(two_levels().data).copy()
        data[:32] = 0
        result = mrsnr.measure(Image(data, np.eye(4)), clusters=2)
        assert (result.value, result.map, result.verdict, result.method) == (None, None, "refused", "none")
        assert "defined" in reasons(result)

    def test_a_phase_image_is_refused(self, two_levels):
        image = Image(np.asarray(two_levels().data), np.eye(4), {"kind": "phase"})
        result = mrsnr.measure(image)
        assert result.value is None
        assert any("phase" in check.sentence for check in result.reasons)

    @pytest.mark.parametrize("kind", ["real", "imaginary"])
    def test_a_real_part_is_measured_with_a_warning(self, two_levels, kind):
        image = Image(np.asarray(two_levels().data), np.eye(4), {"kind": kind})
        result = mrsnr.measure(image)
        assert result.value is not None
        assert "kind" in reasons(result)

    @pytest.mark.parametrize("clusters", [1, 7, 0, -3, 2.5, "three", 3 + 0j, None])
    def test_other_numbers_of_clusters_are_refused(self, two_levels, clusters):
        with pytest.raises(ArgumentError, match="2 to 6"):
            mrsnr.measure(two_levels(), clusters=clusters)

    @pytest.mark.parametrize("verb", [mrsnr.measure, mrsnr.temporal])
    @pytest.mark.parametrize("what", [np.ones((4, 4, 4, 4)), "scan.nii", None])
    def test_what_is_no_image_is_refused_with_what_to_do(self, verb, what):
        with pytest.raises(ArgumentError, match=r"mrsnr\.load"):
            verb(what)

    def test_an_unknown_method_is_refused_with_the_choices(self, two_levels):
        with pytest.raises(ArgumentError, match="the methods are mixture"):
            mrsnr.measure(two_levels(), method="magic")

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (np.full((4, 4, 4), np.nan), "No voxel is finite"),
            (np.full((4, 4, 4), 7), "same value, 7"),
            (np.arange(64).reshape(4, 4, 4) % 2, "only 2 different intensities"),
        ],
    )
    def test_images_without_noise_or_voxels_are_refused(self, data, words):
        with pytest.raises(ImageError, match=words):
            mrsnr.measure(Image(data, np.eye(4)))

    def test_a_mask_without_foreground_is_refused(self, two_levels):
        image = two_levels()
        result = mrsnr.measure(image, noise_mask=np.ones(image.shape))
        assert result.value is None
        assert any("covers every voxel" in check.sentence for check in result.reasons)

    def test_a_mask_on_voxels_that_are_not_finite_is_refused(self, two_levels):
        data = np.asarray(two_levels().data).copy()
        data[:5] = np.nan
        result = mrsnr.measure(Image(data, np.eye(4)), noise_mask=np.isnan(data))
        assert result.value is None
        assert "empty" in reasons(result)

    def test_more_clusters_are_compared_with_fewer(self, two_levels):
        assert set(mrsnr.measure(two_levels(), clusters=6).noise.by_clusters) == {2, 3, 4, 5, 6}

    @pytest.mark.parametrize("clusters", [2, 3])
    def test_many_distinct_floats_read_the_same_measured_alone_or_compared(self, clusters):
        rng = np.random.default_rng(0)
        data = np.concatenate([np.zeros(20_000), rng.rayleigh(20, 50_000), rng.normal(600, 90, 30_000)])
        image = Image(data.reshape(100, 100, 10), np.eye(4))
        found = mrsnr.measure(image, clusters=clusters)
        assert found.value == pytest.approx(found.noise.by_clusters[clusters], rel=1e-12)

    def test_masked_voxels_are_undefined(self, two_levels):
        data = np.asarray(two_levels().data)
        hidden = np.zeros(data.shape, bool)
        hidden[:5] = True
        masked = np.ma.masked_array(np.where(hidden, -9999, data), hidden)
        undefined = mrsnr.measure(Image(np.where(hidden, np.nan, data), np.eye(4)))
        assert mrsnr.measure(Image(masked, np.eye(4))).value == undefined.value

    def test_the_callers_error_state_does_not_matter(self, two_levels):
        image = two_levels(snr=500)
        series = Image(np.stack([np.asarray(image.data)] * 2 + [np.zeros(image.shape)] * 3, axis=-1), np.eye(4))
        with np.errstate(all="raise"):
            strict, strict_series = mrsnr.measure(image), mrsnr.temporal(series)
        assert strict.value == mrsnr.measure(image).value
        np.testing.assert_array_equal(strict_series.map, mrsnr.temporal(series).map)

    def test_nothing_is_changed(self, two_levels):
        image = two_levels()
        before = np.asarray(image.data).copy()
        state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what is tested
        mrsnr.measure(image)
        np.testing.assert_array_equal(image.data, before)
        np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002

    @pytest.mark.parametrize(
        ("name", "by_clusters"),
        [
            ("kidney-t2w/test_sub_01.nii.gz", {2: 3.2, 3: 18.8, 4: 19.3}),
            ("kidney-t2w/test_sub_02.nii.gz", {2: 101, 3: 144, 4: 250}),
            ("kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz", {2: 35.8, 3: 36.6, 4: 42.0}),
        ],
    )
    def test_real_kidneys_read_what_scikit_learn_reads_on_all_voxels(self, shared_data, name, by_clusters):
        """Published in the accuracy table of the reference: scikit-learn's fit of every voxel."""
        result = mrsnr.measure(mrsnr.load(shared_data(name)))
        for clusters, snr in by_clusters.items():
            assert result.noise.by_clusters[clusters] == pytest.approx(snr, rel=0.005, abs=0.05)
        assert {"zeros", "ratio"} <= reasons(result)

    def test_kidney_masks_of_a_real_image(self, shared_data):
        begin = "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1"
        image = mrsnr.load(shared_data(f"{begin}.nii.gz"))
        masks = {side: mrsnr.load(shared_data(f"{begin}_roi-{side}.nii.gz")) for side in "LR"}
        result = mrsnr.measure(image, labels=masks)
        data = np.asarray(image.data)
        for row in result.table:
            inside = np.asarray(masks[row.name].data) != 0
            assert row.voxels == inside.sum()
            assert row.snr == pytest.approx(data[inside].mean() / result.noise.sigma, rel=1e-12)


class TestTemporal:
    def series(self, *, volumes=60, tsnr=100.0, seed=0, shape=(20, 20, 10)):
        rng = np.random.default_rng(seed)
        return 1000 + rng.normal(0, 1000 / tsnr, (*shape, volumes))

    @pytest.mark.parametrize("order", [0, 1, 2, 3])
    def test_white_noise_reads_true_tsnr_but_for_the_known_short_series_bias(self, order):
        result = mrsnr.temporal(Image(self.series(), np.eye(4)), order=order, mask=np.ones((20, 20, 10)))
        freedom = 60 - order - 1
        bias = np.sqrt(freedom / stats.chi2(freedom).median())
        assert result.value == pytest.approx(100 * bias, rel=0.006)
        assert result.degrees_of_freedom == freedom

    @settings(max_examples=10, deadline=None)
    @given(st.floats(-0.2, 0.2))
    def test_drift_of_either_sign_changes_nothing(self, drift):
        series = self.series(shape=(8, 8, 4))
        still = mrsnr.temporal(Image(series, np.eye(4)), mask=np.ones((8, 8, 4)))
        ramp = 1000 * drift * np.linspace(-0.5, 0.5, 60)
        moved = mrsnr.temporal(Image(series + ramp, np.eye(4)), mask=np.ones((8, 8, 4)))
        np.testing.assert_allclose(moved.map, still.map, rtol=1e-9)

    def test_the_published_map_of_a_spinal_cord_comes_back(self, shared_data):
        result = mrsnr.temporal(mrsnr.load(shared_data("cord-fmri/fmri.nii.gz")), order=0)
        published = nibabel.load(shared_data("cord-fmri/fmri_tsnr.nii.gz")).get_fdata()
        np.testing.assert_array_equal(np.isnan(result.map), np.isnan(published))
        np.testing.assert_allclose(result.map, published, rtol=1e-6)

    def test_constant_voxels_of_a_real_phantom_are_undefined(self, shared_data):
        image = mrsnr.load(shared_data("pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz"))
        data = np.asarray(image.data)
        constant = data.min(axis=3) == data.max(axis=3)
        assert (constant & (data[..., 0] != 0)).sum() == 57
        result = mrsnr.temporal(image)
        np.testing.assert_array_equal(np.isnan(result.map), constant)

    def test_nothing_is_clipped(self):
        result = mrsnr.temporal(Image(self.series(tsnr=5000), np.eye(4)), mask=np.ones((20, 20, 10)))
        assert result.value == pytest.approx(5000, rel=0.02)

    def test_value_is_the_median_of_the_map_in_the_mask(self):
        series = self.series()
        mask = np.zeros((20, 20, 10))
        mask[:5] = 1
        result = mrsnr.temporal(Image(series, np.eye(4)), mask=mask)
        assert result.value == np.median(result.map[:5])
        assert np.isfinite(result.map).all()
        np.testing.assert_allclose(result.map, result.mean / result.noise)

    def test_without_a_mask_the_value_is_of_the_bright_voxels(self):
        series = self.series()
        series[:10] = np.random.default_rng(1).rayleigh(10, (10, 20, 10, 60))
        result = mrsnr.temporal(Image(series, np.eye(4)))
        assert result.mask[10:].all()
        assert not result.mask[:10].any()
        assert result.value == pytest.approx(100, rel=0.03)

    def test_a_short_series_is_reported_with_its_bias(self):
        result = mrsnr.temporal(Image(self.series(volumes=10), np.eye(4)))
        (check,) = [c for c in result.reasons if c.code == "series-length"]
        assert check.value == pytest.approx(0.0496, abs=1e-3)

    def test_several_series_lengths_need_enough_volumes(self):
        image = Image(self.series(volumes=3), np.eye(4))
        assert mrsnr.temporal(image, order=1).degrees_of_freedom == 1
        with pytest.raises(ImageError, match="at least 4"):
            mrsnr.temporal(image, order=2)

    @pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (4, 4, 4, 1)])
    def test_one_volume_is_refused(self, shape):
        with pytest.raises(ImageError, match="1 volume;"):
            mrsnr.temporal(Image(np.ones(shape), np.eye(4)))

    @pytest.mark.parametrize("order", [-1, 1.5, "two", None])
    def test_other_orders_are_refused(self, order):
        with pytest.raises(ArgumentError, match="whole number"):
            mrsnr.temporal(Image(self.series(), np.eye(4)), order=order)

    def test_nan_everywhere_is_refused(self):
        with pytest.raises(ImageError, match="No voxel is finite"):
            mrsnr.temporal(Image(np.full((4, 4, 4, 9), np.nan), np.eye(4)))

    def test_a_constant_series_has_no_value(self):
        result = mrsnr.temporal(Image(np.ones((4, 4, 4, 9)), np.eye(4)))
        assert (result.value, result.verdict) == (None, "refused")
        assert np.isnan(result.map).all()

    def test_a_mask_on_voxels_that_are_not_finite_has_no_value(self):
        series = self.series()
        series[0] = np.nan
        result = mrsnr.temporal(Image(series, np.eye(4)), mask=np.isnan(series[..., 0]))
        assert (result.value, result.verdict) == (None, "refused")

    def test_a_mask_of_another_shape_is_refused(self):
        with pytest.raises(RegionError, match="same grid"):
            mrsnr.temporal(Image(self.series(), np.eye(4)), mask=np.ones((20, 20, 9)))
