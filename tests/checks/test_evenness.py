"""Is the noise the same everywhere in the object? From both sides."""

import pytest

from mrsnr.checks import evenness
from mrsnr.checks.evenness import LIMIT


@pytest.mark.parametrize("value", [0.0, 0.5 * LIMIT, LIMIT])
def test_even_noise_passes(value):
    check = evenness(value)
    assert check.verdict == "pass"
    assert check.value == value
    assert "the same everywhere" in check.sentence


@pytest.mark.parametrize("value", [1.01 * LIMIT, 2 * LIMIT])
def test_uneven_noise_warns_with_its_sd(value):
    check = evenness(value)
    assert check.verdict == "warn"
    assert f"{100 * value:.0f} %" in check.sentence


def test_what_varies_by_as_much_as_it_is_fails():
    assert evenness(1.0).verdict == "fail"
