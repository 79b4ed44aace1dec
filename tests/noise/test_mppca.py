"""Principal components that hold no signal."""

import numpy as np
import pytest

from mrsnr import Image, Regions
from mrsnr.errors import ImageError
from mrsnr.noise.mppca import mppca, noise_variance
from repeated_scans import SIGMA, amplitudes, half_width, scanned, sigma_of, zero_filled

SHAPE = (64, 64, 5)


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
def test_sigma_is_within_one_percent(channels, snr):
    found = mppca(scanned(snr, channels=channels, volumes=20, shape=SHAPE), regions=Regions())
    assert sigma_of(found) == pytest.approx(SIGMA, rel=max(0.01, half_width(found)))
    assert half_width(found) < (0.025 if channels == 8 and snr == 2 else 0.01)
    assert np.isnan(found.sigma[~found.region]).all()
    assert all(check.verdict == "pass" for check in found.checks)


def test_pure_noise():
    """Thirty volumes, patches of 125 voxels: sigma 0.994 +- 0.014 by the published rule, without its bias here."""
    patches = np.random.default_rng(0).normal(size=(400, 125, 30))
    found = np.sqrt(noise_variance(patches))
    assert found.mean() == pytest.approx(1, abs=0.003)
    assert found.std() == pytest.approx(0.014, abs=0.003)


def test_contrasts_are_signal():
    rng = np.random.default_rng(0)
    shape = (48, 48, 5)
    weights = rng.uniform(0.3, 1, (3, 24))
    parts = [amplitudes(shape) * (1 + 0.3 * np.sin(k * np.linspace(0, 6, 48)))[:, None, None] for k in range(3)]
    signal = 50 * SIGMA * sum(part[..., None] * weight for part, weight in zip(parts, weights, strict=True))
    noises = rng.normal(0, SIGMA, (2, *signal.shape))
    image = Image(np.hypot(signal + noises[0], noises[1]), np.eye(4))
    assert sigma_of(mppca(image, regions=Regions(), channels=1)) == pytest.approx(SIGMA, rel=0.02)


@pytest.mark.parametrize(("depth", "volumes"), [(1, 12), (1, 40), (3, 30)])
def test_few_slices_and_many_volumes(depth, volumes):
    image = scanned(20, volumes=volumes, shape=(64, 64, depth))
    assert sigma_of(mppca(image, regions=Regions())) == pytest.approx(SIGMA, rel=0.015)


def test_correlated_noise_reads_low_and_warns():
    found = mppca(scanned(20, volumes=20, shape=SHAPE, noise=zero_filled), regions=Regions(), channels=1)
    assert sigma_of(found) < 0.95 * SIGMA
    assert "whiteness" in {check.code for check in found.checks if check.verdict != "pass"}


def test_labels_are_where_the_map_is():
    label = np.zeros(SHAPE, dtype=bool)
    label[28:36, 28:36] = True
    found = mppca(scanned(20, volumes=12, shape=SHAPE), regions=Regions(labels={1: label}))
    np.testing.assert_array_equal(found.region, label)
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.03)


def test_what_cannot_be_measured_is_an_error():
    with pytest.raises(ImageError, match="at least 10 repeats"):
        mppca(scanned(20, volumes=9, shape=SHAPE), regions=Regions())
    with pytest.raises(ImageError, match="too few for patches"):
        mppca(Image(np.random.default_rng(0).rayleigh(1, (3, 3, 1, 12)), np.eye(4)), regions=Regions())
