"""The threshold lies between two levels that are known."""

import numpy as np
import pytest

from mrsnr.threshold import otsu


@pytest.fixture
def two_levels_of_values():
    return np.r_[np.random.default_rng(0).normal(10, 1, 1000), np.random.default_rng(1).normal(30, 2, 500)]


def test_it_lies_between_the_two_levels(two_levels_of_values):
    assert 13 < otsu(two_levels_of_values) < 24


def test_one_spike_does_not_move_it(two_levels_of_values):
    assert otsu(np.r_[two_levels_of_values, 1e6]) == pytest.approx(otsu(two_levels_of_values), abs=3)


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3, 1e6])
def test_it_scales_with_the_image(two_levels_of_values, factor):
    assert otsu(factor * two_levels_of_values) == pytest.approx(factor * otsu(two_levels_of_values), rel=1e-6)


def test_two_values_are_told_apart():
    assert 0 < otsu(np.array([0.0, 0.0, 1.0])) < 1


def test_a_few_bright_voxels_among_equal_ones_are_told_apart():
    values = np.full(100_000, 5.0)
    values[:10] = 9.0
    assert 5 <= otsu(values) < 9


def test_most_of_the_variance_of_two_levels_is_between_the_classes(two_levels_of_values):
    """Otsu's own criterion: no other threshold leaves less variance within the classes."""

    def within(threshold):
        dark = two_levels_of_values <= threshold
        return sum(part.size * part.var() for part in (two_levels_of_values[dark], two_levels_of_values[~dark]))

    best = within(otsu(two_levels_of_values))
    assert best <= 1.01 * min(within(threshold) for threshold in range(8, 34))


@pytest.mark.parametrize("values", [np.full(5, 3.0), np.zeros(4), np.array([]), np.array([7.0])])
def test_there_is_none_where_all_are_equal(values):
    assert otsu(values) is None


def test_differences_of_rounding_are_none():
    assert otsu(1.0 + np.linspace(0, 1e-14, 50)) is None
