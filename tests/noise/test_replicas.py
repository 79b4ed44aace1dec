"""Three or more repeats whose noise is known."""

import numpy as np
import pytest

from mrsnr import Image, Regions, load
from mrsnr.errors import ImageError
from mrsnr.noise.replicas import replicas
from repeated_scans import SHAPE, SIGMA, agrees, amplitudes, half_width, scanned, sigma_of, tissues, zero_filled


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
def test_sigma_is_within_one_percent(channels, snr):
    found = replicas(scanned(snr, channels=channels, volumes=12), regions=tissues())
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert agrees(found)
    assert half_width(found) < 0.02
    assert all(check.verdict == "pass" for check in found.checks)


@pytest.mark.parametrize("volumes", [3, 4, 7])
def test_a_few_repeats_are_enough(volumes):
    found = replicas(scanned(20, volumes=volumes), regions=Regions())
    assert found.sigma == pytest.approx(SIGMA, rel=0.015)
    assert found.parameters["repeats"] == volumes


def test_a_linear_drift_and_volumes_of_another_brightness_are_no_noise():
    gain = 1 + np.linspace(-0.05, 0.05, 12) + np.random.default_rng(0).normal(0, 0.01, 12)
    found = replicas(scanned(100, volumes=12, gain=gain), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert "drift" in {check.code for check in found.checks if check.verdict != "pass"}


def test_interval_covers_the_truth_where_noise_is_correlated():
    options = {"noise": zero_filled, "shape": (48, 48, 2), "volumes": 4}
    found = [replicas(scanned(20, seed=seed, **options), regions=Regions()) for seed in range(40)]
    assert sum(one.interval[0] < SIGMA < one.interval[1] for one in found) >= 35


def test_local_sigma_follows_a_map():
    x = np.linspace(0, 1, SHAPE[0])[:, None, None] * np.ones(SHAPE)
    truth = SIGMA * (1 + x)
    image = scanned(5, sigma=truth, body=amplitudes(SHAPE) / (1 + x), volumes=8)
    found = replicas(image, regions=Regions(), local=True)
    error = found.sigma / truth - 1
    assert np.nanmean(error) == pytest.approx(0, abs=0.01)
    assert np.nanstd(error) < 0.05
    assert np.isnan(found.sigma[~found.region]).all()


def test_depth_counts_as_correlation():
    """Slices that overlap by half: a correlation of 0.5, of which the square counts to either side."""
    data = np.asarray(scanned(20, volumes=3, shape=(64, 64, 7)).data)
    found = replicas(Image((data[:, :, 1:] + data[:, :, :-1]) / np.sqrt(2), np.eye(4)), regions=Regions(), channels=1)
    assert found.correlation == pytest.approx(1.5, abs=0.1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)


def test_a_copied_volume_fails():
    data = np.asarray(scanned(20, volumes=4).data).copy()
    data[..., 2] = data[..., 1]
    found = replicas(Image(data, np.eye(4)), regions=Regions(), channels=1)
    assert "identical" in {check.code for check in found.checks if check.verdict == "fail"}


def test_two_are_not_enough():
    with pytest.raises(ImageError, match="at least 3 repeats"):
        replicas(scanned(20, volumes=2), regions=Regions())


def test_a_map_of_a_static_phantom_agrees_with_its_sigma(shared_data):
    image = load(shared_data("pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz"))
    part = Image(np.asarray(image.data)[..., 10:18], image.affine)
    one, local = (replicas(part, regions=Regions(), channels=1, local=choice) for choice in (False, True))
    assert sigma_of(local) == pytest.approx(one.sigma, rel=0.15)
