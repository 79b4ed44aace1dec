"""Against the table of moments in the literature (Constantinides et al. 1997) and closed forms."""

import numpy as np
import pytest
from scipy import integrate, stats

from mrsnr.distributions import RAYLEIGH_SD, air_mean, air_sd, inverse_sd_bias

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
    assert RAYLEIGH_SD == np.sqrt(2 - np.pi / 2)
    assert air_sd(1) == pytest.approx(RAYLEIGH_SD, rel=1e-12)


@pytest.mark.parametrize(("freedom", "bias"), {7: 1.1259, 17: 1.0470, 47: 1.0163, 97: 1.0078, 197: 1.0038}.items())
def test_bias_of_short_series_matches_the_published_values(freedom, bias):
    assert inverse_sd_bias(freedom) == pytest.approx(bias, abs=6e-5)


@pytest.mark.parametrize("freedom", [2, 3, 10, 40])
def test_bias_of_short_series_is_the_mean_of_one_over_chi(freedom):
    chi = stats.chi(freedom)
    mean, _ = integrate.quad(lambda x: np.sqrt(freedom) / x * chi.pdf(x), 0, np.inf)
    assert inverse_sd_bias(freedom) == pytest.approx(mean, rel=1e-6)


def test_one_degree_of_freedom_has_no_mean():
    assert np.isinf(inverse_sd_bias(1))
