"""Independent noise passes; interpolated and filtered noise does not."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from mrsnr import checks
from mrsnr.correlation import autocorrelation
from repeated_scans import zero_filled

EVERYWHERE = np.ones((96, 96, 2), dtype=bool)


def judged(values):
    return checks.whiteness(autocorrelation(values, EVERYWHERE))


def test_white_noise_passes():
    for seed in range(20):
        assert judged(np.random.default_rng(seed).normal(size=(96, 96, 2))).verdict == "pass"


@pytest.mark.parametrize(("factor", "expected"), [(1.5, 0.41), (2, 0.64)])
def test_zero_filled_noise_fails(factor, expected):
    """The sinc function of the factor at one voxel."""
    values = zero_filled(np.random.default_rng(0), (96, 96, 2, 1), factor)[..., 0]
    check = judged(values)
    assert check.verdict == "fail"
    assert check.value == pytest.approx(expected, abs=0.04)


def test_slightly_smoothed_noise_warns():
    values = gaussian_filter(np.random.default_rng(0).normal(size=(96, 96, 2)), (0.38, 0.38, 0))
    assert judged(values).verdict == "warn"
