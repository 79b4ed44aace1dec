"""A series whose noise over time is known."""

import numpy as np
import pytest

from mrsnr import Image, Regions
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.noise.temporal import temporal
from repeated_scans import SHAPE, SIGMA, amplitudes, half_width, scanned, sigma_of


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
def test_sigma_is_within_one_percent(channels, snr):
    found = temporal(scanned(snr, channels=channels, volumes=12), regions=Regions())
    assert sigma_of(found) == pytest.approx(SIGMA, rel=max(0.01, 1.5 * half_width(found)))
    assert half_width(found) < (0.02 if channels == 8 and snr == 2 else 0.01)
    assert np.isnan(found.sigma[~found.region]).all()
    assert found.sigma.shape == SHAPE


def test_a_quadratic_drift_is_taken_out():
    gain = 1 + 0.1 * np.linspace(-1, 1, 20) + 0.05 * np.linspace(-1, 1, 20) ** 2
    found = temporal(scanned(100, volumes=20, gain=gain), regions=Regions(), channels=1)
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.01)
    linear = temporal(scanned(100, volumes=20, gain=gain), regions=Regions(), channels=1, order=1)
    assert sigma_of(linear) > 1.5 * SIGMA


def test_fluctuation_counts():
    gain = 1 + 0.02 * np.random.default_rng(1).normal(size=40)
    found = temporal(scanned(50, volumes=40, gain=gain, shape=(64, 64, 2)), regions=Regions(), channels=1)
    expected = np.hypot(1, 50 * 0.02)  # Krueger and Glover: sigma and lambda S in quadrature
    assert sigma_of(found) / SIGMA == pytest.approx(expected, rel=0.15)


def test_a_volume_before_the_steady_state_warns():
    gain = np.r_[1.3, np.ones(19)]
    found = temporal(scanned(20, volumes=20, gain=gain), regions=Regions(), channels=1)
    assert "steady" in {check.code for check in found.checks if check.verdict != "pass"}


def test_real_parts_have_no_floor():
    rng = np.random.default_rng(0)
    data = 2 * SIGMA * amplitudes(SHAPE)[..., None] + rng.normal(0, SIGMA, (*SHAPE, 12))
    found = temporal(Image(data, np.eye(4), {"kind": "real"}), regions=Regions())
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.01)


def test_what_cannot_be_measured_is_an_error():
    with pytest.raises(ImageError, match="needs at least 5"):
        temporal(scanned(20, volumes=4), regions=Regions())
    with pytest.raises(ArgumentError, match="whole number from 0"):
        temporal(scanned(20, volumes=12), regions=Regions(), order=-1)
