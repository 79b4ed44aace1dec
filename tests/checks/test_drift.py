"""Repeats of one strength pass; a drift or another gain does not."""

import numpy as np
import pytest

from mrsnr import Regions, checks
from mrsnr.noise.difference import difference
from repeated_scans import amplitudes, scanned

SHAPE = (64, 64, 2)


def judged(image):
    (check,) = (one for one in difference(image, regions=Regions()).checks if one.code == "drift")
    return check


@pytest.mark.parametrize("snr", [2, 20, 100])
def test_steady_repeats_pass(snr):
    assert all(judged(scanned(snr, seed=seed, shape=SHAPE)).verdict == "pass" for seed in range(20))


@pytest.mark.parametrize(("gain", "verdict"), [(1.005, "pass"), (1.05, "warn"), (0.95, "warn"), (1.5, "fail")])
def test_another_gain_is_found(gain, verdict):
    check = judged(scanned(20, shape=SHAPE, gain=np.array([1, gain])))
    assert check.verdict == verdict
    if verdict != "pass":
        assert check.value == pytest.approx(abs(gain - 1), abs=0.01)
        assert ("brighter" if gain > 1 else "darker") in check.sentence


@pytest.mark.parametrize(("strength", "verdict"), [(0.1, "pass"), (1.5, "warn"), (8.0, "fail")])
def test_a_drift_across_the_field_is_found(strength, verdict):
    image = scanned(100, shape=SHAPE, sigma=1.0)
    found = np.asarray(image.data).copy()
    found[..., 1] += strength * np.linspace(-1, 1, SHAPE[0])[:, None, None] * (amplitudes(SHAPE) > 0)
    assert judged(type(image)(found, image.affine, image.meta)).verdict == verdict


def test_the_limits_are_those_of_the_excess():
    one = np.ones(SHAPE)
    for widening, verdict in ((1.0, "pass"), (1.04, "pass"), (1.06, "warn"), (1.6, "fail")):
        check = checks.drift(one, one, one > 0, widening=widening)
        assert check.verdict == verdict
        assert check.value == pytest.approx(widening - 1)
