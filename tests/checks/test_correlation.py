"""Is the noise of neighbours independent? It is said, and what is too correlated is structure."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from mrsnr.checks import correlation
from simulated_scans import SIGMA, complex_noise, kspace_window


def test_independent_noise_passes_and_says_so(changed):
    check = correlation(changed(shared=1.0))
    assert check.verdict == "pass"
    assert "independent" in check.sentence


def test_zero_filled_noise_passes_but_is_not_comparable(changed):
    check = correlation(changed(shared=4.0))
    assert check.verdict == "pass"
    assert "4.0 voxels share" in check.sentence
    assert "images treated alike" in check.sentence
    assert "structure" not in check.sentence


def test_structure_does_not_pass(changed):
    limit = correlation(changed()).limit
    assert correlation(changed(shared=0.99 * limit)).verdict == "pass"
    assert correlation(changed(shared=1.01 * limit)).verdict == "warn"
    assert correlation(changed(shared=81.0)).verdict == "fail"
    assert "structure" in correlation(changed(shared=81.0)).sentence


@pytest.mark.parametrize("window", [{"filled": 1.5}, {"filled": 2.0}, {"depth": 0.46}])
def test_noise_through_usual_windows_passes_with_its_number(air_of, window):
    weights = kspace_window(**window)
    noise = SIGMA * np.abs(complex_noise(np.random.default_rng(0), (96, 96, 6), weights))
    check = correlation(air_of(noise))
    assert check.verdict == "pass"
    assert check.value == pytest.approx(np.mean(weights**4) / np.mean(weights**2) ** 2, rel=0.3)


def test_a_smooth_shade_is_structure(air_of):
    shade = gaussian_filter(np.random.default_rng(0).normal(size=(96, 96, 4)), (6, 6, 0), mode="wrap")
    found = air_of(SIGMA * (1.25 + 0.05 * shade / shade.std()))
    assert found is None or correlation(found).verdict != "pass"
