"""The tutorial's method, ``mixture``, against images whose sigma and signal are known, and published numbers."""

import numpy as np
import pytest
from scipy import stats

import mrsnr
from mrsnr import Image, Verdict
from mrsnr.errors import ArgumentError, ImageError


def tutorial(image, **options):
    return mrsnr.measure(image, "mixture", **options)


def reasons(result):
    return {check.code for check in result.reasons}


@pytest.mark.parametrize("clusters", [2, 3, 4, 5, 6])
def test_high_snr_in_clean_air_is_right(two_levels, clusters):
    result = tutorial(two_levels(sigma=10, snr=50), clusters=clusters)
    assert result.value == pytest.approx(50, rel=0.02)
    assert result.noise.sigma == pytest.approx(10, rel=0.02)


def test_value_map_and_mask_are_the_tutorials_formula(two_levels):
    image = two_levels(dtype=np.int16)
    result = tutorial(image)
    data = np.asarray(image.data)
    background = result.noise.region
    factor = np.sqrt(2 - np.pi / 2) / np.std(data[background])
    assert result.value == pytest.approx(np.mean(data[~background]) * factor, rel=1e-12)
    np.testing.assert_allclose(result.map, data * factor, rtol=1e-12)
    np.testing.assert_array_equal(background, result.noise.clusters == 0)


def test_background_is_the_darkest_component(two_levels):
    noise = tutorial(two_levels(), clusters=3).noise
    assert np.all(np.diff(noise.means) > 0)
    assert noise.region[:30].mean() > 0.99
    assert noise.region[34:].mean() == 0


def test_signal_below_the_noise_floor_shows_in_the_spread_over_clusters(two_levels):
    result = tutorial(two_levels(snr=2))
    assert set(result.noise.by_clusters) == {2, 3, 4, 5}
    spread = max(result.noise.by_clusters.values()) / min(result.noise.by_clusters.values())
    assert spread > 1.5
    assert "sensitivity" in reasons(result)


def test_the_spread_over_clusters_is_what_measuring_again_gives(two_levels):
    image = two_levels(snr=8, dtype=np.int16)
    by_clusters = tutorial(image).noise.by_clusters
    for clusters, snr in by_clusters.items():
        assert tutorial(image, clusters=clusters).value == pytest.approx(snr, rel=1e-9)


def test_a_noise_mask_replaces_the_cluster(two_levels):
    image = two_levels(snr=3, shape=(64, 64, 20))
    mask = np.zeros(image.shape, bool)
    mask[:32] = True
    result = tutorial(image, noise_mask=mask)
    rician = float(stats.rice(3).mean())
    assert result.noise.sigma == pytest.approx(10, rel=0.01)
    assert result.value == pytest.approx(rician, rel=0.01)
    assert "ratio" not in reasons(result)


def test_labels_fill_the_table_and_leave_the_value(two_levels):
    image = two_levels(snr=40)
    labels = np.zeros(image.shape, np.int16)
    labels[40:50], labels[50:60] = 1, 2
    plain, tabled = tutorial(image), tutorial(image, labels=labels)
    assert tabled.value == plain.value
    assert [row.label for row in tabled.table] == [1, 2]
    for row in tabled.table:
        assert row.snr == pytest.approx(40, rel=0.02)
        assert row.voxels == 10 * 64 * 6


def test_several_volumes_give_one_result_each(two_levels):
    volumes = [np.asarray(two_levels(snr=snr).data) for snr in (60, 30)]
    results = tutorial(Image(np.stack(volumes, axis=-1), np.eye(4)))
    assert isinstance(results, tuple)
    assert [r.value for r in results] == pytest.approx([60, 30], rel=0.02)
    assert [r.provenance["volume"] for r in results] == [0, 1]


def test_an_unusable_volume_among_others_is_refused_alone(two_levels):
    good = np.asarray(two_levels().data)
    data = np.stack([good, np.full_like(good, 7), np.full_like(good, np.nan)], axis=-1)
    first, constant, undefined = tutorial(Image(data, np.eye(4)))
    assert first.value == pytest.approx(50, rel=0.02)
    assert (constant.value, undefined.value) == (None, None)
    assert "same value, 7" in constant.reasons[0].sentence
    assert "No voxel is finite" in undefined.reasons[0].sentence
    with pytest.raises(ImageError, match="same value"):
        tutorial(Image(data[..., [1, 1]], np.eye(4)))


def test_one_volume_on_a_fourth_axis_gives_one_result(two_levels):
    image = two_levels()
    single = tutorial(Image(np.asarray(image.data)[..., None], image.affine))
    assert single.value == tutorial(image).value
    assert single.map.shape == image.shape


def test_two_dimensions(two_levels):
    image = two_levels(shape=(128, 128), dtype=np.int16)
    assert tutorial(image).value == pytest.approx(50, rel=0.03)


def test_a_complex_image_is_measured_by_its_magnitude(two_levels):
    image = two_levels()
    rng = np.random.default_rng(0)
    turned = np.asarray(image.data) * np.exp(1j * rng.uniform(0, 6, image.shape))
    result = tutorial(Image(turned, image.affine, {"kind": "complex"}))
    assert result.value == pytest.approx(tutorial(image).value, rel=1e-6)


def test_voxels_that_are_not_finite_are_left_out(two_levels):
    data = np.asarray(two_levels().data).copy()
    data[0, :10], data[40, :10] = np.nan, np.inf
    result = tutorial(Image(data, np.eye(4)))
    assert result.value == pytest.approx(50, rel=0.02)
    assert np.isnan(result.map[0, :10]).all()
    assert (result.noise.clusters[0, :10] == -1).all()
    assert not result.noise.region[0, :10].any()


def test_it_is_never_trusted_since_it_has_no_interval(two_levels):
    result = tutorial(two_levels(snr=100))
    assert result.verdict == Verdict.CAUTION == "caution"
    assert result.interval is None
    assert reasons(result) == {"interval"}


def test_air_set_to_zero_is_noticed(two_levels):
    data = np.asarray(two_levels().data).copy()
    data[:20] = 0
    result = tutorial(Image(data, np.eye(4)))
    assert {"zeros", "ratio"} <= reasons(result)
    assert result.value != pytest.approx(50, rel=0.1)


def test_all_air_set_to_zero_is_refused(two_levels):
    data = np.asarray(two_levels(dtype=np.int16).data).copy()
    data[:32] = 0
    result = tutorial(Image(data, np.eye(4)), clusters=2)
    assert (result.value, result.map, result.verdict, result.method) == (None, None, "refused", "none")
    assert "defined" in reasons(result)


def test_a_phase_image_is_refused(two_levels):
    image = Image(np.asarray(two_levels().data), np.eye(4), {"kind": "phase"})
    result = tutorial(image)
    assert result.value is None
    assert any("phase" in check.sentence for check in result.reasons)


@pytest.mark.parametrize("kind", ["real", "imaginary"])
def test_a_real_part_is_measured_with_a_warning(two_levels, kind):
    image = Image(np.asarray(two_levels().data), np.eye(4), {"kind": kind})
    result = tutorial(image)
    assert result.value is not None
    assert "kind" in reasons(result)


@pytest.mark.parametrize("clusters", [1, 7, 0, -3, 2.5, "three", 3 + 0j, None])
def test_other_numbers_of_clusters_are_refused(two_levels, clusters):
    with pytest.raises(ArgumentError, match="2 to 6"):
        tutorial(two_levels(), clusters=clusters)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.full((4, 4, 4), np.nan), "No voxel is finite"),
        (np.full((4, 4, 4), 7), "same value, 7"),
        (np.arange(64).reshape(4, 4, 4) % 2, "only 2 different intensities"),
    ],
)
def test_images_without_noise_or_voxels_are_refused(data, words):
    with pytest.raises(ImageError, match=words):
        tutorial(Image(data, np.eye(4)))


def test_a_mask_without_foreground_is_refused(two_levels):
    image = two_levels()
    result = tutorial(image, noise_mask=np.ones(image.shape))
    assert result.value is None
    assert any("covers every voxel" in check.sentence for check in result.reasons)


def test_a_mask_on_voxels_that_are_not_finite_is_refused(two_levels):
    data = np.asarray(two_levels().data).copy()
    data[:5] = np.nan
    result = tutorial(Image(data, np.eye(4)), noise_mask=np.isnan(data))
    assert result.value is None
    assert "empty" in reasons(result)


def test_more_clusters_are_compared_with_fewer(two_levels):
    assert set(tutorial(two_levels(), clusters=6).noise.by_clusters) == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("clusters", [2, 3])
def test_many_distinct_floats_read_the_same_measured_alone_or_compared(clusters):
    rng = np.random.default_rng(0)
    data = np.concatenate([np.zeros(20_000), rng.rayleigh(20, 50_000), rng.normal(600, 90, 30_000)])
    image = Image(data.reshape(100, 100, 10), np.eye(4))
    found = tutorial(image, clusters=clusters)
    assert found.value == pytest.approx(found.noise.by_clusters[clusters], rel=1e-12)


def test_masked_voxels_are_undefined(two_levels):
    data = np.asarray(two_levels().data)
    hidden = np.zeros(data.shape, bool)
    hidden[:5] = True
    masked = np.ma.masked_array(np.where(hidden, -9999, data), hidden)
    undefined = tutorial(Image(np.where(hidden, np.nan, data), np.eye(4)))
    assert tutorial(Image(masked, np.eye(4))).value == undefined.value


@pytest.mark.parametrize(
    ("name", "by_clusters"),
    [
        ("kidney-t2w/test_sub_01.nii.gz", {2: 3.2, 3: 18.8, 4: 19.3}),
        ("kidney-t2w/test_sub_02.nii.gz", {2: 101, 3: 144, 4: 250}),
        ("kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz", {2: 35.8, 3: 36.6, 4: 42.0}),
    ],
)
def test_real_kidneys_read_what_scikit_learn_reads_on_all_voxels(shared_data, name, by_clusters):
    """Published in the accuracy table of the reference: scikit-learn's fit of every voxel."""
    result = tutorial(mrsnr.load(shared_data(name)))
    for clusters, snr in by_clusters.items():
        assert result.noise.by_clusters[clusters] == pytest.approx(snr, rel=0.005, abs=0.05)
    assert {"zeros", "ratio"} <= reasons(result)


def test_kidney_masks_of_a_real_image(shared_data):
    begin = "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1"
    image = mrsnr.load(shared_data(f"{begin}.nii.gz"))
    masks = {side: mrsnr.load(shared_data(f"{begin}_roi-{side}.nii.gz")) for side in "LR"}
    result = tutorial(image, labels=masks)
    data = np.asarray(image.data)
    for row in result.table:
        inside = np.asarray(masks[row.name].data) != 0
        assert row.voxels == inside.sum()
        assert row.snr == pytest.approx(data[inside].mean() / result.noise.sigma, rel=1e-12)


@pytest.mark.parametrize("kind", ["real", "imaginary"])
def test_a_real_part_has_no_rayleigh_factor(kind):
    """Its noise is Gaussian, and the SD of its air is sigma."""
    sigma, amplitude = 7.0, 350.0
    data = np.random.default_rng(0).normal(0, sigma, (48, 48, 6))
    data[24:] += amplitude
    air = np.zeros(data.shape, dtype=bool)
    air[:24] = True
    for options in ({"noise_mask": air}, {"clusters": 2}):
        result = tutorial(Image(data, np.eye(4), {"kind": kind}), **options)
        assert result.noise.sigma == pytest.approx(sigma, rel=0.02)
        assert result.value == pytest.approx(amplitude / sigma, rel=0.02)
        assert result.noise.channels == 0.5
        magnitude = tutorial(Image(data + 100, np.eye(4)), **options)  # which has it, also where it should not
        assert magnitude.noise.sigma == pytest.approx(sigma / np.sqrt(2 - np.pi / 2), rel=0.02)
    assert result.noise.by_clusters[2] == pytest.approx(result.value, rel=1e-6)
