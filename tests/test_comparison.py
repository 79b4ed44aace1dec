"""Every method gives the answer that it gives alone, on the same tissues; what one cannot measure stops no other."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image, noise
from mrsnr.errors import ArgumentError, ImageError, RegionError

SIGMA, SNR = 10.0, 50.0


@pytest.fixture(scope="module")
def image(two_levels):
    return two_levels(sigma=SIGMA, snr=SNR)


@pytest.fixture(scope="module")
def again(two_levels):
    return two_levels(sigma=SIGMA, snr=SNR, seed=1)


def by_method(results):
    return {result.provenance["asked"]: result for result in results}


def several(two_levels, count):
    volumes = [np.asarray(two_levels(sigma=SIGMA, snr=SNR, shape=(32, 32, 3), seed=n).data) for n in range(count)]
    return Image(np.stack(volumes, axis=-1), np.eye(4))


def test_auto_is_first_and_every_method_for_one_volume_follows(image):
    asked = [result.provenance["asked"] for result in mrsnr.compare(image)]
    alone = [name for name in noise.names() if noise.fewest_volumes(name) == 1 and name != "noise_scan"]
    assert asked == ["auto", *alone]


def test_each_answer_is_that_of_measure(image):
    labels = np.zeros(image.shape, np.uint8)
    labels[40:50], labels[50:60] = 1, 2
    for asked, result in by_method(mrsnr.compare(image, labels=labels)).items():
        alone = mrsnr.measure(image, asked, labels=labels)
        assert (result.value, result.interval) == (alone.value, alone.interval)
        assert (result.method, result.verdict) == (alone.method, alone.verdict)
        assert [check.code for check in result.reasons] == [check.code for check in alone.reasons]
        assert result.table == alone.table


def test_they_agree_on_clean_air(image):
    results = by_method(mrsnr.compare(image))
    for result in results.values():
        assert result.value == pytest.approx(SNR, rel=0.05)
        assert result.noise.sigma == pytest.approx(SIGMA, rel=0.05)
    assert results["auto"].value == pytest.approx(SNR, rel=0.02)
    assert results["auto"].verdict == "trusted"


def test_all_but_the_tutorials_measure_the_same_tissues(image):
    best, *others = mrsnr.compare(image)
    for result in others:
        if result.method == "mixture":
            assert result.provenance["of"] == "foreground"
        else:
            assert result.regions is best.regions
            assert [row.voxels for row in result.table] == [row.voxels for row in best.table]


def test_repeats_bring_the_methods_that_need_them(image, again):
    pair = by_method(mrsnr.compare(image, repeat=again))
    assert pair["auto"].method == "difference"
    assert {"difference", "tissue", "air"} <= set(pair)
    assert not {"replicas", "piesno", "noise_scan"} & set(pair)
    assert pair["difference"].noise.sigma == pytest.approx(SIGMA, rel=0.05)
    three = by_method(mrsnr.compare(image, repeat=[again, again]))
    assert {"difference", "replicas"} <= set(three)


def test_ten_volumes_bring_all_of_them(two_levels):
    results = by_method(mrsnr.compare(several(two_levels, 10), repeats=True))
    assert set(results) == {"auto", *noise.names()} - {"noise_scan"}
    assert results["auto"].method == "replicas"
    for name in ("replicas", "temporal", "piesno"):
        assert np.nanmedian(results[name].noise.sigma) == pytest.approx(SIGMA, rel=0.05), name


def test_a_noise_scan_brings_its_method(image):
    rng = np.random.default_rng(5)
    scan = Image(np.hypot(*rng.normal(0, SIGMA, (2, *image.shape))), image.affine)
    results = by_method(mrsnr.compare(image, noise_scan=scan))
    assert results["auto"].method == "noise_scan"
    assert results["noise_scan"].noise.sigma == pytest.approx(SIGMA, rel=0.02)


def test_a_noise_mask_is_used_by_those_that_take_one(image):
    mask = np.zeros(image.shape, bool)
    mask[:8] = True
    results = by_method(mrsnr.compare(image, noise_mask=mask))
    assert results["auto"].method == "air_rms"
    for name in ("air_mean", "air_rms", "air_std", "mixture"):
        np.testing.assert_array_equal(results[name].noise.region, mask)


def test_a_method_that_cannot_is_refused_with_its_own_words(image):
    data = np.round(np.asarray(image.data) / 100)  # so coarse that only a few intensities are left
    results = by_method(mrsnr.compare(Image(data, image.affine), clusters=6))
    mixture = results["mixture"]
    assert (mixture.value, mixture.method, mixture.noise) == (None, "none", None)
    assert mixture.provenance["asked"] == "mixture"
    assert mixture.provenance["definition"] == "mixture-snr/2"
    (reason,) = mixture.reasons
    assert "different intensities" in reason.sentence


def test_a_phase_image_is_refused_by_all(image):
    results = mrsnr.compare(Image(image.data, image.affine, {"kind": "phase"}))
    assert {result.verdict for result in results} == {"refused"}
    assert results[0].reasons[0].code == "kind"


def test_volumes_that_are_no_repeats_are_refused(two_levels):
    series = several(two_levels, 3)
    with pytest.raises(ArgumentError, match=r"3 volumes.*one volume.*repeats=True"):
        mrsnr.compare(series)
    assert mrsnr.compare(series, repeats=True)[0].method == "replicas"


@pytest.mark.parametrize(
    ("options", "error"),
    [({"channels": -1}, ArgumentError), ({"noise_mask": np.ones((2, 2, 2))}, RegionError), ({"repeat": 5}, Exception)],
)
def test_what_is_wrong_for_all_is_an_error(image, options, error):
    with pytest.raises(error):
        mrsnr.compare(image, **options)


def test_what_cannot_be_measured_at_all_is_an_error(image):
    with pytest.raises(ImageError, match="same value"):
        mrsnr.compare(Image(np.ones((8, 8, 2)), np.eye(4)))
    with pytest.raises(ArgumentError, match="ndarray"):
        mrsnr.compare(np.asarray(image.data))


def test_a_number_of_clusters_that_is_none_is_said_in_its_row(image):
    refused = by_method(mrsnr.compare(image, clusters=9))["mixture"]
    assert refused.verdict == "refused"
    assert "2 to 6" in refused.reasons[0].sentence
