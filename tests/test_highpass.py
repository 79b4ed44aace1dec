"""What differences leave of noise, of anatomy and of rounding."""

import numpy as np
import pytest

from mrsnr.correlation import REACH
from mrsnr.highpass import (
    between,
    corners,
    differences,
    gain,
    median_sd,
    roughness,
    shared_out,
    visible_variance,
)
from mrsnr.kspace import STRIDES
from simulated_scans import WINDOWS, complex_noise, correlation_of, fine_anatomy, kspace_window

SHAPE = (160, 160, 4)


@pytest.mark.parametrize("stride", STRIDES)
def test_white_noise_keeps_its_sd(stride):
    noise = np.random.default_rng(0).normal(0, 7, SHAPE)
    found = differences(noise, stride=stride)
    assert found.shape == (160 - stride[0], 160 - stride[1], 4)
    assert found.std() == pytest.approx(7, rel=0.02)


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 3)])
def test_what_depends_on_x_or_on_y_alone_vanishes(stride):
    x, y, z = np.mgrid[:30, :40, :3].astype(float)
    np.testing.assert_allclose(differences(x**3 - 5 * np.sin(y) + 100 * z, stride=stride), 0, atol=1e-9)


def test_differences_by_hand():
    voxels = np.array([[10.0, 4.0], [3.0, 1.0]])[..., None]
    assert differences(voxels).item() == (10 - 3 - 4 + 1) / 2


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("name", WINDOWS)
def test_gain_is_the_variance_that_correlated_noise_keeps(name, stride):
    window = kspace_window(SHAPE, **WINDOWS[name])
    noise = complex_noise(np.random.default_rng(1), SHAPE, window).real
    expected = gain(correlation_of(window), stride=stride)
    assert differences(noise, stride=stride).var() == pytest.approx(expected, rel=0.06, abs=0.01)


def test_gain_of_white_noise_is_1():
    white = np.zeros((2 * REACH + 1, 2 * REACH + 1))
    white[REACH, REACH] = 1
    assert all(gain(white, stride=stride) == 1 for stride in STRIDES)


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
def test_corners_are_all_or_any_of_four(stride):
    mask = np.random.default_rng(0).random((20, 22, 3)) < 0.7
    a, b = stride
    whole, some = corners(mask, stride=stride), corners(mask, stride=stride, every=False)
    assert whole.shape == some.shape == (20 - a, 22 - b, 3)
    for x, y, z in np.ndindex(whole.shape):
        four = [mask[x, y, z], mask[x + a, y, z], mask[x, y + b, z], mask[x + a, y + b, z]]
        assert whole[x, y, z] == all(four)
        assert some[x, y, z] == any(four)


@pytest.mark.parametrize("factor", [1e-3, 1, 1e3])
def test_median_sd_of_a_gaussian_is_its_sd(factor):
    residuals = np.random.default_rng(0).normal(0, factor, 400_000)
    assert median_sd(residuals) == pytest.approx(factor, rel=0.005)


def test_outliers_hardly_move_the_median_sd():
    residuals = np.random.default_rng(0).normal(0, 1, 400_000)
    residuals[:20_000] = 1e6
    assert median_sd(residuals) == pytest.approx(1, rel=0.08)


@pytest.mark.parametrize("step", [1.0, 0.37])
@pytest.mark.parametrize("sigma", [1, 1.5, 2, 3, 5, 20])
def test_median_sd_of_rounded_noise_is_that_before_rounding(sigma, step):
    """Sigma in steps."""
    rng = np.random.default_rng(0)
    voxels = step * np.round(100 + 30 * rng.random((300, 300, 4)) + rng.normal(0, sigma, (300, 300, 4)))
    noise = step * np.round(100 + rng.normal(0, sigma, (300, 300, 4)) + np.linspace(0, 1, 300)[:, None, None])
    assert median_sd(differences(noise), step=step) == pytest.approx(sigma * step, rel=0.03)
    assert median_sd(differences(voxels), step=step) > sigma * step


def test_median_sd_of_nothing_but_rounding_is_0():
    voxels = np.round(np.random.default_rng(0).normal(0, 0.01, SHAPE))
    assert median_sd(differences(voxels), step=1.0) == 0


class TestRoughness:
    """The left half is even, the right half has fine anatomy."""

    inside = np.ones(SHAPE, bool)
    left = np.arange(160)[:, None, None] < 80

    def scan(self, sigma, *, texture=0.1, seed=0):
        rng = np.random.default_rng(seed)
        pattern = 1 + np.where(self.left, 0, texture) * fine_anatomy(rng, SHAPE)
        return 1000 * pattern + sigma * rng.standard_normal(SHAPE)

    def smoothest(self, voxels, part=0.12):
        rough = roughness(voxels, self.inside)
        return rough <= np.quantile(rough, part)

    @pytest.mark.parametrize("sigma", [10, 30, 60])
    def test_the_smoothest_part_is_where_there_is_no_anatomy(self, sigma):
        assert self.smoothest(self.scan(sigma))[:80].sum() > 0.98 * self.smoothest(self.scan(sigma)).sum()

    def test_choosing_the_smoothest_does_not_choose_low_noise(self):
        sds = []
        for seed in range(8):
            voxels = self.scan(20, texture=0, seed=seed)
            chosen = corners(self.smoothest(voxels), every=False)
            sds.append(median_sd(differences(voxels)[chosen]))
        assert np.mean(sds) == pytest.approx(20, rel=0.015)

    def test_a_quiet_half_counts_hardly_more_than_a_noisy_one(self):
        sigma = np.where(self.left, 10, 13)
        chosen = self.smoothest(1000 + sigma * np.random.default_rng(0).standard_normal(SHAPE), 0.25)
        assert 0.25 < chosen[:80].sum() / chosen.sum() < 0.75

    @pytest.mark.parametrize("factor", [1e-3, 1e3])
    def test_the_unit_does_not_matter(self, factor):
        voxels = self.scan(20)
        one, other = (roughness(values, self.inside) for values in (voxels, factor * voxels))
        np.testing.assert_allclose(other, one, rtol=1e-6)


@pytest.mark.parametrize("name", ["full", "zero-filled x2", "Hamming"])
@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("theta", [0.0, 1.0, 3.0, 20.0])
def test_differences_of_magnitude_noise_have_the_visible_variance(name, channels, theta):
    shape = (256, 256, 8)
    window, rng = kspace_window(shape, **WINDOWS[name]), np.random.default_rng(0)
    coils = [complex_noise(rng, shape, window) for _ in range(channels)]
    power = abs(coils[0] + theta) ** 2 + sum(abs(coil) ** 2 for coil in coils[1:])
    correlation = correlation_of(window)
    gains = {"gain": gain(correlation), "squared_gain": gain(correlation**2)}
    expected = visible_variance(np.array(theta), channels, **gains)
    assert differences(np.sqrt(power)).var() == pytest.approx(expected, rel=0.05 if theta > 1 else 0.12)


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (4, 4)])
def test_what_is_shared_out_is_all_there_four_times(stride):
    values = np.random.default_rng(0).random((7, 8, 2))
    shared = shared_out(values, stride=stride)
    assert shared.shape == (7 + stride[0], 8 + stride[1], 2)
    assert shared.sum() == pytest.approx(4 * values.sum())
    np.testing.assert_allclose(between(np.ones((9, 9, 2)), stride=stride), 1)
