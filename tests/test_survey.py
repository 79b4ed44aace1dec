"""What one look at a volume says, where air, object, sigma and number of channels are known."""

import numpy as np
import pytest

from mrsnr import Image, data
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.model import CheckVerdict
from mrsnr.survey import known_channels, survey, volume_of
from simulated_scans import SIGMA, WINDOWS, coordinates, scanned
from spoiled_air import REMOVED


def seen_in(scan, voxels=None, **options):
    return survey(scan.image if voxels is None else scan.of(voxels), **options)


def failed(seen):
    return {check.code for check in seen.air_checks if check.verdict == CheckVerdict.FAIL}


def assert_air(seen, *, sigma=SIGMA, within=0.05):
    assert seen.air_holds, failed(seen)
    assert seen.background.sigma == pytest.approx(sigma, rel=within)


@pytest.mark.parametrize("air", [0.5, 0.1])
@pytest.mark.parametrize(
    ("channels", "snr"), [(1, 2), (1, 3), (1, 5), (1, 10), (1, 20), (1, 50), (8, 5), (8, 10), (8, 20), (8, 50)]
)
def test_air_is_found_and_passes_at_any_snr(channels, snr, air):
    seen = seen_in(scanned(snr, channels=channels, air=air, seed=20))
    assert_air(seen, within=min(0.05, 0.01 + 4 * seen.background.statistical_error))
    assert seen.channels == pytest.approx(channels, rel=0.05)
    assert not seen.known


@pytest.mark.parametrize(("channels", "snr"), [(1, 2), (1, 20), (8, 2), (8, 3), (8, 20)])
@pytest.mark.parametrize("air", [0.3, 0.05])
def test_hard_cases_are_right_or_do_not_hold(channels, snr, air):
    """5 % of air is a few hundred voxels; at SNR 2 eight channels are 10 % brighter in the object than in air."""
    seen = seen_in(scanned(snr, channels=channels, air=air, seed=21))
    if seen.air_holds:
        assert seen.background.sigma == pytest.approx(SIGMA, rel=0.2 if channels > 1 and snr < 5 else 0.05)


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("name", WINDOWS)
def test_through_any_k_space_window_air_is_air(name, channels):
    assert_air(seen_in(scanned(20, channels=channels, seed=22, window=WINDOWS[name])))


@pytest.mark.parametrize("ghost", [0.02, 0.05, 0.1, 0.2])
def test_a_ghost_is_not_counted_or_the_air_does_not_hold(ghost):
    seen = seen_in(scanned(20, ghost=ghost, seed=23))
    if seen.air_holds:
        assert seen.background.sigma == pytest.approx(SIGMA, rel=0.06)
    assert seen.air_holds or ghost < 0.1


@pytest.mark.parametrize("sigma", [1, 2, 5])
@pytest.mark.parametrize("channels", [1, 8])
def test_rounded_images_have_air(sigma, channels):
    scan = scanned(20, sigma=sigma, channels=channels, seed=24)
    seen = seen_in(scan, np.round(scan.voxels).astype(np.uint16))
    assert_air(seen, sigma=sigma, within=0.03)
    assert seen.step == 1


@pytest.mark.parametrize("sigma", [2, 5])
def test_of_cut_whole_numbers_sigma_is_right_whether_they_pass_or_not(sigma):
    scan = scanned(20, sigma=sigma, seed=25)
    seen = seen_in(scan, np.floor(scan.voxels))
    assert seen.background.sigma == pytest.approx(sigma, rel=0.03)
    assert any(check.verdict != CheckVerdict.PASS for check in seen.air_checks)


@pytest.mark.parametrize("name", REMOVED)
def test_air_that_was_removed_never_passes(name):
    channels, snr = (8, 10) if len(name) % 2 else (1, 40)
    scan = scanned(snr, channels=channels, seed=26, shape=(80, 80, 4))
    assert not seen_in(scan, REMOVED[name](scan)).air_holds


@pytest.mark.parametrize("air", ["zero", "smooth"])
@pytest.mark.parametrize("options", [{"channels": 4}, {"integer": True, "zero_fill": 1.5}])
def test_nor_does_that_of_the_phantom(air, options):
    image, _, _ = data.phantom((128, 128, 7), snr=30, air=air, **options)
    assert not survey(image).air_holds


def test_an_image_without_air_has_none():
    x, _ = coordinates()
    rng = np.random.default_rng(0)
    theta = 30 * (1 + 0.1 * x)[..., None]
    filled = SIGMA * np.hypot(theta + rng.normal(size=(96, 96, 5)), rng.normal(size=(96, 96, 5)))
    seen = survey(Image(filled, np.eye(4)))
    assert not seen.air_holds
    assert seen.interior.sigma == pytest.approx(SIGMA, rel=0.06)


def test_the_interior_sees_the_same_noise():
    scan = scanned(20, air=0.3, seed=27)
    seen = seen_in(scan)
    assert seen.interior.sigma == pytest.approx(SIGMA, rel=3 * seen.interior.error)
    assert not (seen.interior.region & scan.air).any()
    assert not seen.uneven


def test_uneven_noise_is_seen_in_the_object():
    x, y = coordinates((128, 128, 6))
    field = (1 + 1.0 * np.exp(-(x**2 + y**2) / 0.2))[..., None]
    seen = seen_in(scanned(20, air=0.3, field=field, shape=(128, 128, 6), seed=28))
    assert seen.uneven
    assert "evenness" in {check.code for check in seen.checks if check.verdict != CheckVerdict.PASS}


def test_all_checks_have_a_code_of_their_own_and_a_sentence():
    checks = seen_in(scanned(20)).checks
    assert len({check.code for check in checks}) == len(checks)
    assert all(check.sentence.endswith(".") for check in checks)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flips_do_not_matter(axis):
    scan = scanned(20, shape=(97, 90, 5), seed=29)
    one, other = seen_in(scan), seen_in(scan, np.flip(scan.voxels, axis))
    assert other.background.sigma == pytest.approx(one.background.sigma, rel=1e-9)
    assert other.interior.sigma == pytest.approx(one.interior.sigma, rel=1e-6)
    assert [check.verdict for check in other.checks] == [check.verdict for check in one.checks]


class TestChannels:
    def image(self, **meta):
        return Image(np.ones((4, 4)), np.eye(4), meta)

    def test_what_is_given_counts_most(self):
        assert known_channels(self.image(channels=4, kind="real"), 8) == 8

    @pytest.mark.parametrize(
        ("meta", "channels"),
        [
            ({}, None),
            ({"channels": 4}, 4),
            ({"kind": "real"}, 0.5),
            ({"kind": "imaginary"}, 0.5),
            ({"kind": "complex"}, 1),
        ],
    )
    def test_then_what_the_file_says(self, meta, channels):
        assert known_channels(self.image(**meta), None) == channels

    @pytest.mark.parametrize("channels", [0, -1, np.nan, np.inf, "eight", True, [1]])
    def test_what_is_no_number_of_channels_is_refused(self, channels):
        with pytest.raises(ArgumentError, match="positive number of receive channels"):
            known_channels(self.image(), channels)

    def test_a_survey_says_whether_it_was_known(self):
        scan = scanned(20, channels=4)
        assert (seen_in(scan, channels=4).channels, seen_in(scan, channels=4).known) == (4, True)


class TestVolume:
    def test_a_slice_has_three_dimensions(self):
        voxels, finite = volume_of(Image(np.arange(12.0).reshape(3, 4), np.eye(4)))
        assert voxels.shape == finite.shape == (3, 4, 1)

    def test_what_is_not_finite_is_0_and_said(self):
        voxels, finite = volume_of(Image(np.array([[np.nan, np.inf], [2.0, 1.0]]), np.eye(4)))
        np.testing.assert_array_equal(voxels[..., 0], [[0, 0], [2, 1]])
        np.testing.assert_array_equal(finite[..., 0], [[False, False], [True, True]])

    def test_a_complex_image_by_its_magnitude_and_a_real_part_by_its_size(self):
        voxels, _ = volume_of(Image(np.array([[3 + 4j, 0]]), np.eye(4), {"kind": "complex"}))
        np.testing.assert_array_equal(voxels[..., 0], [[5, 0]])
        voxels, _ = volume_of(Image(np.array([[-3, 2]]), np.eye(4), {"kind": "real"}))
        np.testing.assert_array_equal(voxels[..., 0], [[3, 2]])

    @pytest.mark.parametrize(("value", "words"), [(np.nan, "No voxel is finite"), (7.0, "same value, 7")])
    def test_images_without_noise_are_refused(self, value, words):
        with pytest.raises(ImageError, match=words):
            volume_of(Image(np.full((4, 4, 4), value), np.eye(4)))
