"""Voxels of air that repeats have in common."""

import numpy as np
import pytest

from mrsnr import Image, Regions, load
from mrsnr.errors import ImageError
from mrsnr.noise.piesno import best_quantile, piesno
from repeated_scans import SHAPE, SIGMA, amplitudes, half_width, scanned


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [5, 20, 100])
def test_sigma_is_within_one_percent(channels, snr):
    found = piesno(scanned(snr, channels=channels, volumes=12), regions=Regions())
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert half_width(found) < 0.005
    assert all(check.verdict == "pass" for check in found.checks)


def test_the_published_value(shared_data):
    """With 8 channels, as the tests of dipy expect it of this file, whose last axis are the repeats of one slice."""
    image = load(shared_data("brain-b0/test_piesno.nii.gz"))
    slices = Image(np.asarray(image.data)[:, :, None], image.affine)
    found = piesno(slices, regions=Regions(), channels=8)
    assert found.sigma == pytest.approx(0.010749458025559, rel=1e-6)


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(1, 0.79681213), (2, 0.73063030), (4, 0.67219530), (8, 0.62540304), (16, 0.59004871)],
)
def test_quantile_of_least_error(channels, expected):
    """Table 1 of Koay, Ozarslan, Pierpaoli (2009)."""
    assert best_quantile(channels) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("snr", [10, 20])
def test_little_air_is_found_beside_much_tissue(snr):
    """The highest maximum is the tissue's: +602 % and +1287 % by the published method."""
    shape = (96, 96, 3)
    body = np.ones(shape)
    body[:14] = 0
    found = piesno(scanned(snr, volumes=12, body=body, shape=shape), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)


def test_zeroed_air_fails():
    data = np.asarray(scanned(20, volumes=12).data).copy()
    data[amplitudes(SHAPE) == 0] = 0
    found = piesno(Image(data, np.eye(4)), regions=Regions(), channels=1)
    assert "accepted" in {check.code for check in found.checks if check.verdict == "fail"}


def test_eight_channels_taken_for_one_fail():
    found = piesno(scanned(20, channels=8, volumes=12), regions=Regions(), channels=1)
    assert "accepted" in {check.code for check in found.checks if check.verdict == "fail"}


def test_three_volumes_are_not_enough():
    with pytest.raises(ImageError, match="at least 4 repeats"):
        piesno(scanned(20, volumes=3), regions=Regions())
