"""The noise floor taken out again: against tabulated solutions, round trips and simulated labels."""

import time

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import brentq
from scipy.special import roots_genlaguerre, roots_jacobi

from mrsnr.distributions import air_mean, air_sd, magnitude_mean, variance_factor
from mrsnr.inversion import (
    _gauss,
    _hermite,
    invert_mean,
    invert_moments,
    koay,
    magnitude_mean_curvature,
    noise_bias,
    sigma_sensitivity,
)

ANY_CHANNELS = [0.5, 0.7, 1, 1.37, 2, 4.2, 8, 16, 33.3, 64, 128]

INVERSIONS = {  # methods.md section 3.3: (n, mean / sigma): theta
    (1, 1.3): 0.387809,
    (1, 1.5): 0.909569,
    (1, 2): 1.665113,
    (1, 3): 2.814968,
    (8, 4.1): 1.157728,
    (8, 4.3): 1.749986,
    (8, 4.8): 2.774364,
    (8, 5.8): 4.290335,
}

KOAY = {  # section 3.2: (n, mean / SD): A / SD, sigma / SD
    (1, 1.95): (0.782360 * 1.355938, 1.355938),
    (1, 2): (1.01498 * 1.284550, 1.284550),
    (1, 2.5): (2.206480, 1.091203),
    (1, 3): (2.794963, 1.045988),
    (1, 5): (4.8943, 1.011393),
    (1, 10): (9.949356, 1.002575),
    (4, 4.1): (2.265300, 1.258889),
    (4, 5): (4.019752, 1.109143),
    (4, 10): (9.627658, 1.019081),
}


def magnitudes(theta, channels, seed=0):
    return np.sqrt(np.random.default_rng(seed).noncentral_chisquare(2 * channels, theta**2))


@pytest.mark.parametrize(("at", "theta"), INVERSIONS.items())
def test_inverted_mean_matches_the_table(at, theta):
    channels, ratio = at
    assert invert_mean(ratio, channels) == pytest.approx(theta, abs=6e-7)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_inverted_mean_is_brentqs(channels):
    theta = np.array([0.2, 0.5, 1, 2, 3, 5, 9, 14, 30, 400, 1e5])
    ratio = magnitude_mean(theta, channels)
    exact = [
        brentq(lambda t, r=r: float(magnitude_mean(t, channels)) - r, 0, r + 1, xtol=1e-14, rtol=1e-14) for r in ratio
    ]
    np.testing.assert_allclose(invert_mean(ratio, channels), exact, rtol=1e-9)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_inverted_mean_brings_theta_back(channels):
    theta = np.r_[np.geomspace(0.1, 1e6, 3000), 1e8]
    np.testing.assert_allclose(invert_mean(magnitude_mean(theta, channels), channels), theta, rtol=1e-9)


@pytest.mark.parametrize("channels", [0.5, 1, 8])
def test_at_or_below_air_theta_is_0_and_nan_stays(channels):
    ratio = np.array([-1, 0, 0.99 * air_mean(channels), air_mean(channels), np.nan])
    np.testing.assert_array_equal(invert_mean(ratio, channels), [0, 0, 0, 0, np.nan])


def test_channels_may_be_an_array():
    ratio, channels = np.array([[2.0], [6.0]]), np.array([1.0, 8.0])
    found = invert_mean(ratio, channels)
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(1.665113, abs=6e-7)
    assert found[0, 1] == 0
    assert found[1, 1] == invert_mean(6.0, 8.0)


@pytest.mark.parametrize("channels", [1, 8])
def test_a_million_voxels_are_quick(channels):
    ratio = np.random.default_rng(0).uniform(0, 30, 1_000_000)
    start = time.perf_counter()
    invert_mean(ratio, channels)
    assert time.perf_counter() - start < 1.5  # 0.1 s on an idle machine


@pytest.mark.parametrize(("at", "expected"), KOAY.items())
def test_koay_matches_the_table(at, expected):
    channels, ratio = at
    amplitude, sigma = koay(3 * ratio, 3.0, channels)
    assert amplitude / 3 == pytest.approx(expected[0], rel=1e-5)
    assert sigma / 3 == pytest.approx(expected[1], rel=2e-6)


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_koay_brings_amplitude_and_sigma_back(channels):
    theta = np.r_[np.geomspace(0.5, 1e3, 500), 1e6]
    mean, sd = 7 * magnitude_mean(theta, channels), 7 * np.sqrt(variance_factor(theta, channels))
    amplitude, sigma = koay(mean, sd, channels)
    np.testing.assert_allclose(sigma, 7, rtol=1e-7)
    np.testing.assert_allclose(amplitude[theta > channels**0.5], 7 * theta[theta > channels**0.5], rtol=1e-6)
    np.testing.assert_allclose(amplitude, 7 * theta, rtol=1e-3)  # near air mean / SD hardly depends on theta


def test_koay_at_the_limits():
    amplitude, sigma = koay([1.0, 1.9, 5.0, 0.0, np.nan], [1.0, 1.0, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(amplitude, [0, 0, 5, 0, np.nan])
    np.testing.assert_allclose(sigma, [1 / air_sd(), 1 / air_sd(), 0, 0, np.nan])


@pytest.mark.parametrize("channels", [1, 8])
def test_koay_does_not_jump_where_the_signal_begins(channels):
    limit = float(air_mean(channels) / air_sd(channels))
    amplitude, sigma = koay(limit * np.array([1 - 1e-12, 1 + 1e-12]), 1.0, channels)
    assert sigma[1] == pytest.approx(sigma[0], rel=1e-4)
    assert amplitude[1] < 0.05


@pytest.mark.parametrize("channels", [1, 8])
def test_mean_of_a_label_under_a_bias_field(channels):
    """Amplitude linear from 1.5 to 4.5 sigma; the plain inversion of the mean is 0.7 and 2.7 % off."""
    m = magnitudes(np.linspace(1.5, 4.5, 1_000_000), channels)
    mean, sd = invert_moments(m.mean(), (m**2).mean(), channels)
    assert mean == pytest.approx(3, rel=0.003)
    assert sd == pytest.approx(3 / np.sqrt(12), rel=0.03)
    assert invert_mean(m.mean(), channels) > 1.005 * 3


@pytest.mark.parametrize("channels", ANY_CHANNELS)
@pytest.mark.parametrize("theta", [0.7, 2.0, 5.0, 100.0])
def test_a_homogeneous_label_has_its_amplitude_and_no_spread(channels, theta):
    mean, sd = invert_moments(magnitude_mean(theta, channels), theta**2 + 2 * channels, channels)
    assert mean == pytest.approx(theta, rel=1e-4)
    assert sd < 0.02 * theta


@pytest.mark.parametrize("channels", [0.5, 1, 8])
@pytest.mark.parametrize("dark", [0.0, 0.2, 0.5, 0.9])
def test_a_label_that_is_partly_empty(channels, dark):
    """Two moments do not say how dark the dark part is: the mean is off by a part of its noise floor."""
    theta = np.where(np.arange(100) < 100 * dark, 30.0, 300.0)
    mean, sd = invert_moments(magnitude_mean(theta, channels).mean(), (theta**2).mean() + 2 * channels, channels)
    assert mean == pytest.approx(theta.mean(), abs=0.15 * float(air_mean(channels)))
    assert sd == pytest.approx(theta.std(), rel=0.02, abs=2)


def test_moments_that_leave_no_room_for_a_spread():
    mean, sd = invert_moments(2.0, 2.0**2, 1)
    assert (mean, sd) == (invert_mean(2.0, 1), 0)
    assert invert_moments(1.0, 1.5, 1) == (0, 0)
    assert np.isnan(invert_moments(np.nan, 5.0, 1)).all()


@pytest.mark.parametrize("channels", [1, 8])
def test_moments_broadcast(channels):
    mean, sd = invert_moments([3.0, 5.0, np.nan], [[20.0], [30.0]], channels)
    assert mean.shape == sd.shape == (2, 3)
    assert mean[1, 1] == invert_moments(5.0, 30.0, channels)[0]


@pytest.mark.parametrize("channels", ANY_CHANNELS)
def test_curvature_and_sensitivity_are_derivatives(channels):
    theta, step = np.array([0.3, 1.0, 2.5, 6.0, 15.0, 70.0]), 1e-3
    low, middle, high = (magnitude_mean(theta + k * step, channels) for k in (-1, 0, 1))
    second = (high - 2 * middle + low) / step**2
    np.testing.assert_allclose(magnitude_mean_curvature(theta, channels), second, atol=2e-6, rtol=1e-4)
    change = (invert_mean(middle / 1.0001, channels) - invert_mean(middle / 0.9999, channels)) / theta / -2e-4
    np.testing.assert_allclose(sigma_sensitivity(theta, channels)[1:], change[1:], rtol=1e-3)


@pytest.mark.parametrize(("channels", "theta"), [(1, 2.0), (1, 4.0), (8, 3.0), (8, 6.0)])
def test_bias_of_the_inversion_of_a_noisy_mean(channels, theta):
    means = magnitudes(np.full((40_000, 25), theta), channels).mean(axis=1)
    lost = theta - invert_mean(means, channels)
    assert noise_bias(theta, channels) / 25 == pytest.approx(lost.mean(), abs=4 * lost.std() / 200)


class TestCurve:
    nodes = np.sort(np.random.default_rng(5).uniform(0, 9, 40))

    def test_between_nodes_it_is_scipys(self):
        values, slopes = np.random.default_rng(6).normal(size=(2, 40))
        curve, scipys = _hermite(self.nodes, values, slopes), CubicHermiteSpline(self.nodes, values, slopes)
        x = np.append(np.linspace(self.nodes[0], self.nodes[-1], 1000), self.nodes).reshape(2, -1)
        np.testing.assert_allclose(curve.at(x), scipys(x), rtol=1e-9, atol=1e-9)

    def test_a_cubic_is_itself(self):
        cubic = np.polynomial.Polynomial([1, -2, 0.5, 0.1])
        curve = _hermite(self.nodes, cubic(self.nodes), cubic.deriv()(self.nodes))
        x = np.linspace(self.nodes[0], self.nodes[-1], 77)
        np.testing.assert_allclose(curve.at(x), cubic(x), rtol=1e-10, atol=1e-9)

    def test_beyond_the_last_node_it_is_constant_and_what_is_no_number_stays_none(self):
        curve = _hermite(self.nodes, self.nodes**2, 2 * self.nodes)
        beyond = curve.at(np.array([self.nodes[-1], 20, np.inf, np.nan]))
        np.testing.assert_allclose(beyond, [*[self.nodes[-1] ** 2] * 3, np.nan])


@pytest.mark.parametrize("power", [-0.8, 0.3, 7, 98])
def test_points_and_weights_of_laguerre_are_scipys(power):
    k = np.arange(16)
    points, weights = _gauss((2 * k + power + 1)[None], (k * (k + power))[None, 1:])
    x, w = roots_genlaguerre(16, power)
    np.testing.assert_allclose(points[0], x, rtol=1e-10)
    np.testing.assert_allclose(weights[0], w / w.sum(), rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize("power", [-0.9, -0.2, 3, 50])
def test_points_and_weights_of_jacobi_are_scipys(power):
    k = np.arange(2, 16)
    steps = k * (k + 2 * power) / ((2 * k + 2 * power) ** 2 - 1)
    points, weights = _gauss(np.zeros((1, 16)), np.append(1 / (3 + 2 * power), steps)[None])
    y, v = roots_jacobi(16, power, power)
    np.testing.assert_allclose(points[0], y, atol=1e-12)
    np.testing.assert_allclose(weights[0], v / v.sum(), rtol=1e-8, atol=1e-15)
