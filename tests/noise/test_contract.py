"""What every estimator must do, present and future."""

import inspect
import pickle

import numpy as np
import pytest

from mrsnr import Image, Noise, Regions, measure, noise
from mrsnr.errors import ImageError

SNR = 50.0
SIGMA = 10.0

pytestmark = pytest.mark.parametrize("method", noise.names())


@pytest.fixture(scope="module")
def given(two_levels):
    """Return a function from a method to what it needs: as many repeats as it asks for, or a scan of noise."""

    def make(method, *, dtype=np.float32):
        volumes = noise.fewest_volumes(method)
        data = [
            np.asarray(two_levels(sigma=SIGMA, snr=SNR, dtype=dtype, seed=k).data) for k in range(100, 100 + volumes)
        ]
        affine = two_levels().affine
        image = Image(np.stack(data, axis=-1) if volumes > 1 else data[0], affine)
        scan = Image(np.asarray(two_levels(sigma=SIGMA, snr=0, dtype=dtype, seed=99).data), affine)
        return image, (scan if method == "noise_scan" else None)

    return make


def estimated(method, image, scan=None):
    return noise.get(method)(image, regions=Regions(), **({"scan": scan} if scan is not None else {}))


def measured(method, image, scan=None):
    return measure(image, method, noise_scan=scan, repeats=noise.fewest_volumes(method) > 1)


def mean_sigma(found):
    """Of the number, or of the map."""
    return float(np.nanmean(found.sigma))


def changed(images, change):
    """Apply a function to the voxels of an image, and of the scan if there is one."""
    return [
        None if image is None else Image(change(np.asarray(image.data)), image.affine, image.meta) for image in images
    ]


def test_recovers_a_known_sigma(method, given):
    found = estimated(method, *given(method))
    assert isinstance(found, Noise)
    assert mean_sigma(found) == pytest.approx(SIGMA, rel=0.02)
    assert found.method == method


def test_interval_holds_sigma(method, given):
    found = estimated(method, *given(method))
    if found.interval is None:
        pytest.skip(f"{method} gives no interval")
    low, high = found.interval
    assert low < mean_sigma(found) < high
    assert 0.995 * low < SIGMA < 1.005 * high  # one draw of noise may be outside


def test_region_is_a_mask_on_the_images_grid(method, given):
    image, scan = given(method)
    found = estimated(method, image, scan)
    assert found.region.dtype == bool
    assert found.region.shape == image.grid
    assert found.region.any()
    if np.ndim(found.sigma):
        assert found.sigma.shape == image.grid
        np.testing.assert_array_equal(np.isfinite(found.sigma), found.region)


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_snr_is_unchanged_when_the_image_is_multiplied(method, given, factor):
    images = given(method)
    one, other = (measured(method, *changed(images, lambda v, f=f: v.astype(np.float64) * f)) for f in (1.0, factor))
    assert other.value == pytest.approx(one.value, rel=1e-6)
    assert mean_sigma(other.noise) == pytest.approx(factor * mean_sigma(one.noise), rel=1e-6)
    assert other.verdict == one.verdict


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_snr_is_unchanged_by_flips(method, given, axis):
    images = given(method)
    flipped = changed(images, lambda v: np.flip(v, axis))
    assert measured(method, *flipped).value == pytest.approx(measured(method, *images).value, rel=1e-9)


def test_lossless_integers_give_the_same_snr_as_their_floats(method, given):
    whole = given(method, dtype=np.uint16)
    floats = changed(whole, lambda v: v.astype(np.float64))
    assert measured(method, *whole).value == pytest.approx(measured(method, *floats).value, rel=1e-6)


@pytest.mark.parametrize("width", [16, 26, 32])
def test_never_trusted_on_zeroed_background(method, given, width):
    image, scan = given(method)
    if not estimated(method, image, scan).region[:width].any():
        pytest.skip(f"{method} takes no noise from the air")
    if scan is not None:
        pytest.skip("the scan of noise was not zeroed")
    data = np.asarray(image.data).copy()
    data[:width] = 0
    try:
        result = measured(method, Image(data, image.affine))
    except ImageError:  # it says that there is no air
        return
    assert result.verdict != "trusted"
    assert result.reasons


def test_reports_checks_with_a_sentence_each(method, given):
    for check in estimated(method, *given(method)).checks:
        assert check.code
        assert check.verdict in {"pass", "warn", "fail"}
        assert check.sentence.endswith((".", "?"))


def test_result_can_be_pickled(method, given):
    result = measured(method, *given(method))
    again = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own bytes
    assert again.value == result.value
    assert again.verdict == result.verdict
    np.testing.assert_array_equal(again.noise.region, result.noise.region)


def test_options_are_keyword_only(method):
    first, *options = inspect.signature(noise.get(method)).parameters.values()
    assert first.name == "image"
    assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in options)


def test_the_caller_s_array_is_not_changed(method, given):
    image, scan = given(method)
    before = np.asarray(image.data).copy()
    estimated(method, image, scan)
    np.testing.assert_array_equal(image.data, before)
