"""Thermal and physiological noise: published numbers, closed forms, and series simulated with both."""

import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError
from mrsnr.physiology import split, split_by_signal, thermal

# Temporal SNR at SNR0 of 20, 50, 100 and 200 by the formula of Krueger and Glover (2001), to two digits.
SNR0 = np.array([20.0, 50, 100, 200])
TABLE = {0.01: [19.61, 44.72, 70.71, 89.44], 0.005: [19.90, 48.51, 89.44, 141.42]}
SIGMA = 8.0


def by_formula(physiological, snr0=SNR0):
    return snr0 / np.sqrt(1 + (physiological * snr0) ** 2)


def scattered(tsnr, relative, *, seed):
    return tsnr * (1 + relative * np.random.default_rng(seed).normal(size=tsnr.size))


@pytest.fixture(scope="module")
def series():
    """SNR0, mean signal and measured temporal SNR of four series with fluctuations of 1 % of the signal."""
    rng, shape = np.random.default_rng(4), (16, 16, 6, 120)
    results = []
    for snr0 in SNR0:
        signal = snr0 * SIGMA
        data = signal * (1 + 0.01 * rng.normal(size=shape)) + SIGMA * rng.normal(size=shape)
        results.append(mrsnr.temporal(mrsnr.Image(data, np.eye(4)), mask=np.ones(shape[:3], bool)))
    return np.array([result.mean.mean() for result in results]), np.array([result.value for result in results])


@pytest.mark.parametrize("physiological", TABLE)
class TestPublishedNumbers:
    def test_split(self, physiological):
        found = split(TABLE[physiological], SNR0)
        assert found.physiological == pytest.approx(physiological, rel=1e-3)
        assert found.largest == pytest.approx(1 / physiological, rel=1e-3)
        assert found.squared == pytest.approx(physiological**2, rel=2e-3)
        assert found.scatter < 3e-4  # the table is rounded
        assert (found.points, found.thermal) == (4, None)

    def test_split_by_signal(self, physiological):
        found = split_by_signal(TABLE[physiological], SNR0 * SIGMA)
        assert found.physiological == pytest.approx(physiological, rel=1e-3)
        assert found.thermal == pytest.approx(SIGMA, rel=1e-3)

    def test_thermal(self, physiological):
        np.testing.assert_allclose(thermal(TABLE[physiological], physiological), SNR0, rtol=2e-3)


class TestSimulatedSeries:
    def test_snr0_known(self, series):
        signal, tsnr = series
        found = split(tsnr, signal / SIGMA)
        assert found.physiological == pytest.approx(0.01, rel=0.02)
        assert found.scatter < 0.01
        assert "temporal SNR cannot exceed" in found.sentence

    def test_snr0_unknown(self, series):
        signal, tsnr = series
        found = split_by_signal(tsnr, signal)
        assert found.physiological == pytest.approx(0.01, rel=0.02)
        assert found.thermal == pytest.approx(SIGMA, rel=0.02)

    def test_thermal(self, series):
        _, tsnr = series
        np.testing.assert_allclose(thermal(tsnr[:3], 0.01), SNR0[:3], rtol=0.02)


class TestIntervals:
    @pytest.mark.parametrize("known", [False, True])
    def test_95_of_100_hold_the_truth(self, known):
        tsnr, signal = by_formula(0.005), SNR0 * SIGMA
        hits = np.zeros(3)
        for seed in range(300):
            measured = scattered(tsnr, 0.02, seed=seed)
            errors = 0.02 * tsnr if known else None
            by_snr0, by_signal = split(measured, SNR0, errors=errors), split_by_signal(measured, signal, errors=errors)
            ends = by_snr0.interval, by_signal.interval, by_signal.thermal_interval
            hits += [low <= truth <= high for (low, high), truth in zip(ends, (0.005, 0.005, SIGMA), strict=True)]
        assert (hits > 300 * 0.91).all()  # 3 standard errors below 0.95

    def test_more_scatter_than_the_errors_explain_makes_it_wider(self):
        measured = by_formula(0.01) * [1.1, 0.9, 1.1, 0.9]
        believed = split(measured, SNR0, errors=0.001 * measured).interval
        assert believed[0] < 0.01 < believed[1]

    def test_a_point_of_large_error_counts_little(self):
        tsnr = by_formula(0.01)
        errors = 0.001 * tsnr
        tsnr[2], errors[2] = 2 * tsnr[2], 10 * tsnr[2]
        assert split(tsnr, SNR0, errors=errors).physiological == pytest.approx(0.01, rel=1e-3)
        assert split_by_signal(tsnr, SNR0, errors=errors).physiological == pytest.approx(0.01, rel=1e-3)

    def test_two_points_for_two_numbers_have_none(self):
        found = split_by_signal(by_formula(0.01)[:2], SNR0[:2])
        assert found.physiological == pytest.approx(0.01)
        assert found.thermal == pytest.approx(1)
        assert (found.interval, found.thermal_interval, found.scatter) == (None, None, None)
        assert split_by_signal(by_formula(0.01)[:2], SNR0[:2], errors=[0.1, 0.1]).interval is not None
        assert found.sentence == ("Physiological fluctuations are 0.01 of the signal; temporal SNR cannot exceed 100.")


class TestNothingSeen:
    def test_temporal_snr_above_snr0(self):
        found = split(SNR0 * [1.01, 1.02, 1.01, 1.02], SNR0)
        assert found.squared < 0
        assert (found.physiological, found.largest) == (0, None)
        assert found.interval[0] == 0 < found.interval[1]
        assert found.sentence.startswith("No physiological noise was seen: it is at most 0.0")

    def test_the_thermal_noise_is_fitted_alone(self):
        tsnr = np.array([19.0, 52, 106, 212])  # rises faster than the signal
        found = split_by_signal(tsnr, SNR0 * SIGMA)
        assert found.squared < 0
        assert found.physiological == 0
        squares = (SNR0 / tsnr) ** 2  # of sigma over the true one, each with the same relative error
        assert found.thermal == pytest.approx(SIGMA * np.sqrt(squares.mean()), rel=1e-6)

    def test_no_thermal_noise(self):
        found = split_by_signal([100, 99, 98], [10, 20, 30])
        assert found.thermal == 0
        assert found.largest == pytest.approx(np.mean(np.array([100, 99, 98]) ** -2.0) ** -0.5)


def test_thermal_of_a_map_is_nan_from_the_limit_on():
    tsnr = np.array([[0, 50.0], [100, np.nan]])
    found = thermal(tsnr, 0.01)
    assert found[0] == pytest.approx([0, 50 / np.sqrt(0.75)])
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(thermal(tsnr, 0), tsnr)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_unit_of_the_signal_does_not_matter(scale):
    found = split_by_signal(by_formula(0.01), SNR0 * scale)
    assert found.physiological == pytest.approx(0.01, rel=1e-6)
    assert found.thermal == pytest.approx(scale, rel=1e-6)


@pytest.mark.parametrize(
    ("tsnr", "other", "errors", "said"),
    [
        ([20, 40], [20], None, "2 values of temporal SNR and 1 of SNR0"),
        ([20], [20], None, "told apart from two at least"),
        ([], [], None, "There is no point"),
        ([20, -40], [20, 50], None, "temporal SNR holds -40; expected positive"),
        ([20, 40], [20, 0], None, "SNR0 holds 0"),
        ([20, np.nan], [20, 50], None, "temporal SNR holds nan"),
        ([[20, 40]], [20, 50], None, r"shape \(1, 2\)"),
        (["much", 3], [20, 50], None, "something else than numbers"),
        ([20, 40], [20, 50], [1], "2 points and 1 errors"),
        ([20, 40], [20, 50], [1, 0], "standard error holds 0"),
        ([20, 1e-200], [20, 50], None, "runs from 1e-200 to 20; expected 1e-50"),
    ],
)
def test_what_cannot_be_split_is_said(tsnr, other, errors, said):
    with pytest.raises(ArgumentError, match=said):
        split(tsnr, other, errors=errors)


def test_signals_that_are_alike_are_refused():
    with pytest.raises(ArgumentError, match="All signals are 7; expected at least two that differ"):
        split_by_signal([20, 40, 50], [7, 7, 7])


@pytest.mark.parametrize("physiological", [-0.1, np.nan, np.inf])
def test_thermal_refuses_what_is_no_lambda(physiological):
    with pytest.raises(ArgumentError, match="expected a number from 0"):
        thermal(20, physiological)
