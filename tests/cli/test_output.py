"""What --out writes lies where the image lies, belongs together, and gives nobody away."""

import gzip
import hashlib
import json

import nibabel
import numpy as np
import pytest

MEASURED = {
    *(f"{part}{end}" for part in ("snr_map", "noise_mask") for end in (".nii.gz", ".json")),
    "snr.json",
}
CLUSTERS = {"clusters.nii.gz", "clusters.json"}
TEMPORAL = {f"{part}{end}" for part in ("tsnr_map", "mean_map", "noise_map") for end in (".nii.gz", ".json")}
TEMPORAL |= {"tsnr.json"}

SCANNER = np.array([[-1.9, 0.1, 0.4, 91], [0.2, 1.8, -0.5, -80], [0.3, 0.6, 4.9, -33], [0, 0, 0, 1]])
ALIGNED = np.array([[-2.0, 0, 0, 90], [0, 2, 0, -81], [0, 0, 5, -30], [0, 0, 0, 1]])
FORMS = {
    "sform only": (None, 0, SCANNER, 2),
    "qform only": (ALIGNED, 1, None, 0),
    "both": (ALIGNED, 1, SCANNER, 4),
    "both, the other way": (ALIGNED, 3, ALIGNED, 1),
    "neither": (None, 0, None, 0),
}


def names(folder, stem):
    return {file.name.removeprefix(f"{stem}_") for file in folder.iterdir()}


def saved(path, data, *, forms, units=("mm", "sec"), kind=nibabel.Nifti1Image, step=3.0):
    qform, qcode, sform, scode = forms
    image = kind(data, ALIGNED)
    image.set_sform(sform, code=scode)
    image.set_qform(qform, code=qcode)
    image.header.set_xyzt_units(*units)
    if data.ndim == 4:
        image.header["pixdim"][4] = step
    nibabel.save(image, path)
    return path


def assert_same_place(one, other):
    for get in ("get_qform", "get_sform"):
        (first, code), (second, other_code) = getattr(one, get)(coded=True), getattr(other, get)(coded=True)
        assert code == other_code
        assert (first is None) == (second is None)
        if first is not None:
            np.testing.assert_allclose(second, first, atol=1e-4)
    np.testing.assert_allclose(other.affine, one.affine, atol=1e-4)
    assert one.header.get_xyzt_units() == other.header.get_xyzt_units()
    assert type(one.header) is type(other.header)
    np.testing.assert_allclose(one.header["pixdim"][1:4], other.header["pixdim"][1:4], rtol=1e-6)


@pytest.mark.parametrize("forms", FORMS)
def test_measured_maps_lie_where_the_image_lies(run, levels, tmp_path, no_figures, forms):
    path = saved(tmp_path / "scan.nii", levels, forms=FORMS[forms])
    assert run("measure", path, "--out", tmp_path / "out", "--method", "mixture").status == 0
    assert names(tmp_path / "out", "scan") == MEASURED | CLUSTERS
    for part in ("snr_map", "noise_mask", "clusters"):
        written = nibabel.load(tmp_path / f"out/scan_{part}.nii.gz")
        assert_same_place(nibabel.load(path), written)
        assert written.shape == levels.shape
        assert (written.get_data_dtype() == np.float32) == (part == "snr_map")
        assert written.header["descrip"].item().startswith(b"mrsnr ")


@pytest.mark.parametrize("forms", FORMS)
@pytest.mark.parametrize("units", [("mm", "msec"), ("unknown", "unknown")])
def test_temporal_maps_lie_where_the_series_lies(run, tmp_path, no_figures, forms, units):
    data = np.random.default_rng(0).normal(100, 1, (6, 5, 4, 8)).astype(np.float32)
    path = saved(tmp_path / "s.nii", data, forms=FORMS[forms], units=units, kind=nibabel.Nifti2Image)
    assert run("temporal", path, "--out", tmp_path / "out").status == 0
    assert names(tmp_path / "out", "s") == TEMPORAL
    for part in ("tsnr_map", "mean_map", "noise_map"):
        written = nibabel.load(tmp_path / f"out/s_{part}.nii.gz")
        assert_same_place(nibabel.load(path), written)
        assert written.shape == data.shape[:3]


def test_maps_of_volumes_keep_the_time_step(run, levels, tmp_path, no_figures):
    path = saved(tmp_path / "scan.nii", np.stack([levels, levels], axis=-1), forms=FORMS["both"], units=("mm", "msec"))
    run("measure", path, "--out", tmp_path / "out")
    written = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz")
    assert_same_place(nibabel.load(path), written)
    assert written.shape == (*levels.shape, 2)
    assert written.header.get_zooms()[3] == 3.0


def test_without_figures_there_are_maps_and_numbers_and_no_old_pictures(run, scan, series, tmp_path):
    for command, path, stem, files in (("measure", scan, "scan", MEASURED), ("temporal", series, "series", TEMPORAL)):
        folder = tmp_path / command
        folder.mkdir()
        picture = folder / f"{stem}_{'tsnr' if command == 'temporal' else 'snr'}_map.png"
        picture.write_text("of an earlier run")
        ended = run(command, path, "--out", folder, "--no-figures", "--overwrite")
        assert ended.status == 0
        assert f"{len(files)} files written" in ended.out
        assert names(folder, stem) == files


def test_a_source_is_hashed_once(run, series, tmp_path, monkeypatch):
    digest, hashed = hashlib.file_digest, []

    def counted(file, name):
        hashed.append(file.name)
        return digest(file, name)

    monkeypatch.setattr("hashlib.file_digest", counted)
    assert run("temporal", series, "--out", tmp_path / "out", "--no-figures").status == 0
    assert hashed == [str(series)]
    written = json.loads((tmp_path / "out/series_tsnr.json").read_text())
    assert written["source"]["sha256"] == hashlib.sha256(series.read_bytes()).hexdigest()


def test_maps_of_two_dimensions(run, levels, tmp_path, write, no_figures):
    path = write(levels[..., 0])
    run("measure", path, "--out", tmp_path / "out")
    assert nibabel.load(tmp_path / "out/scan_snr_map.nii.gz").shape == levels.shape[:2]


def test_a_pair_and_a_big_endian_file(run, levels, tmp_path, no_figures):
    pair = nibabel.Nifti1Pair(levels, ALIGNED)
    nibabel.save(pair, tmp_path / "pair.img")
    big = nibabel.Nifti1Image(levels, ALIGNED, header=nibabel.Nifti1Header(endianness=">"), dtype="int16")
    nibabel.save(big, tmp_path / "big.nii")
    values = set()
    for path in (tmp_path / "pair.img", tmp_path / "pair.hdr", tmp_path / "big.nii"):
        values.add(run("measure", path, "--json").json["images"][0]["results"][0]["value"])
    assert len(values) == 1
    assert run("info", tmp_path / "big.nii", "--json").json["stored_as"] == "int16"


def test_maps_of_an_earlier_run_go_when_the_new_one_is_refused(run, write, levels, tmp_path, no_figures):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/scan_notes.txt").write_text("mine")
    run("measure", write(levels), "--out", tmp_path / "out")
    assert names(tmp_path / "out", "scan") == {*MEASURED, "notes.txt"}
    write(levels, sidecar='{"ImageType": ["PHASE"]}')
    assert run("measure", tmp_path / "scan.nii.gz", "--out", tmp_path / "out", "--overwrite").status == 4
    assert names(tmp_path / "out", "scan") == {"snr.json", "notes.txt"}
    assert (tmp_path / "out/scan_notes.txt").read_text() == "mine"


def test_pictures_of_an_earlier_run_go_too(run, write, levels, tmp_path, no_figures):
    (tmp_path / "out").mkdir()
    for name in ("montage", "histogram", "labels", "clusters", "noise_mask", "snr_map", "sigma_map"):
        (tmp_path / f"out/scan_{name}.png").write_text("old")
    for name in ("clusters", "sigma_map"):
        (tmp_path / f"out/scan_{name}.nii.gz").write_text("old")
    run("measure", write(levels), "--out", tmp_path / "out", "--overwrite")
    assert names(tmp_path / "out", "scan") == MEASURED


def test_a_link_is_replaced_and_not_what_it_points_to(run, write, levels, tmp_path, no_figures):
    (tmp_path / "out").mkdir()
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "out/scan_snr.json").symlink_to(tmp_path / "precious")
    assert run("measure", write(levels), "--out", tmp_path / "out").status == 2
    assert run("measure", tmp_path / "scan.nii.gz", "--out", tmp_path / "out", "--overwrite").status == 0
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "out/scan_snr.json").is_symlink()


def test_a_failure_while_writing_leaves_the_old_files(run, write, levels, tmp_path, no_figures, monkeypatch):
    run("measure", write(levels), "--out", tmp_path / "out")
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    write(levels // 2)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mrsnr.io.saving._write_json", full)
    ended = run("measure", tmp_path / "scan.nii.gz", "--out", tmp_path / "out", "--overwrite")
    assert ended.status == 2
    assert "No space left" in ended.sentence
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    assert run("measure", tmp_path / "scan.nii.gz", "--out", tmp_path / "new/deep").status == 2
    assert not (tmp_path / "new").exists()


def test_nothing_gives_the_patient_away(run, levels, series, tmp_path):
    secrets = {
        "InstitutionName": "Saint Elsewhere",
        "PatientName": "Doe^Jane",
        "PatientID": "P-0815",
        "PatientBirthDate": "19700101",
        "DeviceSerialNumber": "SN4711",
        "StationName": "STATION9",
        "AcquisitionDateTime": "2020-02-02T02:02:02",
        "SeriesDescription": "Knee of Doe",
        "Manufacturer": "GE",
        "RepetitionTime": 2.0,
    }
    folder = tmp_path / "sub-Doe-Jane"
    folder.mkdir()
    for name, data in (("scan", levels), ("series", np.asarray(nibabel.load(series).dataobj)[..., :6])):
        image = nibabel.Nifti1Image(data, ALIGNED)
        image.header["descrip"], image.header["db_name"] = b"Doe^Jane", b"Doe^Jane"
        image.header["aux_file"], image.header["intent_name"] = b"P-0815", b"P-0815"
        nibabel.save(image, folder / f"{name}.nii")
        (folder / f"{name}.json").write_text(json.dumps(secrets))
    printed = [
        run(*command).out
        for command in (
            ("info", folder / "scan.nii"),
            ("info", folder / "scan.nii", "--json"),
            ("measure", folder / "scan.nii", "--json", "--out", tmp_path / "out", "--slice", "1"),
            ("measure", folder / "scan.nii", "--tsv"),
            ("compare", folder / "scan.nii", "--json", "--noise-mask", folder / "scan.nii"),
            ("measure", folder / "scan.nii", "--repeat", folder / "scan.nii", "--json"),
            ("temporal", folder / "series.nii", "--json", "--out", tmp_path / "out", "--slice", "1"),
            ("measure", folder / "scan.nii", folder / "missing.nii", "--json"),
            ("measure", folder / "missing.nii", "--json"),
            ("info", folder / "missing.nii", "--json"),
        )
    ]
    files = [file for file in (tmp_path / "out").iterdir() if file.suffix != ".gz"]
    assert len(files) > 10
    maps = [nibabel.load(file).header.structarr.tobytes() for file in (tmp_path / "out").glob("*.nii.gz")]
    compressed = [file.read_bytes()[:200] for file in (tmp_path / "out").glob("*.nii.gz")]
    everything = [text.encode() for text in printed] + [file.read_bytes() for file in files] + maps + compressed
    told = ("Elsewhere", "Doe", "P-0815", "19700101", "SN4711", "STATION9", "2020-02", "Knee", str(tmp_path))
    for secret in told:
        assert not any(secret.encode() in content for content in everything), secret


def test_the_hash_is_the_file_s(run, scan, tmp_path, no_figures):
    run("measure", scan, "--out", tmp_path / "out")
    expected = hashlib.sha256(scan.read_bytes()).hexdigest()
    for path in (tmp_path / "out").glob("*.json"):
        content = json.loads(path.read_text())
        source = content["source"] if "source" in content else content["Sources"][0]
        assert source == {"name": "scan.nii.gz", "sha256": expected}


def inside(path):
    """Return what a file holds; compressors may write the same in other bytes."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def test_the_files_are_the_same_twice(run, write, levels, tmp_path):
    path = write(levels[..., 0])
    for folder in ("one", "two"):
        assert run("measure", path, "--out", tmp_path / folder).status == 0
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert files == sorted(file.name for file in (tmp_path / "two").iterdir())
    for name in files:
        assert inside(tmp_path / "one" / name) == inside(tmp_path / "two" / name), name


def test_where_the_files_are_is_said_in_one_line(run, write, levels, tmp_path, no_figures):
    images = [write(levels, "a.nii"), write(levels, "b.nii")]
    ended = run("measure", *images, "--out", tmp_path / "out")
    assert ended.out.splitlines()[-1] == f"10 files written to {tmp_path / 'out'}"
