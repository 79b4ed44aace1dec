"""Levels of local means in images that were made of them."""

import numpy as np
import pytest

from mrsnr.distributions import air_mean
from mrsnr.levels import FEWEST, SCALES, levels, settle
from mrsnr.windows import local_mean
from simulated_scans import SIGMA, scanned

WIDTH, FINENESS = SCALES[0]


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [5, 10, 20, 50])
@pytest.mark.parametrize("air", [0.5, 0.1])
def test_the_lowest_level_is_that_of_air(channels, snr, air):
    scan = scanned(snr, channels=channels, air=air, seed=1)
    truth = SIGMA * float(air_mean(channels))
    lowest = levels(local_mean(scan.voxels, width=WIDTH), fineness=FINENESS)[0]
    assert lowest == pytest.approx(truth, rel=0.05)


@pytest.mark.parametrize("start", [0.97, 1.0, 1.03])
@pytest.mark.parametrize("channels", [1, 8])
def test_it_settles_on_the_air_from_either_side(channels, start):
    scan = scanned(20, channels=channels, air=0.3, seed=2)
    truth = SIGMA * float(air_mean(channels))
    chosen, level = settle(scan.voxels, local_mean(scan.voxels, width=WIDTH), start * truth)
    assert level == pytest.approx(truth, rel=0.01)
    assert level == pytest.approx(scan.voxels[chosen].mean(), rel=1e-3)
    assert not (chosen & scan.body).any()
    assert chosen.sum() > 0.5 * scan.air.sum()


def test_three_tissues_have_a_level_each():
    truth = np.array([40.0, 100.0, 250.0])
    bands = np.repeat(truth, 32)[:, None, None] + np.random.default_rng(0).normal(0, 10, (96, 96, 4))
    found = np.array(levels(local_mean(bands, width=WIDTH), fineness=FINENESS))
    assert (np.diff(found) > 0).all()
    for level in truth:
        assert np.abs(found / level - 1).min() < 0.02


def test_a_finer_look_tells_levels_apart_that_a_coarse_one_merges():
    rng = np.random.default_rng(0)
    voxels = np.where(np.arange(96)[:, None, None] < 48, 100.0, 107.0) + rng.normal(0, 2, (96, 96, 5))
    means = local_mean(voxels, width=7)
    assert len(levels(means, fineness=0.04)) == 1
    np.testing.assert_allclose(levels(means, fineness=0.012), [100, 107], rtol=0.01)


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    voxels = scanned(10, seed=4).voxels
    one, other = (levels(local_mean(values, width=WIDTH), fineness=FINENESS) for values in (voxels, factor * voxels))
    np.testing.assert_allclose(other, factor * np.array(one), rtol=1e-6)


def test_what_is_zero_has_no_level():
    assert levels(np.zeros((64, 64, 2)), fineness=FINENESS) == []
    assert levels(np.full((4, 4, 4), 5.0), fineness=FINENESS) == []  # fewer voxels than it takes
    assert FEWEST > 64


def test_a_ramp_has_no_level_to_settle_on():
    ramp = np.linspace(1, 100, 96)[:, None, None] * np.ones((96, 96, 4))
    assert settle(ramp, local_mean(ramp, width=WIDTH), 10.0) is None
