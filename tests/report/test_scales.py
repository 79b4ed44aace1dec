"""Where numbers lie on small scales."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mrsnr
from mrsnr.model import Check, CheckVerdict
from mrsnr.report.scales import axis, gauge


def check(value, limit, verdict, code="zeros"):
    return Check(code, value, limit, CheckVerdict(verdict), "")


@pytest.mark.parametrize(
    ("code", "value", "limit", "place", "below"),
    [
        ("zeros", 0.1, 0.1, 0.5, True),
        ("zeros", 0.3, 0.1, 0.75, True),
        ("amount", 0.0, 500.0, 0.0, False),
        ("amount", 1500.0, 500.0, 0.75, False),
        ("kind", -2.0, 1.0, 0.0, True),
        ("ghosts", math.inf, 1.0, 1.0, True),
    ],
)
def test_the_limit_is_in_the_middle(code, value, limit, place, below):
    found = gauge(check(value, limit, "pass", code))
    assert found.place == pytest.approx(place)
    assert found.below is below


def test_values_that_pass_are_on_the_side_that_passes(two_levels):
    """Of scans with many faults, no check that passes may stand where it fails, nor one that fails where it passes."""
    faults = (
        {},
        {"air": "zero"},
        {"zero_fill": 1.5},
        {"ghost": 0.1},
        {"channels": 8},
        {"integer": True, "scale": 20.0},
    )
    results = [mrsnr.measure(two_levels())]
    results += [mrsnr.measure(mrsnr.data.phantom((96, 96, 5), snr=20, **fault).image) for fault in faults]
    for result in results:
        for one in result.noise.checks if result.noise else ():
            found = gauge(one)
            if found is None:
                continue
            right = found.place <= 0.5 if found.below else found.place >= 0.5
            assert right or one.verdict != CheckVerdict.PASS, one
            assert not right or one.verdict != CheckVerdict.FAIL or found.place == 0.5, one


@pytest.mark.parametrize(("value", "limit"), [(None, 1.0), (1.0, None), (1.0, 0.0), (math.nan, 1.0)])
def test_without_numbers_there_is_no_scale(value, limit):
    assert gauge(check(value, limit, "pass")) is None


@pytest.mark.parametrize(("code", "value", "limit"), [("agreement", 0.01, 0.06), ("amount", 900.0, 500.0)])
def test_a_scale_does_not_contradict_its_check(code, value, limit):
    """A second estimate that is near, but too vague to confirm anything, warns within its limit."""
    assert gauge(check(value, limit, "warn", code)) is None
    assert gauge(check(value, limit, "pass", code)) is not None


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=9))
def test_the_axis_holds_what_is_near_the_answer(values):
    middle = values[0]
    found = axis(values, middle=middle)
    assert 0 < found.place(middle) < 1
    assert all(0 <= found.place(value) <= 1 for value in values)
    assert [found.place(value) for value in sorted(values)] == sorted(found.place(value) for value in values)
    assert 1 <= len(found.ticks) <= 8
    for place, label in found.ticks:
        assert found.place(float(label)) == pytest.approx(place, abs=0.02)


def test_equal_steps_are_equal_ratios():
    found = axis([1, 100], middle=10)
    assert found.place(10) - found.place(1) == pytest.approx(found.place(100) - found.place(10))


def test_without_values_there_is_no_axis():
    assert axis([], middle=None) is None
    assert axis([-1.0, 0.0], middle=None) is None
