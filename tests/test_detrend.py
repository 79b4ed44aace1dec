"""Trends vanish, white noise keeps its SD, and undefined stays undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mrsnr.detrend import TrendSums, polynomials


def mean_and_residual_sd(series, *, order):
    """Of a series in memory, shape (voxels, volumes)."""
    sums = TrendSums(len(series), series.shape[1], order=order)
    sums.add(series.T, first=0)
    return sums.mean, sums.residual_sd


@pytest.mark.parametrize(("volumes", "order"), [(10, 0), (10, 2), (300, 5), (1, 0), (4, 3), (100, 98), (60, 58)])
def test_polynomials_are_orthonormal_and_the_first_is_constant(volumes, order):
    basis = polynomials(volumes, order)
    np.testing.assert_allclose(basis.T @ basis, np.eye(order + 1), atol=1e-12)
    np.testing.assert_allclose(np.abs(basis[:, 0]), volumes**-0.5, rtol=1e-12)


def test_polynomials_of_high_order_are_polynomials():
    """Gram's polynomials in exact integers: order p has alternating binomial sums of order p + 1 that vanish."""
    basis = polynomials(40, 12)
    for order in range(13):
        assert np.abs(np.diff(basis[:, order], n=order + 1)).max() < 1e-9 * 2**order


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_sd_of_white_noise_is_unbiased_whatever_the_order(order):
    rng = np.random.default_rng(order)
    series = 500 + rng.normal(0, 5, (40_000, 12))
    _, sd = mean_and_residual_sd(series, order=order)
    freedom = 12 - order - 1
    standard_error = np.sqrt(2 / (freedom * 40_000))
    assert (sd**2).mean() == pytest.approx(25, rel=4 * standard_error)


@settings(max_examples=30, deadline=None)
@given(slope=st.floats(-5, 5), curve=st.floats(-0.5, 0.5), seed=st.integers(0, 1000))
def test_a_quadratic_drift_changes_neither_the_sd_nor_adds_to_the_mean(slope, curve, seed):
    rng = np.random.default_rng(seed)
    time = np.linspace(-10, 10, 21)
    noise = rng.normal(0, 1, (3, 21))
    drift = slope * time + curve * (time**2 - (time**2).mean())
    mean, sd = mean_and_residual_sd(1000 + noise + drift, order=2)
    _, still = mean_and_residual_sd(1000 + noise, order=2)
    np.testing.assert_allclose(sd, still, rtol=1e-8)
    np.testing.assert_allclose(mean, 1000 + noise.mean(axis=1), rtol=1e-12)


def test_against_least_squares_in_extended_precision():
    rng = np.random.default_rng(1)
    series = (30_000 + rng.normal(0, 1, (50, 100))).astype(np.float32)
    mean, sd = mean_and_residual_sd(series, order=2)
    exact = series.astype(np.longdouble)
    time = np.arange(100, dtype=np.longdouble) - 49.5
    design = [time**power for power in range(3)]
    basis = []
    for column in design:
        for done in basis:
            column = column - (column @ done) * done  # noqa: PLW2901 - Gram-Schmidt
        basis.append(column / np.sqrt(column @ column))
    residual = exact - sum(np.outer(exact @ done, done) for done in basis)
    np.testing.assert_allclose(sd, np.sqrt((residual**2).sum(axis=1) / 97).astype(float), rtol=1e-10)
    np.testing.assert_allclose(mean, exact.mean(axis=1).astype(float), rtol=1e-14)


@pytest.mark.parametrize("series", [np.full(20, 7.3), np.linspace(1, 9, 20), np.arange(20.0) ** 2 / 3])
def test_a_voxel_with_no_residuals_is_undefined(series):
    _, sd = mean_and_residual_sd(series[None], order=2)
    assert np.isnan(sd).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_voxel_with_one_bad_value_is_undefined_and_its_neighbour_is_not(bad):
    series = np.random.default_rng(0).normal(100, 1, (2, 20))
    series[0, 5] = bad
    mean, sd = mean_and_residual_sd(series, order=1)
    assert np.isnan([mean[0], sd[0]]).all()
    assert np.isfinite([mean[1], sd[1]]).all()


@pytest.mark.parametrize("volumes", [1, 3, 20])
def test_blocks_do_not_show(volumes):
    series = np.random.default_rng(0).normal(30_000, 1, (9000, 20)).astype(np.float32)
    sums = TrendSums(9000, 20, order=2)
    for first in range(0, 20, volumes):
        sums.add(series[:, first : first + volumes].T, first=first)
    mean, sd = mean_and_residual_sd(series, order=2)
    np.testing.assert_allclose(sums.mean, mean, rtol=1e-14)
    np.testing.assert_allclose(sums.residual_sd, sd, rtol=1e-10)


@pytest.mark.parametrize("first", [1.3, 100.0])
def test_a_first_volume_out_of_steady_state_costs_no_digits(first):
    """Sums are taken relative to the first block; 30 % brighter, or a hundred times, it is far from the others."""
    series = np.random.default_rng(0).normal(30_000, 1, (50, 300))
    series[:, 0] *= first
    sums = TrendSums(50, 300, order=2)
    for volume in range(300):
        sums.add(series[:, volume : volume + 1].T, first=volume)
    basis = polynomials(300, 2)
    residuals = series - (series @ basis) @ basis.T
    expected = np.sqrt((residuals**2).sum(axis=1) / 297)
    np.testing.assert_allclose(sums.residual_sd, expected, rtol=1e-5)
