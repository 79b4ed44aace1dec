"""The phantom's noise is what its truth says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mrsnr.data import phantom
from mrsnr.model import Image

SMALL = (96, 96, 7)
AIR_TABLE = {1: (1.9131, 1.36), 2: (2.7548, 1.95), 8: (5.6146, 3.97)}  # mean/SD of air; its SE times sqrt(N)


def values(image, mask):
    return np.asarray(image.data, dtype=np.float64)[mask]


def label_masks(labels):
    return {name: labels.data == number for number, name in labels.meta["names"].items()}


@pytest.fixture(scope="module")
def default():
    return phantom()


def test_default_is_an_image_with_labels_on_its_grid(default):
    image, labels, truth = default
    assert isinstance(image, Image)
    assert image.shape == labels.shape == truth.signal.shape == truth.air.shape == (192, 192, 13)
    assert image.kind == "magnitude"
    assert image.meta["tr"] == 2.0
    assert "phantom" in image.meta["phantom"]
    assert image.data.dtype == np.float32
    assert image.voxel_size == pytest.approx((420 / 192, 420 / 192, 6))
    np.testing.assert_array_equal(image.affine, labels.affine)
    assert set(labels.meta["names"].values()) == set(truth.snr)
    assert 500 < np.percentile(image.data, 99) < 5000


@pytest.mark.parametrize("channels", AIR_TABLE)
def test_air_has_the_moments_of_chi(channels):
    image, _, truth = phantom(SMALL, channels=channels, seed=3)
    air = values(image, truth.air)
    ratio, error = AIR_TABLE[channels]
    assert air.mean() / air.std() == pytest.approx(ratio, abs=4 * error / np.sqrt(air.size))
    rms = np.sqrt(np.mean(air**2))
    tolerance = 4 / (2 * np.sqrt(channels * air.size))
    assert rms == pytest.approx(np.sqrt(2 * channels) * truth.sigma, rel=tolerance)


@pytest.mark.parametrize("options", [{}, {"channels": 4}, {"ghost": 0.2, "channels": 3}, {"sigma_map": 2.0}])
def test_mean_square_of_every_label_is_signal_and_noise(options):
    image, labels, truth = phantom(SMALL, snr=6, seed=1, **options)
    n = truth.channels
    for name, mask in {**label_masks(labels), "air": truth.air}.items():
        amplitude, sigma = truth.signal[mask], truth.sigma_map[mask]
        error = np.sqrt(np.sum(4 * n * sigma**4 + 4 * amplitude**2 * sigma**2)) / mask.sum()
        expected = np.mean(amplitude**2 + 2 * n * sigma**2)
        assert np.mean(values(image, mask) ** 2) == pytest.approx(expected, abs=4 * error), name


@pytest.mark.parametrize("channels", [1, 6])
def test_object_is_noncentral_chi(channels):
    image, labels, truth = phantom(SMALL, snr=4, channels=channels, bias_field=0, seed=5)
    for name in ("liver", "fat"):
        mask = label_masks(labels)[name]
        theta = truth.snr[name]
        squared = (values(image, mask) / truth.sigma) ** 2
        law = stats.ncx2(df=2 * channels, nc=theta**2)
        assert stats.kstest(squared, law.cdf).pvalue > 1e-3, name


@pytest.mark.parametrize(
    "options", [{}, {"zero_fill": 1.6}, {"ghost": 0.1, "channels": 2}, {"sigma_map": 1.5}, {"scale": 1e-3}]
)
def test_asked_snr_is_that_of_the_cortex(options):
    _, labels, truth = phantom(SMALL, snr=17, **options)
    masks = label_masks(labels)
    cortex = masks["left cortex"] | masks["right cortex"]
    sigma = np.sqrt(np.mean(truth.sigma_map[cortex] ** 2))
    assert truth.signal[cortex].mean() / sigma == pytest.approx(17, rel=1e-12)
    for name, mask in masks.items():
        expected = truth.signal[mask].mean() / np.sqrt(np.mean(truth.sigma_map[mask] ** 2))
        assert truth.snr[name] == pytest.approx(expected, rel=1e-12)


def test_snr_is_20_unless_asked_otherwise():
    truth = phantom(SMALL).truth
    assert (truth.snr["left cortex"] + truth.snr["right cortex"]) / 2 == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize("options", [{}, {"zero_fill": 2.0}, {"channels": 4}, {"integer": True}])
def test_asked_sigma_is_that_of_the_difference_of_repeats(options):
    image, labels, truth = phantom(SMALL, sigma=12, volumes=6, seed=2, **options)
    assert truth.sigma == 12
    mask = label_masks(labels)["liver"]
    series = values(image, mask)
    pairs = (series[:, ::2] - series[:, 1::2]) / np.sqrt(2)
    # Correlated noise counts for fewer voxels; magnitudes of SNR above 60 are Gaussian to 1e-3.
    independent = pairs.size / (4 if "zero_fill" in options else 1)
    assert pairs.std() == pytest.approx(12, rel=4 / np.sqrt(2 * independent) + 2e-3)


def test_labels_are_homogeneous_but_for_the_bias_field():
    _, labels, truth = phantom(bias_field=0, sigma=0)
    for name, mask in label_masks(labels).items():
        np.testing.assert_allclose(truth.signal[mask], truth.signal[mask][0], rtol=1e-12, err_msg=name)
    assert not (labels.data[truth.air]).any()
    cortex = label_masks(labels)["left cortex"]
    np.testing.assert_allclose(truth.signal[cortex], 1000)


@pytest.mark.parametrize("bias", [0.2, 0.6])
def test_bias_field_stays_within_its_bound_and_uses_it(bias):
    flat, curved = (phantom(SMALL, bias_field=b, sigma=1).truth.signal for b in (0, bias))
    ratio = curved[flat > 0] / flat[flat > 0]
    assert ratio.min() >= 1 - bias
    assert ratio.max() <= 1 + bias
    assert np.ptp(ratio) > bias


def test_without_noise_the_image_is_the_true_signal():
    image, _, truth = phantom(SMALL, sigma=0, channels=3, ghost=0.1, zero_fill=1.5)
    np.testing.assert_allclose(image.data, truth.signal, rtol=1e-4, atol=1e-3)
    assert all(np.isinf(snr) for snr in truth.snr.values())


def test_snr_map_is_signal_over_sigma():
    truth = phantom(SMALL, sigma=50, air="zero").truth
    np.testing.assert_allclose(truth.snr_map[~truth.air], truth.signal[~truth.air] / 50)
    assert np.isnan(truth.snr_map[truth.air]).all()


@pytest.mark.parametrize("channels", [1, 4])
def test_scale_multiplies_everything(channels):
    one = phantom(SMALL, channels=channels, scale=1)
    for factor in (1e-3, 1e3):
        other = phantom(SMALL, channels=channels, scale=factor)
        np.testing.assert_allclose(other.image.data, one.image.data * factor, rtol=1e-6)
        assert other.truth.sigma == pytest.approx(one.truth.sigma * factor)
        assert other.truth.snr == pytest.approx(one.truth.snr)


def test_sigma_map_as_number_grows_towards_the_middle():
    truth = phantom(SMALL, sigma=10, sigma_map=0.5).truth
    assert truth.sigma_map[48, 48].max() == pytest.approx(15, rel=1e-2)
    assert truth.sigma_map[0, 0].max() == pytest.approx(10, rel=1e-2)
    assert truth.sigma_map.min() >= 10


def test_sigma_map_as_array_multiplies_voxel_by_voxel():
    factors = np.linspace(0.5, 2, 96)[:, None, None] * np.ones(SMALL)
    image, _, truth = phantom(SMALL, sigma=10, sigma_map=factors, scale=1e-6, volumes=40)
    np.testing.assert_allclose(truth.sigma_map, 10 * factors)
    seen = np.sqrt(np.mean(np.asarray(image.data) ** 2, axis=(1, 2, 3)) / 2)
    np.testing.assert_allclose(seen, 10 * factors[:, 0, 0], rtol=0.02)


def test_integers_are_the_rounded_image():
    image, whole = (phantom(SMALL, seed=4, integer=i).image.data for i in (False, True))
    assert whole.dtype == np.uint16
    np.testing.assert_array_equal(whole, np.rint(image))


def test_same_seed_same_image_and_another_seed_another():
    first, again, other = (phantom(SMALL, seed=s).image.data for s in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert np.corrcoef((first - other).ravel(), first.ravel())[0, 1] < 0.5
    assert not np.array_equal(first, other)


def test_global_random_state_is_left_alone():
    before = np.random.get_state()  # noqa: NPY002 - the legacy state is what must not move
    phantom((64, 64, 5), volumes=3, fluctuation=0.01)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_repeats_have_independent_noise():
    image, _, truth = phantom(SMALL, volumes=2)
    first, second = values(image, truth.air).T
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(first.size)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    snr=st.floats(1, 200),
    channels=st.integers(1, 5),
    air=st.sampled_from(["noise", "zero", "smooth"]),
    zero_fill=st.floats(1, 3),
    ghost=st.floats(0, 0.3),
    volumes=st.integers(1, 4),
    integer=st.booleans(),
    seed=st.integers(0, 2**40),
)
def test_all_options_compose(snr, channels, air, zero_fill, ghost, volumes, integer, seed):
    shape = (64, 64, 5)
    image, labels, truth = phantom(
        shape,
        snr=snr,
        channels=channels,
        air=air,
        zero_fill=zero_fill,
        ghost=ghost,
        volumes=volumes,
        fluctuation=0.02 if volumes > 1 else 0,
        integer=integer,
        seed=seed,
    )
    assert image.shape == (shape if volumes == 1 else (*shape, volumes))
    data = np.asarray(image.data, dtype=np.float64)
    assert np.isfinite(data).all()
    assert np.isfinite(truth.signal).all()
    np.testing.assert_array_equal(np.isnan(truth.sigma_map), truth.air & (air != "noise"))
    for name, mask in label_masks(labels).items():
        amplitude, sigma = truth.signal[mask], truth.sigma_map[mask]
        error = np.sqrt(np.mean(4 * channels * sigma**4 + 4 * amplitude**2 * sigma**2) / mask.sum())
        expected = np.mean(amplitude**2 + 2 * channels * sigma**2)
        if mask.sum() >= 30:  # zero-filled noise is the same in zero_fill^2 neighbours
            seen = np.mean(data[mask] ** 2)
            assert seen == pytest.approx(expected, rel=1e-3, abs=6 * zero_fill * error), name
