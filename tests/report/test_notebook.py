"""What a notebook shows of a result, and the live viewer."""

import base64
import io
import re
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import PIL.Image
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.errors import MissingExtraError
from mrsnr.figures.images import MASK_COLOUR
from mrsnr.figures.labels import label_colours
from mrsnr.model import Check, CheckVerdict

EVIL = "<script>alert(1)</script>"


def test_the_block_has_value_verdict_and_picture(result):
    html = result._repr_html_()
    assert "SNR 50" in html
    assert "trusted" in html
    assert "cortex" in html
    (source,) = re.findall(r'<img alt="[^"]+"[^>]* src="([^"]+)"', html)
    assert source.startswith("data:image/webp;base64,")


def test_the_verdict_is_told_by_colour_sign_and_word(result, known):
    refused = mrsnr.measure(Image(np.asarray(known.image.data), np.eye(4), {"kind": "phase"}))
    (good,) = re.findall(r"background:(#\w+);color:#fff[^>]*>✓ trusted<", result._repr_html_())
    (bad,) = re.findall(r"background:(#\w+);color:#fff[^>]*>✕ refused<", refused._repr_html_())
    assert good != bad


def test_the_table_has_a_row_per_label(result):
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", result._repr_html_())
    assert cells[:6] == ["cortex", "270", "500.0", "10.00", "50.00", "49.00 to 51.00"]
    assert len(cells) == 12


def test_a_long_table_is_cut(result):
    html = replace(result, table=result.table[:1] * 40)._repr_html_()
    assert html.count("<tr>") == 31
    assert "and 10 more" in html


def test_the_picture_is_whole_and_says_what_it_shows(result):
    alt, data = re.findall(r'<img alt="([^"]+)"[^>]* src="data:image/webp;base64,([^"]+)"', result._repr_html_())[0]
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data)))
    assert picture.width > picture.height > 200
    assert alt == "SNR 50.00, trusted: a slice of the image, its map of SNR, the histogram of the intensities"


def test_only_text_takes_the_colour_of_the_notebook(result):
    html = re.sub(r'src="[^"]+"', "", result._repr_html_())
    assert re.findall(r"(?<![-\w])color:[^;\"]+", html) == ["color:#fff"]  # of the badge, which has its own ground
    assert "background:#fff" in html  # of the picture


def test_the_reasons_of_a_refused_image(known):
    result = mrsnr.measure(Image(np.asarray(known.image.data), np.eye(4), {"kind": "phase"}))
    html = result._repr_html_()
    assert "no SNR" in html
    assert "A phase image" in html


def test_a_series(series):
    assert "tSNR 40" in series._repr_html_()


def test_hostile_names_are_only_text(two_levels, tmp_path):
    image = two_levels()
    mask = np.zeros(image.shape, bool)
    mask[40:60, 20:50] = True
    named = Image(image.data, image.affine, {"source": str(tmp_path / f"{EVIL.replace('/', '_')}.nii")})
    measured = mrsnr.measure(named, labels={EVIL: mask})
    reason = Check("odd", None, None, CheckVerdict.WARN, f'The header says {EVIL}" onload="x.')
    html = replace(measured, reasons=(reason,))._repr_html_()
    assert "<script" not in html
    assert 'onload="' not in html
    assert html.count("&lt;script&gt;") >= 3  # name, label and reason


def test_the_live_viewer_has_the_layers_of_the_result(result, known):
    pytest.importorskip("ipyniivue", reason="ipyniivue is not there: pip install 'mrsnr[viewer]'")
    widget = mrsnr.view(result, height=300)
    names = [volume.name for volume in widget.volumes]
    assert len(names) >= 3
    assert all(name.endswith(".nii.gz") for name in names)
    assert [volume.opacity > 0 for volume in widget.volumes].count(True) == 2


@pytest.fixture
def widget(result):
    pytest.importorskip("ipyniivue", reason="ipyniivue is not there: pip install 'mrsnr[viewer]'")
    return mrsnr.view(result)


def test_the_live_viewer_lies_as_the_pictures_do(widget):
    assert widget.opts.is_radiological_convention
    assert widget.opts.is_nearest_interpolation


def test_the_live_viewer_has_the_voxels(widget, known, tmp_path):
    for number, truth in ((0, np.asarray(known.image.data)), (1, known.snr)):
        file = tmp_path / widget.volumes[number].name
        file.write_bytes(widget.volumes[number].data)
        seen = nib.load(file)
        inside = np.isfinite(truth)
        np.testing.assert_allclose(seen.get_fdata()[inside], truth[inside], atol=1e-3 * np.nanmax(truth))
        np.testing.assert_allclose(seen.affine, known.image.affine, atol=1e-5)


def test_masks_have_the_colours_of_the_pictures(widget):
    of_name = {Path(volume.name).name: volume.colormap_label for volume in widget.volumes}
    noise, labels = (np.asarray(of_name[name].lut).reshape(-1, 4) for name in ("Noise mask.nii.gz", "Labels.nii.gz"))
    assert [f"#{bytes(row[:3].tolist()).hex()}" for row in noise[1:]] == [MASK_COLOUR]
    assert [f"#{bytes(row[:3].tolist()).hex()}" for row in labels[1:]] == label_colours(2)
    assert noise[0, 3] == labels[0, 3] == 0  # clear where there is none
    assert of_name["Labels.nii.gz"].labels == ["", "cortex", "label 7"]


def test_without_ipyniivue_it_says_what_to_install(monkeypatch, result):
    monkeypatch.setitem(sys.modules, "ipyniivue", None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'mrsnr[viewer]'")):
        mrsnr.view(result)
