"""The phantom's organs are where they belong, and bad options are explained."""

import nibabel as nib
import numpy as np
import pytest

from mrsnr.data import phantom
from mrsnr.errors import ArgumentError

SMALL = (96, 96, 7)
NAMES = {
    "left cortex",
    "left medulla",
    "right cortex",
    "right medulla",
    "liver",
    "spleen",
    "spine",
    "muscle",
    "aorta",
    "vena cava",
    "fat",
}


def centre(labels, name):
    """RAS millimetres of a label's centre."""
    (number,) = (k for k, v in labels.meta["names"].items() if v == name)
    return nib.affines.apply_affine(labels.affine, np.argwhere(labels.data == number)).mean(axis=0)


@pytest.fixture(scope="module")
def labels():
    return phantom().labels


def test_every_organ_is_labelled(labels):
    assert set(labels.meta["names"].values()) == NAMES
    assert set(np.unique(labels.data)) == {0, *labels.meta["names"]}


def test_voxel_axes_are_those_of_a_coronal_scan(labels):
    assert nib.aff2axcodes(labels.affine) == ("L", "S", "P")


def test_the_liver_is_on_the_right_and_the_spleen_on_the_left(labels):
    right = {"liver", "right cortex", "right medulla", "vena cava"}
    left = {"spleen", "left cortex", "left medulla", "aorta"}
    assert all(centre(labels, name)[0] > 5 for name in right)
    assert all(centre(labels, name)[0] < -5 for name in left)
    assert abs(centre(labels, "spine")[0]) < 2


def test_organs_lie_above_and_before_each_other(labels):
    _, front, up = (np.array([centre(labels, n)[i] for n in ("liver", "spleen", "left cortex")]) for i in range(3))
    assert up[0] > centre(labels, "right cortex")[2]
    assert up[1] > up[2]
    assert centre(labels, "left cortex")[2] > centre(labels, "right cortex")[2]
    assert centre(labels, "aorta")[1] > centre(labels, "spine")[1]
    assert front[0] > centre(labels, "right cortex")[1]


def test_kidneys_are_as_long_as_kidneys(labels):
    for side in ("left", "right"):
        numbers = [k for k, v in labels.meta["names"].items() if v.startswith(side)]
        height = nib.affines.apply_affine(labels.affine, np.argwhere(np.isin(labels.data, numbers)))[:, 2]
        assert 95 < np.ptp(height) < 125  # mm


def test_medulla_lies_inside_the_cortex(labels):
    for side in ("left", "right"):
        cortex, medulla = (
            np.argwhere(labels.data == number) for number, name in labels.meta["names"].items() if name.startswith(side)
        )
        assert (cortex.min(axis=0) <= medulla.min(axis=0)).all()
        assert (cortex.max(axis=0) >= medulla.max(axis=0)).all()


@pytest.mark.parametrize("shape", [(96, 96, 7), (128, 160, 9), (240, 200, 20)])
def test_every_grid_shows_the_same_anatomy(labels, shape):
    other = phantom(shape).labels
    for name in ("liver", "spleen", "left cortex", "right cortex"):
        np.testing.assert_allclose(centre(other, name), centre(labels, name), atol=5)


def test_voxel_size_changes_the_field_of_view_not_the_anatomy(labels):
    other = phantom((128, 128, 9), voxel_size=(2, 2, 5)).labels
    assert other.voxel_size == pytest.approx((2, 2, 5))
    np.testing.assert_allclose(centre(other, "right cortex"), centre(labels, "right cortex"), atol=3)


def test_air_surrounds_the_body():
    truth = phantom(SMALL).truth
    assert truth.air[0].any()
    assert truth.air[-1].any()
    assert not truth.air[48].any()
    assert 0.15 < truth.air.mean() < 0.5
    assert not truth.signal[truth.air].any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sigma": 10, "snr": 20}, "Both sigma"),
        ({"sigma": -1}, "sigma is -1; expected a number at least 0"),
        ({"sigma": np.nan}, "sigma is nan"),
        ({"snr": 0}, "snr is 0; expected a number above 0"),
        ({"snr": -3}, "snr is -3"),
        ({"snr": np.inf}, "snr is inf"),
        ({"snr": "high"}, "snr is 'high'"),
        ({"channels": 0}, "channels is 0; expected a whole number of at least 1"),
        ({"channels": 1.5}, "channels is 1.5"),
        ({"channels": True}, "channels is True"),
        ({"scale": 0}, "scale is 0"),
        ({"bias_field": 1.2}, "bias_field is 1.2; expected a number from 0 to 0.99"),
        ({"bias_field": -0.1}, "bias_field is -0.1"),
        ({"sigma_map": -1}, "sigma_map is -1"),
        ({"sigma_map": np.ones((3, 3, 3))}, r"shape \(3, 3, 3\); expected a number or the grid's shape"),
        ({"sigma_map": np.zeros(SMALL)}, "positive factors"),
        ({"air": "clean"}, "air is 'clean'; expected one of noise, zero, smooth"),
        ({"zero_fill": 0.5}, "zero_fill is 0.5; expected a number at least 1"),
        ({"zero_fill": 1000}, "no k-space"),
        ({"ghost": -0.1}, "ghost is -0.1; expected a number from 0 to 1"),
        ({"ghost": 2}, "ghost is 2"),
        ({"phase_axis": 2}, "phase_axis is 2; expected a whole number from 0 to 1"),
        ({"shape": (97, 96, 7), "ghost": 0.1}, "even number"),
        ({"volumes": 0}, "volumes is 0"),
        ({"drift": 0.1}, "One volume cannot drift"),
        ({"fluctuation": 0.1}, "One volume cannot drift"),
        ({"volumes": 5, "fluctuation": 0.5}, "fluctuation is 0.5; expected a number from 0 to 0.2"),
        ({"volumes": 5, "drift": 1.5}, "drift is 1.5"),
        ({"tr": 0}, "tr is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"shape": (96, 96)}, r"shape is \(96, 96\); expected three whole numbers"),
        ({"shape": 96}, "shape is 96"),
        ({"shape": (0, 96, 7)}, "size of the grid is 0"),
        ({"shape": (24, 24, 3)}, "no voxel that is all renal cortex"),
        ({"voxel_size": (1, 1)}, r"voxel size is \(1, 1\)"),
        ({"voxel_size": (1, 1, 0)}, "voxel size is 0"),
        ({"voxel_size": 2}, "voxel size is 2"),
        ({"shape": (2, 2, 2), "voxel_size": (2, 2, 900), "sigma": 1}, "is in the body"),
        ({"scale": 1e6, "integer": True}, "65535"),
    ],
)
def test_bad_options_are_explained(options, words):
    with pytest.raises(ArgumentError, match=words):
        phantom(**{"shape": SMALL, **options})


def test_options_are_keyword_only():
    with pytest.raises(TypeError):
        phantom(SMALL, (2, 2, 6))
