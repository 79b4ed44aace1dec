"""Which slices are shown, of what, and on which scale of colours."""

from dataclasses import replace

import numpy as np
import pytest

from mrsnr import figures
from mrsnr.errors import ArgumentError
from mrsnr.figures.slices import chosen_slices, grey_scale, snr_scale
from mrsnr.model import Image, Noise, Verdict


def panels(figure):
    return [axes for axes in figure.axes if axes.images]


def titles(figure):
    return [axes.get_title().splitlines()[-1] for axes in panels(figure)]


def page(plane):
    """A coronal slice of this affine (voxel axes to the left, head and back): head up, left on the right."""
    return plane.T[::-1]


@pytest.mark.parametrize(
    ("count", "most"), [(1, 16), (13, 16), (16, 16), (17, 16), (33, 16), (100, 16), (17, 3), (5, 2)]
)
def test_slices_are_evenly_spaced_centred_and_not_too_many(count, most):
    shown = chosen_slices(count, None, most=most)
    assert most / 2 <= len(shown) <= most or len(shown) == count
    assert len(set(np.diff(shown))) <= 1
    assert abs(shown[0] - (count - 1 - shown[-1])) <= 1
    assert count > most or shown == tuple(range(count))


def test_every_figure_of_a_run_shows_the_slice_asked_for(result, series):
    for drawn in (
        figures.draw(result, slice=3),
        figures.draw(series, slice=3),
        figures.draw((result, result), slice=3),
    ):
        for name, figure in drawn.items():
            assert name == "histogram" or set(titles(figure)) == {"slice 3 of 0-4"}, name


def test_the_pixels_are_the_voxels_of_that_slice(result, series):
    shown = figures.draw(result, slice=3)
    np.testing.assert_array_equal(panels(shown["montage"])[0].images[0].get_array(), page(result.image.data[..., 3]))
    np.testing.assert_array_equal(panels(shown["snr_map"])[0].images[0].get_array(), page(result.map[..., 3]))
    overlay = panels(shown["noise_mask"])[0].images[1].get_array()
    np.testing.assert_array_equal(overlay.filled(0) == 1, page(result.noise.region[..., 3]))
    *binary, together = panels(shown["clusters"])
    for cluster, axes in enumerate(binary):
        np.testing.assert_array_equal(axes.images[0].get_array() == 1, page(result.noise.clusters[..., 3] == cluster))
    np.testing.assert_array_equal(together.images[0].get_array(), page(result.noise.clusters[..., 3]))
    mean = panels(figures.draw(series, slice=3)["mean"])[0].images[0].get_array()
    np.testing.assert_array_equal(mean, page(series.mean[..., 3]))


def test_without_a_slice_montages_show_them_all(result):
    shown = figures.draw(result)
    for name in ("montage", "snr_map", "noise_mask"):
        assert titles(shown[name]) == [f"slice {index}" for index in range(5)]


@pytest.mark.parametrize("index", [-1, 5, 2.5, "2"])
def test_a_slice_that_is_not_there_is_refused(index, result, series):
    for draw in (
        lambda: figures.montage(result.image, slice=index),
        lambda: figures.snr_map(result, slice=index),
        lambda: figures.cluster_maps(result, slice=index),
        lambda: figures.noise_mask(result, slice=index),
        lambda: figures.tsnr_maps(series, slice=index),
        lambda: figures.draw(result, slice=index),
    ):
        with pytest.raises(ArgumentError, match=r"0 to 4|whole number"):
            draw()


def test_volumes_are_chosen_and_named(image):
    series = Image(np.stack([image.data, 10 + np.asarray(image.data)], axis=-1), image.affine)
    figure = figures.montage(series, slice=0, volume=1)
    np.testing.assert_array_equal(panels(figure)[0].images[0].get_array(), page(10 + image.data[..., 0]))
    assert "volume 1 of 0-1" in figure.get_suptitle()
    with pytest.raises(ArgumentError, match=r"no volume 2 .*0 to 1"):
        figures.montage(series, volume=2)


def test_of_several_volumes_the_first_is_shown_and_the_maps_side_by_side(result):
    louder = replace(result, value=88.0, map=2 * result.map)
    shown = figures.draw((result, louder), slice=1)
    for name in ("montage", "histogram", "clusters", "noise_mask"):
        assert "volume 0 of 0-1" in shown[name].get_suptitle()
    first, second = panels(shown["snr_map"])
    assert first.images[0].get_clim() == second.images[0].get_clim()
    assert "volume 1 of 0-1\nSNR 88" in second.get_title()


def test_complex_voxels_are_shown_as_magnitude(image):
    turned = Image(np.asarray(image.data) * np.exp(0.3j), image.affine, {"kind": "complex"})
    shown = panels(figures.montage(turned, slice=2))[0].images[0].get_array()
    np.testing.assert_allclose(shown, page(image.data[..., 2]))


def test_undefined_voxels_are_grey(image):
    data = np.array(image.data)
    data[4, 5, 2] = np.nan
    axes = panels(figures.montage(Image(data, image.affine), slice=2))[0]
    assert np.argwhere(axes.images[0].get_array().mask).tolist() == [[20 - 1 - 5, 4]]
    grey = axes.images[0].cmap(np.ma.masked_invalid([np.nan]))[0]
    assert grey[0] == grey[1] == grey[2]
    assert grey[3] == 1


def test_the_grey_scale_ignores_one_spike():
    values = np.append(np.linspace(0, 100, 10_001), 1e9)
    scale = grey_scale(values)
    assert (scale.low, scale.high) == pytest.approx((0.5, 99.5), abs=0.02)
    assert scale.extend == "both"


def test_a_snr_scale_starts_at_0_and_says_what_lies_beyond():
    scale = snr_scale([np.linspace(0, 100, 10_001), np.linspace(-1, 50, 100)])
    assert (scale.low, scale.high) == (0, pytest.approx(99.5))
    assert scale.extend == "both"
    assert snr_scale([np.array([0.0, 7.0])], limits=(0, 10)).extend == "neither"


@pytest.mark.parametrize("values", [np.full(5, np.nan), np.zeros(5), np.full(5, 3.0)])
def test_a_scale_has_a_width_even_if_the_values_have_none(values):
    for scale in (grey_scale(values), snr_scale([values])):
        assert scale.high > scale.low


def test_tsnr_maps_share_one_scale(series):
    quiet = replace(series, map=series.map / 4, value=10.0)
    figure = figures.tsnr_maps(series, quiet, slice=2, titles=("high", "low"))
    assert {axes.images[0].get_clim() for axes in panels(figure)} == {(0, 40)}
    assert [axes.get_title().splitlines()[:2] for axes in panels(figure)] == [
        ["high", "median 40.00, trusted"],
        ["low", "median 10.00, trusted"],
    ]
    limited = figures.tsnr_maps(series, quiet, slice=2, limits=(0, 20))
    assert {axes.images[0].get_clim() for axes in panels(limited)} == {(0, 20)}


def test_the_line_around_the_mask_runs_along_the_edges_of_its_voxels(series):
    mask = np.zeros(series.mask.shape, dtype=bool)
    mask[3:7, 5:8, 2] = True  # 4 x 3 voxels: 14 edges
    (line,) = panels(figures.tsnr_maps(replace(series, mask=mask), slice=2))[0].lines
    x, y = (np.reshape(values, (-1, 3))[:, :2] for values in line.get_data())
    assert len(x) == 14
    assert (x.min(), x.max(), y.min(), y.max()) == (2.5, 6.5, 19 - 7.5, 19 - 4.5)
    np.testing.assert_array_equal(np.hypot(np.diff(x), np.diff(y)), 1)


@pytest.mark.parametrize("options", [{"titles": ("one",)}, {"limits": (5, 5)}, {"limits": (0, np.inf)}])
def test_wrong_options_of_tsnr_maps(options, series):
    with pytest.raises(ArgumentError):
        figures.tsnr_maps(series, series, **options)
    with pytest.raises(ArgumentError, match="no tSNR map"):
        figures.tsnr_maps()


def test_a_refused_result_gives_the_pictures_that_make_sense(refused):
    shown = figures.draw(refused)
    assert list(shown) == ["montage", "histogram"]
    assert "refused: zeros" in shown["histogram"].get_suptitle()
    for picture in (figures.cluster_maps, figures.snr_map, figures.noise_mask):
        with pytest.raises(ArgumentError):
            picture(refused)


def test_one_refused_volume_of_several(result, refused):
    assert set(figures.draw((refused, result))) == {"montage", "histogram", "snr_map"}
    with pytest.raises(ArgumentError, match="no result"):
        figures.draw(())


def test_noise_of_another_method_or_a_map_of_sigma(result):
    region = result.noise.region
    sigma = np.where(region, 1.5, np.nan)
    noise = Noise(sigma=sigma, channels=1, interval=None, region=region, checks=(), method="other", parameters={})
    shown = figures.draw(replace(result, noise=noise, method="other", verdict=Verdict.TRUSTED))
    assert set(shown) == {"montage", "histogram", "noise_mask", "snr_map", "sigma_map"}
    (legend,) = shown["noise_mask"].legends
    assert "median sigma 1.500 " in legend.get_texts()[0].get_text()
    assert f"{np.count_nonzero(region):,} voxels" in legend.get_texts()[0].get_text()


def test_labels_are_painted_where_they_are(of_air):
    figure = figures.label_maps(of_air, slice=3)
    (axes,) = panels(figure)
    grey, *painted = axes.images
    np.testing.assert_array_equal(grey.get_array(), page(of_air.image.data[..., 3]))
    for mask, layer in zip(of_air.regions.labels.values(), painted, strict=True):
        np.testing.assert_array_equal(layer.get_array().filled(0) == 1, page(mask[..., 3]))
    (legend,) = figure.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["liver: SNR 50.00 (49.00 to 51.00)", "spleen: SNR 50.00 (49.00 to 51.00)"]
    colours = {patch.get_facecolor() for patch in legend.get_patches()}
    assert len(colours) == 2


def test_found_tissues_are_called_so(of_air, result):
    found = replace(of_air, provenance={"of": "tissues"})
    assert "tissues" in figures.label_maps(found, slice=0).get_suptitle()
    assert "labels" in figures.label_maps(of_air, slice=0).get_suptitle()
    with pytest.raises(ArgumentError, match="no labels"):
        figures.label_maps(result)


def test_more_labels_than_a_legend_holds(of_air):
    labels = dict.fromkeys(range(1, 16), of_air.regions.labels[1])
    table = tuple(replace(of_air.table[0], label=n, name=f"part {n}", snr=None) for n in labels)
    figure = figures.label_maps(replace(of_air, table=table, regions=replace(of_air.regions, labels=labels)), slice=0)
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(said) == 13
    assert said[0] == "part 1: no SNR"
    assert said[-1] == "and 3 more"


def test_a_map_of_sigma_is_shown_from_0_with_nothing_outside(of_air):
    sigma = np.where(of_air.noise.region, np.nan, 20.0)
    figure = figures.sigma_map(replace(of_air, noise=replace(of_air.noise, sigma=sigma)), slice=2)
    (axes,) = panels(figure)
    np.testing.assert_array_equal(axes.images[0].get_array().filled(np.nan), page(sigma[..., 2]))
    assert axes.images[0].get_clim() == (0, 20)
    assert "sigma is a map" in figure.get_suptitle()
    with pytest.raises(ArgumentError, match="no map of sigma"):
        figures.sigma_map(of_air)
