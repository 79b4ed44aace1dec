"""Values at the ends of what floating point holds, and arguments of the wrong type: right, or one sentence."""

import numpy as np
import pytest

from mrsnr import Image, compare, measure
from mrsnr.errors import ArgumentError, ImageError
from simulated_scans import AFFINE, SIGMA, scanned

WHERE = r"The largest voxel is .*; expected 1e-60 to 1e\+60\. Multiply all voxels by a number"


@pytest.fixture(scope="module")
def scan():
    return scanned(shape=(64, 64, 4)).voxels.astype(float)


@pytest.mark.parametrize("method", ["auto", "mixture", "tissue", "air_rms"])
@pytest.mark.parametrize("largest", [1e-59, 1e59])
def test_as_far_as_that_the_answer_is_right(scan, method, largest):
    factor = largest / scan.max()
    expected, found = measure(Image(scan, AFFINE), method), measure(Image(scan * factor, AFFINE), method)
    assert found.value == pytest.approx(expected.value, rel=1e-6)
    assert found.noise.sigma == pytest.approx(SIGMA * factor, rel=0.05)
    assert found.verdict == expected.verdict


@pytest.mark.parametrize("method", ["auto", "mixture", "tissue", "air_rms", "air_std"])
@pytest.mark.parametrize("largest", [5e-324, 1e-300, 1e-150, 1e-61, 1e61, 1e100, 1e150, 1e300, 1.7e308])
def test_further_off_it_says_what_to_do(scan, method, largest):
    image = Image(scan / scan.max() * largest, AFFINE)
    with pytest.raises(ImageError, match=WHERE):
        measure(image, method)
    with pytest.raises(ImageError, match=WHERE):
        measure(Image(-image.data, AFFINE, {"kind": "real"}), method)


def test_one_voxel_is_enough_and_infinity_is_none(scan):
    spoiled = scan.copy()
    spoiled[0, 0, 0] = np.inf
    assert measure(Image(spoiled, AFFINE)).value == pytest.approx(measure(Image(scan, AFFINE)).value, rel=1e-2)
    spoiled[0, 0, 0] = 1e200
    with pytest.raises(ImageError, match=r"largest voxel is 1e\+200"):
        measure(Image(spoiled, AFFINE))


def test_complex_values_and_every_verb(scan):
    huge = Image(1e150 * (scan + 1j * scan), AFFINE, {"kind": "complex"})
    for verb in (measure, compare):
        with pytest.raises(ImageError, match=WHERE):
            verb(huge)
    pair = np.stack([scan, scan[::-1]], axis=-1) * 1e150
    with pytest.raises(ImageError, match=WHERE):
        measure(Image(pair, AFFINE), "difference")


def test_of_several_volumes_one_alone_is_refused(scan):
    good, bad = measure(Image(np.stack([scan, scan * 1e150], axis=-1), AFFINE))
    assert good.value == pytest.approx(measure(Image(scan, AFFINE)).value)
    assert bad.verdict == "refused"
    assert "largest voxel is" in bad.reasons[0].sentence


@pytest.mark.parametrize("verb", [measure, compare])
@pytest.mark.parametrize("name", ["repeat", "noise_scan"])
@pytest.mark.parametrize("given", [np.ones((64, 64, 4)), np.float64(3), 5, b"scan.nii", object()])
def test_what_is_no_image_is_refused(scan, verb, name, given):
    if name == "repeat" and isinstance(given, bytes):
        given = [given]
    with pytest.raises(
        ArgumentError, match=rf"^{name} (is a {type(given).__name__}|holds .*); expected an mrsnr.Image"
    ):
        verb(Image(scan, AFFINE), **{name: given})


def test_a_noise_scan_is_refused_whatever_the_method(scan):
    with pytest.raises(ArgumentError, match=r"noise_scan is a ndarray.*mrsnr\.Image\(array, affine\)"):
        measure(Image(scan, AFFINE), "air", noise_scan=scan)


def test_repeats_may_come_from_anything_that_yields_them(scan):
    rng = np.random.default_rng(3)
    again = [Image(scan + rng.normal(0, SIGMA, scan.shape), AFFINE) for _ in range(2)]
    expected = measure(Image(scan, AFFINE), repeat=again).value
    for given in (tuple(again), iter(again)):
        assert measure(Image(scan, AFFINE), repeat=given).value == expected
