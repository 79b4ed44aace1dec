"""Against the table of moments in the literature (Constantinides et al. 1997) and closed forms."""

import numpy as np
import pytest
from scipy import stats

from mrsnr.distributions import RAYLEIGH_SD, air_mean, air_sd, median_inverse_sd

TABLE = {
    1: (1.253314, 0.655136),
    2: (1.879971, 0.682428),
    4: (2.741625, 0.695337),
    8: (3.938026, 0.701394),
    32: (7.968812, 0.705714),
    64: (11.291633, 0.706413),
}


@pytest.mark.parametrize(("channels", "moments"), TABLE.items())
def test_moments_of_air_match_the_published_table(channels, moments):
    assert air_mean(channels) == pytest.approx(moments[0], abs=6e-7)
    assert air_sd(channels) == pytest.approx(moments[1], abs=6e-7)


def test_moments_are_those_of_the_chi_distribution():
    channels = np.array([1, 3, 12, 16])
    np.testing.assert_allclose(air_mean(channels), stats.chi(2 * channels).mean(), rtol=1e-12)
    np.testing.assert_allclose(air_sd(channels), stats.chi(2 * channels).std(), rtol=1e-9)


def test_rayleigh_factor_is_the_tutorials():
    assert np.sqrt(2 - np.pi / 2) == RAYLEIGH_SD
    assert air_sd(1) == pytest.approx(RAYLEIGH_SD, rel=1e-12)


@pytest.mark.parametrize(("freedom", "bias"), {7: 1.0496, 17: 1.0204, 37: 1.0092, 47: 1.0072}.items())
def test_bias_of_the_median_of_short_series(freedom, bias):
    """The first two are the published ones of T = 10 and 20 after quadratic detrending."""
    assert median_inverse_sd(freedom) == pytest.approx(bias, abs=1.2e-3)


@pytest.mark.parametrize("freedom", [1, 2, 5, 40])
def test_bias_of_the_median_is_that_of_simulated_samples(freedom):
    sd = np.random.default_rng(freedom).normal(0, 1, (400_001, freedom + 1)).std(axis=1, ddof=1)
    assert median_inverse_sd(freedom) == pytest.approx(np.median(1 / sd), rel=0.006)
