"""The bright part of images whose object is known."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mrsnr.bright import bright_object, eroded
from simulated_scans import SHAPE, coordinates, outline, scanned

CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)[..., None]


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [5, 20, 50])
@pytest.mark.parametrize("air", [0.5, 0.2])
def test_the_object_is_found(air, snr, channels):
    scan = scanned(snr, channels=channels, air=air)
    assert dice(bright_object(scan.voxels, erode=0), scan.body) > 0.93


def test_without_its_rim_it_is_inside():
    scan = scanned(20)
    found = bright_object(scan.voxels)
    assert not (found & scan.air).any()
    assert found.sum() > 0.7 * scan.body.sum()


def test_the_far_side_of_a_coil_belongs_to_it():
    x, _ = coordinates()
    field = (0.25 + 0.75 * (x + 1) / 2)[..., None]
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, *SHAPE))
    voxels = np.hypot(40 * field * outline() + noise[0], noise[1])
    assert dice(bright_object(voxels, erode=0), outline()) > 0.9


@pytest.mark.parametrize("voxels", [1, 2, 3, 5])
def test_erosion_takes_that_many_voxels_off_the_rim(voxels):
    mask = outline()
    expected = binary_erosion(mask, CROSS, iterations=voxels, border_value=1)
    np.testing.assert_array_equal(eroded(mask, voxels), expected)


def test_the_border_of_the_image_is_no_rim():
    whole = np.ones((20, 20, 3), bool)
    np.testing.assert_array_equal(eroded(whole, 4), whole)


def test_erosion_leaves_half_of_a_small_object():
    mask = np.zeros((40, 40, 2), bool)
    mask[18:23, 18:23] = True
    left = eroded(mask, 5)
    assert left.sum() >= 0.5 * mask.sum() or left.sum() == mask.sum()
    assert left.any()
    assert not eroded(np.zeros((5, 5, 1), bool), 3).any()


def test_slices_do_not_erode_each_other():
    mask = np.zeros((30, 30, 3), bool)
    mask[5:25, 5:25, 1] = True
    assert eroded(mask, 2)[..., 1].sum() == binary_erosion(mask[..., 1], CROSS[..., 0], iterations=2).sum()


def test_what_is_not_finite_is_outside():
    voxels = scanned(20).voxels.copy()
    voxels[40:50, 40:50] = np.nan
    found = bright_object(voxels)
    assert not found[40:50, 40:50].any()
    assert found.any()


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    voxels = scanned(10).voxels
    np.testing.assert_array_equal(bright_object(factor * voxels), bright_object(voxels))


def test_an_even_image_is_all_object_and_one_without_a_finite_voxel_has_none():
    assert bright_object(np.full((10, 10, 2), 4.0)).all()
    assert bright_object(np.zeros((10, 10, 2))).all()
    assert not bright_object(np.full((10, 10, 2), np.nan)).any()
