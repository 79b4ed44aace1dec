"""Every figure can be drawn, everything on it can be read, and matplotlib is left as it was."""

import io
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mrsnr import figures
from mrsnr.figures.lettering import printable, shortened
from mrsnr.model import Image

LONG = "sub-017_ses-20240131_acq-coronal_dir-LR_run-02_desc-a$b_{thing}^2_part-mag_T2w_" + "x" * 90 + ".nii.gz"


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def written(figure):
    """Every text on the figure but the numbers at its axes, with its place."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [figure._suptitle, figure._supxlabel, *(text for legend in figure.legends for text in legend.get_texts())]
    for axes in figure.axes:
        texts += [axes.title, *axes.texts, axes.xaxis.label, axes.yaxis.label]
    texts = [text for text in texts if text is not None and text.get_text().strip()]
    return [(text.get_text(), text.get_fontsize(), text.get_window_extent(renderer)) for text in texts]


def assert_readable(figure):
    assert png(figure).startswith(b"\x89PNG")
    texts = written(figure)
    for text, size, box in texts:
        assert size >= 9, text
        assert figure.bbox.x0 <= box.x0, text
        assert box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0, text
        assert box.y1 <= figure.bbox.y1, text
    for n, (text, _, box) in enumerate(texts):
        for other, _, there in texts[n + 1 :]:
            assert not box.overlaps(there), f"{text!r} is written over {other!r}"


@pytest.mark.parametrize(
    ("what", "index", "names"),
    [
        ("one", None, ("histogram", "clusters", "noise_mask", "snr_map")),
        ("one", 2, ("clusters", "noise_mask", "snr_map")),
        ("several", 2, ("clusters", "snr_map")),
        ("air", None, ("labels", "histogram")),
        ("air", 3, ("labels", "noise_mask", "sigma_map", "snr_map")),
        ("refused", 2, ("montage", "histogram")),
        ("series", None, ("mean", "tsnr_map")),
    ],
)
def test_every_figure_is_a_png_that_can_be_read(what, index, names, result, of_air, refused, series):
    named = replace(result, image=Image(result.image.data, result.image.affine, {"source": f"a/{LONG}"}))
    sigma = np.where(of_air.noise.region, np.nan, 20.0)
    mapped = replace(of_air, noise=replace(of_air.noise, sigma=sigma, channels=7.63)) if index else of_air
    results = {"one": named, "air": mapped, "several": (result, result, refused), "refused": refused, "series": series}
    drawn = figures.draw(results[what], slice=index)
    for figure in (drawn[name] for name in names):
        assert figure.dpi == 150
        assert 8 <= figure.get_figwidth() <= 11.1
        assert 3 <= figure.get_figheight() <= 9
        assert_readable(figure)


def test_the_heads_of_narrow_columns_can_be_read(result):
    turned = np.array([[0, 0, -4, 0], [-2, 0, 0, 0], [0, 3, 0, 0], [0, 0, 0, 1.0]])  # sagittal, five voxels wide
    data, clusters = (np.swapaxes(array, 0, 2) for array in (result.image.data, result.noise.clusters))
    noise = replace(result.noise, clusters=clusters, region=clusters == 0)
    narrow = replace(result, image=Image(data, turned[:, [2, 1, 0, 3]]), noise=noise, map=data / 1.5)
    assert_readable(figures.cluster_maps(narrow))
    assert_readable(figures.snr_map(narrow))


def test_maps_side_by_side_can_be_read(series):
    other = replace(series, order=0, image=Image(series.image.data, np.diag([1.0, 1.0, 5.0, 1.0]), {"source": LONG}))
    assert_readable(figures.tsnr_maps(series, other))
    assert_readable(figures.tsnr_maps(series, other, series, slice=1, titles=(LONG, "low", "middle")))


@pytest.mark.parametrize("shape", [(1, 1), (40, 3), (3, 40, 2), (64, 64, 40), (5, 6, 1), (7, 8, 3, 1)])
def test_images_of_any_shape(shape):
    data = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    assert_readable(figures.montage(Image(data, np.diag([1.0, 1.5, 8.0, 1.0]))))


@pytest.mark.parametrize("data", [np.full((4, 4, 2), np.nan), np.zeros((4, 4, 2)), np.full((4, 4, 2), np.inf)])
def test_images_without_contrast(data, refused):
    for figure in figures.draw(replace(refused, image=Image(data, np.eye(4))), slice=0).values():
        assert png(figure)


@pytest.mark.parametrize("name", ["$x^{", "a\nb.nii", "腎臓.nii.gz", "bad\udc80name.nii", "tab\t.nii", ""])
def test_any_file_name(name, image):
    assert png(figures.montage(Image(image.data, image.affine, {"source": name}), slice=0))


def test_long_names_lose_their_middle():
    short = shortened(LONG)
    assert len(short) == 48
    assert short.startswith("sub-017_ses-2024")
    assert short.endswith("x.nii.gz")
    assert shortened("short.nii") == "short.nii"
    assert printable("a\udc80b×") == "a?b×"


def test_the_reader_is_told_units_method_value_and_place(result):
    shown = figures.draw(result, slice=2)
    labels = {name: " ".join(axes.get_ylabel() for axes in figure.axes) for name, figure in shown.items()}
    assert "SNR (dimensionless)" in labels["snr_map"]
    assert "0 to 99.5th percentile" in labels["snr_map"]
    assert "intensity (image units)" in labels["montage"]
    for name in ("snr_map", "clusters", "noise_mask", "histogram"):
        title = shown[name].get_suptitle().replace("\n", " ")
        assert "SNR 44.00 (95 %: 42.00 to 46.00), caution" in title
        assert "Gaussian mixture of 3 clusters, not converged in 500 iterations" in title
    for name in ("montage", "snr_map", "clusters", "noise_mask"):
        below = shown[name].get_supxlabel()
        for words in ("kidney.nii.gz", "coronal", "voxels 2 × 3 × 4 mm", "patient's right is on the left"):
            assert words in below
    assert "2: 30.00, 3: 44.00, 4: 101.5, 5: none" in shown["clusters"].get_supxlabel()


def test_matplotlib_is_left_as_it_was(result, series):
    before = dict(dict.items(mpl.rcParams))  # `rcParams["backend"]` would choose a backend
    drawn = figures.draw(result, slice=2) | figures.draw(series, slice=2)
    for name in ("clusters", "tsnr_map"):
        png(drawn[name])
    assert dict(dict.items(mpl.rcParams)) == before


def test_pyplot_is_never_imported():
    code = (
        "import sys, numpy as np, mrsnr; from mrsnr.figures import montage; import io; "
        "montage(mrsnr.Image(np.ones((3, 3, 2)), np.eye(4))).savefig(io.BytesIO()); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code


def test_the_users_result_is_not_changed(result):
    before = np.array(result.image.data), dict(result.image.meta)
    figures.draw((result, result), slice=2)
    np.testing.assert_array_equal(result.image.data, before[0])
    assert result.image.meta == before[1]
