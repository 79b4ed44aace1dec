"""What anatomy makes of the noise inside an object, where both are known."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mrsnr import Image, measure
from mrsnr.anatomy import interior_beside_anatomy, shared_by_slices
from mrsnr.interior import interior_noise, smoothest_part
from mrsnr.model import Verdict
from simulated_scans import SIGMA, fine_anatomy, scanned

SHAPE = (96, 96, 8)
LEVEL = 1000.0
EVERYWHERE = np.ones(SHAPE, bool)


def noise(seed, shape=SHAPE):
    return np.random.default_rng(seed).normal(0, SIGMA, shape)


def inside_of(scan):
    return binary_erosion(scan.body, np.ones((7, 7, 1), bool))


def both(voxels, inside, *, channels=1):
    """Return sigma from the smoothest eighth, and from where there is least anatomy."""
    part = smoothest_part(voxels, inside)
    _, found = interior_beside_anatomy(voxels, inside, part, channels=channels)
    return interior_noise(part, channels=channels), found


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [3, 10, 50])
def test_without_anatomy_nothing_changes(channels, snr):
    scan = scanned(snr, channels=channels, air=0.3, seed=snr)
    eighth, found = both(scan.voxels, inside_of(scan), channels=channels)
    assert found.sigma == eighth.sigma
    assert found.error == eighth.error
    assert found.anatomy < 0.03


@pytest.mark.parametrize("strength", [2.0, 5.0])
def test_a_small_part_without_anatomy_is_found(strength):
    """Of 7 % of the object: an eighth has structure in it that is some voxels wide."""
    grain = strength * SIGMA * fine_anatomy(np.random.default_rng(1), SHAPE)
    grain[35:61, 35:61] = 0
    eighth, found = both(LEVEL + grain + noise(2), EVERYWHERE)
    assert eighth.sigma > 1.15 * SIGMA
    assert found.sigma == pytest.approx(SIGMA, rel=0.06)


@pytest.mark.parametrize("share", [0.5, 1.0, 2.0])
def test_what_slices_share_is_the_anatomy_in_them(share):
    """White structure that goes through all slices makes up s^2 / (1 + s^2) of the variance: so do they correlate."""
    grain = np.random.default_rng(3).normal(0, share * SIGMA, (*SHAPE[:2], 1))
    voxels = LEVEL + grain + noise(4)
    found = interior_noise(smoothest_part(voxels, EVERYWHERE), channels=1)
    expected = share**2 / (1 + share**2)
    assert expected - 0.1 < shared_by_slices(voxels, EVERYWHERE, found) < expected


def test_slices_of_noise_share_nothing_and_one_slice_nothing_that_is_known():
    voxels = LEVEL + noise(5)
    found = interior_noise(smoothest_part(voxels, EVERYWHERE), channels=1)
    assert shared_by_slices(voxels, EVERYWHERE, found) < 0.02
    alone, everywhere = voxels[..., :1], EVERYWHERE[..., :1]
    assert shared_by_slices(alone, everywhere, interior_noise(smoothest_part(alone, everywhere), channels=1)) == 0


def test_a_few_bright_vessels_are_not_what_slices_share():
    voxels = LEVEL + noise(6)
    voxels[40:44, 40:44] += 100 * SIGMA
    found = interior_noise(smoothest_part(voxels, EVERYWHERE), channels=1)
    assert shared_by_slices(voxels, EVERYWHERE, found) < 0.02


@pytest.mark.parametrize("through", [True, False], ids=["through the slices", "of each slice"])
@pytest.mark.parametrize("snr", [20, 50])
def test_anatomy_everywhere_is_no_noise(through, snr):
    """A brain on 48 voxels: 10 % of the signal changes within some voxels, and the air was set to zero."""
    rng = np.random.default_rng(snr)
    shape = (64, 64, 12)
    grain = fine_anatomy(rng, (64, 64, 1 if through else 12))
    x, y = np.indices(shape[:2]) - 31.5
    head = (np.hypot(x, y) < 24)[..., None]
    voxels = np.where(head, np.abs(snr * SIGMA * (1 + 0.1 * grain) + noise(snr, shape)), 0)
    answer = measure(Image(voxels, np.diag([4.0, 4.0, 4.0, 1.0])), channels=1)
    assert answer.verdict == Verdict.REFUSED
    (defined,) = (check for check in answer.reasons if check.code == "defined")
    assert "fine anatomy cannot be told from noise" in defined.sentence
    even = np.where(head, np.abs(snr * SIGMA + noise(snr, shape)), 0)
    low, high = measure(Image(even, np.diag([4.0, 4.0, 4.0, 1.0])), channels=1).interval
    assert low < snr < high
