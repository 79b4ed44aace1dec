"""Who was scanned, where and when reaches no output, unless that is asked for."""

import base64
import gzip
import json
import re

import nibabel
import numpy as np
import pytest
from matplotlib.text import Text

import mrsnr
from mrsnr.io import name_of

FOLDER = "Quibble_Zephyrine"
DESCRIPTION = "WIP_descriptive_words"
SAID = {
    "PatientName": "Quibble^Zephyrine",
    "PatientID": "PID7700123",
    "PatientBirthDate": "19611127",
    "PatientSex": "OTHERSEX",
    "PatientAge": "057Y",
    "PatientWeight": "71.25",
    "InstitutionName": "Saint Elsewhere",
    "StationName": "STATION42B",
    "ReferringPhysicianName": "Healer^Hubert",
    "PerformingPhysicianName": "Leech^Lorna",
    "OperatorsName": "Knobs^Nadia",
    "StudyDate": "20190423",
    "SeriesDate": "20190424",
    "AcquisitionDate": "20190425",
    "ContentDate": "20190426",
    "StudyTime": "101112",
    "SeriesTime": "111213",
    "AcquisitionTime": "121314",
    "ContentTime": "131415",
    "AcquisitionDateTime": "20190427141516",
    "AccessionNumber": "ACC0815",
    "StudyID": "STUDY4711",
    "DeviceSerialNumber": "SN66123",
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.66123.2",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.8.498.66123.3",
    "ProtocolName": "WIP_protocol_words",
    "SeriesDescription": DESCRIPTION,
}
OF_PAR = {
    "PatientName": "Quibble^Zephyrine",
    "StudyDescription": "EXAM4711",
    "ProtocolName": "WIP_protocol_words",
    "StudyDate": "1987.06.05",
    "StudyTime": "04:03:02",
}
SHOWN_BY_SERIES = {DESCRIPTION, SAID["SeriesInstanceUID"]}  # a series is chosen by them
SECRETS = {*SAID.values(), *OF_PAR.values(), "Quibble", "Zephyrine", "Hubert", "Lorna", "Nadia", "1961-11-27"}


def found_in(words, secrets=SECRETS):
    """Return the secrets in a text; digits in the middle of a number are chance."""
    return {one for one in secrets if re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", words, re.IGNORECASE)}


def written(folder):
    """Return what is in every file of a folder: as text, as it is and decompressed, with its name."""
    contents = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        contents += [path.name.encode(), *(without_pictures(content) if path.suffix == ".html" else [content])]
        contents += [gzip.decompress(content)] if path.suffix == ".gz" else []
    return b"\n".join(contents).decode("latin-1")


def without_pictures(page):
    """Return a page without its pictures, whose letters are chance, and the volumes of its viewer decompressed."""
    volumes = [base64.b64decode(found) for found in re.findall(rb'"nifti": "([^"]+)"', page)]
    return [re.sub(rb"[A-Za-z0-9+/=]{150,}", b"", page), *map(gzip.decompress, volumes)]


def dicom(folder, data, **more):
    """Write a series in a folder of folders; volumes are repeats."""
    pydicom = pytest.importorskip("pydicom")
    volumes = data if data.ndim == 4 else data[..., np.newaxis]
    (folder / "19611127").mkdir(parents=True, exist_ok=True)
    for number, (k, t) in enumerate(np.ndindex(volumes.shape[2:]), start=1):
        made = pydicom.dataset.Dataset()
        made.file_meta = pydicom.dataset.FileMetaDataset()
        made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        image = {
            "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "SOPInstanceUID": f"1.2.3.{number}",
            "ImageType": ["ORIGINAL", "PRIMARY", "M"], "Modality": "MR", "Manufacturer": "SIEMENS", "SeriesNumber": 5,
            "InstanceNumber": number, "AcquisitionNumber": t + 1, "SliceThickness": 5, "RepetitionTime": 2000,
            "EchoTime": 30, "ImagePositionPatient": [0, 0, 5 * k], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "PixelSpacing": [2, 2], "Rows": volumes.shape[1], "Columns": volumes.shape[0], "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15,
            "PixelRepresentation": 1,
        }  # fmt: skip
        for name, value in {**image, **SAID, **more}.items():
            setattr(made, name, value)
        made.PixelData = volumes[:, :, k, t].T.astype("<i2").tobytes()
        made["PixelData"].VR = "OW"
        name = f"IM{more.get('SeriesInstanceUID', '')[-1:]}{number:03d}"
        made.save_as(folder / "19611127" / name, enforce_file_format=True)
    return folder


def nifti(folder, data):
    """Write an image with names in its header, in an extension, and in the JSON beside it."""
    folder.mkdir()
    image = nibabel.Nifti1Image(data.astype(np.int16), np.diag([-2.0, 2, 5, 1]))
    for field in ("descrip", "db_name", "aux_file", "intent_name"):
        image.header[field] = SAID["PatientName"].encode()
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", SAID["PatientID"].encode()))
    nibabel.save(image, folder / "scan.nii.gz")
    sidecar = {**SAID, "PatientWeight": 71.25, "EchoTime": 0.03, "ImageType": ["ORIGINAL", "M"]}
    (folder / "scan.json").write_text(json.dumps(sidecar))
    return folder / "scan.nii.gz"


def parrec(folder, data):
    """Write a PAR/REC file, whose header names patient, examination, protocol and date."""
    folder.mkdir()
    volumes = data if data.ndim == 4 else data[..., np.newaxis]
    x, y, slices, dynamics = volumes.shape
    general = {
        "Patient name": OF_PAR["PatientName"],
        "Examination name": OF_PAR["StudyDescription"],
        "Protocol name": OF_PAR["ProtocolName"],
        "Examination date/time": f"{OF_PAR['StudyDate']} / {OF_PAR['StudyTime']}",
        "Max. number of echoes": 1,
        "Max. number of slices/locations": slices,
        "Max. number of dynamics": dynamics,
        "Technique": "FFE",
        "Repetition time [ms]": 2000,
        "Angulation midslice(ap,fh,rl)[degr]": "0 0 0",
        "Off Centre midslice(ap,fh,rl) [mm]": "0 0 0",
    }
    lines = [f"# Dataset name: E:\\{FOLDER}\\scan", "# CLINICAL TRYOUT   Research image export tool     V4.2", ""]
    lines += [f".    {name} :   {value}" for name, value in general.items()]
    rows = [
        f"{k + 1} 1 {t + 1} 1 0 2 {t * slices + k} 16 100 {x} {y} 0 1 1 1070 1860 0 0 0 0 {5 * (k - (slices - 1) / 2)} "
        f"0 5 0 0 1 0 2 2 2 2.5 {2 * t} 0 0 1 8 0 0 0 30 0 1 1 8 0 0 0 0 1"
        for t in range(dynamics)
        for k in range(slices)
    ]
    (folder / "scan.PAR").write_text("\n".join([*lines, "", *rows, ""]))
    (folder / "scan.REC").write_bytes(volumes.astype("<u2").tobytes(order="F"))
    return folder / "scan.PAR"


def expected(path):
    """Return what a scan says of the patient, as it says it."""
    return OF_PAR if path.suffix == ".PAR" else SAID


FORMATS = {"dicom": dicom, "nifti": nifti, "parrec": parrec}


@pytest.fixture(params=FORMATS)
def scanned(request, tmp_path, levels):
    """A scan in a folder that is called after the patient; a DICOM scan is that folder."""
    return FORMATS[request.param](tmp_path / FOLDER, levels)


@pytest.fixture
def searched(run, tmp_path):
    """Return a function that runs a command and returns how it ended, its files, and the secrets in each."""

    def call(*arguments, status=0):
        ended = run(*arguments)
        assert ended.status == status, ended.err
        files = written(tmp_path / "out")
        return ended, found_in(ended.out + ended.err), found_in(files)

    return call


def test_the_search_finds_what_is_there(scanned):
    assert found_in(written(scanned.parent)) >= set(expected(scanned).values())
    assert found_in("IM 57 and 157Y at 0.101112") == set()


@pytest.mark.parametrize(
    "command",
    [("measure",), ("measure", "--tsv"), ("compare",), ("compare", "--json"), ("info",), ("info", "--json")],
    ids=" ".join,
)
def test_nothing_is_printed(searched, scanned, command):
    ended, said, _ = searched(command[0], scanned, *command[1:])
    assert ended.out
    assert said == set()


def test_nothing_is_written(searched, scanned, tmp_path):
    out = tmp_path / "out"
    ended, said, files = searched("measure", scanned, "--json", "--no-figures", "--report", "--out", out)
    assert "<h1>" in written(out)
    assert (said, files) == (set(), set())
    assert "identifiers" not in ended.json["images"][0]
    assert set(ended.json["images"][0]["source"]) == {"name", "sha256"}
    begin = "series-5" if scanned.is_dir() else "scan"
    assert {path.name.split("_")[0] for path in (tmp_path / "out").iterdir()} == {begin}


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_a_series(searched, tmp_path, form):
    data = 500 + np.random.default_rng(0).normal(0, 5, (16, 16, 2, 12)).round()
    path = FORMATS[form](tmp_path / FOLDER, data)
    for options in ([], ["--json"]):
        where = ("--no-figures", "--report", "--overwrite", "--out", tmp_path / "out")
        _, said, files = searched("temporal", path, *where, *options)
        assert (said, files) == (set(), set())
    assert list((tmp_path / "out").glob("*_tsnr.json"))


def test_nothing_is_in_the_pictures(searched, monkeypatch, tmp_path, levels):
    drawn, draw = [], mrsnr.figures.draw

    def heard(*given, **options):
        pictures = draw(*given, **options)
        drawn.extend(text.get_text() for one in pictures.values() for text in one.findobj(Text))
        return pictures

    monkeypatch.setattr("mrsnr.figures.draw", heard)
    scan = dicom(tmp_path / FOLDER, levels)
    _, said, files = searched("measure", scan, "--out", tmp_path / "out")
    assert (said, files) == (set(), set())
    assert any((tmp_path / "out").glob("*.png"))
    assert any("series-5" in text for text in drawn)
    assert found_in("\n".join(drawn)) == set()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_list_of_series_says_what_it_is_chosen_by(searched, tmp_path, levels, options):
    _, said, _ = searched("series", dicom(tmp_path / FOLDER, levels), *options)
    assert DESCRIPTION in said
    assert said <= SHOWN_BY_SERIES


def test_a_series_that_only_its_uid_tells_apart_is_not_called_after_it(searched, tmp_path, levels):
    scan = dicom(tmp_path / FOLDER, levels)
    other = SAID["SeriesInstanceUID"] + ".7"
    dicom(scan, levels, SeriesInstanceUID=other)
    _, said, files = searched("measure", scan, "--series", other, "--no-figures", "--out", tmp_path / "out")
    assert (said, files) == (set(), set())
    assert (tmp_path / "out/series-5_snr.json").exists()


def test_errors_do_not_name_the_folder(searched, tmp_path, levels):
    scan = dicom(tmp_path / FOLDER, levels)
    broken = scan / "19611127" / "IM001"
    broken.write_bytes(broken.read_bytes()[:-100])
    dicom(scan, levels[..., :1], SeriesNumber=6, SeriesInstanceUID="1.2.3")
    for command in (("measure", scan), ("measure", scan, "--json"), ("info", scan), ("temporal", scan, "--json")):
        ended, said, _ = searched(*command, status=3)
        assert "The folder holds 2 images" in ended.err
        assert said <= SHOWN_BY_SERIES
    (tmp_path / "Quibble").mkdir()
    for command in ("measure", "series", "info"):
        _, said, _ = searched(command, tmp_path / "Quibble", "--json", status=3)
        assert said == set()


def test_files_that_are_given_beside_are_named_without_their_folders(searched, tmp_path, levels):
    scan = dicom(tmp_path / FOLDER, levels)
    again = dicom(tmp_path / f"{FOLDER}_again", np.roll(levels, 5, axis=1))
    options = ("--json", "--no-figures", "--out", tmp_path / "out")
    ended, said, files = searched("measure", scan, "--repeat", again, *options)
    assert (said, files) == (set(), set())
    assert [one["name"] for one in ended.json["images"][0]["inputs"]] == ["series-5"]


def test_the_other_half_of_a_complex_image_is_named_without_its_folder(searched, write, valid, tmp_path, levels):
    scan, rng = nifti(tmp_path / FOLDER, levels), np.random.default_rng(0)
    phase = write(rng.uniform(-np.pi, np.pi, levels.shape), f"{FOLDER}/turned_ph.nii")
    ended, said, _ = searched("measure", scan, "--phase", phase, "--json")
    valid(ended.json, "measure")
    assert said == set()
    (other,) = ended.json["images"][0]["inputs"]
    assert (other["role"], other["name"]) == ("phase", "turned_ph.nii")


def test_a_sidecar_that_cannot_be_read_is_named_without_its_folder(searched, monkeypatch, tmp_path, levels):
    path = nifti(tmp_path / FOLDER, levels)

    def refuse(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.read_text", refuse)
    ended, said, _ = searched("info", path)
    assert "scan.json was not used: Permission denied." in ended.err
    assert said == set()


# --- if they are asked for


def test_the_library_has_them_if_asked(scanned):
    kept = mrsnr.load(scanned, keep_identifiers=True)
    assert {name: str(value) for name, value in kept.meta["identifiers"].items()} == expected(scanned)
    plain = mrsnr.load(scanned)
    assert "identifiers" not in plain.meta
    assert {**kept.meta, "identifiers": 0}.keys() == {*plain.meta, "identifiers"}
    np.testing.assert_array_equal(kept.data, plain.data)
    assert name_of(kept) == name_of(plain)


def test_the_json_has_them_and_the_path_if_asked(searched, scanned, valid, tmp_path):
    options = ("--json", "--keep-identifiers", "--no-figures", "--out", tmp_path / "out")
    ended, said, _ = searched("measure", scanned, *options)
    valid(ended.json, "measure")
    (document,) = ended.json["images"]
    assert {name: str(value) for name, value in document["identifiers"].items()} == expected(scanned)
    assert document["source"]["path"] == str(scanned)
    assert said >= set(expected(scanned).values())
    (numbers,) = (tmp_path / "out").glob("*_snr.json")
    assert json.loads(numbers.read_text()) == document
    numbers.unlink()
    assert found_in(written(tmp_path / "out")) == set()


@pytest.mark.parametrize("command", ["compare", "info"])
def test_other_commands_have_them_too(searched, scanned, valid, command):
    ended, said, _ = searched(command, scanned, "--json", "--keep-identifiers")
    valid(ended.json, "info" if command == "info" else "measure")
    assert said >= set(expected(scanned).values())
    assert str(scanned) in ended.out
    if command == "info":
        assert searched(command, scanned, "--keep-identifiers")[1] >= set(expected(scanned).values())


def test_a_series_has_them_too(searched, tmp_path, valid):
    path = nifti(tmp_path / FOLDER, 500 + np.random.default_rng(0).normal(0, 5, (16, 16, 2, 12)).round())
    ended, said, _ = searched("temporal", path, "--json", "--keep-identifiers")
    valid(ended.json, "measure")
    assert said >= set(SAID.values())


def test_formats_that_say_nothing_of_a_patient_have_none(tmp_path, levels):
    nibabel.save(nibabel.AnalyzeImage(levels, np.diag([-2.0, 2, 5, 1])), tmp_path / "scan.img")
    assert mrsnr.load(tmp_path / "scan.img", keep_identifiers=True).meta["identifiers"] == {}
