"""Normalised, filtered and accelerated scans: whom the header warns, and who has measured that it need not."""

import numpy as np
import pytest

from mrsnr import Image, load, measure
from mrsnr.checks import accelerated, processed
from simulated_scans import AFFINE, SIGMA, coordinates, scanned

NORM = {"ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"]}
GRAPPA = {"ParallelReductionFactorInPlane": 2, "MatrixCoilMode": "GRAPPA"}
SHAPE = (128, 128, 6)


def bump(height):
    """A factor on sigma: 1 in air, more towards the middle of the object, as normalisation makes it."""
    x, y = coordinates(SHAPE)
    return 1 + height * np.exp(-(x**2 + y**2) / 0.25)[..., None]


def said(result):
    return {check.code for check in result.reasons} & {"processed", "accelerated"}


def made(result):
    return {
        check.code: str(check.verdict) for check in result.noise.checks if check.code in {"processed", "accelerated"}
    }


def with_header(scan, **fields):
    return Image(scan.voxels, AFFINE, {"sidecar": fields})


class TestTheCheckItself:
    def image(self, **fields):
        return Image(np.ones((4, 4)), np.eye(4), {"sidecar": fields})

    def test_there_is_none_where_the_header_says_nothing(self):
        assert processed(self.image(), even=False) == ()
        assert accelerated(self.image(), even=False) == ()

    def test_it_names_all_that_was_done(self):
        (check,) = processed(self.image(**NORM), even=False)
        assert check.verdict == "warn"
        assert "normalised for the coils and interpolated against distortion" in check.sentence

    def test_it_names_technique_and_factor(self):
        (check,) = accelerated(self.image(**GRAPPA), even=False)
        assert (check.verdict, check.value, check.limit) == ("warn", 2, 1)
        assert "(GRAPPA, factor 2)" in check.sentence
        (check,) = accelerated(self.image(ParallelAcquisitionTechnique="SENSE"), even=False)
        assert (check.verdict, check.value) == ("warn", None)
        assert "(SENSE)" in check.sentence

    def test_both_pass_where_the_noise_was_measured_to_be_even(self):
        (one,), (other,) = processed(self.image(**NORM), even=True), accelerated(self.image(**GRAPPA), even=True)
        assert one.verdict == other.verdict == "pass"


@pytest.fixture(scope="module")
def uneven():
    """SNR 20; sigma in the middle of the object is half as large again as in air."""
    return scanned(20, shape=SHAPE, field=bump(0.5), air=0.4, seed=50)


@pytest.mark.parametrize("method", ["air", "air_rms", "air_std", "air_mean", "mixture"])
def test_methods_of_air_are_warned_where_the_noise_is_uneven(uneven, method):
    result = measure(with_header(uneven, **NORM, **GRAPPA), method)
    assert result.value > 1.1 * uneven.snr
    assert said(result) == {"processed", "accelerated"}


def test_what_maps_sigma_in_the_object_is_not(uneven):
    result = measure(with_header(uneven, **NORM, **GRAPPA), "tissue")
    assert isinstance(result.noise.sigma, np.ndarray)
    assert result.value == pytest.approx(uneven.snr, rel=0.05)
    assert said(result) == set()


def test_nor_are_repeats(uneven):
    again = scanned(20, shape=SHAPE, field=bump(0.5), air=0.4, seed=51)
    result = measure(with_header(uneven, **NORM, **GRAPPA), repeat=Image(again.voxels, AFFINE))
    assert result.value == pytest.approx(uneven.snr, rel=0.05)
    assert result.verdict == "trusted"


def test_where_air_and_object_were_measured_to_agree_the_answer_stays_trusted():
    scan = scanned(20, shape=SHAPE, air=0.4, seed=52)
    for method in ("auto", "air_rms"):
        result = measure(with_header(scan, **NORM, **GRAPPA), method)
        assert result.verdict == "trusted"
        assert made(result) == {"processed": "pass", "accelerated": "pass"}
        assert result.noise.sigma == pytest.approx(SIGMA, rel=0.02)


def test_where_the_object_shows_no_noise_the_header_is_all_there_is():
    scan = scanned(20, shape=(48, 48, 1), air=0.8, seed=53)
    mask = ~scan.body
    result = measure(with_header(scan, **NORM), "air_rms", noise_mask=mask)
    assert result.verdict == "caution"
    assert said(result) == {"processed"}


@pytest.mark.parametrize("height", [0.0, 0.1, 0.2, 0.3])
def test_the_header_moves_no_number_and_no_verdict(height):
    """What is measured decides; the header says why."""
    scan = scanned(10, shape=SHAPE, field=bump(height), air=0.4, seed=54)
    without, told = measure(scan.image), measure(with_header(scan, **NORM, **GRAPPA))
    assert (told.value, told.interval, told.verdict, told.method) == (
        without.value,
        without.interval,
        without.verdict,
        without.method,
    )
    if without.verdict == "trusted":
        assert without.value == pytest.approx(scan.snr, rel=0.1)


def test_a_real_accelerated_scan(shared_data):
    """GRAPPA, factor 2; its noise was seen to vary by over 40 % in the object."""
    image = load(shared_data("kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e1.nii.gz"))
    assert said(measure(image, "air")) == {"accelerated"}
    assert said(measure(image, "mixture")) == {"accelerated"}
    assert said(measure(image, "tissue")) == set()
