"""Complex images from two: what goes in comes out, in every unit of phase, and what does not fit is refused."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.complex_valued import PHASE_UNITS, complex_image
from mrsnr.errors import ArgumentError, ImageError

AFFINE = np.diag([2.0, 2.0, 5.0, 1.0])
MOVED = AFFINE + np.outer([4, 0, 0, 0], [0, 0, 0, 1])  # mm along x
SHAPE = (16, 16, 4)
PHILIPS = "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_{}.nii.gz"
PAIRS = {
    "ge": (
        "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_{}.nii.gz",
        "kidney-ge/00721__Phase_ims__B0_map_dual_echo_{}.nii.gz",
    ),
    "siemens": (
        "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_{}.nii.gz",
        "kidney-siemens/0040_bh_b0map_default_bh_b0map_default_{}_ph.nii.gz",
    ),
    "philips": (PHILIPS, PHILIPS.replace("{}", "{}_ph")),
}
HALF_TURN = {"ge": 1000 * np.pi, "siemens": 4096, "philips": 1000 * np.pi}


def signal(shape=SHAPE, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 100, shape) + 1j * rng.normal(0, 100, shape)


def image(data, kind, affine=AFFINE, **meta):
    return Image(np.asarray(data), affine, {"kind": kind, **meta})


def in_unit(angle, unit):
    """Return an angle of -pi to pi as whole or decimal numbers of a unit."""
    turn, zero = PHASE_UNITS[unit]
    value = angle * turn / (2 * np.pi) + zero
    return value if turn < 10 else np.round(value).clip(max=zero + turn / 2 - 1)


@pytest.mark.parametrize("unit", PHASE_UNITS)
def test_magnitude_and_phase_give_back_the_signal(unit):
    expected = signal()
    phase = in_unit(np.angle(expected), unit)
    made = complex_image(magnitude=image(np.abs(expected), "magnitude"), phase=image(phase, "phase"))
    assert made.meta["phase_unit"] == unit
    assert made.kind == "complex"
    step = 0 if unit == "radians" else 1.5 * 2 * np.pi / PHASE_UNITS[unit][0]
    np.testing.assert_allclose(np.abs(made.data - expected), 0, atol=1e-9 + step * np.abs(expected).max())
    np.testing.assert_allclose(np.abs(made.data), np.abs(expected), rtol=1e-12)


@pytest.mark.parametrize("unit", ["radians", "milliradians", "degrees"])
def test_a_phase_from_zero_to_a_turn_is_the_same(unit):
    expected = signal()
    phase = np.angle(expected) % (2 * np.pi) * PHASE_UNITS[unit][0] / (2 * np.pi)
    made = complex_image(magnitude=image(np.abs(expected), "magnitude"), phase=image(phase, "phase"))
    assert made.meta["phase_unit"] == unit
    np.testing.assert_allclose(made.data, expected, rtol=1e-9)


def test_stored_numbers_begin_at_minus_pi():
    magnitude, phase = np.ones((4, 1, 1)), np.array([0, 1024, 2048, 4095.0]).reshape(4, 1, 1)
    made = complex_image(magnitude=image(magnitude, "magnitude"), phase=image(phase, "phase"))
    np.testing.assert_allclose(np.ravel(made.data), [-1, -1j, 1, -1], atol=2e-3)


def test_real_and_imaginary_part_give_back_the_signal():
    expected = signal((*SHAPE, 5))
    made = complex_image(real=image(expected.real, "real"), imaginary=image(expected.imag, "imaginary"))
    np.testing.assert_array_equal(made.data, expected)
    np.testing.assert_array_equal(made.data[3, :, 2, 1:3], expected[3, :, 2, 1:3])
    blocks = [block.copy() for block in made.data.blocks(2)]
    assert [block.shape[-1] for block in blocks] == [2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=3), expected)
    assert "phase_unit" not in made.meta


def test_the_sigma_of_the_parts_is_that_of_the_pair():
    rng = np.random.default_rng(0)
    amplitude = np.zeros((64, 64, 8))
    amplitude[32:] = 500
    parts = amplitude + rng.normal(0, 20, amplitude.shape), rng.normal(0, 20, amplitude.shape)
    pair = complex_image(real=image(parts[0], "real"), imaginary=image(parts[1], "imaginary"))
    result = mrsnr.measure(pair, "air")
    assert result.noise.sigma == pytest.approx(20, rel=0.03)
    assert result.noise.channels == 1


def test_nothing_is_read_but_what_is_asked_for():
    class Watched:
        shape, dtype = SHAPE, np.dtype(np.int16)

        def __init__(self):
            self.asked = []

        def __getitem__(self, index):
            self.asked.append(index)
            return np.zeros(SHAPE, self.dtype)[index]

        def __array__(self, dtype=None, copy=None):
            raise AssertionError

    parts = Watched(), Watched()
    made = complex_image(
        magnitude=Image(parts[0], AFFINE, {"kind": "magnitude"}),
        phase=Image(parts[1], AFFINE, {"kind": "phase"}),
        phase_unit="siemens",
    )
    assert [part.asked for part in parts] == [[], []]
    assert made.data[..., 1].shape == SHAPE[:2]
    assert [part.asked for part in parts] == [[(..., 1)], [(..., 1)]]
    assert made.data.dtype == np.complex64


def test_what_is_known_of_the_first_is_kept_and_the_other_is_named():
    expected = signal()
    first = image(expected.real, "real", tr=2.0, source="a.nii", sidecar={"FlipAngle": 3})
    made = complex_image(real=first, imaginary=image(expected.imag, "imaginary", source="b.nii", tr=3.0))
    assert (made.meta["tr"], made.meta["source"], made.meta["sidecar"]) == (2.0, "a.nii", {"FlipAngle": 3})
    assert made.meta["further_files"] == ({"role": "imaginary", "source": "b.nii"},)


# --- the unit


def test_the_sidecar_says_the_unit_of_a_masked_phase():
    data = np.linspace(-1, 1, 16 * 16 * 4).reshape(SHAPE)
    magnitude, phase = image(np.ones(SHAPE), "magnitude"), image(data, "phase", sidecar={"Units": "rad"})
    np.testing.assert_allclose(np.angle(complex_image(magnitude=magnitude, phase=phase).data), data)


@pytest.mark.parametrize("span", [(-1, 1), (0, 0), (-2000, 2000), (0, 3142), (-5000, 5000), (-3.1, 0.5), (0, 8192)])
def test_a_span_that_is_a_turn_in_no_unit_has_to_be_said(span):
    magnitude, phase = image(np.ones(SHAPE), "magnitude"), image(np.linspace(*span, 1024).reshape(SHAPE), "phase")
    with pytest.raises(ImageError, match=r"a full turn in no unit; say phase_unit='radians', .*'12-bit'"):
        complex_image(magnitude=magnitude, phase=phase)
    made = complex_image(magnitude=magnitude, phase=phase, phase_unit="degrees")
    np.testing.assert_allclose(made.data, np.exp(1j * np.deg2rad(phase.data)), atol=1e-9)


def test_a_sidecar_that_the_voxels_belie_is_refused():
    magnitude = image(np.ones(SHAPE), "magnitude")
    phase = image(np.linspace(-4096, 4094, 1024).reshape(SHAPE), "phase", sidecar={"Units": "rad"})
    with pytest.raises(ImageError, match="says radians, its voxels run from -4096 to 4094, as siemens do"):
        complex_image(magnitude=magnitude, phase=phase)


def test_no_span_fits_two_units():
    for unit, (turn, zero) in PHASE_UNITS.items():
        for begin in (zero - turn / 2, 0.0):
            phase = image(np.linspace(begin, begin + turn, 1024).reshape(SHAPE), "phase")
            try:
                made = complex_image(magnitude=image(np.ones(SHAPE), "magnitude"), phase=phase)
            except ImageError:  # Siemens from 0
                assert (unit, begin) == ("siemens", 0.0)
            else:
                assert made.meta["phase_unit"] == unit


def test_voxels_that_are_not_finite_say_nothing_of_the_unit():
    data = np.linspace(-np.pi, np.pi, 1024).reshape(SHAPE)
    data[0, 0, 0], data[0, 0, 1] = np.nan, np.inf
    made = complex_image(magnitude=image(np.ones(SHAPE), "magnitude"), phase=image(data, "phase"))
    assert made.meta["phase_unit"] == "radians"
    with pytest.raises(ImageError, match="No voxel of the phase is finite"):
        complex_image(magnitude=image(np.ones(SHAPE), "magnitude"), phase=image(np.full(SHAPE, np.nan), "phase"))


# --- what does not fit

NOISE = np.random.default_rng(1).normal(0, 1, SHAPE)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Given are no images"),
        ({"magnitude": "magnitude"}, "expected magnitude and phase, or real and imaginary"),
        ({"real": "real", "phase": "phase"}, "Given are real, phase|Given are phase, real"),
        ({"magnitude": "magnitude", "phase": "phase", "real": "real"}, "expected magnitude and phase"),
    ],
)
def test_what_is_no_pair_is_refused(given, said):
    with pytest.raises(ArgumentError, match=said):
        complex_image(**{name: image(NOISE, kind) for name, kind in given.items()})
    with pytest.raises(ArgumentError, match=r"no mrsnr\.Image"):
        complex_image(magnitude=NOISE, phase=NOISE)


@pytest.mark.parametrize("unit", ["turns", "", "rad"])
def test_an_unknown_unit_is_refused(unit):
    with pytest.raises(ArgumentError, match="expected, for a phase, one of radians"):
        complex_image(magnitude=image(NOISE, "magnitude"), phase=image(NOISE, "phase"), phase_unit=unit)
    with pytest.raises(ArgumentError, match="for a phase"):
        complex_image(real=image(NOISE, "real"), imaginary=image(NOISE, "imaginary"), phase_unit="radians")


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (("magnitude", "phase"), ("phase", "magnitude")),
        (("real", "imaginary"), ("imaginary", "real")),
        (("magnitude", "phase"), ("magnitude", "real")),
        (("real", "imaginary"), ("real", "phase")),
    ],
)
def test_swapped_images_are_refused(names, kinds):
    with pytest.raises(ImageError, match=r"is of kind \w+; expected \w+\. Were two images swapped"):
        complex_image(**{name: image(NOISE, kind) for name, kind in zip(names, kinds, strict=True)})


def test_two_magnitudes_are_no_real_and_imaginary_part():
    with pytest.raises(ImageError, match="no negative voxel"):
        complex_image(real=image(np.abs(NOISE), "magnitude"), imaginary=image(NOISE, "magnitude"))
    complex_image(real=image(NOISE, "magnitude"), imaginary=image(NOISE, "magnitude"))  # a file that did not say


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"data": NOISE[..., :3]}, r"shape \(16, 16, 4\) and the imaginary \(16, 16, 3\)"),
        ({"affine": MOVED}, "2.0 voxels away from the real"),
        ({"affine": np.diag([-2.0, 2, 5, 1])}, "voxels away from the real"),
        ({"te": 0.005}, "echo time of 4 ms and the imaginary of 5 ms"),
    ],
)
def test_images_of_two_scans_are_refused(other, said):
    wanted = {"data": NOISE, "affine": AFFINE, "te": 0.004, **other}
    data = wanted.pop("data")
    with pytest.raises(ImageError, match=said):
        complex_image(real=image(NOISE, "real", te=0.004), imaginary=image(data, "imaginary", **wanted))


def test_affines_that_differ_by_rounding_are_one_place():
    moved = AFFINE.copy()
    moved[:3, 3] += 0.01
    complex_image(real=image(NOISE, "real"), imaginary=image(NOISE, "imaginary", affine=moved))


# --- real scans


@pytest.mark.parametrize("echo", ["e1", "e2"])
@pytest.mark.parametrize("vendor", PAIRS)
def test_the_phase_of_every_vendor_is_recognised(shared_data, vendor, echo):
    magnitude, phase = (mrsnr.load(shared_data(name.format(echo))) for name in PAIRS[vendor])
    made = complex_image(magnitude=magnitude, phase=phase)
    data = np.asarray(made.data)
    np.testing.assert_allclose(np.abs(data), magnitude.data, rtol=1e-6)
    signal_there = np.asarray(magnitude.data) > 0
    turned = np.exp(1j * np.pi / HALF_TURN[vendor] * np.asarray(phase.data))
    np.testing.assert_allclose((data / np.abs(data).clip(1e-3))[signal_there], turned[signal_there], atol=1e-5)


@pytest.mark.parametrize("echo", ["e1", "e2"])
def test_real_and_imaginary_parts_have_the_angle_of_the_phase_image(shared_data, echo):
    """Truth: the scanner's own phase image. Parts are rounded to steps of 5.73, the phase to 1.53 mrad."""
    magnitude, phase, real, imaginary = (
        mrsnr.load(shared_data(PHILIPS.format(f"{echo}{end}"))) for end in ("", "_ph", "_real", "_imaginary")
    )
    parts = np.asarray(complex_image(real=real, imaginary=imaginary).data)
    polar = np.asarray(complex_image(magnitude=magnitude, phase=phase).data)
    seen = np.abs(parts) > 20
    steps = np.abs(np.angle(parts * polar.conj())[seen]) * np.abs(parts[seen]) / 5.72943
    assert np.median(steps) < 0.6
    assert steps.max() < 2
    # The magnitude image was filtered by the scanner, the parts were not: they agree on average only.
    bright = np.asarray(magnitude.data) > 100
    assert np.median(np.abs(parts[bright]) / np.abs(polar[bright])) == pytest.approx(1, abs=0.01)


def test_philips_parts_lie_half_a_step_beside_zero(shared_data):
    parts = [mrsnr.load(shared_data(PHILIPS.format(f"e1_{end}"))) for end in ("real", "imaginary")]
    data = np.asarray(complex_image(real=parts[0], imaginary=parts[1]).data)
    assert np.abs(data).min() == pytest.approx(5.72943 / np.sqrt(2), rel=1e-3)
    assert np.abs(data.real / 5.72943 % 1 - 0.5).max() < 0.01


def test_a_magnitude_is_no_phase():
    """Stored numbers of a magnitude span 0 to 4095 too."""
    magnitude = image(np.ones(SHAPE), "magnitude")
    stored = np.linspace(0, 4095, 1024).reshape(SHAPE)
    with pytest.raises(ImageError, match="nothing says that it is a phase"):
        complex_image(magnitude=magnitude, phase=image(stored, "magnitude"))
    assert complex_image(magnitude=magnitude, phase=image(stored, "phase")).meta["phase_unit"] == "12-bit"
    said = image(stored, "magnitude", sidecar={"ImageType": ["ORIGINAL", "PRIMARY", "M"]})
    with pytest.raises(ImageError, match="The header of the phase image says that it is a magnitude"):
        complex_image(magnitude=magnitude, phase=said, phase_unit="12-bit")
