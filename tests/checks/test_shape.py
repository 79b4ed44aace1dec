"""Is the background distributed like noise? From both sides, and on noise of known distribution."""

import numpy as np
import pytest

from mrsnr.checks import shape
from simulated_scans import SIGMA, complex_noise, kspace_window, scanned


def test_up_to_the_limit_it_passes_and_above_it_does_not(changed):
    limit = shape(changed()).limit
    assert shape(changed(shape=0.99 * limit)).verdict == "pass"
    assert shape(changed(shape=1.01 * limit)).verdict == "warn"
    failing = shape(changed(shape=0.2))
    assert failing.verdict == "fail"
    assert failing.value == 0.2
    assert "0.200" in failing.sentence


def test_few_voxels_may_differ_by_chance(changed, clean_air):
    few = np.zeros_like(clean_air.region)
    few[:10, :10, :4] = True
    assert shape(changed(region=few)).limit > shape(changed()).limit + 0.03
    assert shape(changed(region=few, shared=4.0)).limit > shape(changed(region=few)).limit


@pytest.mark.parametrize("channels", [1, 8, 32])
def test_noise_of_any_number_of_channels_passes(air_of, channels):
    assert shape(air_of(scanned(20, channels=channels, seed=2).voxels, channels=channels)).verdict == "pass"


@pytest.mark.parametrize("window", [{"filled": 2.0}, {"depth": 0.46}])
def test_correlated_noise_passes_too(air_of, window):
    noise = SIGMA * np.abs(complex_noise(np.random.default_rng(0), (96, 96, 6), kspace_window(**window)))
    assert shape(air_of(noise)).verdict == "pass"


@pytest.mark.parametrize(("channels", "given"), [(8, 1), (1, 8), (8, 6)])
def test_noise_of_another_number_of_channels_fails(air_of, channels, given):
    check = shape(air_of(scanned(20, channels=channels, seed=2).voxels, channels=channels, given=given))
    assert check.verdict == "fail" or (given == 6 and check.verdict == "warn")


def test_even_tissue_fails_as_noise_of_one_channel(air_of):
    tissue = np.random.default_rng(0).normal(SIGMA * 1.2533, 2, (96, 96, 5))
    assert shape(air_of(tissue, given=1)).verdict == "fail"


def test_a_mixture_of_two_sigmas_does_not_pass(air_of):
    rng = np.random.default_rng(0)
    mixed = rng.rayleigh(np.where(rng.random((96, 96, 5)) < 0.5, 0.6, 1.4) * SIGMA)
    assert shape(air_of(mixed, given=1)).verdict != "pass"
