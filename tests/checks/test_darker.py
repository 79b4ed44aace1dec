"""Is anything darker than air? From both sides, and on images of which a known part is."""

import numpy as np
import pytest

from mrsnr.checks import darker
from simulated_scans import SIGMA, scanned
from spoiled_air import distance


def test_up_to_the_limit_it_passes_and_above_it_does_not(changed):
    limit = darker(changed()).limit
    assert darker(changed(darker=0.0)).verdict == "pass"
    assert darker(changed(darker=0.99 * limit)).verdict == "pass"
    assert darker(changed(darker=1.01 * limit)).verdict == "warn"
    assert darker(changed(darker=0.3)).verdict == "fail"
    assert "30.0 % of the image is darker" in darker(changed(darker=0.3)).sentence


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [3, 20])
def test_nothing_is_darker_than_clean_air(air_of, channels, snr):
    check = darker(air_of(scanned(snr, channels=channels, seed=3).voxels, channels=channels))
    assert check.verdict == "pass"
    assert check.value < 1e-3


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_air_that_is_darker_in_one_part_fails(air_of, share):
    voxels = scanned(20, seed=4).voxels.copy()
    voxels[: round(96 * share) + 3] *= 0.1
    check = darker(air_of(voxels))
    assert check.verdict == "fail"
    assert check.value == pytest.approx(share + 3 / 96, abs=0.1)


def test_air_cut_far_from_the_body_fails(air_of):
    scan = scanned(20, seed=5)
    cut = scan.voxels * np.where(distance(scan) > 16, 0.02, 1)
    found = air_of(cut)
    assert found is None or darker(found).verdict == "fail" or found.sigma < 0.1 * SIGMA
