"""Maps of sigma against the map that the noise was made with."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mrsnr.checks.evenness import LIMIT
from mrsnr.field import sigma_field
from mrsnr.interior import interior_noise, smoothest_part
from simulated_scans import SIGMA, coordinates, ringing_disc, scanned

SHAPE = (160, 160, 8)
X, Y = (axis[..., None] for axis in coordinates(SHAPE))
FIELDS = {
    "ramp": 1 + 0.3 * X,
    "steep ramp": 1 + 0.5 * Y,
    "g-factor": 1 + 0.8 * np.exp(-(X**2 + Y**2) / 0.2),
    "two bands of g-factor": 1 + 0.5 * np.exp(-((X - 0.3) ** 2) / 0.06) + 0.5 * np.exp(-((X + 0.3) ** 2) / 0.06),
    "normalised": 1 / (1.3 - 0.6 * (X**2 + Y**2)),
}


def mapped(scan, voxels=None, step=0.0):
    voxels = scan.voxels if voxels is None else voxels
    inside = binary_erosion(scan.body, np.ones((7, 7, 1), bool))
    part = smoothest_part(voxels, inside, step=step)
    found = interior_noise(part, channels=scan.channels)
    return sigma_field(voxels, inside, part, found, channels=scan.channels, step=step), found, inside


@pytest.mark.parametrize(("channels", "snr"), [(1, 20), (1, 8), (8, 20)])
@pytest.mark.parametrize("name", FIELDS)
def test_the_map_is_within_5_percent(name, channels, snr):
    scan = scanned(snr, channels=channels, air=0.3, field=FIELDS[name], shape=SHAPE, seed=1)
    field, _, inside = mapped(scan)
    off = np.abs(field.sigma / scan.sigma_map - 1)[inside]
    assert np.median(off) < 0.05
    assert np.percentile(off, 95) < 0.15


@pytest.mark.parametrize("name", FIELDS)
def test_its_unevenness_is_that_of_the_noise(name):
    scan = scanned(20, air=0.3, field=FIELDS[name], shape=SHAPE, seed=2)
    field, _, inside = mapped(scan)
    truth = scan.sigma_map[inside].std() / scan.sigma_map[inside].mean()
    assert field.uneven == pytest.approx(truth, rel=0.5)  # smoothing flattens a narrow peak
    assert field.uneven > LIMIT or truth < 0.12


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [3, 20, 50])
def test_even_noise_is_even(channels, snr):
    scan = scanned(snr, channels=channels, air=0.3, shape=SHAPE, seed=3)
    field, _, inside = mapped(scan)
    assert field.uneven < LIMIT
    assert np.median(field.sigma[inside]) == pytest.approx(SIGMA, rel=0.05)


def test_its_level_is_that_of_the_interior_noise():
    scan = scanned(20, air=0.3, field=FIELDS["ramp"], shape=SHAPE, seed=4)
    field, found, _ = mapped(scan)
    assert np.mean(field.sigma[found.region]) == pytest.approx(found.sigma, rel=1e-6)


def test_it_is_undefined_outside_the_object():
    scan = scanned(20, air=0.3, shape=SHAPE)
    field, _, inside = mapped(scan)
    np.testing.assert_array_equal(np.isfinite(field.sigma), inside)
    assert (field.sigma[inside] > 0).all()


def test_a_coil_s_bright_side_is_no_noise():
    """Signal that varies by a factor of three, over noise that does not."""
    scan = scanned(20, air=0.3, shape=SHAPE, seed=5)
    rng = np.random.default_rng(0)
    noise = rng.normal(0, SIGMA, (2, *SHAPE))
    bright = np.hypot(scan.amplitude * (1 + 0.5 * X) + noise[0], noise[1])
    assert mapped(scan, bright)[0].uneven < LIMIT


def test_rounded_noise_has_the_same_map():
    scan = scanned(20, sigma=1.5, air=0.3, field=FIELDS["ramp"], shape=SHAPE, seed=6)
    field, _, inside = mapped(scan, np.round(scan.voxels), step=1.0)
    assert np.median(np.abs(field.sigma / scan.sigma_map - 1)[inside]) < 0.06


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    scan = scanned(20, air=0.3, field=FIELDS["ramp"], shape=SHAPE, seed=7)
    one, other = mapped(scan)[0], mapped(scan, factor * scan.voxels)[0]
    np.testing.assert_allclose(other.sigma, factor * one.sigma, rtol=1e-6)
    assert other.uneven == pytest.approx(one.uneven, abs=1e-9)


@pytest.mark.parametrize("shape", [(96, 96, 1), (97, 65, 3)])
def test_one_slice_and_odd_shapes_will_do(shape):
    scan = scanned(20, air=0.3, shape=shape, seed=8)
    field, _, inside = mapped(scan)
    assert np.median(field.sigma[inside]) == pytest.approx(SIGMA, rel=0.1)
    np.testing.assert_array_equal(np.isfinite(field.sigma), inside)


@pytest.mark.parametrize("filled", [1.5, 2.0])
def test_ringing_of_a_bright_object_does_not_read_as_uneven_noise(filled):
    """Everywhere the same noise; the rim of an object of SNR 60 rings through half of it."""
    voxels, inside = ringing_disc(filled=filled)
    part = smoothest_part(voxels, inside)
    found = interior_noise(part, channels=1)
    assert sigma_field(voxels, inside, part, found, channels=1).uneven < 2 * LIMIT
