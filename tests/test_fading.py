"""The number of channels without air: objects that fade from one side to the other, in noise of known channels."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mrsnr.distributions import magnitude_mean
from mrsnr.fading import channels_by_fading
from mrsnr.interior import smoothest_part
from mrsnr.inversion import invert_mean
from simulated_scans import SHAPE, SIGMA, coordinates, outline

BODY = outline(SHAPE, 0.3)
INSIDE = binary_erosion(BODY, np.ones((7, 7, 1), bool))
X = coordinates()[0][..., None]


def faded(snr, channels, *, seed=1, slope=0.6, factor=1.0):
    """Judge an object whose SNR falls from 1.6 to 0.4 of ``snr``."""
    rng = np.random.default_rng(seed)
    theta = snr * (1 + slope * X) * BODY
    voxels = factor * SIGMA * np.sqrt(rng.noncentral_chisquare(2 * channels, theta**2))
    return channels_by_fading(voxels, INSIDE, smoothest_part(voxels, INSIDE), step=0.0)


@pytest.mark.parametrize("snr", [2, 3, 5, 10, 20, 50])
def test_one_channel_is_one_channel(snr):
    found = faded(snr, 1)
    assert found.channels == 1
    assert found.spread < 0.3


@pytest.mark.parametrize(("channels", "snr"), [(8, 3), (8, 5)])
def test_several_are_found_where_the_object_is_faint(channels, snr):
    found = [faded(snr, channels, seed=seed) for seed in range(5)]
    assert channels / 2 <= np.median([one.channels for one in found]) <= 2 * channels
    assert all(one.spread > 0 for one in found)


@pytest.mark.parametrize("snr", [3, 6.5, 10, 20])
@pytest.mark.parametrize("channels", [1, 4, 8])
def test_the_snr_is_right_or_the_doubt_covers_it(channels, snr):
    """What the mean magnitude stands for with the channels found; a doubt of more than a half is no answer at all."""
    found = faded(snr, channels, seed=2)
    mean = float(magnitude_mean(snr, channels))
    read = float(invert_mean(mean, found.channels))
    assert abs(np.log(read / snr)) < 0.15 + 1.5 * found.spread or found.spread > 0.5


def test_an_object_that_does_not_fade_says_nothing():
    found = faded(20, 1, slope=0.0)
    assert found.channels == 1
    assert found.spread < 0.2  # 32 channels would take 62 off an SNR squared of 400


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    one, other = faded(4, 4), faded(4, 4, factor=factor)
    assert other.channels == one.channels
    assert other.spread == pytest.approx(one.spread, abs=1e-6)
