"""Counts are counts, and the Gaussians have the area of their voxels."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from scipy import stats

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


def noise_curve(axes):
    (line,) = (line for line in axes.lines if "noise of" in line.get_label())
    return line


def test_the_noise_is_drawn_over_its_air_in_both_panels(of_air):
    for axes in figures.histogram(of_air).axes:
        inside = steps(axes)["voxels that the noise was taken from"]
        assert inside.values.sum() == of_air.noise.region.sum()
        line = noise_curve(axes)
        x, y = line.get_data()
        width = np.diff(inside.edges)[0]
        area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
        assert area == pytest.approx(of_air.noise.region.sum() * width, rel=0.03)
        assert "Rayleigh noise of sigma 20" in line.get_label()


def test_air_that_is_noise_lies_on_the_curve(of_air):
    dark = figures.histogram(of_air).axes[1]
    bars = steps(dark)["voxels that the noise was taken from"]
    middle = (bars.edges[1:] + bars.edges[:-1]) / 2
    expected = np.interp(middle, *noise_curve(dark).get_data())
    many = expected > 20
    assert many.sum() > 20
    np.testing.assert_allclose(bars.values[many], expected[many], atol=5 * np.sqrt(expected[many].max()))


@pytest.mark.parametrize("channels", [1, 2.5, 8])
def test_the_curve_is_the_density_of_chi(of_air, channels):
    noise = replace(of_air.noise, channels=channels)
    line = noise_curve(figures.histogram(replace(of_air, noise=noise)).axes[-1])
    x, y = line.get_data()
    width = np.diff(steps(line.axes)["voxels that the noise was taken from"].edges)[0]
    expected = stats.chi(2 * channels, scale=20).pdf(x) * noise.region.sum() * width
    np.testing.assert_allclose(y, expected, atol=0.03 * expected.max())


def test_a_real_part_has_its_air_to_both_sides_of_0(of_air):
    data = np.array(of_air.image.data)
    rng = np.random.default_rng(2)
    data[of_air.noise.region] = rng.normal(0, 20, of_air.noise.region.sum())
    real = replace(
        of_air, image=Image(data, of_air.image.affine, {"kind": "real"}), noise=replace(of_air.noise, channels=0.5)
    )
    line = noise_curve(figures.histogram(real).axes[-1])
    x, y = line.get_data()
    width = np.diff(steps(line.axes)["voxels that the noise was taken from"].edges)[0]
    np.testing.assert_allclose(y, stats.norm(0, 20).pdf(x) * real.noise.region.sum() * width, rtol=0.02, atol=0.5)


@pytest.mark.parametrize("method", ["tissue", "difference", "noise_scan"])
def test_noise_from_elsewhere_draws_no_curve_of_air(of_air, method):
    (axes, *_) = figures.histogram(replace(of_air, noise=replace(of_air.noise, method=method))).axes
    assert not axes.lines
    assert ("voxels that the noise was taken from" in steps(axes)) == (method != "noise_scan")
