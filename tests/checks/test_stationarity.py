"""Is the noise the same everywhere in the background? From both sides, and on fields of known unevenness."""

import numpy as np
import pytest

from mrsnr.checks import stationarity
from simulated_scans import coordinates, scanned

X, Y = (axis[..., None] for axis in coordinates())


def test_even_air_passes_and_uneven_air_does_not(changed):
    limit = stationarity(changed()).limit
    assert stationarity(changed(uneven=0.0, uneven_whole=0.0)).verdict == "pass"
    assert stationarity(changed(uneven=0.9 * limit, uneven_whole=0.0)).verdict == "pass"
    assert stationarity(changed(uneven=1.1 * limit, uneven_whole=0.0)).verdict == "warn"
    assert stationarity(changed(uneven=0.3, uneven_whole=0.3)).verdict == "fail"


def test_uneven_air_of_which_a_good_part_is_quiet_is_used_with_a_warning(changed):
    check = stationarity(changed(uneven=0.0, uneven_whole=0.3, kept=0.6))
    assert check.verdict == "warn"
    assert "60 % of it was quiet" in check.sentence
    assert "30 % between places" in check.sentence


def test_air_of_which_hardly_a_part_is_quiet_fails(changed):
    assert stationarity(changed(uneven=0.0, uneven_whole=0.3, kept=0.05)).verdict == "fail"


@pytest.mark.parametrize("channels", [1, 8])
def test_the_air_of_an_even_scan_passes(air_of, channels):
    assert stationarity(air_of(scanned(20, channels=channels, seed=6).voxels, channels=channels)).verdict == "pass"


@pytest.mark.parametrize("slope", [0.1, 0.2])
@pytest.mark.parametrize("axis", [X, Y], ids=["x", "y"])
def test_a_ramp_of_sigma_does_not_pass(air_of, axis, slope):
    found = air_of(scanned(20, seed=7, field=1 + slope * axis).voxels)
    assert found is None or stationarity(found).verdict != "pass"


def test_a_ghost_does_not_pass(air_of):
    assert stationarity(air_of(scanned(20, seed=8, ghost=0.04).voxels)).verdict != "pass"


def test_eight_channels_show_a_smaller_ramp(air_of):
    """Their power scatters less: a tenth of a slope of 0.1 is seen."""
    field = 1 + 0.05 * X
    assert stationarity(air_of(scanned(20, channels=8, seed=9, field=field).voxels, channels=8)).value > 0.02
    assert np.ptp(field) == pytest.approx(0.1)
