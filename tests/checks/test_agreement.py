"""Do two estimates of the noise agree? From both sides, and with what they are known to."""

import numpy as np
import pytest

from mrsnr.checks import agreement

NAMES = ("air", "tissue")


def compared(ratio, error=0.02):
    return agreement(10.0, 10.0 * ratio, names=NAMES, error=error)


@pytest.mark.parametrize("ratio", [1.0, 1.03, 0.97])
def test_equal_values_confirm_each_other(ratio):
    check = compared(ratio)
    assert check.verdict == "pass"
    assert check.value == pytest.approx(abs(np.log(ratio)))
    assert "confirms" in check.sentence


@pytest.mark.parametrize(("ratio", "word"), [(1.2, "20 % higher"), (0.85, "15 % lower")])
def test_different_values_warn_and_say_which_is_higher(ratio, word):
    check = compared(ratio)
    assert check.verdict == "warn"
    assert word in check.sentence
    assert "tissue" in check.sentence


@pytest.mark.parametrize("ratio", [1.5, 0.5, 100.0])
def test_very_different_values_fail(ratio):
    assert compared(ratio).verdict == "fail"


def test_the_limit_is_where_verdicts_change():
    for error in (0.0, 0.02, 0.03):
        limit = compared(1.0, error).limit
        for sign in (1, -1):
            assert compared(np.exp(sign * 0.999 * limit), error).verdict == "pass"
            assert compared(np.exp(sign * 1.001 * limit), error).verdict == "warn"


def test_it_does_not_matter_which_is_which():
    one = agreement(10.0, 11.5, names=NAMES, error=0.01)
    other = agreement(11.5, 10.0, names=NAMES[::-1], error=0.01)
    assert (one.value, one.limit, one.verdict) == (pytest.approx(other.value), other.limit, other.verdict)


def test_an_error_allows_for_a_difference_but_not_for_10_percent():
    """An answer that is trusted is not 10 % off, however uncertain what confirms it."""
    assert compared(1.0, 0.03).limit >= compared(1.0, 0.0).limit
    assert compared(1.11, 10.0).verdict != "pass"


def test_what_is_too_uncertain_confirms_nothing():
    check = compared(1.0, error=0.5)
    assert check.verdict == "warn"
    assert "too uncertain" in check.sentence


@pytest.mark.parametrize(("one", "other"), [(None, 10.0), (10.0, None), (None, None)])
def test_one_estimate_alone_is_not_confirmed(one, other):
    check = agreement(one, other, names=NAMES, error=0.01)
    assert (check.verdict, check.value) == ("warn", None)
    assert "no second estimate" in check.sentence
    if (one is None) != (other is None):
        assert check.sentence.endswith(f"from {'tissue' if other is None else 'air'}.")
