"""Brightness, jumps and lag-1 correlation of a series, against sums over the whole of it."""

import numpy as np
import pytest

from mrsnr.autoregression import lasting
from mrsnr.course import CourseSums, leading, some_of
from mrsnr.detrend import polynomials


def summed(series, *, order=2, volumes=7):
    sums = CourseSums(np.arange(len(series)), polynomials(series.shape[1], order))
    for first in range(0, series.shape[1], volumes):
        sums.add(series[:, first : first + volumes].T, first=first)
    return sums


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(1000, 10, (50, 60)) + np.linspace(-30, 50, 60)


@pytest.mark.parametrize("volumes", [1, 7, 60])
def test_blocks_do_not_show(series, volumes):
    sums = summed(series, volumes=volumes)
    np.testing.assert_allclose(sums.means, series.mean(axis=0))
    jumps = np.sqrt((np.diff(series, axis=1) ** 2).mean(axis=0))
    np.testing.assert_allclose(sums.jumps, [0, *jumps])
    basis = polynomials(60, 2)
    residuals = series - (series @ basis) @ basis.T
    ratio = (residuals[:, 1:] * residuals[:, :-1]).sum() / (residuals**2).sum()
    assert sums.lasting == pytest.approx(lasting(ratio, basis), rel=1e-6)


def test_dvars_of_white_noise_is_root_two_sigma(series):
    assert np.mean(summed(series).jumps[1:]) == pytest.approx(np.sqrt(2) * 10, rel=0.05)


def test_what_is_not_finite_does_not_count(series):
    broken = series.copy()
    broken[3, 20], broken[4, 25] = np.nan, np.inf
    sums = summed(broken)
    assert np.isfinite(sums.means).all()
    assert np.isfinite(sums.jumps).all()
    assert sums.lasting == pytest.approx(summed(np.delete(series, [3, 4], axis=0)).lasting, rel=1e-6)


def test_constant_voxels_have_no_autocorrelation():
    assert summed(np.full((5, 20), 7.0)).lasting == (0, 1)


@pytest.mark.parametrize(
    ("means", "count"),
    [
        ([130, 110, 100, 101, 99, 100, 101, 100, 99, 100], 2),
        ([100, 101, 99, 100, 130, 101, 100, 99, 100, 100], 0),  # a spike later is another matter
        ([100.5, 100, 100, 100, 100, 100, 100, 100, 100, 100], 0),  # 0.5 % is not worth a volume
        ([70, 100, 101, 99, 100, 101, 100, 99, 100, 100], 0),  # darker is not before the steady state
        ([130, 100, 100], 0),
        ([np.nan, 100, 100, 100, 100, 100, 100, 100], 0),
    ],
)
def test_only_the_first_volumes_that_are_brighter_come_before_the_steady_state(means, count):
    assert leading(np.array(means, dtype=float)) == count


def test_places_are_in_the_mask_and_few():
    mask = np.zeros((90, 80, 10), bool)
    mask[10:80, 20:70, 3] = True
    places = some_of(mask)
    assert mask.ravel(order="F")[places].all()
    assert 2000 < places.size <= 8192
    assert some_of(np.zeros((3, 3, 3), bool)).size == 0
