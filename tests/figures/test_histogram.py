"""Counts are counts, and the Gaussians have the area of their voxels."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from mrsnr import figures
from mrsnr.figures.intensities import count_bins
from mrsnr.model import Image, Noise


def steps(axes):
    return {patch.get_label(): patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)}


def curves(axes):
    return [line for line in axes.lines if line.get_label().startswith("cluster")]


def with_data(result, data):
    return replace(result, image=Image(data, result.image.affine))


def test_the_bars_hold_every_voxel(result):
    bars = steps(figures.histogram(result).axes[0])["voxels"]
    assert bars.values.sum() == np.prod(result.image.shape)
    assert np.ptp(np.diff(bars.edges)) < 1e-9


def test_each_gaussian_has_the_area_of_its_voxels(result):
    for axes in figures.histogram(result).axes:
        width = np.diff(steps(axes)["voxels"].edges)[0]
        for line, weight in zip(curves(axes), result.noise.weights, strict=True):
            x, y = line.get_data()
            area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
            assert area == pytest.approx(weight * np.prod(result.image.shape) * width, rel=1e-4)


def test_a_gaussian_wider_than_a_bin_is_weight_voxels_width_density(result):
    axes = figures.histogram(result).axes[0]
    width = np.diff(steps(axes)["voxels"].edges)[0]
    line = curves(axes)[1]
    mean, sd = result.noise.means[1], np.sqrt(result.noise.variances[1])
    density = np.exp(-((line.get_xdata() - mean) ** 2) / (2 * sd**2)) / (sd * np.sqrt(2 * np.pi))
    expected = result.noise.weights[1] * np.prod(result.image.shape) * width * density
    np.testing.assert_allclose(line.get_ydata(), expected, atol=2e-3 * expected.max())


def test_the_sum_is_the_sum(result):
    axes = figures.histogram(result).axes[0]
    (total,) = (line for line in axes.lines if line.get_label() == "sum of the clusters")
    at = np.linspace(0, 100, 301)
    parts = sum(np.interp(at, line.get_xdata(), line.get_ydata(), left=0, right=0) for line in curves(axes))
    np.testing.assert_allclose(np.interp(at, total.get_xdata(), total.get_ydata()), parts, rtol=0.02, atol=0.5)


def test_the_means_are_marked_and_numbered(result):
    axes = figures.histogram(result).axes[0]
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":"]
    assert marks == list(result.noise.means)
    assert [text.get_text().strip() for text in axes.texts] == ["0", "1", "2"]


def test_a_narrow_dark_end_gets_its_own_panel(result):
    whole, dark = figures.histogram(result).axes
    assert dark.get_xlim()[1] == pytest.approx(2 + 10 * 1, abs=1)
    assert np.diff(steps(dark)["voxels"].edges)[0] < np.diff(steps(whole)["voxels"].edges)[0]


def test_very_many_zeros_are_counted_apart(result):
    data = np.array(result.image.data)
    data[:12] = 0
    (axes, *_) = figures.histogram(with_data(result, data)).axes
    bars = steps(axes)
    label = f"exactly 0: {data.size // 2:,} voxels (50%)"
    assert bars[label].values.tolist() == [data.size / 2]
    assert bars["voxels other than 0"].values.sum() == data.size / 2


@pytest.mark.parametrize(("values", "repeats"), [(np.arange(1000), 3), (0.25 * np.arange(-700, 300), 2)])
def test_whole_numbers_give_no_comb(values, repeats):
    bins = count_bins(np.repeat(values, repeats).astype(np.float64), low=values[0], high=values[-1])
    assert set(bins.counts[:-1]) == {repeats * 5}
    assert bins.counts.sum() == values.size * repeats


def test_a_rescaled_and_rounded_image_gives_no_comb():
    values = np.round(81.57 * np.arange(800))
    bins = count_bins(values, low=0, high=700)
    assert set(bins.counts) == {1}


@pytest.mark.parametrize(
    "values", [np.zeros(9), np.full(9, -3.5), np.array([1e9, 1e9 + 1e-7]), np.array([0, 1e-300]), np.array([5.0])]
)
def test_hardly_any_range(values):
    bins = count_bins(values, low=values.min(), high=values.max())
    assert bins.counts.sum() + bins.zeros == values.size


def test_voxels_that_are_not_finite_are_not_counted(result):
    data = np.array(result.image.data)
    data[0] = np.nan
    data[1, 0, 0] = np.inf
    bars = steps(figures.histogram(with_data(result, data)).axes[0])["voxels"]
    assert bars.values.sum() == np.isfinite(data).sum()


def test_without_a_mixture_the_noise_region_is_shown_apart(result):
    region = result.noise.region
    noise = Noise(sigma=1.0, channels=1, interval=None, region=region, checks=(), method="other", parameters={})
    (axes,) = figures.histogram(replace(result, noise=noise)).axes
    assert steps(axes)["voxels that the noise was taken from"].values.sum() == region.sum()
