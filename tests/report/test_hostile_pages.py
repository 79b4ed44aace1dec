"""Pages of images that are odd, and of names that no text can hold."""

import base64
import gzip
import io
import re

import nibabel
import numpy as np
import pytest
from PIL import Image as Picture

import mrsnr
from mrsnr import Image
from mrsnr.figures.slices import Scale
from mrsnr.report import page
from mrsnr.report.packing import foreseen, packed, thinnings
from mrsnr.report.stills import Sheet
from mrsnr.report.volumes import Part, viewer_layers

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")

UNDECODABLE = "p\udcff\udc80"  # as Python reads the name b"p\xff\x80"


@pytest.fixture(scope="module")
def disc():
    """Return a function that makes a disc of SNR 30 in air."""

    def make(shape=(48, 48, 3)):
        rng = np.random.default_rng(0)
        x, y, *_ = np.indices(shape)
        inside = (x - shape[0] / 2) ** 2 / (shape[0] / 3) ** 2 + (y - shape[1] / 2) ** 2 / (shape[1] / 3) ** 2 < 1
        return np.hypot(300 * inside + rng.normal(0, 10, shape), rng.normal(0, 10, shape)), inside

    return make


def told_sizes(text):
    """Return width and height of every picture of slices."""
    found = re.findall(r'<svg class="slices[^"]*" viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    return [(float(wide), float(high)) for wide, high in found]


def test_names_that_no_text_can_hold_are_written_as_they_can(disc):
    data, inside = disc()
    image = Image(data, np.eye(4), {"source": f"/scans/{UNDECODABLE}.nii"})
    result = mrsnr.measure(image, labels={f"kidney {UNDECODABLE}": Image(inside.astype(np.uint8), np.eye(4))})
    text = page(result, command=f"mrsnr measure {UNDECODABLE}.nii")
    for words in (text.encode("utf-8"), result._repr_html_().encode("utf-8")):
        assert b"p??.nii" in words
        assert b"kidney p??" in words


@pytest.mark.parametrize("scale", [1e37, 1e40, 1e-40])
def test_values_beyond_single_precision_make_a_page(disc, scale):
    data, _ = disc()
    plain = told_sizes(page(mrsnr.measure(Image(data, np.eye(4)), method="tissue")))
    assert told_sizes(page(mrsnr.measure(Image(scale * data, np.eye(4)), method="tissue"))) == plain


def pixels(layer):
    """Return the colours of a layer's picture."""
    return np.asarray(Picture.open(io.BytesIO(base64.b64decode(layer.href.partition(",")[2]))).convert("RGBA"))


@pytest.mark.parametrize("scale", [1.0, 1e40, 1e-50])
def test_the_colours_do_not_depend_on_the_unit(scale):
    values = scale * np.linspace(0, 100, 64 * 64).reshape(64, 64, 1)
    sheet = Sheet.of(Image(values, np.eye(4)))
    found = pixels(sheet.coloured(values, Scale(0, 100 * scale, "neither", ""), cmap="gray", key="image", name=""))
    assert sorted(found[..., 0].ravel())[64 * 32] == pytest.approx(127, abs=2)


def test_infinite_voxels_of_both_signs_in_one_pixel_are_undefined(disc):
    data = np.abs(np.random.default_rng(0).normal(100, 1, (700, 400, 1)))
    data[300:320, 200:220] = np.inf
    data[300:320:2, 200:220] = -np.inf
    sheet = Sheet.of(Image(data, np.eye(4)))
    found = pixels(sheet.coloured(data, Scale(0, 100, "neither", ""), cmap="gray", key="image", name="", undefined=77))
    assert (found[..., 0] == 77).sum() >= 1


@pytest.mark.parametrize("shape", [(1, 2000), (2000, 1), (3, 40_000, 2), (1, 1, 40_000)])
def test_images_that_are_hardly_wide_make_a_page(shape):
    rng = np.random.default_rng(0)
    data = np.hypot(300 + rng.normal(0, 10, shape), rng.normal(0, 10, shape))
    air = np.arange(data.size).reshape(shape) % 3 == 0
    text = page(mrsnr.measure(Image(data, np.eye(4)), noise_mask=air, channels=1))
    assert len(text) < 8e6
    assert told_sizes(text)


@pytest.mark.parametrize("shape", [(2, 2000), (2000, 4), (900, 300)])
def test_slices_keep_their_proportions(shape):
    data = np.random.default_rng(0).normal(100, 1, shape)
    still = Sheet.of(Image(data, np.diag([-1.0, 2.0, 1.0, 1.0]))).still([], name="", alt="")
    assert still.width / still.height == pytest.approx(shape[0] / (2 * shape[1]), rel=0.02)


@pytest.mark.parametrize("scale", [1e-30, 1e30, 1e-45, 1e40])
def test_the_viewer_has_right_values_or_none(disc, scale):
    data, _ = disc()
    result = mrsnr.measure(Image(scale * data, np.eye(4)), method="tissue")
    layers = viewer_layers(result)
    assert bool(layers) == (1e-34 < scale < 1e34)
    for layer in layers[:1]:
        shown = nibabel.Nifti1Image.from_bytes(gzip.decompress(base64.b64decode(layer["nifti"]))).get_fdata()
        np.testing.assert_allclose(shown, scale * data, rtol=0, atol=1e-3 * scale * np.percentile(data, 99))


def test_the_size_of_few_large_slices_is_foreseen_from_bands_of_them(disc, monkeypatch):
    data, _ = disc((1200, 1000, 3))
    image = Image(data, np.eye(4))
    part, thinned = Part(data, {}), next(thinnings(image))
    read = []
    kept = gzip.compress
    monkeypatch.setattr(
        "mrsnr.report.packing.gzip.compress", lambda raw, **how: read.append(len(raw)) or kept(raw, **how)
    )
    size = foreseen([part], thinned, 13)
    assert size == pytest.approx(len(packed(part, np.eye(4), thinned, 13)["nifti"]), rel=0.05)
    assert read[0] < 0.2 * read[1]


def test_a_label_of_ten_thousand_letters_does_not_widen_the_page(disc, opened):
    data, inside = disc()
    labels = {"x" * 10_000: Image(inside.astype(np.uint8), np.eye(4))}
    shown = opened(page(mrsnr.measure(Image(data, np.eye(4)), labels=labels))).page
    assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
