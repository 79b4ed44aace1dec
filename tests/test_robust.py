"""The SD by the median change of pairs, against simulated noise."""

import numpy as np
import pytest
from scipy import stats

import mrsnr
from mrsnr import Image
from mrsnr.errors import ImageError
from mrsnr.robust import PairSums, pairs_of, scatter, worth


def robust_sd(data, *, step=0.0, at_once=7):
    sums = PairSums(data.shape[1], len(data), step=step)
    for first in range(0, len(data), at_once):
        sums.add(data[first : first + at_once])
    return sums.sd


def noise(*, volumes, sigma=5.0, voxels=20_000, seed=0):
    return 1000 + np.random.default_rng(seed).normal(0, sigma, (volumes, voxels))


@pytest.mark.parametrize("volumes", [10, 31, 40, 100, 300, 1100])
def test_gaussian_noise_reads_its_sd_in_the_median(volumes):
    data = noise(volumes=volumes, voxels=20_000 if volumes < 1000 else 5000)
    middle = np.median(robust_sd(data))
    error = 1.25 * (2 * worth(pairs_of(volumes)) * data.shape[1]) ** -0.5
    assert middle == pytest.approx(5, rel=4 * error)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 10.0])
@pytest.mark.parametrize("volumes", [40, 300])
def test_whole_numbers_read_the_sd_with_its_rounding(volumes, sigma):
    data = np.round(noise(volumes=volumes, sigma=sigma)).astype(np.int16)
    assert np.nanmedian(robust_sd(data, step=1)) == pytest.approx(np.sqrt(sigma**2 + 1 / 12), rel=0.01)


def test_many_pairs_agree_with_their_median():
    data = noise(volumes=200, voxels=500)
    exact = np.median(np.abs(data[1:198:2] - data[:198:2]), axis=0) / (stats.norm.ppf(0.75) * np.sqrt(2))
    np.testing.assert_allclose(robust_sd(data), exact, rtol=0.14)  # two bins
    assert np.mean(robust_sd(data) / exact) == pytest.approx(1, abs=0.005)


def test_how_blocks_are_cut_changes_nothing():
    data = noise(volumes=101, voxels=50)
    np.testing.assert_array_equal(robust_sd(data, at_once=1), robust_sd(data, at_once=101))


@pytest.mark.parametrize("pairs", [3, 15, 149, 2399])
def test_the_scatter_is_that_of_the_median_of_a_half_normal(pairs):
    middle = (pairs + 1) // 2
    chances = stats.beta.ppf([0.025, 0.975], middle, middle)
    np.testing.assert_allclose(scatter(pairs), stats.halfnorm.ppf(chances) / stats.halfnorm.median(), rtol=1e-6)


def test_what_a_pair_is_worth_is_the_scatter_seen():
    seen = robust_sd(noise(volumes=300)) / 5
    assert seen.std() == pytest.approx((2 * worth(149)) ** -0.5, rel=0.03)


@pytest.mark.parametrize("burst", [True, False])
def test_volumes_that_are_anything_raise_it_no_more_than_a_median(burst):
    rng = np.random.default_rng(1)
    data = noise(volumes=300)
    spoiled = np.arange(100, 130) if burst else rng.choice(300, 30, replace=False)
    data[spoiled] += rng.normal(0, 400, (30, 1))
    share = len(np.unique(spoiled // 2)) / 150
    highest = stats.halfnorm.ppf(0.5 / (1 - share)) / stats.halfnorm.median()
    assert data.std(axis=0).mean() > 50
    assert 4.9 < np.median(robust_sd(data)) < 5 * highest * 1.02


def test_first_pairs_that_are_calm_do_not_hide_the_noise():
    data = noise(volumes=300)
    data[:30] = 1000 + (data[:30] - 1000) / 4
    share = 15 / 149
    lowest = stats.halfnorm.ppf((0.5 - share) / (1 - share)) / stats.halfnorm.median()
    found = robust_sd(data)
    assert np.isnan(found).mean() < 1e-3
    assert 5 * lowest * 0.98 < np.nanmedian(found) < 5


@pytest.mark.parametrize("places", [[0, 4, 8, 12], [0, 2, 4, 6, 8, 10, 12], [100, 104, 108, 112]])
def test_spikes_among_the_first_pairs_do_no_more_harm_than_later_ones(places):
    data = noise(volumes=120, voxels=4000)
    data[places] += 300
    highest = stats.halfnorm.ppf(0.5 / (1 - len(places) / 59)) / stats.halfnorm.median()
    found = robust_sd(data)
    assert np.isfinite(found).all()
    assert 4.9 < np.median(found) < 5 * highest * 1.02


def test_a_voxel_that_mostly_does_not_change_is_undefined():
    data = noise(volumes=100, voxels=3)
    data[:60, 1] = 1000
    data[:, 2] = 1000
    np.testing.assert_array_equal(np.isnan(robust_sd(data)), [False, True, True])
    whole = np.round(data).astype(np.int16)
    np.testing.assert_array_equal(np.isnan(robust_sd(whole, step=1)), [False, True, True])


class TestTemporal:
    def image(self, *, volumes=100, dtype=np.float64, spoil=0):
        data = np.random.default_rng(2).normal(1000, 10, (20, 20, 10, volumes))
        data[..., 50 : 50 + spoil] += 300
        return Image(np.round(data).astype(dtype) if dtype != np.float64 else data, np.eye(4))

    def test_the_value_is_the_true_one_and_in_its_interval(self):
        result = mrsnr.temporal(self.image(), robust=True)
        assert result.value == pytest.approx(100, rel=0.01)
        assert result.interval[0] < 100 < result.interval[1]
        assert (result.robust, result.degrees_of_freedom) == (True, 49)

    @pytest.mark.parametrize("volumes", [10, 11, 20])
    def test_a_short_series_reads_the_true_value(self, volumes):
        assert mrsnr.temporal(self.image(volumes=volumes), robust=True).value == pytest.approx(100, rel=0.04)

    def test_a_voxel_is_in_its_interval_as_often_as_said(self):
        result = mrsnr.temporal(self.image(), robust=True)
        low, high = (result.map * factor for factor in result.voxel_factors)
        assert np.mean((low < 100) & (high > 100)) == pytest.approx(0.95, abs=0.015)

    def test_spikes_do_not_lower_it(self):
        spoiled = self.image(spoil=3)
        assert mrsnr.temporal(spoiled).value < 25
        assert mrsnr.temporal(spoiled, robust=True).value == pytest.approx(100, rel=0.03)

    def test_spikes_that_are_left_aside_are_no_reason_to_doubt_it(self):
        image = self.image(spoil=1)
        assert "spikes" in {check.code for check in mrsnr.temporal(image).reasons}
        assert not {"spikes", "lasting"} & {check.code for check in mrsnr.temporal(image, robust=True).reasons}

    def test_many_spikes_are_a_reason_to_doubt_it(self):
        data = np.asarray(self.image().data).copy()
        data[..., 5::10] += 300
        result = mrsnr.temporal(Image(data, np.eye(4)), robust=True, drop=0)
        (check,) = [c for c in result.reasons if c.code == "spikes"]
        assert "20 volumes" in check.sentence
        assert "32 % high" in check.sentence
        assert 1 < 100 / result.value < 1.32 * 1.02

    def test_noise_that_lasts_is_a_reason_to_doubt_it(self):
        rng = np.random.default_rng(5)
        white = rng.normal(0, 10 * np.sqrt(1 - 0.3**2), (20, 20, 10, 200))
        data = np.empty_like(white)
        data[..., 0] = white[..., 0] / np.sqrt(1 - 0.3**2)
        for k in range(1, 200):
            data[..., k] = 0.3 * data[..., k - 1] + white[..., k]
        result = mrsnr.temporal(Image(1000 + data, np.eye(4)), robust=True)
        (check,) = [c for c in result.reasons if c.code == "lasting"]
        assert check.value == pytest.approx(0.3, abs=0.01)
        assert "16 % low" in check.sentence
        assert result.value * np.sqrt(1 - 0.3) == pytest.approx(100, rel=0.01)

    def test_whole_numbers_read_the_same(self):
        whole = mrsnr.temporal(self.image(dtype=np.int16), robust=True)
        assert whole.value == pytest.approx(mrsnr.temporal(self.image(), robust=True).value, rel=0.01)

    @pytest.mark.parametrize("sigma", [1.0, 1.5])
    @pytest.mark.parametrize("volumes", [8, 12, 20, 40])
    def test_few_volumes_of_whole_numbers_read_the_true_value(self, sigma, volumes):
        """Voxels too quiet for their steps count as such, and are not left out of the median."""
        data = np.random.default_rng(3).normal(100, sigma, (20, 20, 10, volumes))
        data += np.random.default_rng(4).uniform(0, 1, (20, 20, 10, 1))
        image = Image(np.round(data).astype(np.int16), np.eye(4))
        result = mrsnr.temporal(image, robust=True, order=1, mask=np.ones((20, 20, 10)))
        assert result.value == pytest.approx(100.5 / np.sqrt(sigma**2 + 1 / 12), rel=0.04)

    def test_drift_changes_nothing(self):
        image = self.image()
        ramp = Image(np.asarray(image.data) + np.linspace(-50, 50, 100), np.eye(4))
        assert mrsnr.temporal(ramp, robust=True).value == pytest.approx(100, rel=0.01)

    def test_a_voxel_that_is_not_finite_is_undefined(self):
        data = np.asarray(self.image().data).copy()
        data[3, 4, 5, 40] = np.nan
        result = mrsnr.temporal(Image(data, np.eye(4)), robust=True)
        np.testing.assert_array_equal(np.argwhere(np.isnan(result.map)), [[3, 4, 5]])

    def test_five_volumes_are_too_few(self):
        with pytest.raises(ImageError, match="needs at least 6 volumes"):
            mrsnr.temporal(self.image(volumes=5), robust=True)
