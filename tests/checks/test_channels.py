"""Is the number of channels possible? From both sides."""

import pytest

from mrsnr.checks import channels
from simulated_scans import SIGMA, scanned


@pytest.mark.parametrize("number", [1.0, 2.0, 3.3, 8.0, 32.0])
def test_possible_numbers_pass(changed, number):
    check = channels(changed(channels=number, estimated=True))
    assert check.verdict == "pass"
    assert check.value == number


@pytest.mark.parametrize("number", [0.5, 0.7])
def test_fewer_than_one_cannot_be(changed, number):
    check = channels(changed(channels=number, estimated=True))
    assert check.verdict == "fail"
    assert "uneven or not all air" in check.sentence


@pytest.mark.parametrize("number", [100.0, 2000.0])
def test_very_many_are_tissue(changed, number):
    check = channels(changed(channels=number, estimated=True))
    assert check.verdict == "fail"
    assert "even tissue" in check.sentence


@pytest.mark.parametrize("number", [0.5, 1, 200])
def test_what_was_given_is_not_doubted(changed, number):
    check = channels(changed(channels=number, estimated=False))
    assert check.verdict == "pass"
    assert "was given" in check.sentence


def test_tissue_of_snr_t_looks_like_noise_of_half_its_square(air_of):
    """mean^2 / variance of M^2 is t^2 / 4 for large t, as that of n channels is n."""
    tissue = scanned(30, air=0.0).voxels
    found = air_of(tissue, sigma=tissue.mean() / 1.2533)
    assert found is None or channels(found).verdict == "fail"
    assert SIGMA > 0
