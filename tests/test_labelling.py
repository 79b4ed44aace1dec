"""Control and label in turn, with a known difference and known noise."""

import numpy as np
import pytest
from scipy import stats

import mrsnr
from mrsnr import Image
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.labelling import Subtraction


def labelled(*, pairs=40, perfusion=20.0, sigma=10.0, first="control", calibration=0, drift=0.0, seed=0):
    """A series of signal 1000 whose label volumes are lower by the perfusion signal."""
    rng = np.random.default_rng(seed)
    data = 1000 + rng.normal(0, sigma, (20, 20, 10, 2 * pairs)) + drift * np.linspace(-1, 1, 2 * pairs)
    data[..., (1 if first == "control" else 0) :: 2] -= perfusion
    start = rng.normal(2000, sigma, (20, 20, 10, calibration))
    return Image(np.concatenate([start, data], axis=-1), np.eye(4))


@pytest.mark.parametrize("first", ["control", "label"])
def test_the_value_is_perfusion_over_its_noise(first):
    pairs = "control-label" if first == "control" else "label-control"
    result = mrsnr.temporal(labelled(first=first), pairs=pairs)
    assert result.value == pytest.approx(20 / (10 * np.sqrt(2)), rel=0.02)
    assert result.interval[0] < 20 / (10 * np.sqrt(2)) < result.interval[1]
    assert np.mean(result.mean) == pytest.approx(20, rel=0.02)
    assert np.mean(result.noise) == pytest.approx(10 * np.sqrt(2), rel=0.02)
    assert (result.pairs, result.degrees_of_freedom, result.volumes) == (pairs, 37, 80)


def test_without_pairs_the_perfusion_counts_as_noise():
    apart = mrsnr.temporal(labelled()).noise.mean()
    assert apart == pytest.approx(np.sqrt(10**2 + 10**2), rel=0.02)  # SD of +-10 in turn


def test_drift_goes_with_the_differences():
    result = mrsnr.temporal(labelled(drift=200.0), pairs="control-label", order=0)
    step = 2 * 200 / 79
    assert np.mean(result.noise) == pytest.approx(10 * np.sqrt(2), rel=0.02)
    assert np.mean(result.mean) == pytest.approx(20 - step, abs=0.5)


def test_robust_pairs_leave_a_spoiled_one_aside():
    image = labelled()
    image.data[..., 30] += 500
    result = mrsnr.temporal(image, pairs="control-label", robust=True)
    highest = stats.halfnorm.ppf(0.5 / (1 - 1 / 19)) / stats.halfnorm.median()
    assert 0.98 < np.median(result.noise) / (10 * np.sqrt(2)) < 1.02 * highest


def test_an_image_of_m0_is_left_out_by_itself():
    result = mrsnr.temporal(labelled(calibration=1), pairs="control-label")
    assert result.dropped == 1
    assert result.value == pytest.approx(20 / (10 * np.sqrt(2)), rel=0.02)


def test_half_a_pair_is_left_out_with_an_unsteady_control():
    image = labelled()
    image.data[..., 0] *= 1.5
    result = mrsnr.temporal(image, pairs="control-label")
    assert result.dropped == 2
    assert result.value == pytest.approx(20 / (10 * np.sqrt(2)), rel=0.02)


def test_the_wrong_order_is_refused_and_named():
    result = mrsnr.temporal(labelled(), pairs="label-control")
    assert result.value is None
    assert any("Perhaps label comes first" in check.sentence for check in result.reasons)


def test_no_perfusion_is_no_value():
    for seed in range(4):
        result = mrsnr.temporal(labelled(perfusion=0.0, seed=seed), pairs="control-label")
        assert (result.value, result.interval, result.verdict) == (None, None, "refused")


def test_the_interval_of_weak_perfusion_holds_the_truth():
    held = 0
    for seed in range(40):
        low, high = mrsnr.temporal(labelled(perfusion=1.0, seed=seed), pairs="control-label").interval
        held += low < 1 / (10 * np.sqrt(2)) < high
    assert held >= 35


def test_the_noise_floor_is_that_of_single_volumes():
    """Perfusion of 1.4 is far above its noise where the volumes are; with volumes of 4 it is in the floor."""
    codes = {check.code for check in mrsnr.temporal(labelled(), pairs="control-label").reasons}
    assert "noise-floor" not in codes
    dark = mrsnr.temporal(labelled(sigma=250.0, perfusion=400.0), pairs="control-label")
    (check,) = [c for c in dark.reasons if c.code == "noise-floor"]
    assert check.value == pytest.approx(800 / 250, rel=0.05)


def test_the_value_is_taken_where_the_volumes_are_bright():
    image = labelled()
    image.data[:10] = np.random.default_rng(1).rayleigh(10, (10, 20, 10, 80))
    result = mrsnr.temporal(image, pairs="control-label")
    assert not result.mask[:10].any()
    assert result.mask[10:].all()


def test_an_odd_number_is_no_pairs():
    with pytest.raises(ImageError, match="no pairs of control and label"):
        mrsnr.temporal(labelled(), pairs="control-label", drop=1)


def test_too_few_pairs_are_refused():
    with pytest.raises(ImageError, match="at least 8 volumes in pairs"):
        mrsnr.temporal(labelled(pairs=3), pairs="control-label")


@pytest.mark.parametrize("pairs", ["control", 1, True, ["control-label"]])
def test_other_orders_are_refused(pairs):
    with pytest.raises(ArgumentError, match="pairs is"):
        mrsnr.temporal(labelled(), pairs=pairs)


def test_fbirn_figures_are_not_of_pairs():
    with pytest.raises(ArgumentError, match="not of pairs"):
        mrsnr.temporal(labelled(), pairs="control-label", fbirn=True)


@pytest.mark.parametrize("at_once", [1, 2, 3, 10])
def test_how_blocks_are_cut_changes_nothing(at_once):
    rows = np.random.default_rng(0).normal(size=(10, 4))
    subtraction = Subtraction("control-label")
    parts = [subtraction.of(rows[k : k + at_once])[0] for k in range(0, 10, at_once)]
    np.testing.assert_array_equal(np.concatenate(parts), rows[::2] - rows[1::2])
