"""What a notebook shows of a result, and the live viewer."""

import re
import sys

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.errors import MissingExtraError

EVIL = "<script>alert(1)</script>"


def test_the_block_has_value_verdict_and_picture(result):
    html = result._repr_html_()
    assert "SNR 50" in html
    assert "trusted" in html
    assert "cortex" in html
    (source,) = re.findall(r'<img alt="[^"]+"[^>]* src="([^"]+)"', html)
    assert source.startswith("data:image/webp;base64,")


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
    html = mrsnr.measure(named, labels={EVIL: mask})._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_live_viewer_has_the_layers_of_the_result(result, known):
    pytest.importorskip("ipyniivue", reason="ipyniivue is not there: pip install 'mrsnr[viewer]'")
    widget = mrsnr.view(result, height=300)
    names = [volume.name for volume in widget.volumes]
    assert len(names) >= 3
    assert all(name.endswith(".nii.gz") for name in names)
    assert [volume.opacity > 0 for volume in widget.volumes].count(True) == 2


def test_without_ipyniivue_it_says_what_to_install(monkeypatch, result):
    monkeypatch.setitem(sys.modules, "ipyniivue", None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'mrsnr[viewer]'")):
        mrsnr.view(result)
