"""Each check on data that should pass it and on data that should not."""

import numpy as np
import pytest

from mrsnr import Image, checks, data, load, measure, temporal


@pytest.fixture(scope="module")
def air():
    return np.random.default_rng(0).rayleigh(10, 200_000)


class TestZeros:
    def test_float_noise_passes(self, air):
        assert checks.zeros(air).verdict == "pass"

    @pytest.mark.parametrize("sigma", [0.7, 1, 2, 5, 10])
    def test_rounded_noise_has_the_zeros_it_must_have(self, sigma):
        rounded = np.round(np.random.default_rng(1).rayleigh(sigma, 100_000))
        check = checks.zeros(rounded)
        assert check.value == pytest.approx(1 - np.exp(-0.125 / sigma**2), abs=0.002)
        assert check.verdict == ("pass" if sigma > 1.5 else "warn" if sigma > 0.8 else "fail")
        assert ("steps" in check.sentence) == (sigma < 1.5)

    def test_scaled_integers_are_judged_like_integers(self):
        rounded = 0.37 * np.round(np.random.default_rng(1).rayleigh(2, 100_000))
        assert checks.zeros(rounded).verdict == "pass"

    @pytest.mark.parametrize("masked", [0.1, 0.2, 0.5, 0.9, 0.99])
    @pytest.mark.parametrize("step", [0, 0.1, 0.5])
    def test_masked_air_fails_however_much_of_it(self, air, masked, step):
        stored = air / 10 if step == 0 else np.round(air / 10 / step) * step
        zeroed = np.where(np.arange(air.size) < masked * air.size, 0, stored)
        check = checks.zeros(zeroed)
        assert check.verdict == "fail"
        assert "masked" in check.sentence
        assert check.value == pytest.approx(masked, abs=0.04)

    def test_a_phantom_with_zeroed_air_fails(self):
        image, _, truth = data.phantom((96, 96, 7), snr=50, air="zero")
        result = measure(image, "mixture")
        assert result.value > 10 * np.mean(list(truth.snr.values()))
        (check,) = [c for c in result.reasons if c.code == "zeros"]
        assert check.verdict == "fail"
        assert check.sentence.endswith("the air was masked.")

    def test_a_few_zeros_in_float_noise_warn(self, air):
        few = np.where(np.arange(air.size) < 0.01 * air.size, 0, air)
        assert checks.zeros(few).verdict == "warn"

    def test_nothing_but_zeros_fails(self):
        assert checks.zeros(np.zeros(100)).verdict == "fail"


class TestRatio:
    def test_rayleigh_noise_passes_whatever_its_sigma(self, air):
        for factor in (1e-3, 1, 1e3):
            assert checks.ratio(factor * air).verdict == "pass"

    def test_a_small_sample_is_judged_by_its_standard_error(self):
        seen = [checks.ratio(np.random.default_rng(n).rayleigh(1, 100)).verdict for n in range(200)]
        assert seen.count("pass") >= 198

    def test_eight_coils_fail_as_too_high(self):
        coils = np.sqrt((np.random.default_rng(0).normal(0, 1, (16, 50_000)) ** 2).sum(axis=0))
        check = checks.ratio(coils)
        assert check.verdict == "fail"
        assert check.value == pytest.approx(5.6146 / 1.9131 - 1, rel=0.02)
        assert "coil-combined" in check.sentence

    def test_zeroed_air_fails_as_too_low(self, air):
        check = checks.ratio(np.where(np.arange(air.size) % 3 == 0, 0, air))
        assert check.verdict == "fail"
        assert "zeroed" in check.sentence

    def test_slightly_uneven_air_warns(self):
        rng = np.random.default_rng(0)
        uneven = np.concatenate([rng.rayleigh(1, 100_000), rng.rayleigh(1.45, 100_000)])
        assert checks.ratio(uneven).verdict == "warn"

    @pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
    def test_air_with_some_tissue_in_it_fails_as_too_low(self, air, share):
        mixed = np.where(np.arange(air.size) < share * air.size, 300 + air, air)
        check = checks.ratio(mixed)
        assert check.verdict == "fail"
        assert "holds some tissue" in check.sentence

    @pytest.mark.parametrize("constant", [[], [3.0, 3.0], [3.0] * 100])
    def test_no_variation_or_hardly_a_voxel_fails(self, constant):
        assert checks.ratio(np.array(constant)).verdict == "fail"


class TestSensitivity:
    def test_equal_answers_pass(self):
        check = checks.sensitivity({2: 30.0, 3: 31.0, 4: 32.0, 5: 32.9})
        assert check.verdict == "pass"
        assert check.value == pytest.approx(32.9 / 30)

    def test_the_kidney_that_moves_from_101_to_250_fails_and_says_so(self):
        check = checks.sensitivity({2: 101.0, 3: 144.0, 4: 250.0, 5: 250.0})
        assert check.verdict == "fail"
        assert check.value == pytest.approx(2.475, abs=0.001)
        assert "101 with 2, 144 with 3, 250 with 4" in check.sentence

    def test_moderate_movement_warns(self):
        assert checks.sensitivity({2: 36.0, 3: 37.0, 4: 42.0}).verdict == "warn"

    def test_an_undefined_answer_warns(self):
        check = checks.sensitivity({2: None, 3: 30.0, 4: 30.0})
        assert check.verdict == "warn"
        assert "undefined" in check.sentence

    def test_a_negative_answer_fails(self):
        assert checks.sensitivity({2: -0.003, 3: 0.4, 4: 0.4}).verdict == "fail"

    def test_no_answer_fails(self):
        assert checks.sensitivity({2: None}).verdict == "fail"


class TestKind:
    @pytest.mark.parametrize(
        ("kind", "verdict"),
        [("magnitude", "pass"), ("complex", "pass"), ("real", "fail"), ("imaginary", "fail"), ("phase", "fail")],
    )
    def test_only_magnitudes_have_rayleigh_air(self, kind, verdict):
        image = Image(np.ones((2, 2)), np.eye(4), {"kind": kind})
        assert checks.kind(image, np.ones((2, 2))).verdict == verdict

    @pytest.mark.parametrize(("negative", "verdict"), [(0, "pass"), (5, "warn"), (500, "fail")])
    def test_negative_voxels_are_no_magnitudes_whatever_the_file_says(self, negative, verdict):
        voxels = np.ones((10, 10, 10))
        voxels.flat[:negative] = -1
        check = checks.kind(Image(voxels, np.eye(4)), voxels)
        assert check.verdict == verdict
        assert check.value == negative / 1000

    def test_a_real_phase_image_is_noticed_by_its_values_alone(self, shared_data):
        image = load(shared_data("kidney-ge/00721__Phase_ims__B0_map_dual_echo_e1.nii.gz"))
        voxels = np.asarray(image.data)
        assert checks.kind(Image(voxels, image.affine), voxels).verdict == "fail"


def test_a_fit_at_rest_passes_and_one_that_moves_warns():
    assert checks.convergence(converged=True, iterations=40).verdict == "pass"
    moving = checks.convergence(converged=False, iterations=500)
    assert moving.verdict == "warn"
    assert "500" in moving.sentence


@pytest.mark.parametrize(("freedom", "verdict"), [(1, "warn"), (7, "warn"), (17, "warn"), (27, "pass"), (97, "pass")])
def test_short_series_warn(freedom, verdict):
    assert checks.series_length(degrees_of_freedom=freedom).verdict == verdict


class TestSteady:
    def test_equal_volumes_pass(self):
        course = 1000 + np.random.default_rng(0).normal(0, 10, 50)
        check = checks.steady(course)
        assert check.verdict == "pass"
        assert check.value == pytest.approx(np.abs(course / np.median(course) - 1).max())

    def test_a_bright_first_volume_is_named(self):
        course = np.full(30, 1000.0)
        course[0] = 1300
        check = checks.steady(course)
        assert check.verdict == "warn"
        assert check.value == pytest.approx(0.3)
        assert "Volume 0 is 30 % brighter" in check.sentence

    def test_echoes_are_no_repeats(self):
        check = checks.steady(1000 * np.exp(-np.arange(12) / 5))
        assert check.verdict == "warn"
        assert "more are over 10 % off" in check.sentence

    def test_no_signal_warns(self):
        assert checks.steady(np.zeros(10)).verdict == "warn"

    def test_a_real_series_with_a_bright_first_volume(self, shared_data):
        result = temporal(load(shared_data("multiecho-epi/echo1.nii.gz")))
        (check,) = [c for c in result.reasons if c.code == "steady"]
        assert check.sentence.startswith("Volume 0 is")


def test_an_empty_background_fails():
    assert checks.empty().verdict == "fail"


@pytest.mark.parametrize(("kind", "verdict"), [("magnitude", "pass"), ("real", "pass"), ("phase", "fail")])
def test_only_angles_have_no_temporal_snr(kind, verdict):
    assert checks.not_phase(Image(np.zeros((2, 2)), np.eye(4), {"kind": kind})).verdict == verdict


def test_distance_between_two_grids_is_in_voxels_of_the_image():
    image = Image(np.zeros((11, 11, 5)), np.diag([2.0, 2.0, 5.0, 1.0]))
    moved = np.diag([2.0, 2.0, 5.0, 1.0])
    moved[2, 3] = 10.0
    check = checks.geometry(image, Image(np.zeros((11, 11, 5)), moved), name="mask")
    assert check.value == pytest.approx(2)
    assert check.verdict == "warn"
