"""Images of odd shapes, types and contents: an answer, or an error that says what was wrong; never anything else."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mrsnr import Image, Snr, measure
from mrsnr.errors import MrsnrError
from simulated_scans import AFFINE, SIGMA, scanned

SHAPES = [
    (1, 1),
    (1, 9),
    (2, 2, 2),
    (7, 9, 3),
    (16, 16),
    (1, 40, 40),
    (40, 1, 40),
    (33, 20, 2),
    (13, 50, 1),
    (64, 64, 1),
]
CONTENTS = {
    "noise": lambda rng, shape: rng.rayleigh(10, shape),
    "Gaussian": lambda rng, shape: rng.normal(100, 10, shape),
    "centred": lambda rng, shape: rng.normal(0, 10, shape),
    "two values": lambda rng, shape: rng.integers(0, 2, shape),
    "few values": lambda rng, shape: rng.integers(0, 5, shape),
    "one bright voxel": lambda rng, shape: np.eye(1, int(np.prod(shape))).reshape(shape),
    "mostly zero": lambda rng, shape: rng.rayleigh(10, shape) * (rng.random(shape) < 0.1),
    "half undefined": lambda rng, shape: np.where(rng.random(shape) < 0.5, np.nan, rng.rayleigh(10, shape)),
    "infinite voxels": lambda rng, shape: np.where(rng.random(shape) < 0.1, np.inf, rng.rayleigh(10, shape)),
    "negative": lambda rng, shape: -rng.rayleigh(10, shape),
    "ramp": lambda rng, shape: np.arange(np.prod(shape)).reshape(shape),
    "tiny": lambda rng, shape: 1e-30 * rng.rayleigh(10, shape),
    "huge": lambda rng, shape: 1e30 * rng.rayleigh(10, shape),
    "boolean": lambda rng, shape: rng.random(shape) < 0.5,
    "complex": lambda rng, shape: rng.normal(size=shape) + 1j * rng.normal(size=shape),
}


def answer_or_error(image, **options):
    try:
        return measure(image, **options)
    except MrsnrError as error:
        return error


def assert_an_answer_or_an_error(image, **options):
    result = answer_or_error(image, **options)
    if isinstance(result, MrsnrError):
        assert str(result).endswith((".", "?"))
        return None
    assert isinstance(result, Snr)
    if result.value is None:
        assert result.verdict == "refused"
        assert result.reasons
        return result
    assert np.isfinite(result.value)
    assert result.value > 0
    assert result.map.shape == image.shape
    assert result.noise.region.shape == image.grid
    if result.interval is not None:
        assert 0 < result.interval[0] <= result.value <= result.interval[1]
    return result


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("content", CONTENTS)
def test_any_content_of_any_shape(content, shape):
    voxels = CONTENTS[content](np.random.default_rng(0), shape)
    kind = "complex" if content == "complex" else "magnitude"
    result = assert_an_answer_or_an_error(Image(voxels, AFFINE, {"kind": kind}))
    assert result is None or result.verdict != "trusted"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 4)),
    st.sampled_from(sorted(CONTENTS)),
    st.integers(0, 99),
    st.booleans(),
)
def test_and_with_an_object_in_it(shape, content, seed, rounded):
    rng = np.random.default_rng(seed)
    voxels = np.abs(CONTENTS[content](rng, shape)).astype(np.float64)
    voxels[shape[0] // 4 : -(shape[0] // 4) or None, shape[1] // 4 : -(shape[1] // 4) or None] *= 20
    assert_an_answer_or_an_error(Image(np.round(voxels) if rounded else voxels, AFFINE))


@pytest.mark.parametrize("value", [0.0, 1e-3, 5.0, 1e6])
def test_an_object_in_air_of_one_value_is_not_answered_from_it(value):
    scan = scanned(20, seed=8)
    result = assert_an_answer_or_an_error(scan.of(np.where(scan.body, scan.voxels, value)))
    assert result is None or (result.method != "air" and result.verdict != "trusted")


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 5, 2), (33, 20, 2)], ids=str)
def test_repeats_of_any_shape(shape):
    rng = np.random.default_rng(0)
    pair = [Image(100 + rng.normal(0, 5, shape), AFFINE) for _ in range(2)]
    assert_an_answer_or_an_error(pair[0], repeat=pair[1])
    assert_an_answer_or_an_error(pair[0], noise_scan=Image(rng.rayleigh(5, shape), AFFINE))
    assert_an_answer_or_an_error(pair[0], noise_mask=np.ones(shape))
    assert_an_answer_or_an_error(pair[0], labels=np.ones(shape, int))


@pytest.mark.parametrize("shape", [(97, 64, 3), (64, 131, 5), (75, 75, 9), (101, 99, 2)], ids=str)
@pytest.mark.parametrize("channels", [1, 4])
def test_odd_and_oblong_images_are_measured_as_any_other(shape, channels):
    scan = scanned(20, channels=channels, shape=shape, seed=1)
    result = measure(scan.image)
    assert np.sqrt(np.nanmean(np.square(result.noise.sigma))) == pytest.approx(SIGMA, rel=0.04)
    assert result.value == pytest.approx(scan.snr, rel=0.06)
    assert result.map.shape == shape


def test_a_slice_is_an_image():
    scan = scanned(20, shape=(192, 192, 1), seed=2)
    flat, deep = (measure(scan.of(voxels)) for voxels in (scan.voxels[..., 0], scan.voxels))
    assert flat.value == pytest.approx(scan.snr, rel=0.04)
    assert (flat.value, flat.interval, flat.verdict) == (deep.value, deep.interval, deep.verdict)
    assert flat.map.shape == flat.noise.region.shape == (192, 192)


def test_one_volume_on_a_fourth_axis_is_one_volume():
    scan = scanned(20, shape=(80, 80, 4), seed=3)
    single = measure(scan.of(scan.voxels[..., None]))
    assert isinstance(single, Snr)
    assert single.value == measure(scan.image).value
    assert single.map.shape == scan.voxels.shape


@pytest.mark.parametrize("what", [np.nan, np.inf])
def test_voxels_that_are_not_finite_are_left_out(what):
    scan = scanned(20, seed=4)
    voxels = scan.voxels.copy()
    voxels[:12, :30] = what
    voxels[45:50, 45:50] = what
    result = measure(scan.of(voxels))
    assert result.value == pytest.approx(scan.snr, rel=0.03)
    assert result.noise.sigma == pytest.approx(SIGMA, rel=0.02)
    assert np.isnan(result.map[:12, :30]).all()
    assert not result.noise.region[:12, :30].any()


def test_masked_voxels_are_undefined():
    scan = scanned(20, seed=5)
    hidden = np.zeros(scan.voxels.shape, bool)
    hidden[:10] = True
    masked = np.ma.masked_array(np.where(hidden, -9999, scan.voxels), hidden)
    undefined = measure(scan.of(np.where(hidden, np.nan, scan.voxels)))
    assert measure(scan.of(masked)).value == undefined.value


@pytest.mark.parametrize("factor", [1e-30, 1e-9, 1e12, 1e30])
def test_any_unit_will_do(factor):
    scan = scanned(20, seed=6)
    one, other = measure(scan.image), measure(scan.of(factor * scan.voxels))
    assert other.value == pytest.approx(one.value, rel=1e-6)
    assert other.verdict == one.verdict


def test_half_precision_will_do():
    scan = scanned(20, seed=7)
    assert measure(scan.of(scan.voxels.astype(np.float16))).value == pytest.approx(scan.snr, rel=0.05)
