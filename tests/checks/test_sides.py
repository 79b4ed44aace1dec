"""Is the air along the readout axis, where no ghost lies, louder than along phase-encoding? From both sides."""

import numpy as np
import pytest

from mrsnr import Image
from mrsnr.checks import ghosts, sides
from mrsnr.survey import survey
from simulated_scans import AFFINE, coordinates, scanned

EDGE = slice(2, -2)


def louder(axis, factor):
    """Power of the tiles at both ends of one axis."""
    powers = np.ones((12, 12))
    powers[(EDGE, [0, 1, -2, -1]) if axis else ([0, 1, -2, -1], EDGE)] = factor
    return powers


@pytest.mark.parametrize("axis", [0, 1])
def test_only_the_ends_of_the_phase_encoding_axis_have_ghosts(changed, axis):
    found = changed(powers=louder(axis, 1.5))
    along, across = ghosts(found, axis=axis), ghosts(found, axis=1 - axis)
    assert (along.verdict, along.value) == ("warn", pytest.approx(1.5))
    assert f"ends of {'xy'[axis]} has 1.50 times" in along.sentence
    assert "phase-encoding" in along.sentence
    assert (across.verdict, across.value) == ("pass", pytest.approx(1 / 1.5))


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_louder_on_the_other_sides_is_said_to_be_no_ghost(changed, axis):
    found = changed(powers=louder(axis, 1.5))
    assert sides(found, axis=axis).verdict == "pass"
    across = sides(found, axis=1 - axis)
    assert (across.verdict, across.value) == ("warn", pytest.approx(1.5))
    assert f"ends of {'xy'[axis]}" in across.sentence
    assert "no ghost" in across.sentence


@pytest.mark.parametrize("axis", [0, 1])
def test_knowing_the_axis_loses_nothing(changed, axis):
    """Whatever the header says, one of the two warns if, and only if, the check without it does."""
    for factor in (0.5, 0.89, 0.93, 1.0, 1.08, 1.12, 2.0):
        found = changed(powers=louder(0, factor))
        verdicts = {ghosts(found, axis=axis).verdict, sides(found, axis=axis).verdict}
        assert ("warn" in verdicts) == (ghosts(found).verdict == "warn")


def test_air_on_one_pair_of_sides_only_cannot_be_compared(changed):
    powers = np.ones((12, 12))
    powers[2:-2] = np.nan
    check = sides(changed(powers=powers), axis=0)
    assert (check.value, check.verdict) == (None, "n/a")
    assert "could not be compared" in check.sentence


def verdicts_of(voxels, **fields):
    seen = survey(Image(voxels, AFFINE, {"sidecar": fields}))
    return {check.code: str(check.verdict) for check in seen.air_checks if check.code in {"ghosts", "sides"}}


@pytest.fixture(scope="module")
def ghosted():
    """A scan with a ghost of 3 % of the signal along y."""
    return scanned(20, ghost=0.03, seed=40).voxels


class TestAGhostAlongOneAxis:
    def test_is_a_ghost_where_the_header_has_that_axis(self, ghosted):
        assert verdicts_of(ghosted, PhaseEncodingDirection="j-") == {"ghosts": "warn", "sides": "pass"}
        turned = np.swapaxes(ghosted, 0, 1)
        assert verdicts_of(turned, PhaseEncodingAxis="i") == {"ghosts": "warn", "sides": "pass"}

    def test_is_uneven_air_where_the_header_has_the_other(self, ghosted):
        assert verdicts_of(ghosted, PhaseEncodingDirection="i") == {"ghosts": "pass", "sides": "warn"}
        turned = np.swapaxes(ghosted, 0, 1)
        assert verdicts_of(turned, PhaseEncodingAxis="j") == {"ghosts": "pass", "sides": "warn"}

    @pytest.mark.parametrize("fields", [{}, {"PhaseEncodingDirection": "k"}, {"PhaseEncodingDirection": 7}])
    def test_is_looked_for_along_both_where_it_says_nothing_of_the_plane(self, ghosted, fields):
        assert verdicts_of(ghosted, **fields) == {"ghosts": "warn"}
        assert verdicts_of(np.swapaxes(ghosted, 0, 1), **fields) == {"ghosts": "warn"}


def test_clean_air_passes_whatever_the_axis():
    voxels = scanned(20, channels=4, seed=41).voxels
    for letter in "ij":
        assert verdicts_of(voxels, PhaseEncodingDirection=letter) == {"ghosts": "pass", "sides": "pass"}


def test_noise_that_is_louder_along_the_readout_is_no_ghost():
    x, _ = coordinates()
    field = 1 + 0.15 * np.maximum(np.abs(x) - 0.5, 0)[..., None]
    voxels = scanned(20, seed=11, channels=4, field=field).voxels
    assert verdicts_of(voxels, PhaseEncodingDirection="j") == {"ghosts": "pass", "sides": "warn"}
