"""Still objects pass; shifted ones do not."""

import numpy as np
import pytest
from scipy.ndimage import shift

from mrsnr import Regions, checks, data
from mrsnr.noise.difference import difference
from repeated_scans import amplitudes, scanned

SHAPE = (96, 96, 3)


@pytest.fixture(scope="module")
def kidneys():
    """A kidney phantom without noise, cortex 1."""
    image, _, _ = data.phantom((128, 128, 7), sigma=0, scale=1.0)
    return np.asarray(image.data, dtype=np.float64)


def judged(body, moved, snr, seed=0):
    """The check on magnitudes of noise 1 in the object, without its rim."""
    rng = np.random.default_rng(seed)
    one, two = (
        np.hypot(snr * amplitude + rng.normal(size=body.shape), rng.normal(size=body.shape))
        for amplitude in (body, moved)
    )
    return checks.motion(two - one, (one + two) / 2, body > 0.3)


@pytest.mark.parametrize("snr", [2, 20, 100])
def test_still_objects_pass(snr):
    for seed in range(20):
        image = np.asarray(scanned(snr, seed=seed, shape=SHAPE).data)
        one, two = image[..., 0], image[..., 1]
        assert checks.motion(two - one, (one + two) / 2, amplitudes(SHAPE) > 0).verdict == "pass"


@pytest.mark.parametrize("snr", [20, 100])
def test_a_still_kidney_passes(kidneys, snr):
    assert judged(kidneys, kidneys, snr).verdict == "pass"


@pytest.mark.parametrize(("snr", "voxels"), [(20, 1.0), (50, 0.5), (100, 0.3)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_shift_is_found(kidneys, snr, voxels, axis):
    moved = np.maximum(shift(kidneys, np.eye(3)[axis] * voxels, order=1, mode="nearest"), 0)
    check = judged(kidneys, moved, snr)
    assert check.verdict in {"warn", "fail"}
    assert "moved" in check.sentence


def test_motion_reaches_the_estimator(kidneys):
    still = scanned(50, shape=kidneys.shape, body=kidneys)
    moved = scanned(50, shape=kidneys.shape, body=shift(kidneys, (0.5, 0, 0), order=1), seed=1)
    both = np.stack([np.asarray(still.data)[..., 0], np.asarray(moved.data)[..., 0]], axis=-1)
    found = difference(type(still)(both, still.affine), regions=Regions(), channels=1)
    assert "motion" in {check.code for check in found.checks if check.verdict == "fail"}


def test_noise_that_varies_in_space_is_not_motion(kidneys):
    rng = np.random.default_rng(0)
    sigma = np.linspace(0.6, 1.4, 128)[:, None, None]
    one, two = (np.abs(50 * kidneys + sigma * rng.normal(size=kidneys.shape)) for _ in range(2))
    assert checks.motion(two - one, (one + two) / 2, kidneys > 0.3).verdict == "pass"


def test_too_little_cannot_be_judged():
    nothing = np.zeros((8, 8, 1))
    assert checks.motion(nothing, nothing, nothing == 0).verdict == "warn"
    assert checks.motion(nothing, nothing, nothing > 0).value is None
