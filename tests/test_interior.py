"""Sigma inside objects whose noise is known."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mrsnr.correlation import autocorrelation
from mrsnr.interior import interior_noise, smoothest_part
from simulated_scans import SIGMA, WINDOWS, ringing_disc, scanned

WITHIN = 3.0  # standard errors


def inside_of(scan):
    """The body without its rim."""
    return binary_erosion(scan.body, np.ones((7, 7, 1), bool))


def noise_in(voxels, inside, *, step=0.0, **options):
    part = smoothest_part(voxels, inside, step=step)
    return None if part is None else interior_noise(part, **options)


def found_in(scan, voxels=None, **options):
    return noise_in(scan.voxels if voxels is None else voxels, inside_of(scan), channels=scan.channels, **options)


def air_of(scan):
    """What the air tells of the correlation, away from the body's ringing."""
    far = binary_erosion(scan.air, np.ones((17, 17, 1), bool), border_value=1)
    return {"air": autocorrelation(scan.voxels**2, far), "air_error": 1 / np.sqrt(far.sum())}


def assert_right(found, sigma=SIGMA):
    assert abs(np.log(found.sigma / sigma)) < WITHIN * found.error


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 3, 5, 10, 20, 50])
def test_white_noise_is_found_at_any_snr(channels, snr):
    """Koay's factor at SNR 2 is 0.84 for one channel and 0.58 for eight: without it sigma would read low."""
    found = found_in(scanned(snr, channels=channels, air=0.3, seed=snr))
    assert_right(found)
    assert found.sigma == pytest.approx(SIGMA, rel=0.06 if channels == 1 else 0.1)
    assert found.error < 0.06
    assert found.window == "full along x, full along y"
    assert found.structure == 0


@pytest.mark.parametrize("channels", [1, 8])
def test_the_error_that_is_stated_is_the_one_that_is_made(channels):
    """Over many scans no more than a sixth is beyond two standard errors, and the mean is right."""
    scans = [found_in(scanned(20, channels=channels, seed=seed, shape=(64, 64, 5))) for seed in range(24)]
    off = np.array([np.log(found.sigma / SIGMA) / found.error for found in scans])
    assert np.mean(np.abs(off) > 2) <= 1 / 6
    assert np.mean([found.sigma for found in scans]) == pytest.approx(SIGMA, rel=0.03)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("with_air", [True, False], ids=["air", "no air"])
def test_correlated_noise_is_found_through_any_window(name, with_air):
    scan = scanned(10, air=0.4, seed=4, window=WINDOWS[name])
    found = found_in(scan, **(air_of(scan) if with_air else {}))
    assert_right(found)
    assert found.sigma == pytest.approx(SIGMA, rel=0.15 if with_air else 0.25)


@pytest.mark.parametrize("texture", [0.03, 0.1])
def test_fine_anatomy_reads_as_noise_but_air_that_shows_the_window_takes_it_off(texture):
    """0.1 at SNR 20 is anatomy of twice the SD of the noise."""
    scan = scanned(20, air=0.4, seed=5, texture=texture)
    blind, told = found_in(scan), found_in(scan, **air_of(scan))
    assert SIGMA * 0.95 < told.sigma <= blind.sigma * 1.001
    assert told.sigma == pytest.approx(SIGMA, rel=0.06 if texture < 0.05 else 0.3)
    assert told.error > found_in(scanned(20, air=0.4, seed=5)).error or texture < 0.05


@pytest.mark.parametrize("sigma", [1.0, 1.5, 3.0])
def test_rounding_to_whole_numbers_adds_nothing(sigma):
    scan = scanned(20, sigma=sigma, air=0.3, seed=6)
    assert_right(found_in(scan, np.round(scan.voxels), step=1.0), sigma)


def test_the_number_of_channels_matters_where_the_signal_is_faint():
    scan = scanned(3, channels=8, air=0.3, seed=7)
    wrong = noise_in(scan.voxels, inside_of(scan), channels=1.0)
    assert wrong.sigma < 0.9 * SIGMA < found_in(scan).sigma


def test_a_real_part_is_gaussian():
    rng = np.random.default_rng(0)
    scan = scanned(20, air=0.3)
    found = noise_in(np.abs(scan.amplitude + rng.normal(0, SIGMA, scan.voxels.shape)), inside_of(scan), channels=0.5)
    assert_right(found)


def test_its_region_is_in_the_object_and_the_rest_tells_of_every_voxel():
    scan = scanned(20, air=0.3)
    part = smoothest_part(scan.voxels, inside_of(scan))
    assert part.region.any()
    assert not (part.region & ~inside_of(scan)).any()
    assert part.rough.shape == scan.voxels.shape
    np.testing.assert_allclose(part.around[60, 70, 3], scan.voxels[58:63, 68:73, 3].mean())


def test_a_lesser_part_of_the_object_that_is_textured_is_left_out():
    scan, rough = scanned(20, air=0.3, seed=8), scanned(20, air=0.3, seed=8, texture=0.2)
    right = np.arange(96)[:, None, None] > 60
    found = found_in(scan, np.where(right, rough.voxels, scan.voxels))
    assert_right(found)
    assert found.region[60:].sum() < 0.1 * found.region.sum()


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    scan = scanned(10, air=0.3, seed=9)
    one, other = found_in(scan), found_in(scan, factor * scan.voxels)
    assert other.sigma == pytest.approx(factor * one.sigma, rel=1e-9)
    assert other.error == pytest.approx(one.error, rel=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flips_do_not_matter(axis):
    scan = scanned(10, air=0.3, seed=10)
    flipped = noise_in(np.flip(scan.voxels, axis), np.flip(inside_of(scan), axis), channels=1)
    assert flipped.sigma == pytest.approx(found_in(scan).sigma, rel=1e-6)


def test_an_object_of_a_few_hundred_voxels_tells_nothing():
    scan = scanned(10)
    few = np.zeros(scan.voxels.shape, bool)
    few[40:52, 40:52, :2] = True
    assert noise_in(scan.voxels, few, channels=1) is None
    assert noise_in(scan.voxels, np.zeros_like(few), channels=1) is None


def test_an_object_without_noise_tells_nothing():
    scan = scanned(10)
    assert noise_in(np.where(scan.body, 100.0, 0.0), inside_of(scan), channels=1) is None


@pytest.mark.parametrize("filled", [1.5, 2.0])
@pytest.mark.parametrize("snr", [30, 60])
def test_ringing_is_told_from_noise_without_air(snr, filled):
    """The sharp rim of a disc rings with the period of the end of k-space; at neighbours it reads as noise."""
    voxels, inside = ringing_disc(snr, filled=filled)
    found = noise_in(voxels, inside, channels=1)
    assert_right(found)
    assert found.sigma == pytest.approx(SIGMA, rel=0.12)


@pytest.mark.parametrize("name", ["zero-filled x2", "Hamming"])
@pytest.mark.parametrize(("channels", "snr"), [(1, 2), (8, 3), (8, 5)])
def test_faint_tissue_has_noise_of_two_correlations(name, channels, snr):
    """Where the square of the noise matters differences see more of it: uncorrected, 8 channels read 20 % high."""
    scan = scanned(snr, channels=channels, air=0.3, seed=3, window=WINDOWS[name])
    found = found_in(scan, **air_of(scan))
    assert_right(found)
    assert found.sigma == pytest.approx(SIGMA, rel=0.12)
