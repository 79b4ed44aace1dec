"""Mean over SD of noise of several channels, of correlated noise and of rounded noise; see also test_checks.py."""

import numpy as np
import pytest

from mrsnr.checks import ratio
from simulated_scans import complex_noise, kspace_window

PUBLISHED = {2: 2.7548, 4: 3.9429, 8: 5.6146, 16: 7.9694, 32: 11.2918}
"""Mean over SD of noncentral chi noise without signal (Constantinides 1997)."""


def noise(channels, size=100_000, seed=0):
    return np.sqrt(np.random.default_rng(seed).chisquare(2 * channels, size))


@pytest.mark.parametrize("channels", [0.5, 1, 3.3, *PUBLISHED])
def test_noise_of_any_number_of_channels_passes_as_such(channels):
    check = ratio(7 * noise(channels), channels=channels)
    assert check.verdict == "pass"
    assert check.value < 0.02


@pytest.mark.parametrize("channels", PUBLISHED)
def test_the_ratio_that_is_expected_is_the_published_one(channels):
    sentence = ratio(noise(channels), channels=channels).sentence
    assert f"pure noise has {PUBLISHED[channels]:.2f}" in sentence


@pytest.mark.parametrize(
    ("channels", "given", "cause"), [(1, 8, "cut or zeroed"), (4, 1, "coil-combined"), (8, 4, "coil-combined")]
)
def test_of_another_number_it_fails(channels, given, cause):
    check = ratio(noise(channels), channels=given)
    assert check.verdict == "fail"
    assert cause in check.sentence


def test_slightly_other_numbers_warn():
    assert ratio(noise(8), channels=9).verdict == "warn"


@pytest.mark.parametrize("channels", [1, 8])
def test_zero_filling_does_not_change_it_but_its_scatter(channels):
    verdicts = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        window = kspace_window((24, 24, 1), filled=2.0)
        power = sum(np.abs(complex_noise(rng, (24, 24, 1), window)) ** 2 for _ in range(channels))
        verdicts.append(ratio(np.sqrt(power), channels=channels, shared=4.0).verdict)
    assert verdicts.count("pass") >= 29


@pytest.mark.parametrize("sigma", [1.0, 2.0, 5.0])
def test_rounding_and_cutting_are_reckoned_with(sigma):
    values = sigma * noise(1)
    assert ratio(np.round(values), step=1.0).verdict == "pass"
    assert ratio(np.floor(values), step=1.0, truncated=True).verdict == "pass"


@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_and_would_not_pass_otherwise(sigma):
    assert ratio(np.floor(sigma * noise(1))).verdict != "pass"
