"""Noise at the border passes; tissue, another n and another sigma do not."""

import numpy as np
import pytest

from mrsnr import checks

BORDER = np.ones((10, 10, 1), dtype=bool)
MIDDLE = np.pad(np.ones((2, 2, 1), dtype=bool), ((4, 4), (4, 4), (0, 0)))


def noise(channels, seed=0, size=20_000):
    return np.sqrt(np.random.default_rng(seed).chisquare(2 * channels, size))


@pytest.mark.parametrize("channels", [1, 8])
def test_noise_passes(channels):
    for seed in range(20):
        check = checks.accepted(noise(channels, seed), BORDER, sigma=1, channels=channels)
        assert check.verdict == "pass"
        assert check.value < 0.02


@pytest.mark.parametrize(("sigma", "channels"), [(1.2, 1), (0.8, 1), (1, 2), (1, 8)])
def test_other_noise_fails(sigma, channels):
    assert checks.accepted(noise(1), BORDER, sigma=sigma, channels=channels).verdict == "fail"


def test_tissue_fails():
    values = np.random.default_rng(0).normal(20, 1, 20_000)
    assert checks.accepted(values, BORDER, sigma=20 / 1.2533, channels=1).verdict == "fail"


def test_what_does_not_reach_the_border_fails():
    assert checks.accepted(noise(1), MIDDLE, sigma=1, channels=1).verdict == "fail"
    assert "border" in checks.accepted(noise(1), MIDDLE, sigma=1, channels=1).sentence
    assert checks.accepted(noise(1), MIDDLE, sigma=1, channels=1, stored=MIDDLE).verdict == "pass"  # zero-padded


def test_a_few_values_cannot_be_judged():
    assert checks.accepted(noise(1, size=10), BORDER, sigma=1, channels=1).verdict == "fail"
