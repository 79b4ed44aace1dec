"""What looks like air, in images whose air and sigma are known."""

import numpy as np
import pytest

from mrsnr import data
from mrsnr.background import background_at, backgrounds
from mrsnr.distributions import air_mean
from simulated_scans import SIGMA, WINDOWS, correlation_of, kspace_window, scanned


def found_in(voxels, *, sigma=SIGMA, channels=1.0, width=7, **options):
    """The background at the level that air of that sigma and number of channels has."""
    return background_at(voxels, sigma * float(air_mean(channels)), width=width, **options)


def assert_right(found, sigma=SIGMA, *, slack=0.01):
    """Within four standard errors by counting, and what little else there is."""
    assert abs(np.log(found.sigma / sigma)) < 4 * found.statistical_error + slack


@pytest.mark.parametrize("width", [7, 13])
@pytest.mark.parametrize("air", [0.5, 0.1])
@pytest.mark.parametrize(("channels", "snr"), [(1, 3), (1, 5), (1, 20), (1, 50), (8, 5), (8, 20), (8, 50)])
def test_air_is_described_at_any_snr(channels, snr, air, width):
    scan = scanned(snr, channels=channels, air=air, seed=3)
    found = found_in(scan.voxels, channels=channels, width=width)
    assert_right(found)
    assert found.sigma == pytest.approx(SIGMA, rel=0.04)
    assert found.estimated
    assert (found.region & scan.body).sum() < 0.05 * found.region.sum()
    assert found.region.sum() > (0.3 if width == 7 and air > 0.1 else 0.05) * scan.air.sum()
    assert found.channels == pytest.approx(channels, abs=5 * channels * np.sqrt(4 / found.independent))


@pytest.mark.parametrize("channels", [1, 8])
def test_sigma_and_number_of_channels_are_right_on_average(channels):
    """Choosing the air costs no bias that matters."""
    scans = [scanned(10, channels=channels, seed=seed, shape=(80, 80, 4)) for seed in range(16)]
    found = [found_in(scan.voxels, channels=channels) for scan in scans]
    assert np.mean([one.sigma for one in found]) == pytest.approx(SIGMA, rel=0.006)
    assert np.mean([one.channels for one in found]) == pytest.approx(channels, rel=0.012)


@pytest.mark.parametrize("channels", [1, 2, 4, 8, 16, 32])
def test_the_number_of_channels_is_found(channels):
    found = found_in(scanned(30, channels=channels, seed=4).voxels, channels=channels)
    assert found.channels == pytest.approx(channels, rel=0.08)
    assert found.sigma * np.sqrt(2 * found.channels) == pytest.approx(SIGMA * np.sqrt(2 * channels), rel=0.02)


@pytest.mark.parametrize("channels", [1, 4])
def test_a_number_of_channels_that_is_given_is_used(channels):
    scan = scanned(20, channels=4, seed=5)
    found = background_at(scan.voxels, SIGMA * float(air_mean(4)), width=7, channels=channels)
    assert (found.channels, found.estimated) == (channels, False)
    assert found.sigma == pytest.approx(SIGMA * np.sqrt(4 / channels), rel=0.02)  # the mean square is what it is
    assert (found.shape < 0.02) == (channels == 4)
    assert (abs(found.ratio) < 0.02) == (channels == 4)


def test_half_a_channel_is_the_absolute_value_of_a_real_part():
    scan = scanned(20)
    part = np.abs(scan.amplitude + np.random.default_rng(0).normal(0, SIGMA, scan.voxels.shape))
    found = background_at(part, SIGMA * np.sqrt(2 / np.pi), width=7, channels=0.5)
    assert_right(found)
    assert found.shape < 0.02


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("name", WINDOWS)
def test_correlated_noise_has_the_same_sigma_and_fewer_independent_voxels(name, channels):
    scan = scanned(10, channels=channels, seed=6, window=WINDOWS[name])
    found = found_in(scan.voxels, channels=channels)
    window = kspace_window(**WINDOWS[name])
    assert_right(found, slack=0.015)
    assert found.sigma == pytest.approx(SIGMA, rel=0.04)
    assert found.shared == pytest.approx(np.mean(window**4) / np.mean(window**2) ** 2, rel=0.25)
    assert found.independent == pytest.approx(found.region.sum() / found.shared)
    assert found.statistical_error >= 0.499 / np.sqrt(channels * found.independent)
    np.testing.assert_allclose(found.autocorrelation, correlation_of(window) ** 2, atol=0.1)


def test_a_phantom_that_was_zero_filled():
    image, _, truth = data.phantom((160, 160, 9), snr=20, zero_fill=1.5)
    assert found_in(np.asarray(image.data), sigma=truth.sigma).sigma == pytest.approx(truth.sigma, rel=0.05)


@pytest.mark.parametrize(("ghost", "tolerance"), [(0.02, 0.05), (0.1, 0.03), (0.2, 0.03)])
def test_a_ghost_is_left_out_where_it_stands_out(ghost, tolerance):
    scan = scanned(20, ghost=ghost, seed=7)
    found = found_in(scan.voxels)
    assert found.sigma == pytest.approx(SIGMA, rel=tolerance)
    assert not (found.region & ~found.whole).any()


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("sigma", [1, 1.5, 2, 5])
@pytest.mark.parametrize("store", [np.round, np.floor], ids=["rounded", "cut"])
def test_whole_numbers_do_not_move_sigma(store, sigma, channels):
    scan = scanned(20, sigma=sigma, channels=channels, seed=8)
    voxels = store(scan.voxels)
    level = sigma * float(air_mean(channels)) - (0.5 if store is np.floor else 0.0)
    found = background_at(voxels, level, width=7, step=1.0)
    assert_right(found, sigma)
    assert found.shape < 0.03
    assert found.truncated == (store is np.floor) or channels > 1  # 4 sigma from 0, the two look alike


def test_shape_and_ratio_tell_what_is_no_noise():
    rng = np.random.default_rng(0)
    even = rng.normal(100, 10, (64, 64, 6))
    found = background_at(even, 100.0, width=7, channels=1.0)
    assert found.shape > 0.1
    assert found.ratio > 1


def test_darker_is_the_part_of_the_image_that_is_darker_than_noise_can_be():
    rng = np.random.default_rng(1)
    cut = rng.rayleigh(SIGMA, (96, 96, 6))
    cut[:10] *= 0.05
    assert found_in(cut).darker == pytest.approx(10 / 96, abs=0.04)
    assert found_in(cut[12:]).darker == 0


def test_border_is_the_part_of_the_image_s_border_that_is_air():
    assert found_in(scanned(20).voxels).border > 0.95
    rng = np.random.default_rng(2)
    hole = np.where(scanned(20, air=0.5).body, 0, 1000) + rng.rayleigh(SIGMA, (96, 96, 5))
    assert found_in(hole).border == 0


def test_levels_come_darkest_first_and_once():
    scan = scanned(20, air=0.3)
    means = [found.sigma * air_mean(found.channels) for found in backgrounds(scan.voxels)]
    assert len(means) >= 2
    assert (np.diff(np.log(means)) > 0).all()


def test_uneven_air_says_so():
    ramp = 1 + 0.15 * np.linspace(-1, 1, 96)[:, None, None]
    even, uneven = (found_in(scanned(20, field=field, seed=9).voxels) for field in (1.0, ramp))
    assert even.uneven_whole < 0.01
    assert even.kept > 0.95
    assert uneven.uneven_whole > 0.05
    assert uneven.kept < 0.9


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    voxels = scanned(20, channels=4).voxels
    one = found_in(voxels, channels=4)
    other = found_in(factor * voxels, sigma=factor * SIGMA, channels=4)
    assert other.sigma == pytest.approx(factor * one.sigma, rel=1e-9)
    assert (other.shape, other.ratio, other.kept) == pytest.approx((one.shape, one.ratio, one.kept), abs=1e-9)
    np.testing.assert_array_equal(other.region, one.region)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flips_do_not_matter(axis):
    voxels = scanned(20, shape=(97, 90, 4)).voxels
    one, other = found_in(voxels), found_in(np.flip(voxels, axis))
    assert other.sigma == pytest.approx(one.sigma, rel=1e-9)
    np.testing.assert_array_equal(np.flip(other.region, axis), one.region)


@pytest.mark.parametrize(
    "voxels",
    [np.zeros((64, 64, 4)), np.full((64, 64, 4), 5.0), np.random.default_rng(0).rayleigh(1, (8, 8, 1))],
    ids=["zero", "constant", "small"],
)
def test_what_has_no_level_of_noise_has_no_background(voxels):
    assert [found for found in backgrounds(voxels) if found.shape < 0.05] == []
