"""Is the air beside the object louder than that above and below it? From both sides, and along both axes."""

import numpy as np
import pytest

from mrsnr.checks import ghosts
from simulated_scans import coordinates, scanned

TILES = np.ones((12, 12))


def sides(**power):
    """Power of the tiles at both ends of x or of y."""
    powers = TILES.copy()
    powers[[0, 1, -2, -1], 2:-2] = power.get("x", 1.0)
    powers[2:-2, [0, 1, -2, -1]] = power.get("y", 1.0)
    return powers


def test_up_to_the_limit_it_passes_and_above_it_warns(changed):
    limit = ghosts(changed(powers=TILES)).limit
    assert limit > 1
    assert ghosts(changed(powers=sides(x=0.99 * limit))).verdict == "pass"
    assert ghosts(changed(powers=sides(x=1.01 * limit))).verdict == "warn"


@pytest.mark.parametrize("axis", ["x", "y"])
def test_the_axis_of_the_ghost_is_named(changed, axis):
    check = ghosts(changed(powers=sides(**{axis: 1.5})))
    assert check.verdict == "warn"
    assert check.value == pytest.approx(1.5)
    assert f"ends of {axis} has 1.50 times" in check.sentence


def test_turning_the_image_turns_the_axis(changed):
    powers = sides(x=2.0)
    one, other = ghosts(changed(powers=powers)), ghosts(changed(powers=powers.T))
    assert one.value == other.value
    assert one.sentence.replace("of x", "of y") == other.sentence


def test_air_on_one_pair_of_sides_only_cannot_be_compared(changed):
    powers = sides(x=2.0)
    powers[2:-2] = np.nan
    check = ghosts(changed(powers=powers))
    assert (check.value, check.verdict) == (None, "n/a")
    assert "could not be looked for" in check.sentence


@pytest.mark.parametrize("channels", [1, 8])
def test_clean_air_passes(air_of, channels):
    assert ghosts(air_of(scanned(20, channels=channels, seed=10).voxels, channels=channels)).verdict == "pass"


def test_noise_that_is_louder_along_one_axis_warns(air_of):
    x, _ = coordinates()
    field = 1 + 0.15 * np.maximum(np.abs(x) - 0.5, 0)[..., None]
    found = air_of(scanned(20, seed=11, channels=4, field=field).voxels, channels=4)
    assert ghosts(found).verdict == "warn"
    assert "ends of x" in ghosts(found).sentence
