"""A log-normal interval holds what it should, and gives its error back."""

import numpy as np
import pytest

from mrsnr.intervals import error_of, interval_of


@pytest.mark.parametrize("error", [0.001, 0.05, 0.5])
def test_it_holds_95_percent_of_log_normal_errors(error):
    truth = 10 * np.exp(error * np.random.default_rng(0).standard_normal(100_000))
    low, high = interval_of(10.0, error)
    assert np.mean((truth > low) & (truth < high)) == pytest.approx(0.95, abs=0.003)


def test_the_error_comes_back():
    assert error_of(interval_of(3.0, 0.02)) == pytest.approx(0.02, rel=1e-12)


def test_the_value_is_the_geometric_middle():
    low, high = interval_of(7.0, 0.3)
    assert np.sqrt(low * high) == pytest.approx(7.0)
