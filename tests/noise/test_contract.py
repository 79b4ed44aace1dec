"""What every estimator must do, present and future."""

import inspect
import pickle

import numpy as np
import pytest

from mrsnr import Image, Noise, Regions, measure, noise

SNR = 50.0
SIGMA = 10.0

pytestmark = pytest.mark.parametrize("method", noise.names())


@pytest.fixture
def clean(two_levels):
    return two_levels(sigma=SIGMA, snr=SNR, dtype=np.float32)


def scaled(image, factor):
    return Image(np.asarray(image.data, np.float64) * factor, image.affine, image.meta)


def test_recovers_a_known_sigma(method, clean):
    found = noise.get(method)(clean, regions=Regions())
    assert isinstance(found, Noise)
    assert found.sigma == pytest.approx(SIGMA, rel=0.02)
    assert found.method == method


def test_region_is_a_mask_on_the_images_grid(method, clean):
    found = noise.get(method)(clean, regions=Regions())
    assert found.region.dtype == bool
    assert found.region.shape == clean.shape
    assert found.region.any()


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_snr_is_unchanged_when_the_image_is_multiplied(method, clean, factor):
    one, other = measure(clean, method), measure(scaled(clean, factor), method)
    assert other.value == pytest.approx(one.value, rel=1e-6)
    assert other.noise.sigma == pytest.approx(factor * one.noise.sigma, rel=1e-6)
    assert other.verdict == one.verdict


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_snr_is_unchanged_by_flips(method, clean, axis):
    flipped = Image(np.flip(np.asarray(clean.data), axis), clean.affine)
    assert measure(flipped, method).value == pytest.approx(measure(clean, method).value, rel=1e-9)


def test_lossless_integers_give_the_same_snr_as_their_floats(method, two_levels):
    whole = two_levels(dtype=np.uint16)
    assert measure(whole, method).value == pytest.approx(measure(scaled(whole, 1.0), method).value, rel=1e-6)


@pytest.mark.parametrize("width", [16, 26, 32])
def test_never_trusted_on_zeroed_background(method, clean, width):
    data = np.asarray(clean.data).copy()
    data[:width] = 0
    result = measure(Image(data, clean.affine), method)
    assert result.verdict != "trusted"
    assert result.reasons


def test_reports_checks_with_a_sentence_each(method, clean):
    for check in noise.get(method)(clean, regions=Regions()).checks:
        assert check.code
        assert check.verdict in {"pass", "warn", "fail"}
        assert check.sentence.endswith(".")


def test_result_can_be_pickled(method, clean):
    result = measure(clean, method)
    again = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own bytes
    assert again.value == result.value
    assert again.verdict == result.verdict
    np.testing.assert_array_equal(again.noise.region, result.noise.region)


def test_options_are_keyword_only(method, clean):
    first, *options = inspect.signature(noise.get(method)).parameters.values()
    assert first.name == "image"
    assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in options)


def test_the_caller_s_array_is_not_changed(method, clean):
    before = np.asarray(clean.data).copy()
    noise.get(method)(clean, regions=Regions())
    np.testing.assert_array_equal(clean.data, before)
