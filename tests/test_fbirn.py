"""fBIRN figures of phantoms whose noise, drift and common fluctuation are known, and against a direct computation."""

import tracemalloc
from dataclasses import fields

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr import Image, io
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.fbirn import FbirnSums, Place
from mrsnr.figures import weisskoff_curve

SIGMA, SIGNAL = 10.0, 1000.0


def phantom(*, volumes=200, edge=64, slices=3, seed=0, sigma=SIGMA, centre=(33.0, 29.0), radius=24.0):
    """A disc of signal 1000 with white noise, in a little air."""
    x, y = np.ogrid[:edge, :edge]
    disc = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius**2
    rng = np.random.default_rng(seed)
    data = rng.normal(0, sigma, (edge, edge, slices, volumes))
    return data + SIGNAL * disc[:, :, None, None]


def figures(data, **options):
    return mrsnr.temporal(Image(data, np.eye(4)), fbirn=True, **{"drop": 0, **options}).fbirn


def direct(data, found):
    """The same figures from the whole array, with numpy's polynomials."""
    (x, y), edge = found.corner, found.size
    plane = data[:, :, found.slice].astype(np.float64)
    time, volumes = np.linspace(-1, 1, plane.shape[-1]), plane.shape[-1]

    def residual(rows):
        rows = rows.reshape(-1, volumes).T
        fit = np.polynomial.polynomial.polyval(time, np.polynomial.polynomial.polyfit(time, rows, 2)).T
        return np.sqrt(((rows - fit) ** 2).sum(axis=0) / (volumes - 3)), fit

    roi = plane[x : x + edge, y : y + edge]
    sd = residual(plane)[0].reshape(plane.shape[:2])
    even = volumes - volumes % 2
    odd_even = plane[..., 0:even:2].sum(axis=-1) - plane[..., 1:even:2].sum(axis=-1)
    course = roi.mean(axis=(0, 1))
    static = np.sqrt(odd_even[x : x + edge, y : y + edge].var(ddof=1) / even)
    curve = []
    for w in range(1, edge + 1):
        a = (edge - w) // 2
        square = roi[a : a + w, a : a + w].mean(axis=(0, 1))
        curve.append(100 * residual(square)[0][0] / square.mean())
    bright = plane.mean(axis=-1) > SIGNAL / 2
    jumps = np.sqrt((np.diff(plane[bright], axis=1) ** 2).mean(axis=0))
    mean = course.mean()
    return {
        "signal": plane.mean(axis=-1),
        "noise": sd,
        "sfnr_map": plane.mean(axis=-1) / sd,
        "odd_even": odd_even,
        "mean_signal": mean,
        "sfnr": (roi.mean(axis=-1) / sd[x : x + edge, y : y + edge]).mean(),
        "static_noise": static,
        "snr": mean / static,
        "fluctuation": 100 * residual(course)[0][0] / mean,
        "drift": 100 * np.ptp(residual(course)[1]) / mean,
        "raw_drift": 100 * np.ptp(course) / mean,
        "weisskoff": np.array(curve),
        "radius": curve[0] / curve[-1],
        "course": course,
        "trend": residual(course)[1].ravel(),
        "dvars": jumps * 1000 / np.median(plane.mean(axis=-1)[bright]),
    }


@pytest.mark.parametrize("volumes", [61, 80])
def test_the_figures_are_those_of_a_direct_computation_over_the_whole_array(volumes):
    data = phantom(volumes=volumes) + np.linspace(-20, 30, volumes) ** 2 / 50
    found = figures(data)
    for name, expected in direct(data, found).items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-9, atol=1e-9, err_msg=name)


def test_white_noise_reads_what_it_must():
    """Relative standard errors: of an SD 1 / sqrt(2 T), of the static noise 1 / sqrt(2 * 441), of the radius 5 %."""
    found = figures(phantom(volumes=400, seed=3))
    assert (found.size, found.weisskoff.shape, found.paired) == (21, (21,), 400)
    assert found.sfnr == pytest.approx(100, rel=0.01)
    assert found.static_noise == pytest.approx(SIGMA, rel=3 * 0.034)
    assert found.snr == pytest.approx(100, rel=3 * 0.034)
    assert found.fluctuation == pytest.approx(100 / (100 * 21), rel=3 * 0.036)
    assert found.radius == pytest.approx(21, rel=3 / 20)
    np.testing.assert_allclose(found.weisskoff * np.arange(1, 22), 1.0, rtol=0.15)
    assert np.median(found.dvars) == pytest.approx(np.sqrt(2) * SIGMA, rel=0.01)
    assert found.mean_signal == pytest.approx(SIGNAL, rel=1e-3)


def test_the_radius_of_white_noise_is_21_on_the_mean_with_the_scatter_that_is_told():
    grid = Place(slice=0, corner=(0, 0), size=21, object=np.ones((21, 21), bool))
    radii = []
    for seed in range(60):
        sums = FbirnSums(grid, 100)
        sums.add(np.random.default_rng(seed).normal(SIGNAL, SIGMA, (100, 441)), first=0)
        radii.append(sums.figures().radius)
    assert np.median(radii) == pytest.approx(21, rel=0.05)
    assert np.std(radii) / 21 == pytest.approx(100**-0.5, rel=0.4)


def test_a_fluctuation_that_all_voxels_share_flattens_the_curve():
    """Of SD 1 % like the noise: F(1) is sqrt(1 + 1) %, F(21) is 1 %, their ratio sqrt(2)."""
    shared = np.random.default_rng(1).normal(0, 0.01, 400)
    found = figures(phantom(volumes=400) * (1 + shared))
    assert found.fluctuation == pytest.approx(1, rel=0.12)
    assert found.weisskoff[0] == pytest.approx(np.sqrt(2), rel=0.15)
    assert found.radius == pytest.approx(np.sqrt(2), rel=0.15)


def test_a_ramp_is_drift_and_no_noise():
    """From 1000 to 1040; what the noise of the ROI's mean adds to its ends is 0.05 % each."""
    ramp = np.linspace(0, 40, 200)
    found = figures(phantom(sigma=1e-3) + ramp)
    assert found.drift == pytest.approx(100 * 40 / 1020, rel=1e-6)
    assert found.raw_drift == pytest.approx(100 * 40 / 1020, rel=1e-5)
    assert found.fluctuation == pytest.approx(100 * 1e-3 / 21 / 1020, rel=0.2)
    there_and_back = figures(phantom(sigma=1e-3) + 40 * np.linspace(-1, 1, 200) ** 2)
    assert there_and_back.drift == pytest.approx(100 * 40 / there_and_back.mean_signal, rel=1e-3)


def test_the_last_of_an_odd_number_of_volumes_is_left_out_of_odd_minus_even():
    data = phantom(volumes=41)
    found = figures(data)
    assert (found.volumes, found.paired) == (41, 40)
    data[..., -1] *= 1.05
    np.testing.assert_allclose(figures(data).odd_even, found.odd_even, rtol=1e-9)
    plane = data[:, :, 1]
    np.testing.assert_allclose(
        found.odd_even, plane[..., 0:40:2].sum(axis=-1) - plane[..., 1:40:2].sum(axis=-1), rtol=1e-9, atol=1e-9
    )


def test_first_volumes_that_are_dropped_are_in_none_of_them():
    data = phantom(volumes=43)
    clean = figures(data[..., 3:])
    data[..., :3] *= np.array([1.4, 1.15, 1.04])
    found = figures(data, drop="auto")
    assert found.volumes == 40
    np.testing.assert_allclose(found.weisskoff, clean.weisskoff, rtol=1e-9)
    np.testing.assert_allclose(found.dvars, clean.dvars, rtol=1e-9)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_that_is_read_in_blocks_gives_the_same_to_the_last_bit(tmp_path, ending):
    data = np.round(phantom(volumes=30, edge=300, slices=2, centre=(150, 150), radius=60)).astype(np.int16)
    image = Image(data, np.eye(4))
    assert len(list(image.blocks())) > 2
    nibabel.save(nibabel.Nifti1Image(data, np.eye(4)), tmp_path / f"phantom{ending}")
    of_file = mrsnr.temporal(mrsnr.load(tmp_path / f"phantom{ending}"), fbirn=True).fbirn
    of_array = mrsnr.temporal(image, fbirn=True).fbirn
    for field in fields(of_array):
        np.testing.assert_array_equal(getattr(of_file, field.name), getattr(of_array, field.name), field.name)


def test_in_blocks_of_any_size_they_are_the_same():
    data = phantom(volumes=30, edge=21, slices=1, radius=40)[:, :, 0].reshape(-1, 30, order="F").T
    grid = Place(slice=0, corner=(0, 0), size=21, object=np.ones((21, 21), bool))
    whole, parts = FbirnSums(grid, 30), FbirnSums(grid, 30)
    whole.add(data, first=0)
    for first, last in ((0, 1), (1, 8), (8, 29), (29, 30)):
        parts.add(data[first:last], first=first)
    for name in ("weisskoff", "dvars", "odd_even", "sfnr", "drift"):
        np.testing.assert_allclose(
            getattr(parts.figures(), name), getattr(whole.figures(), name), rtol=1e-9, atol=1e-9, err_msg=name
        )


class Stream:
    """Volumes that are made when they are asked for, ten at a time."""

    dtype = np.dtype(np.float32)

    def __init__(self, volumes):
        self.shape = (64, 64, 3, volumes)

    def blocks(self, _count):
        for first in range(0, self.shape[3], 10):
            yield phantom(volumes=10, seed=first).astype(np.float32)


def test_memory_grows_by_a_few_numbers_a_volume_only():
    """Those are 21 means of squares, and what goes with each; a slice of a volume is 4096."""
    peaks = []
    for volumes in (100, 500):
        tracemalloc.start()
        mrsnr.temporal(Image(Stream(volumes), np.eye(4)), drop=0, fbirn=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 400 * 8 * 250


class TestPlace:
    def test_the_square_lies_on_the_centre_of_the_object(self):
        assert figures(phantom()).corner == (23, 19)
        assert figures(phantom(), fbirn_roi=11).corner == (28, 24)

    def test_shading_does_not_move_it(self):
        shaded = phantom() * np.linspace(1.4, 0.8, 64)[:, None, None, None]
        assert figures(shaded).corner == (23, 19)

    def test_usual_slice_and_size(self):
        found = figures(phantom(edge=48, slices=5, volumes=20, centre=(24, 24), radius=20))
        assert (found.slice, found.size) == (2, 15)
        assert figures(phantom(volumes=20), fbirn_slice=0).slice == 0

    def test_the_slice_that_is_asked_for_is_looked_at(self):
        data = phantom(volumes=50)
        data[:, :, 2] *= 2
        assert figures(data, fbirn_slice=2).mean_signal == pytest.approx(2 * SIGNAL, rel=1e-3)

    def test_a_mask_says_what_the_object_is(self):
        mask = np.zeros((64, 64, 3))
        mask[20:45, 20:47] = 1
        assert figures(phantom(volumes=20), mask=mask).corner == (22, 23)

    @pytest.mark.parametrize(
        ("options", "words"),
        [({"radius": 12.0}, "leaves the object"), ({"centre": (5, 5), "radius": 12.0}, "leaves the object")],
    )
    def test_a_square_beyond_the_object_is_refused(self, options, words):
        with pytest.raises(ImageError, match=words):
            figures(phantom(volumes=20, **options))

    def test_other_things_that_cannot_be(self):
        data = phantom(volumes=20)
        with pytest.raises(ImageError, match="64 x 64 voxels, too few"):
            figures(data, fbirn_roi=65)
        with pytest.raises(ImageError, match="There is no object in slice 1"):
            figures(data, mask=np.arange(3) * np.ones((64, 64, 1)) > 1)
        with pytest.raises(ArgumentError, match="no slice 3"):
            figures(data, fbirn_slice=3)
        with pytest.raises(ArgumentError, match="2 voxels wide"):
            figures(data, fbirn_roi=2)
        with pytest.raises(ArgumentError, match="fbirn_roi is 'wide'"):
            figures(data, fbirn_roi="wide")
        with pytest.raises(ArgumentError, match="not asked for"):
            mrsnr.temporal(Image(data, np.eye(4)), fbirn_slice=1)
        with pytest.raises(ImageError, match="phase image"):
            mrsnr.temporal(Image(data, np.eye(4), {"kind": "phase"}), fbirn=True)
        with pytest.raises(ImageError, match="10 volumes at least"):
            figures(data[..., :3], order=0)

    def test_a_voxel_that_is_not_finite_is_refused_in_the_square_and_ignored_elsewhere(self):
        data = phantom(volumes=20)
        data[0, 0, 1, 5] = np.nan
        data[33, 10, 1, 7] = np.inf
        found = figures(data)
        assert np.isfinite([found.sfnr, found.snr, found.radius, *found.dvars]).all()
        data[33, 29, 1, 5] = np.nan
        with pytest.raises(ImageError, match="NaN or infinite"):
            figures(data)


def test_what_does_not_vary_has_no_ratio():
    found = figures(np.repeat(phantom(volumes=1), 8, axis=-1))
    assert (found.sfnr, found.snr, found.radius, found.fluctuation) == (None, None, None, 0)


def test_they_cost_no_other_number():
    data = phantom(volumes=30)
    image = Image(data, np.eye(4))
    plain, asked = mrsnr.temporal(image, order=1), mrsnr.temporal(image, order=1, fbirn=True)
    assert plain.fbirn is None
    assert io.document(plain)["results"][0] == {**io.document(asked)["results"][0], "fbirn": None}
    np.testing.assert_array_equal(plain.map, asked.map)
    np.testing.assert_array_equal(asked.fbirn.weisskoff, figures(data).weisskoff)


def test_the_picture_shows_the_curve_and_the_ideal_one():
    result = mrsnr.temporal(Image(phantom(volumes=60), np.eye(4)), fbirn=True)
    drawn = weisskoff_curve(result)
    (axes,) = drawn.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    measured, ideal = axes.lines[:2]
    np.testing.assert_array_equal(measured.get_ydata(), result.fbirn.weisskoff)
    np.testing.assert_allclose(ideal.get_ydata() * ideal.get_xdata(), result.fbirn.weisskoff[0])
    assert set(mrsnr.figures.draw(result, slice=1)) == {"mean", "tsnr_map", "course", "dvars", "weisskoff"}
    with pytest.raises(ArgumentError, match="no Weisskoff curve"):
        weisskoff_curve(mrsnr.temporal(Image(phantom(volumes=20), np.eye(4))))


def test_the_picture_of_a_phantom_that_does_not_vary():
    still = np.repeat(phantom(volumes=1), 8, axis=-1)
    still[0, 0, 0] += np.arange(8)
    drawn = weisskoff_curve(mrsnr.temporal(Image(still, np.eye(4)), fbirn=True, drop=0))
    assert "does not vary" in drawn._suptitle.get_text()


@pytest.mark.parametrize("name", ["pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz"])
def test_a_real_phantom(shared_data, name):
    found = mrsnr.temporal(mrsnr.load(shared_data(name)), fbirn=True).fbirn
    assert found.fluctuation > 0
    assert 1 < found.radius < found.size
    assert found.drift <= found.raw_drift * 1.5
