"""Are the steps of the stored values small against the noise? From both sides."""

import numpy as np
import pytest

from mrsnr.checks import quantisation


@pytest.mark.parametrize(("sigma", "step"), [(10.0, 1.0), (2.0, 1.0), (1.0, 1.0), (0.37, 0.37), (2e3, 1e3)])
def test_noise_of_a_step_or_more_passes(sigma, step):
    check = quantisation(sigma, step=step)
    assert check.verdict == "pass"
    assert check.value == pytest.approx(sigma / step)


@pytest.mark.parametrize(("sigma", "verdict"), [(0.8, "warn"), (0.6, "warn"), (0.4, "fail"), (0.01, "fail")])
def test_noise_that_is_lost_in_rounding_does_not(sigma, verdict):
    check = quantisation(sigma, step=1.0)
    assert check.verdict == verdict
    assert "lost in rounding" in check.sentence


def test_the_limit_is_where_verdicts_change():
    limit = quantisation(1.0, step=1.0).limit
    assert quantisation(1.001 * limit, step=1.0).verdict == "pass"
    assert quantisation(0.999 * limit, step=1.0).verdict == "warn"


@pytest.mark.parametrize(("sigma", "step"), [(None, 1.0), (3.0, 0.0), (None, 0.0)])
def test_what_is_not_quantised_passes_without_a_value(sigma, step):
    check = quantisation(sigma, step=step)
    assert (check.value, check.verdict) == (None, "pass")


def test_values_that_were_cut_to_whole_steps_are_said():
    check = quantisation(5.0, step=1.0, truncated=True)
    assert check.verdict == "warn"
    assert "half a step was added back" in check.sentence


@pytest.mark.parametrize("sigma", [0.3, 3.0])
def test_it_is_right_about_what_rounding_does_to_noise(sigma):
    """By how much the variance exceeds sigma^2 and the twelfth of a step that is taken off, if it can be told."""
    stored = np.round(np.random.default_rng(0).normal(0.5, sigma, 400_000))
    wrong = np.sqrt(max(stored.var() - 1 / 12, 0)) / sigma - 1
    assert (abs(wrong) < 0.02) == (quantisation(sigma, step=1.0).verdict == "pass")
