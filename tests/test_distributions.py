"""Against the tables of the literature (Constantinides et al. 1997), closed forms, scipy's chi and simulated noise."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from mrsnr.distributions import (
    RAYLEIGH_SD,
    air_cdf,
    air_mean,
    air_median,
    air_sd,
    chi_interval,
    effective_channels,
    magnitude_mean,
    magnitude_mean_slope,
    median_inverse_sd,
    sd_factor,
    variance_factor,
)

ANY_CHANNELS = [0.5, 0.7, 1, 1.37, 2, 4.2, 8, 16, 33.3, 50.1, 64, 128]

AIR = {  # methods.md section 0: mean, SD, median
    1: (1.253314, 0.655136, 1.177410),
    2: (1.879971, 0.682428, 1.832128),
    3: (2.349964, 0.691136, 2.312600),
    4: (2.741625, 0.695337, 2.710004),
    6: (3.392761, 0.699411, 3.367540),
    8: (3.938026, 0.701394, 3.916440),
    12: (4.848228, 0.703339, 4.830810),
    16: (5.612839, 0.704297, 5.597844),
    32: (7.968812, 0.705714, 7.958303),
    64: (11.291633, 0.706413, 11.284235),
}

MEANS = {  # section 0, "(calc) mu"
    (1, 0): 1.25331414,
    (1, 1): 1.54857246,
    (1, 2): 2.27238343,
    (1, 3): 3.17257729,
    (1, 5): 5.10106964,
    (1, 10): 10.05012694,
    (8, 1): 4.05942126,
    (8, 5): 6.33988146,
    (8, 10): 10.72689377,
}

VARIANCES = {  # section 0, "xi"
    (1, 0): 0.42920367,
    (1, 1): 0.60192333,
    (1, 2): 0.83627356,
    (1, 3): 0.93475335,
    (1, 5): 0.97908853,
    (1, 10): 0.99494856,
    (4, 0): 0.48349414,
    (4, 1): 0.53851438,
    (4, 5): 0.88459111,
    (4, 10): 0.96669404,
    (8, 0): 0.49195420,
    (8, 1): 0.52109903,
    (8, 5): 0.80590306,
    (8, 10): 0.93374995,
}


def mean_by_poisson_mixture(theta, n):
    """M^2 / 2 is gamma with shape n + K, K Poisson with mean theta^2 / 2: a sum of positive terms, for any n."""
    z = theta**2 / 2
    k = np.arange(int(z + 12 * np.sqrt(z + 1) + 60))
    log_weight = k * np.log(z) - gammaln(k + 1) - z
    weight = np.exp(log_weight - log_weight.max())
    means = np.exp(gammaln(n + k + 0.5) - gammaln(n + k)) * np.sqrt(2)
    return (weight * means).sum() / weight.sum()


@pytest.mark.parametrize(("channels", "moments"), AIR.items())
def test_moments_of_air_match_the_published_table(channels, moments):
    assert air_mean(channels) == pytest.approx(moments[0], abs=6e-7)
    assert air_sd(channels) == pytest.approx(moments[1], abs=6e-7)
    assert air_median(channels) == pytest.approx(moments[2], abs=6e-7)


def test_moments_of_air_are_those_of_the_chi_distribution():
    channels = np.array([0.5, 1, 3, 12, 16])
    np.testing.assert_allclose(air_mean(channels), stats.chi(2 * channels).mean(), rtol=1e-12)
    np.testing.assert_allclose(air_sd(channels), stats.chi(2 * channels).std(), rtol=1e-9)
    np.testing.assert_allclose(air_median(channels), stats.chi(2 * channels).median(), rtol=1e-12)


def test_the_absolute_value_of_a_real_part_is_half_normal():
    assert air_mean(0.5) == pytest.approx(stats.halfnorm.mean(), rel=1e-12)
    assert air_sd(0.5) == pytest.approx(stats.halfnorm.std(), rel=1e-12)
    assert air_median(0.5) == pytest.approx(stats.norm.ppf(0.75), rel=1e-12)


def test_rayleigh_factor_is_the_tutorials():
    assert np.sqrt(2 - np.pi / 2) == RAYLEIGH_SD
    assert air_sd(1) == pytest.approx(RAYLEIGH_SD, rel=1e-12)


@pytest.mark.parametrize("channels", [0.5, 1, 2.5, 8, 64])
def test_probability_in_air_is_that_of_the_chi_distribution(channels):
    ratio = np.array([-1, 0, 0.1, 1, 3, 9])
    np.testing.assert_allclose(air_cdf(ratio, channels), stats.chi(2 * channels).cdf(ratio), rtol=1e-10)


@pytest.mark.parametrize(("at", "mean"), MEANS.items())
def test_mean_of_signal_matches_the_table(at, mean):
    channels, theta = at
    assert magnitude_mean(theta, channels) == pytest.approx(mean, abs=6e-9)


@pytest.mark.parametrize(("at", "variance"), VARIANCES.items())
def test_variance_of_signal_matches_the_table(at, variance):
    channels, theta = at
    assert variance_factor(theta, channels) == pytest.approx(variance, abs=6e-9)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_mean_is_exact_for_any_number_of_channels(channels):
    theta = np.array([0.001, 0.1, 0.5, 1, 3, 5, 8, 9.9, 10.1, 12.4, 14, 16, 17.5, 20, 25.2, 25.4, 40, 55])
    exact = [mean_by_poisson_mixture(t, channels) for t in theta]
    np.testing.assert_allclose(magnitude_mean(theta, channels), exact, rtol=1e-12)


@pytest.mark.parametrize("channels", [1, 0.5])
def test_moments_of_signal_are_scipys(channels):
    theta = np.array([0.2, 1, 2, 4, 7])
    model = stats.rice(theta) if channels == 1 else stats.foldnorm(theta)
    np.testing.assert_allclose(magnitude_mean(theta, channels), model.mean(), rtol=1e-9)
    np.testing.assert_allclose(variance_factor(theta, channels), model.var(), rtol=1e-7)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
@pytest.mark.parametrize("function", [magnitude_mean, variance_factor, magnitude_mean_slope])
def test_nothing_jumps_where_the_expansion_takes_over(channels, function):
    switch = np.sqrt(2 * max(50, 2.5 * channels))
    below, above = function(switch * np.array([1 - 1e-11, 1 + 1e-11]), channels)
    assert above == pytest.approx(below, rel=1e-9)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_slope_is_the_derivative_of_the_mean(channels):
    theta, step = np.array([0.01, 0.3, 1, 2.5, 6, 9, 15, 24, 70]), 1e-4
    difference = magnitude_mean(theta + step, channels) - magnitude_mean(theta - step, channels)
    np.testing.assert_allclose(magnitude_mean_slope(theta, channels), difference / (2 * step), rtol=1e-6)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_moments_at_the_ends(channels):
    assert magnitude_mean(0, channels) == pytest.approx(float(air_mean(channels)), rel=1e-12)
    assert variance_factor(0, channels) == pytest.approx(float(air_sd(channels)) ** 2, rel=1e-9)
    assert magnitude_mean_slope(0, channels) == 0
    assert magnitude_mean(1e6, channels) == pytest.approx(1e6 + (2 * channels - 1) / 2e6, rel=1e-15)
    assert 1 - variance_factor(1e4, channels) == pytest.approx((2 * channels - 1) / 2e8, rel=1e-5, abs=1e-15)
    assert magnitude_mean_slope(1e6, channels) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_variance_grows_with_the_signal_from_air_to_1(channels):
    factor = variance_factor(np.r_[np.linspace(0, 60, 500), 1e3, 1e6], channels)
    assert (np.diff(factor) > -1e-9).all()
    assert factor[-1] == pytest.approx(1, abs=1e-9)


def test_arrays_broadcast_and_nan_passes_through():
    theta = np.array([[0.5], [np.nan], [80.0]])
    for function in (magnitude_mean, variance_factor, magnitude_mean_slope):
        values = function(theta, np.array([1, 8]))
        assert values.shape == (3, 2)
        assert np.isnan(values[1]).all()
        assert values[2, 1] == function(80.0, 8)
        assert values[0, 0] == pytest.approx(float(function(0.5, 1)))


@pytest.mark.parametrize("channels", [0.5, 1, 2.6, 8, 32])
def test_effective_channels_of_noise_are_found_whatever_its_sigma(channels):
    voxels = 200_000
    gamma = np.random.default_rng(3).gamma(channels, size=voxels)
    found = effective_channels(1e-4 * np.sqrt(gamma))
    assert found == pytest.approx(channels, rel=4 * np.sqrt(2 / voxels))
    assert effective_channels(1e3 * np.r_[np.sqrt(gamma), 0, np.nan, np.inf]) == pytest.approx(found, rel=1e-9)


def test_effective_channels_of_correlated_coils_are_fewer():
    """Section 1.4: 8 coils, all correlations 0.3, have 4.9 by moments; their noise is not exactly gamma."""
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(np.full((8, 8), 0.3) + 0.7 * np.eye(8))
    power = sum(((root @ rng.normal(size=(8, 100_000))) ** 2).sum(axis=0) for _ in range(2))
    assert 4.9 < effective_channels(np.sqrt(power)) < 5.9


def test_effective_channels_where_there_are_none():
    assert np.isnan(effective_channels([0.0, np.nan]))
    assert effective_channels([3.0, 3.0]) == np.inf


@pytest.mark.parametrize(("freedom", "factor"), {24: 0.98964, 47: 1 / 1.0053, 7: 1 / 1.0362}.items())
def test_mean_of_a_sample_sd(freedom, factor):
    """24: section 2.1, a window of 5 x 5. The others: the exact c4 of 48 and 8 samples."""
    assert sd_factor(freedom) == pytest.approx(factor, abs=6e-5)


@pytest.mark.parametrize("freedom", [1, 4, 30])
def test_mean_of_simulated_sample_sds(freedom):
    sd = np.random.default_rng(freedom).normal(0, 1, (300_000, freedom + 1)).std(axis=1, ddof=1)
    assert sd_factor(freedom) == pytest.approx(sd.mean(), rel=5e-3)


def test_sd_factor_of_very_many():
    assert sd_factor(1e7) == pytest.approx(1 - 1 / 4e7, rel=1e-8)


def test_interval_of_an_sd_is_the_textbooks():
    """Section 1.3 with scipy's chi-square."""
    freedom = 15
    low, high = chi_interval(2.0, freedom)
    assert low == pytest.approx(2 * np.sqrt(freedom / stats.chi2.ppf(0.975, freedom)), rel=1e-10)
    assert high == pytest.approx(2 * np.sqrt(freedom / stats.chi2.ppf(0.025, freedom)), rel=1e-10)


def test_interval_covers_in_95_percent():
    rng = np.random.default_rng(0)
    sd = rng.normal(0, 3, (4000, 20)).std(axis=1, ddof=1)
    low, high = np.transpose([chi_interval(s, 19) for s in sd])
    assert np.mean((low < 3) & (high > 3)) == pytest.approx(0.95, abs=0.014)  # 4 standard errors


@pytest.mark.parametrize(("freedom", "bias"), {7: 1.0496, 17: 1.0204, 37: 1.0092, 47: 1.0072}.items())
def test_bias_of_the_median_of_short_series(freedom, bias):
    """The first two are the published ones of T = 10 and 20 after quadratic detrending."""
    assert median_inverse_sd(freedom) == pytest.approx(bias, abs=1.2e-3)


@pytest.mark.parametrize("freedom", [1, 2, 5, 40])
def test_bias_of_the_median_is_that_of_simulated_samples(freedom):
    sd = np.random.default_rng(freedom).normal(0, 1, (400_001, freedom + 1)).std(axis=1, ddof=1)
    assert median_inverse_sd(freedom) == pytest.approx(np.median(1 / sd), rel=0.006)
