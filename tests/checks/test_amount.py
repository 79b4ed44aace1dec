"""Is there enough air? From both sides."""

import numpy as np
import pytest

from mrsnr.checks import amount


@pytest.fixture
def of_voxels(changed, clean_air):
    def make(number, **values):
        region = np.zeros(clean_air.region.size, bool)
        region[:number] = True
        return changed(region=region.reshape(clean_air.region.shape), **values)

    return make


def test_much_air_passes(changed):
    check = amount(changed())
    assert check.verdict == "pass"
    assert check.value > 5000


def test_few_voxels_do_not_pass_and_fewer_fail(of_voxels):
    limit = round(amount(of_voxels(20_000)).limit)
    assert amount(of_voxels(limit + 1, shared=1.0)).verdict == "pass"
    assert amount(of_voxels(limit - 1, shared=1.0)).verdict == "warn"
    assert amount(of_voxels(20, shared=1.0)).verdict == "fail"


def test_what_counts_is_independent_voxels(of_voxels):
    check = amount(of_voxels(1200, shared=4.0))
    assert check.value == pytest.approx(300)
    assert check.verdict != "pass"
    assert "1200 voxels" in check.sentence
    assert "300 independent" in check.sentence


def test_the_limit_is_sigma_to_2_percent(of_voxels):
    """The relative SE of sigma from N voxels of one channel is 1 / (2 root N)."""
    assert of_voxels(round(amount(of_voxels(600)).limit), shared=1.0).statistical_error < 0.025


def test_air_that_does_not_reach_the_border_may_be_an_organ(changed):
    check = amount(changed(border=0.0))
    assert check.verdict == "fail"
    assert "border" in check.sentence
    assert amount(changed(border=0.2)).verdict == "pass"
