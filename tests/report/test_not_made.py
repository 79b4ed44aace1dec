"""A check that could not be made is shown as such, on pages, in pictures and in words, and never as passed."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.figures import summary
from mrsnr.io import document
from mrsnr.report import page
from mrsnr.report.prose import methods_paragraph
from mrsnr.report.sections import check_rows
from mrsnr.report.why import why

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")

AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])
SIDECAR = {"PhaseEncodingDirection": "j"}


@pytest.fixture(scope="module")
def band():
    """An object that leaves no air at the two ends of x: no two pairs of sides can be compared."""
    rng, shape = np.random.default_rng(0), (96, 96, 6)
    amplitude = np.zeros(shape)
    amplitude[:, 24:72] = 500
    voxels = np.hypot(amplitude + rng.normal(0, 10, shape), rng.normal(0, 10, shape))
    return mrsnr.measure(Image(voxels, AFFINE, {"sidecar": SIDECAR}))


@pytest.fixture(scope="module")
def island():
    """An object with air all about it."""
    rng, shape = np.random.default_rng(0), (96, 96, 6)
    amplitude = np.zeros(shape)
    amplitude[24:72, 24:72] = 500
    voxels = np.hypot(amplitude + rng.normal(0, 10, shape), rng.normal(0, 10, shape))
    return mrsnr.measure(Image(voxels, AFFINE, {"sidecar": SIDECAR}))


def test_it_does_not_count_against_the_answer(band):
    made = {check.code: str(check.verdict) for check in band.noise.checks}
    assert made["ghosts"] == made["sides"] == "n/a"
    assert band.reasons == ()
    assert band.verdict == "trusted"
    assert band.value == pytest.approx(50, rel=0.02)


def test_pages_show_it_before_what_passed_without_a_scale(band, island):
    rows = check_rows(band)
    assert [row.check.code for row in rows[:2]] == ["ghosts", "sides"]
    assert all(row.gauge is None and row.counted for row in rows[:2])
    text = page(band)
    assert text.count('<span class="word">n/a</span>') == 2
    assert "Ghosts could not be looked for" in text
    assert "n/a: there was nothing to look at" in text
    assert "n/a: there was nothing to look at" not in page(island)


def test_words_do_not_say_that_every_check_passed(band, island):
    assert why(band).startswith("Every check that bears on the method and could be made passed")
    assert why(island).startswith("Every check that bears on the method passed")
    told = methods_paragraph(band, document(band))
    assert "All checks that bear on this method and could be made passed" in told
    assert "All checks that bear on this method passed" in methods_paragraph(island, document(island))


def test_pictures_do_not_either(band, island):
    written = [text.get_text() for text in summary(band).texts]
    assert "Every check that could be made passed." in written
    assert "Every check passed." in [text.get_text() for text in summary(island).texts]


def test_what_bears_on_no_air_is_not_spoken_of(band):
    tissue = mrsnr.measure(band.image, "tissue")
    assert {check.verdict for check in tissue.noise.checks if check.code == "ghosts"} == {"n/a"}
    assert why(tissue).startswith("Every check that bears on the method passed")


def test_the_json_says_so_as_the_schema_has_it(band):
    told = json.loads(json.dumps(document(band)))
    schema = json.loads((Path(__file__).parents[2] / "docs/schema/measure.schema.json").read_text())
    part = {"$schema": schema["$schema"], "$ref": "#/$defs/image", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(part).validate(told)
    (result,) = told["results"]
    assert {check["verdict"] for check in result["noise"]["checks"] if check["code"] in {"ghosts", "sides"}} == {"n/a"}
