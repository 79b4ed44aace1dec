"""An acquisition without excitation."""

import numpy as np
import pytest

from mrsnr import Image, Regions
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.noise.noise_scan import noise_scan
from repeated_scans import SHAPE, SIGMA, agrees, half_width, scanned, sigma_of, zero_filled


def one(snr, **options):
    image = scanned(snr, volumes=1, **options)
    return Image(np.asarray(image.data)[..., 0], image.affine)


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("given", [True, False])
def test_sigma_is_within_one_percent(channels, given):
    scan = one(0, channels=channels)
    found = noise_scan(one(20, channels=channels), regions=Regions(), scan=scan, channels=channels if given else None)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert found.channels == pytest.approx(channels, rel=0.02)
    assert agrees(found)
    assert half_width(found) < 0.015


@pytest.mark.parametrize("channels", [1, 8])
def test_a_sigma_that_varies_is_a_map(channels):
    truth = SIGMA * (1 + 0.5 * np.sin(np.pi * np.linspace(0, 1, SHAPE[0]))[:, None, None] * np.ones(SHAPE))
    scan = one(0, channels=channels, sigma=truth)
    found = noise_scan(scan, regions=Regions(), scan=scan)
    assert found.sigma.shape == SHAPE
    assert found.channels == pytest.approx(channels, rel=0.03)
    assert np.nanmean(found.sigma / truth) == pytest.approx(1, abs=0.02)
    assert np.nanstd(found.sigma / truth) < 0.05
    assert agrees(found, truth.mean())


def test_a_sigma_that_does_not_vary_is_no_map():
    found = [noise_scan(one(0, seed=k), regions=Regions(), scan=one(0, seed=k, noise=zero_filled)) for k in range(20)]
    assert all(isinstance(noise.sigma, float) for noise in found)
    assert sum(noise.interval[0] < SIGMA < noise.interval[1] for noise in found) >= 16


def test_several_volumes_and_complex_scans_are_used():
    several = noise_scan(one(20), regions=Regions(), scan=scanned(0, volumes=4))
    assert half_width(several) == pytest.approx(
        half_width(noise_scan(one(20), regions=Regions(), scan=one(0))) / 2, rel=0.1
    )
    rng = np.random.default_rng(0)
    scan = Image(rng.normal(0, SIGMA, SHAPE) + 1j * rng.normal(0, SIGMA, SHAPE), np.eye(4), {"kind": "complex"})
    assert sigma_of(noise_scan(one(20), regions=Regions(), scan=scan)) == pytest.approx(SIGMA, rel=0.01)


def test_zeroed_corners_are_left_out_and_said():
    data = np.asarray(one(0).data).copy()
    data[:20, :40] = 0
    found = noise_scan(one(20), regions=Regions(), scan=Image(data, np.eye(4)))
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.01)
    assert "zeros" in {check.code for check in found.checks if check.verdict != "pass"}


def test_what_cannot_be_measured_is_an_error():
    with pytest.raises(ArgumentError, match="needs a scan without excitation"):
        noise_scan(one(20), regions=Regions())
    with pytest.raises(RegionError, match="noise scan has shape"):
        noise_scan(one(20), regions=Regions(), scan=Image(np.ones((4, 4, 4)), np.eye(4)))
    with pytest.raises(ImageError, match="no voxel above 0"):
        noise_scan(one(20), regions=Regions(), scan=Image(np.zeros(SHAPE), np.eye(4)))
