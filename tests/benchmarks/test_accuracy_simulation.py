"""The bench's simulator, against what physics says of it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import gammaln, hyp1f1

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "accuracy"))

import receive
from background import THRESHOLD
from simulate import Case, simulate

SHAPE = (96, 96, 4)


def scan_of(**options):
    return simulate(Case(**{"snr": 10.0, "shape": SHAPE, "scene": "phantom", **options}), seed=1)


def voxels_of(scan, repeat=0):
    return np.asarray(scan.images[repeat].data, np.float64)


def far_air(scan, margin=12):
    plane = np.ones((3, 3, 1), bool)
    return ~ndimage.binary_dilation(scan.outline, plane, iterations=margin)


@pytest.mark.parametrize("coils", [1, 4, 8])
@pytest.mark.parametrize("kspace", receive.WINDOWS)
def test_air_has_the_second_moment_of_2_n_sigma_squared(kspace, coils):
    scan = scan_of(coils=coils, kspace=kspace, air=0.7)
    air = far_air(scan)
    ringing = (scan.signal[air] ** 2).mean() / scan.sigma**2  # what is there besides noise
    found = (voxels_of(scan)[air] ** 2).mean() / scan.sigma**2
    weights = receive.window(kspace, scan.signal.shape).weights
    shared = 1.0 if weights is None else (weights**4).mean() / (weights**2).mean() ** 2  # voxels to a sample
    assert found == pytest.approx(2 * coils + ringing, rel=4 * np.sqrt(shared / (coils * air.sum())))
    assert ringing < 0.1 * coils


@pytest.mark.parametrize("coils", [1, 8])
@pytest.mark.parametrize("kspace", ["full", "zf1.5", "zf2", "hamming", "elliptical", "zf2hamming"])
def test_bright_tissue_varies_by_sigma(kspace, coils):
    scan = scan_of(snr=200, coils=coils, kspace=kspace, repeats=2)
    difference = (voxels_of(scan, 0) - voxels_of(scan, 1))[scan.labels > 0]
    assert difference.std() / np.sqrt(2) == pytest.approx(scan.sigma, rel=0.03)
    residual = (voxels_of(scan) - scan.signal)[scan.labels > 0]
    assert residual.mean() == pytest.approx(0, abs=0.15 * scan.sigma)  # (2 n - 1) / (2 theta) of the mean at most


@pytest.mark.parametrize(("coils", "snr"), [(1, 2), (8, 3), (32, 5)])
def test_the_mean_of_faint_tissue_is_that_of_the_noncentral_chi_distribution(coils, snr):
    scan = scan_of(snr=snr, coils=coils, kspace="hamming", background="g-factor")
    inside = scan.labels > 0
    theta, sigma = scan.signal[inside] / scan.sigma_map[inside], scan.sigma_map[inside]
    expected = np.exp(gammaln(coils + 0.5) - gammaln(coils)) * np.sqrt(2) * hyp1f1(-0.5, coils, -(theta**2) / 2)
    assert voxels_of(scan)[inside].mean() == pytest.approx((expected * sigma).mean(), rel=0.01)


@pytest.mark.parametrize(("correlation", "expected"), [(0.1, 7.477), (0.3, 4.908), (0.5, 2.909)])
def test_correlated_coils_have_the_known_effective_number(correlation, expected):
    scan = scan_of(coils=8, correlation=correlation, air=0.7)
    power = voxels_of(scan)[~scan.outline] ** 2
    assert scan.channels == pytest.approx(expected, abs=1e-3)
    assert power.mean() ** 2 / power.var() == pytest.approx(expected, rel=0.05)
    assert power.mean() == pytest.approx(2 * expected * scan.sigma**2, rel=0.02)


def test_sigma_along_the_signal_of_correlated_coils_is_what_repeats_show():
    scan = scan_of(snr=200, coils=8, correlation=0.3, repeats=2)
    difference = (voxels_of(scan, 0) - voxels_of(scan, 1))[scan.labels > 0]
    assert np.sqrt((difference**2).mean() / 2) == pytest.approx(scan.sigma_object, rel=0.02)


@pytest.mark.parametrize("background", ["g-factor", "ramp", "normalised"])
def test_the_sigma_map_is_what_repeats_show_everywhere(background):
    scan = scan_of(snr=200, background=background, repeats=2)
    ratio = (voxels_of(scan, 0) - voxels_of(scan, 1)) / (np.sqrt(2) * scan.sigma_map)
    inside = scan.labels > 0
    order = np.argsort(scan.sigma_map[inside])
    for part in np.array_split(ratio[inside][order], 4):
        assert part.std() == pytest.approx(1, rel=0.04)
    assert np.ptp(scan.sigma_map[inside]) > 0.2 * scan.sigma


def test_zeroed_air_is_exactly_zero_from_5_voxels_on():
    scan = scan_of(background="zeroed")
    near = ~far_air(scan, margin=4)
    assert (voxels_of(scan)[~near] == 0).all()
    assert np.isnan(scan.sigma_map[~near]).all()
    assert (voxels_of(scan)[scan.outline] > 0).all()


def test_cut_air_falls_off_smoothly():
    scan = scan_of(background="cut", air=0.7)
    plain = scan_of(air=0.7)
    ratio = voxels_of(scan) / voxels_of(plain)
    np.testing.assert_allclose(ratio[scan.outline], 1, rtol=1e-5)
    assert 0 < ratio[~scan.outline].min() < 0.3
    np.testing.assert_allclose(ratio, scan.sigma_map / plain.sigma_map, rtol=1e-4)


def test_thresholded_air_holds_no_value_below_the_threshold():
    scan = scan_of(background="thresholded")
    air = voxels_of(scan)[~scan.outline]
    assert np.mean(air == 0) == pytest.approx(1 - np.exp(-(THRESHOLD**2) / 2), abs=0.02)  # Rayleigh
    assert air[air > 0].min() >= THRESHOLD * scan.sigma * 0.999


def test_no_air_means_no_air():
    scan = scan_of(background="none")
    assert scan.outline.all()


def test_the_ghost_is_5_per_cent_of_the_object_half_a_field_of_view_away():
    scan = scan_of(background="ghosted", air=0.7)
    plain = scan_of(air=0.7)
    expected = 0.05 * np.roll(plain.signal, SHAPE[1] // 2, axis=1)[~scan.outline]
    scale = scan.signal[scan.body].mean() / plain.signal[scan.body].mean()
    np.testing.assert_allclose(scan.signal[~scan.outline], scale * expected, rtol=0.1, atol=1e-3 * scan.sigma)
    assert expected.max() > 0.3 * scan.sigma


@pytest.mark.parametrize("options", [{}, {"coils": 8}, {"air": 0.1}, {"background": "normalised"}, {"kspace": "zf2"}])
def test_the_snr_of_the_body_is_the_one_asked_for(options):
    scan = scan_of(snr=7.5, scene="body", **options)
    assert (scan.signal / scan.sigma_map)[scan.body].mean() == pytest.approx(7.5, rel=1e-4)
    sizes = {label: (scan.labels == label).sum() for label in scan.snr}
    assert scan.snr_overall == pytest.approx(np.average(list(scan.snr.values()), weights=list(sizes.values())))


@pytest.mark.parametrize("scene", ["body", "phantom", "holdout", "brain"])
def test_every_scene_has_labels_of_one_amplitude_each_but_for_the_bias_field(scene):
    scan = scan_of(scene=scene, snr=50, air=0.4)
    assert len(scan.snr) >= 2
    assert scan.outline.mean() == pytest.approx(0.6, abs=0.02)
    for label in scan.snr:
        inside = scan.signal[scan.labels == label]
        assert np.ptp(inside) / inside.mean() < 0.2


def test_integers_have_the_sigma_asked_for():
    scan = scan_of(integer_sigma=1.0)
    assert scan.images[0].data.dtype == np.uint16
    assert scan.sigma == pytest.approx(1, rel=1e-3)


def test_the_same_seed_gives_the_same_image_and_another_seed_another():
    one, again = scan_of(coils=2, scene="brain"), scan_of(coils=2, scene="brain")
    np.testing.assert_array_equal(one.images[0].data, again.images[0].data)
    other = simulate(Case(10, coils=2, scene="brain", shape=SHAPE), seed=2)
    assert not np.array_equal(one.outline, other.outline)
