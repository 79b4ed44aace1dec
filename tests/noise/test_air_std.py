"""SD, mean and root mean square of air, in a mask that is given and without one."""

import numpy as np
import pytest

from mrsnr import Image, Regions, noise
from mrsnr.errors import ArgumentError, ImageError, RegionError
from repeated_scans import SHAPE, SIGMA, agrees, amplitudes, half_width, scanned, zero_filled

METHODS = ("air_std", "air_mean", "air_rms")

every = pytest.mark.parametrize("method", METHODS)


@pytest.fixture(scope="module")
def background():
    return Regions(background=amplitudes(SHAPE) == 0)


def one(snr, **options):
    image = scanned(snr, volumes=1, **options)
    return Image(np.asarray(image.data)[..., 0], image.affine, image.meta)


def without_header(image):
    return Image(image.data, image.affine)


@every
@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
def test_sigma_of_given_air_is_within_one_percent(method, channels, snr, background):
    found = noise.get(method)(one(snr, channels=channels), regions=background)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert agrees(found)
    assert half_width(found) < 0.015


@every
@pytest.mark.parametrize("channels", [1, 8])
def test_channels_are_estimated_from_the_air(method, channels, background):
    found = noise.get(method)(without_header(one(20, channels=channels)), regions=background)
    assert found.channels == pytest.approx(channels, rel=0.03)
    assert found.sigma == pytest.approx(SIGMA, rel=0.02)
    assert agrees(found)


@every
@pytest.mark.parametrize("snr", [5, 20, 100])
def test_without_a_mask_air_is_found(method, snr):
    image = one(snr)
    found = noise.get(method)(image, regions=Regions())
    assert found.sigma == pytest.approx(SIGMA, rel=0.015)
    assert not (found.region & (amplitudes(SHAPE) > 0)).any()
    assert found.parameters["noise_mask"] == "darkest noise"


def test_relative_errors_are_those_of_the_formulas(background):
    spread = {"air_std": 0.749, "air_mean": 0.5227, "air_rms": 0.5}  # SE times the root of N, one channel
    size = background.background.sum()
    for method, expected in spread.items():
        found = noise.get(method)(one(20), regions=background)
        assert half_width(found) == pytest.approx(1.96 * expected / np.sqrt(size), rel=0.02)


@every
def test_interval_covers_the_truth_when_noise_is_correlated(method, background):
    found = [
        noise.get(method)(one(20, seed=seed, noise=zero_filled, shape=(64, 64, 2)), regions=small)
        for seed in range(40)
        for small in [Regions(background=amplitudes((64, 64, 2)) == 0)]
    ]
    covered = sum(one.interval[0] < SIGMA < one.interval[1] for one in found)
    assert covered >= 35  # of 40; fewer than that is 1 in 300 for 95 %
    assert np.mean([one.correlation for one in found]) == pytest.approx(1.5**2, rel=0.15)


def test_rms_takes_the_variance_of_rounding_out(background):
    image = one(20, sigma=1.0)
    rounded = Image(np.round(np.asarray(image.data)), image.affine, image.meta)
    plain = np.asarray(rounded.data)[background.background].std() / 0.655136
    assert plain > 1.08  # +10 % at a sigma of one step
    assert noise.get("air_std")(rounded, regions=background).sigma == pytest.approx(1, abs=0.04)
    assert noise.get("air_rms")(rounded, regions=background).sigma == pytest.approx(1, abs=0.01)


@every
@pytest.mark.parametrize("kind", ["real", "imaginary"])
def test_parts_of_a_complex_image_are_half_normal(method, kind):
    part = np.random.default_rng(0).normal(0, SIGMA, SHAPE)
    part[48:] += 50 * SIGMA
    mask = np.zeros(SHAPE, dtype=bool)
    mask[:40] = True
    found = noise.get(method)(Image(part, np.eye(4), {"kind": kind}), regions=Regions(background=mask))
    assert found.channels == 0.5
    assert found.sigma == pytest.approx(SIGMA, rel=0.02)


@every
def test_a_complex_image_is_measured_by_its_magnitude(method, background):
    rng = np.random.default_rng(0)
    data = rng.normal(0, SIGMA, SHAPE) + 1j * rng.normal(0, SIGMA, SHAPE) + 20 * SIGMA * amplitudes(SHAPE)
    found = noise.get(method)(Image(data, np.eye(4), {"kind": "complex"}), regions=background)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert found.channels == 1


@every
def test_a_phase_image_has_no_sigma(method, background):
    image = Image(np.random.default_rng(0).uniform(-np.pi, np.pi, SHAPE), np.eye(4), {"kind": "phase"})
    found = noise.get(method)(image, regions=background)
    assert found.sigma is None
    assert found.interval is None
    assert "fail" in {check.verdict for check in found.checks}


@every
def test_two_dimensional_images_work(method):
    image = one(20, shape=(96, 96, 1))
    flat = Image(np.asarray(image.data)[:, :, 0], np.eye(4))
    found = noise.get(method)(flat, regions=Regions())
    assert found.region.shape == flat.shape
    assert found.sigma == pytest.approx(SIGMA, rel=0.03)


@every
def test_zeroed_air_fails_a_check(method, background):
    data = np.asarray(one(20).data).copy()
    data[background.background & (np.indices(SHAPE)[0] % 3 == 0)] = 0
    found = noise.get(method)(Image(data, np.eye(4)), regions=background)
    assert "zeros" in {check.code for check in found.checks if check.verdict == "fail"}


@every
@pytest.mark.parametrize("channels", [0, -1, np.nan, np.inf, True, "8"])
def test_channels_must_be_a_positive_number(method, channels):
    with pytest.raises(ArgumentError, match="positive number of receive channels"):
        noise.get(method)(one(20), regions=Regions(), channels=channels)


@every
def test_what_cannot_be_measured_is_an_error(method):
    with pytest.raises(ImageError, match="No voxel is finite"):
        noise.get(method)(Image(np.full(SHAPE, np.nan), np.eye(4)), regions=Regions())
    with pytest.raises(ImageError, match="same value"):
        noise.get(method)(Image(np.ones(SHAPE), np.eye(4)), regions=Regions())
    with pytest.raises(RegionError, match="noise mask has shape"):
        noise.get(method)(one(20), regions=Regions(background=np.ones((3, 3, 3), dtype=bool)))


@every
def test_eight_channels_taken_for_one_are_as_wrong_as_the_formulas_say(method, background):
    expected = {"air_std": 1.0706, "air_mean": 3.142, "air_rms": np.sqrt(8)}[method]
    found = noise.get(method)(one(20, channels=8), regions=background, channels=1)
    assert found.sigma / SIGMA == pytest.approx(expected, rel=0.01)
    assert "ratio" in {check.code for check in found.checks if check.verdict == "fail"}
