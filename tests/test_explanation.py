"""Windows of k-space from the differences that noise through them leaves."""

import numpy as np
import pytest

from mrsnr.correlation import REACH, autocorrelation
from mrsnr.explanation import explain, stride_weights
from mrsnr.highpass import differences, gain, median_sd
from mrsnr.kspace import STRIDES, gains
from simulated_scans import WINDOWS, complex_noise, correlation_of, kspace_window

SHAPE = (192, 192, 4)
OTHERS = {
    "zero-filled x1.25": {"filled": 1.25},
    "zero-filled x1.4": {"filled": 1.4},
    "zero-filled x1.7": {"filled": 1.7},
    "Hann": {"depth": 0.5},
    "weak roll-off": {"depth": 0.15},
    "elliptical and Hamming": {"elliptical": True, "depth": 0.46},
    "elliptical, zero-filled x1.5": {"elliptical": True, "filled": 1.5},
    "zero-filled x2 and Hamming": {"filled": 2.0, "depth": 0.46},
}
EVERY = {**WINDOWS, **OTHERS}
NAMES = {
    "full": "full along x, full along y",
    "zero-filled x1.5": "zero-filled x1.5 along x, zero-filled x1.5 along y",
    "zero-filled x2": "zero-filled x2 along x, zero-filled x2 along y",
    "elliptical": "elliptical, full",
    "elliptical, zero-filled x1.5": "elliptical, zero-filled x1.5",
    "zero-filled x2 and Hamming": " along x, ".join(2 * ["zero-filled x2 with a cosine of 0.46"]) + " along y",
}


def sds_of(window, sigma=1.0):
    """SD of differences of noise through a window, without scatter."""
    correlation = correlation_of(window)
    return sigma * np.sqrt([gain(correlation, stride=stride) for stride in STRIDES])


def seen_in(rng, window, sigma=1.0):
    noise = sigma * complex_noise(rng, SHAPE, window).real
    return np.array([median_sd(differences(noise, stride=stride)) for stride in STRIDES])


@pytest.mark.parametrize("name", EVERY)
def test_sigma_is_found_without_air(name):
    found = explain(sds_of(kspace_window(SHAPE, **EVERY[name]), sigma=12.0))
    assert found.name == NAMES.get(name) or np.exp(found.log_sigma) == pytest.approx(12, rel=0.1)
    assert abs(found.log_sigma - np.log(12)) < 2 * np.hypot(found.spread, found.misfit) + 0.02
    assert found.structure < 0.06


@pytest.mark.parametrize("name", EVERY)
def test_and_from_differences_that_scatter(name):
    found = explain(seen_in(np.random.default_rng(0), kspace_window(SHAPE, **EVERY[name]), sigma=12.0))
    assert found.name == NAMES.get(name) or np.exp(found.log_sigma) == pytest.approx(12, rel=0.1)


@pytest.mark.parametrize("name", EVERY)
def test_air_that_shows_the_window_makes_it_more_certain(name):
    window = kspace_window(SHAPE, **EVERY[name])
    rng = np.random.default_rng(1)
    power = np.abs(complex_noise(rng, SHAPE, window)) ** 2
    air = autocorrelation(power, np.ones(SHAPE, bool))
    found = explain(seen_in(rng, window, sigma=12.0), air=air, air_error=1 / np.sqrt(power.size))
    assert np.exp(found.log_sigma) == pytest.approx(12, rel=0.1)
    assert found.spread < 0.05
    np.testing.assert_allclose(found.correlation, correlation_of(window), atol=0.12)


@pytest.mark.parametrize("name", NAMES)
def test_usual_windows_are_named(name):
    assert explain(sds_of(kspace_window((1024, 1024, 1), **EVERY[name]))).name == NAMES[name]


def test_each_axis_has_its_own_window():
    x, y = (kspace_window((1024, 1024, 1), filled=filled) for filled in (2.0, 1.0))
    found = explain(sds_of(np.outer(x[:, 0], y[0])))
    assert found.name == "zero-filled x2 along x, full along y"
    assert found.correlation[REACH + 1, REACH] == pytest.approx(2 / np.pi, abs=0.02)
    assert found.correlation[REACH, REACH + 1] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("name", ["full", "zero-filled x1.5", "Hamming"])
@pytest.mark.parametrize("amount", [1.0, 4.0])
def test_fine_anatomy_is_told_from_noise_where_air_shows_the_window(name, amount):
    """Anatomy of variance ``amount`` and of Gaussian correlation, some 1.6 voxels wide: it grows with the distance."""
    window = kspace_window(SHAPE, **WINDOWS[name])
    lost = {lag: 1 - np.exp(-((lag / 3.2) ** 2)) for lag in (1, 2, 3, 4)}
    anatomy = amount * np.array([lost[a] * lost[b] for a, b in STRIDES])
    air = correlation_of(window) ** 2
    found = explain(np.sqrt(sds_of(window) ** 2 + anatomy), air=air, air_error=0.005)
    assert np.exp(found.log_sigma) == pytest.approx(1, rel=0.12)
    assert found.structure > 0 or amount < 2
    plain = explain(np.sqrt(sds_of(window) ** 2 + anatomy))
    assert np.exp(plain.log_sigma) > 1


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    sds = sds_of(kspace_window(SHAPE, filled=1.5)) * (1 + 0.02 * np.arange(10))
    one, other = explain(sds), explain(factor * sds)
    assert other.log_sigma == pytest.approx(one.log_sigma + np.log(factor), abs=1e-9)
    assert (other.name, other.misfit) == (one.name, pytest.approx(one.misfit, abs=1e-9))


def test_turned_differences_give_the_turned_window():
    window = np.outer(kspace_window((256, 256, 1), filled=2)[:, 0], kspace_window((256, 256, 1), depth=0.46)[0])
    one, other = explain(sds_of(window)), explain(sds_of(window.T))
    np.testing.assert_allclose(other.correlation, one.correlation.T, atol=1e-9)
    assert other.log_sigma == pytest.approx(one.log_sigma, abs=1e-9)


def test_what_no_window_explains_is_said():
    found = explain(np.array([1.0, 3.0, 0.5, 2.0, 0.2, 4.0, 1.0, 3.0, 0.7, 2.0]))
    assert found.misfit + found.spread > 0.2


def test_gains_are_those_of_the_variance():
    correlation = correlation_of(kspace_window(SHAPE, filled=1.5))
    np.testing.assert_allclose(np.sqrt(gains(correlation)), sds_of(kspace_window(SHAPE, filled=1.5)))


def test_near_differences_count_most():
    weights = stride_weights()
    assert weights.shape == (len(STRIDES),)
    assert weights.argmax() == STRIDES.index((1, 1))
    assert weights.argmin() in {k for k, stride in enumerate(STRIDES) if 4 in stride}
