"""Everything that is printed with --json or written with --out has the documented form."""

import hashlib
import json
from pathlib import Path

import jsonschema
import nibabel
import numpy as np
import pytest

from mrsnr.cli import info

AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])
SIDECAR = json.dumps({"RepetitionTime": 0.1, "EchoTime": 0.002, "ImageType": ["M"], "PatientName": "Doe"})


def plain(write, levels):
    return [write(levels)]


def with_sidecar(write, levels):
    return [write(levels, sidecar=SIDECAR)]


def with_all_of_a_header(write, levels):
    known = {"MRAcquisitionType": "2D", "SliceThickness": 5, "AcquisitionMatrixPE": 64, "ReconMatrixPE": 64}
    said = {"ImageType": ["M", "NORM"], "PhaseEncodingDirection": "j", "ParallelReductionFactorInPlane": 2}
    return [write(levels, sidecar=json.dumps({**known, **said, "PixelBandwidth": 100, "AcquisitionDuration": 9}))]


def labelled(write, levels):
    return [write(levels), "--labels", write((levels > 300).astype("u1") * 3, "labels.nii")]


def label_outside_the_finite(write, levels):
    data = levels.astype("f4")
    data[60:] = np.nan
    label = np.zeros(levels.shape, "u1")
    label[62] = 1
    return [write(data), "--labels", write(label, "label.nii")]


def mixture(write, levels):
    return [write(levels), "--method", "mixture", "--clusters", "4"]


def inside(write, levels):
    return [write(levels), "--method", "tissue"]


def repeated(write, levels):
    return [write(levels), "--repeat", write(np.roll(levels, 5, axis=1), "again.nii")]


def repeats(write, levels):
    return [write(np.stack([np.roll(levels, 5 * k, axis=1) for k in range(3)], axis=-1)), "--repeats"]


def a_noise_scan(write, levels):
    air = np.concatenate([levels[:32], levels[31::-1]])
    return [write(levels), "--noise-scan", write(air, "noise.nii"), "--channels", "1"]


def masked(write, levels):
    return [write(levels), "--noise-mask", write((levels < 60).astype("u1"), "mask.nii")]


def elsewhere(write, levels):
    moved = AFFINE.copy()
    moved[0, 3] = 50
    return [write(levels), "--noise-mask", write((levels < 60).astype("u1"), "mask.nii", affine=moved)]


def volumes(write, levels):
    return [write(np.stack([levels, levels // 2], axis=-1))]


def flat(write, levels):
    return [write(levels[..., 0])]


def phase(write, levels):
    return [write(levels, "scan_ph.nii")]


def complex_voxels(write, levels):
    return [write((levels * 1j).astype("c8"))]


def negative(write, levels):
    return [write(levels - 200, "scan_real.nii")]


def no_foreground(write, levels):
    return [write(levels), "--noise-mask", write(np.ones(levels.shape, "u1"), "mask.nii")]


def no_noise(write, levels):
    return [write(np.where(levels > 200, levels, 0)), "--noise-mask", write((levels < 60).astype("u1"), "mask.nii")]


def error(write, levels):
    return [write(np.zeros((4, 4, 4), "i2"))]


def several(write, levels):
    return [write(levels, "a.nii"), write(levels, "b_ph.nii"), "missing.nii", write(np.ones((3, 3)), "c.nii")]


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (plain, 0), (with_sidecar, 0), (with_all_of_a_header, 0), (labelled, 0), (label_outside_the_finite, 4),
        (masked, 0), (elsewhere, 0),
        (volumes, 0), (flat, 0), (complex_voxels, 0), (negative, 0), (phase, 4), (no_foreground, 4), (no_noise, 4),
        (mixture, 0), (inside, 0), (repeated, 0), (repeats, 0), (a_noise_scan, 0), (error, 3), (several, 3),
    ],
)  # fmt: skip
def test_measure(run, write, levels, valid, tmp_path, no_figures, make, status):
    ended = run("measure", *make(write, levels), "--json", "--out", tmp_path / "out")
    assert ended.status == status
    document = ended.json
    valid(document, "measure")
    images = [image for image in document["images"] if "error" not in image]
    written = sorted((tmp_path / "out").glob("*_snr.json")) if images else []
    assert [json.loads(path.read_text()) for path in written] == images
    for image in images:
        valid(image, "measure", "image")
    for sidecar in set((tmp_path / "out").glob("*.json")) - set(written):
        valid(json.loads(sidecar.read_text()), "measure", "map")


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (plain, 0), (labelled, 0), (masked, 0), (phase, 4), (complex_voxels, 0), (repeated, 0), (repeats, 0),
        (a_noise_scan, 0), (error, 3),
    ],
)  # fmt: skip
def test_compare(run, write, levels, valid, make, status):
    ended = run("compare", *make(write, levels), "--json")
    assert ended.status == status
    valid(ended.json, "measure")


def test_every_file_that_is_given_is_named_with_its_hash(run, write, levels, no_figures, tmp_path):
    ended = run("measure", *repeated(write, levels), "--json", "--out", tmp_path / "out")
    document = ended.json["images"][0]
    digest = hashlib.sha256((tmp_path / "again.nii").read_bytes()).hexdigest()
    assert document["inputs"] == [{"role": "repeat", "name": "again.nii", "sha256": digest}]
    assert document["results"][0]["repeats"] == 2
    sidecar = json.loads((tmp_path / "out/scan_snr_map.json").read_text())
    assert sidecar["Sources"] == [document["source"], {"name": "again.nii", "sha256": digest}]
    ended = run("measure", *labelled(write, levels), "--noise-mask", tmp_path / "labels.nii", "--json")
    assert [one["role"] for one in ended.json["images"][0]["inputs"]] == ["noise_mask", "labels"]


@pytest.mark.parametrize("options", [[], ["--order", "0"], ["--mask", "MASK"]])
def test_temporal(run, write, series, valid, tmp_path, no_figures, options):
    mask = write(np.ones((16, 16, 3), "u1"), "mask.nii")
    ended = run("temporal", series, *(mask if o == "MASK" else o for o in options), "--json", "--out", tmp_path / "out")
    assert ended.status == 0
    valid(ended.json, "measure")
    valid(json.loads((tmp_path / "out/series_tsnr.json").read_text()), "measure", "image")
    maps = [path for path in (tmp_path / "out").glob("*.json") if path.name != "series_tsnr.json"]
    assert len(maps) == 3
    for path in maps:
        valid(json.loads(path.read_text()), "measure", "map")


@pytest.mark.parametrize(
    ("name", "status"), [("series.nii", 0), ("still.nii", 4), ("series_ph.nii", 4), ("missing.nii", 3), ("one.nii", 3)]
)
def test_temporal_of_everything_else(run, write, series, valid, tmp_path, name, status):
    data = np.asarray(nibabel.load(series).dataobj)
    write(data[..., :4], "series.nii")
    write(np.repeat(data[..., :1], 5, axis=3), "still.nii")
    write(data[..., :9], "series_ph.nii")
    write(data[..., 0], "one.nii")
    ended = run("temporal", tmp_path / name, "--json")
    assert ended.status == status
    valid(ended.json, "measure")


@pytest.mark.parametrize("make", [plain, with_sidecar, volumes, flat, phase, complex_voxels])
def test_info(run, write, levels, valid, make):
    ended = run("info", make(write, levels)[0], "--json")
    assert ended.status == 0
    valid(ended.json, "info")


def test_info_of_a_bad_file(run, tmp_path, valid):
    ended = run("info", tmp_path / "missing.nii", "--json")
    assert ended.status == 3
    valid(ended.json, "info")


def test_the_schema_of_info_knows_the_sidecar_fields(valid, run, scan):
    document = run("info", scan, "--json").json
    valid({**document, "sidecar": dict.fromkeys(info.SIDECAR_FIELDS, 1)}, "info")


def test_a_field_without_documentation_is_noticed(run, scan, valid):
    document = run("measure", scan, "--json").json
    document["images"][0]["results"][0]["noise"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        valid(document, "measure")


@pytest.mark.parametrize("verdict", ["trusted", "caution"])
def test_a_value_is_there_if_and_only_if_it_is_not_refused(run, scan, valid, verdict):
    document = run("measure", scan, "--json").json
    result = document["images"][0]["results"][0]
    result.update(verdict=verdict, value=None)
    with pytest.raises(jsonschema.ValidationError):
        valid(document, "measure")
    result.update(verdict="refused", value=50.0)
    with pytest.raises(jsonschema.ValidationError):
        valid(document, "measure")


@pytest.mark.parametrize("schema", ["measure", "info"])
def test_every_field_is_explained(schema):
    """Every property of the schema stands in docs/json.md between backticks."""
    docs = Path(__file__).parents[2] / "docs"
    text = (docs / "json.md").read_text()

    def names(part):
        if isinstance(part, dict):
            yield from part.get("properties", {})
            for value in part.values():
                yield from names(value)
        elif isinstance(part, list):
            for value in part:
                yield from names(value)

    content = json.loads((docs / f"schema/{schema}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(content)
    sidecar = set(info.SIDECAR_FIELDS) if schema == "info" else set()
    missing = {name for name in names(content) if f"`{name}`" not in text} - sidecar
    assert missing <= {"images"}
