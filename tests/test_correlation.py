"""The correlation of noise through k-space windows: in closed form, and by the scatter of block means."""

import numpy as np
import pytest

from mrsnr import data
from mrsnr.correlation import REACH, autocorrelation, shared
from simulated_scans import WINDOWS, complex_noise, correlation_of, kspace_window

SHAPE = (128, 128, 6)
EVERYWHERE = np.ones(SHAPE, bool)


def power_of(rng, window, channels=1, shape=SHAPE):
    return sum(np.abs(complex_noise(rng, shape, window)) ** 2 for _ in range(channels))


def dirichlet(stored, acquired, lag):
    """Correlation of noise of which ``acquired`` of ``stored`` frequencies are there."""
    return np.sin(np.pi * acquired * lag / stored) / (acquired * np.sin(np.pi * lag / stored))


@pytest.mark.parametrize("channels", [1, 8])
def test_white_noise_is_not_correlated(channels):
    found = autocorrelation(power_of(np.random.default_rng(0), kspace_window(SHAPE), channels), EVERYWHERE)
    middle = found[REACH, REACH]
    found[REACH, REACH] = 0
    assert middle == 1
    assert np.abs(found).max() < 4.5 / np.sqrt(EVERYWHERE.sum())


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("zero_fill", [1.5, 2])
def test_squared_air_of_a_zero_filled_phantom_has_dirichlets_kernel_squared(channels, zero_fill):
    shape = (192, 192, 8)
    image, _, _ = data.phantom(shape, sigma=1.0, scale=1e-6, channels=channels, zero_fill=zero_fill)
    found = autocorrelation(np.asarray(image.data, float) ** 2, np.ones(shape, bool))
    for lag in (1, 2, 3, 4):
        expected = dirichlet(192, 192 / zero_fill, lag) ** 2
        for seen in (found[REACH + lag, REACH], found[REACH, REACH + lag]):
            assert seen == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("name", WINDOWS)
def test_squared_noise_has_the_square_of_the_correlation_of_its_window(name):
    window = kspace_window(SHAPE, **WINDOWS[name])
    found = autocorrelation(power_of(np.random.default_rng(1), window), EVERYWHERE)
    np.testing.assert_allclose(found, correlation_of(window) ** 2, atol=0.03)


def test_a_difference_has_the_correlation_itself_negative_lobes_and_all():
    window = kspace_window(SHAPE, filled=1.5)
    noise = complex_noise(np.random.default_rng(2), SHAPE, window).real
    expected = correlation_of(window)
    assert expected.min() < -0.1
    np.testing.assert_allclose(autocorrelation(noise, EVERYWHERE), expected, atol=0.03)


def test_only_the_region_counts():
    power = power_of(np.random.default_rng(3), kspace_window(SHAPE, filled=2))
    x, y = np.mgrid[:128, :128]
    region = np.broadcast_to((np.hypot(x - 64, y - 64) > 40)[..., None], SHAPE)
    disturbed = np.where(region, power, 1e6)
    np.testing.assert_allclose(autocorrelation(disturbed, region), autocorrelation(power, region), atol=1e-12)
    np.testing.assert_allclose(autocorrelation(power, region), autocorrelation(power, EVERYWHERE), atol=0.04)


def test_it_turns_with_the_image():
    power = power_of(np.random.default_rng(4), kspace_window(SHAPE, filled=2))[:, ::2]
    found = autocorrelation(power, EVERYWHERE[:, ::2])
    assert found[REACH + 1, REACH] > 0.3 > 0.05 > abs(found[REACH, REACH + 1])
    turned = autocorrelation(power.swapaxes(0, 1), EVERYWHERE[:, ::2].swapaxes(0, 1))
    np.testing.assert_allclose(turned, found.T, atol=1e-12)
    np.testing.assert_allclose(autocorrelation(power[::-1], EVERYWHERE[:, ::2]), found[::-1], atol=1e-12)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_does_not_matter(factor):
    power = power_of(np.random.default_rng(5), kspace_window(SHAPE, filled=1.5))
    one, other = (autocorrelation(values, EVERYWHERE) for values in (power, factor * power))
    np.testing.assert_allclose(other, one, atol=1e-9)


@pytest.mark.parametrize(
    ("values", "region"),
    [
        (np.ones(SHAPE), EVERYWHERE),
        (np.random.default_rng(0).normal(size=SHAPE), np.zeros(SHAPE, bool)),
        (np.random.default_rng(0).normal(size=(3, 3, 1)), np.ones((3, 3, 1), bool)),
    ],
    ids=["constant", "no region", "too small"],
)
def test_what_has_no_correlation_has_none(values, region):
    expected = np.zeros((2 * REACH + 1, 2 * REACH + 1))
    expected[REACH, REACH] = 1
    np.testing.assert_array_equal(autocorrelation(values, region), expected)


def test_slices_that_are_no_air_are_no_hindrance():
    """Only some slices are looked at; air in the others is used where these have none."""
    shape = (64, 64, 30)
    power = power_of(np.random.default_rng(6), kspace_window(shape, filled=2), shape=shape)
    region = np.zeros(shape, bool)
    region[..., 2] = True
    assert autocorrelation(power, region)[REACH + 1, REACH] == pytest.approx(0.405, abs=0.08)


@pytest.mark.parametrize("name", WINDOWS)
def test_shared_is_what_makes_the_mean_of_a_block_scatter(name):
    """N_eff by its definition: the variance of a mean of N correlated samples is variance / N_eff."""
    shape, block = (256, 256, 8), 32
    window = kspace_window(shape, **WINDOWS[name])
    power = power_of(np.random.default_rng(7), window, shape=shape)
    everywhere = np.ones(shape, bool)
    found = shared(autocorrelation(power, everywhere), error=1 / np.sqrt(power.size))
    blocks = power.reshape(256 // block, block, 256 // block, block, 8).mean(axis=(1, 3))
    seen = blocks.var() / power.var() * block**2
    assert found == pytest.approx(seen, rel=0.2)  # 512 blocks: 6 % of a variance; and the edges
    assert found == pytest.approx(np.mean(window**4) / np.mean(window**2) ** 2, rel=0.15)  # Parseval; lags beyond reach


def test_noise_of_the_estimate_is_not_counted():
    found = autocorrelation(power_of(np.random.default_rng(8), kspace_window(SHAPE)), EVERYWHERE)
    assert shared(found, error=1 / np.sqrt(EVERYWHERE.sum())) == pytest.approx(1, abs=0.05)
    assert shared(found, error=1.0) == 1
