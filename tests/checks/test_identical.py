"""Independent acquisitions pass; copies, scaled, smoothed or in part, do not."""

import numpy as np
import pytest

from mrsnr import checks, data, load
from repeated_scans import amplitudes, scanned

SHAPE = (96, 96, 2)


def pair(seed=0, snr=20, **options):
    found = np.asarray(scanned(snr, seed=seed, shape=SHAPE, **options).data)
    return found[..., 0], found[..., 1]


@pytest.mark.parametrize("snr", [2, 20, 100])
def test_independent_noise_passes(snr):
    assert all(checks.identical(*pair(seed, snr)).verdict == "pass" for seed in range(20))


def test_texture_and_edges_are_not_noise():
    """A kidney at an SNR of 50, whose anatomy is in both."""
    image, _, _ = data.phantom((128, 128, 5), snr=50, volumes=2)
    found = np.asarray(image.data)
    assert checks.identical(found[..., 0], found[..., 1]).verdict == "pass"


def test_the_same_data_fail():
    one, _ = pair()
    check = checks.identical(one, one.copy())
    assert check.verdict == "fail"
    assert check.value == 1
    assert "same data" in check.sentence


@pytest.mark.parametrize("factor", [0.5, 1.01, 1e3])
def test_a_scaled_or_rounded_copy_fails(factor):
    one, _ = pair()
    assert checks.identical(one, factor * one).verdict == "fail"
    assert checks.identical(one, np.round(one)).verdict == "fail"


@pytest.mark.parametrize(("share", "verdict"), [(0.05, "pass"), (0.35, "warn"), (0.8, "fail")])
def test_shared_noise_is_found_by_how_much_there_is(share, verdict):
    """Real parts of a bright object that share a part of their variance: sigma reads low by 1 - sqrt(1 - share)."""
    rng = np.random.default_rng(0)
    common, *own = rng.normal(size=(3, *SHAPE))
    one, two = (100 + np.sqrt(share) * common + np.sqrt(1 - share) * part for part in own)
    check = checks.identical(one, two)
    assert check.verdict == verdict
    assert check.value == pytest.approx(share, abs=0.12)  # the lowest tenth of blocks of 256 voxels


def test_nothing_that_varies_cannot_be_judged():
    one, two = amplitudes(SHAPE) * 0, amplitudes(SHAPE) * 0 + 1
    assert checks.identical(one, two).verdict == "warn"
    assert checks.identical(one, two).value is None


def test_noise_that_is_partly_averaged_from_the_same_scans_is_found():
    """Of three scans of an object in air, the mean of the first two and that of the last two."""
    found = np.asarray(scanned(20, volumes=3, shape=(128, 128, 2)).data)
    check = checks.identical((found[..., 0] + found[..., 1]) / 2, (found[..., 1] + found[..., 2]) / 2)
    assert check.verdict in {"warn", "fail"}
    assert check.value == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize(
    "name",
    [
        "pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz",
        "cord-fmri/fmri.nii.gz",
        "multiecho-epi/echo1.nii.gz",
    ],
)
def test_real_repeats_pass_and_their_copies_fail(shared_data, name):
    found = np.asarray(load(shared_data(name)).data).astype(float)
    assert checks.identical(found[..., 0], found[..., 1]).verdict == "pass"
    assert checks.identical(found[..., 2], 1.5 * found[..., 2]).verdict == "fail"
    assert checks.identical(found[..., 2], found[..., 2] + 1).verdict == "fail"
