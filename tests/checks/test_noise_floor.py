"""A real or imaginary part has no noise floor, and is not told of one."""

import pytest

from mrsnr.checks import noise_floor


@pytest.mark.parametrize("kind", ["real", "imaginary"])
def test_parts_of_complex_images_have_no_floor(kind):
    check = noise_floor(0.5, kind=kind)
    assert check.verdict == "pass"
    assert check.sentence == f"The noise of the {kind} part has no floor."


def test_magnitudes_near_it_are_warned_of():
    assert noise_floor(20.0).verdict == "pass"
    assert noise_floor(2.0).verdict == "warn"
