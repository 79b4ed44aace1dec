"""Images of noise and signal pass, whatever their type; those with a filled part do not."""

import numpy as np
import pytest

from mrsnr import checks, data, load


def image(seed=0):
    rng = np.random.default_rng(seed)
    return np.hypot(np.repeat([0, 200.0], 20_000) + rng.normal(0, 10, 40_000), rng.normal(0, 10, 40_000))


@pytest.mark.parametrize(
    "stored",
    [
        lambda v: v,
        np.round,
        np.floor,
        lambda v: np.round(v / 10),
        lambda v: np.float32(0.37) * np.round(v).astype(np.float32),
        lambda v: np.round(1.5 * np.round(v)),  # every third value is missing
        lambda v: np.round(0.75 * np.round(v)),  # every third value is twice as frequent
        lambda v: np.minimum(v, 180),  # clipped
        lambda v: np.where(v < 15, 0, v),  # masked
    ],
)
def test_plain_images_pass(stored):
    assert all(checks.repeated_values(stored(image(seed))).verdict == "pass" for seed in range(20))


def test_a_phantom_passes():
    found, _, _ = data.phantom((96, 96, 5), snr=20, integer=True)
    assert checks.repeated_values(np.asarray(found.data)).verdict == "pass"


@pytest.mark.parametrize("stored", [lambda v: v, np.round])
@pytest.mark.parametrize(("share", "verdict"), [(0.0005, "pass"), (0.03, "warn"), (0.2, "fail")])
def test_a_filled_part_is_found(stored, share, verdict):
    values = stored(image())
    values[: int(share * values.size)] = 100
    check = checks.repeated_values(values)
    assert check.verdict == verdict
    if verdict != "pass":
        assert check.value == pytest.approx(share, abs=0.005)
        assert "100" in check.sentence


def test_what_is_not_finite_does_not_count():
    values = image()
    values[:5000] = np.nan
    assert checks.repeated_values(values).verdict == "pass"


@pytest.mark.parametrize("name", ["kidney-t2w/test_sub_02.nii.gz", "brain-b0/S0_10slices.nii.gz"])
def test_real_images_pass(shared_data, name):
    assert checks.repeated_values(np.asarray(load(shared_data(name)).data)).verdict == "pass"
