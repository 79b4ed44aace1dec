"""Several images at once: each is told from the others, and what one of them lacks stops none."""

import sys

import numpy as np
import pytest

SNR = 50.0


def dicom(folder, data, *, number=5):
    """Write a volume as a DICOM series, in files that are called by UIDs."""
    pydicom = pytest.importorskip("pydicom")
    folder.mkdir(parents=True)
    for k in range(data.shape[2]):
        made = pydicom.dataset.Dataset()
        made.file_meta = pydicom.dataset.FileMetaDataset()
        made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        elements = {
            "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "SOPInstanceUID": f"1.2.3.{k + 1}", "Modality": "MR",
            "ImageType": ["ORIGINAL", "PRIMARY", "M"], "SeriesInstanceUID": f"1.2.{number}", "SeriesNumber": number,
            "InstanceNumber": k + 1, "ImagePositionPatient": [0, 0, 5 * k], "PixelSpacing": [2, 2],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "SliceThickness": 5, "SamplesPerPixel": 1,
            "Rows": data.shape[1], "Columns": data.shape[0], "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 1,
        }  # fmt: skip
        for name, value in elements.items():
            setattr(made, name, value)
        made.PixelData = data[:, :, k].T.astype("<i2").tobytes()
        made["PixelData"].VR = "OW"
        made.save_as(folder / f"1.2.3.{k + 1}", enforce_file_format=True)
    return folder


@pytest.fixture
def folders(tmp_path, levels):
    """Two folders, called after patients, whose series have the same number."""
    return [dicom(tmp_path / "Quibble_Zephyrine", levels), dicom(tmp_path / "Gale_Winfried", 2 * levels)]


def test_folders_of_one_series_number_are_refused_before_anything_is_measured(run, folders, tmp_path, monkeypatch):
    monkeypatch.setattr("mrsnr.measure", lambda *_, **__: pytest.fail("measured"))
    for options in ([], ["--report"]):
        ended = run("measure", *folders, "--out", tmp_path / "out", *options)
        assert ended.status == 2
        assert "Images 1 and 2 of the command line would write files of the same name, series-5_" in ended.sentence
        assert "--out" in ended.sentence
        assert "Quibble" not in ended.err
        assert not (tmp_path / "out").exists()


def test_each_can_have_a_folder_of_its_own(run, folders, tmp_path):
    for k, folder in enumerate(folders):
        assert run("measure", folder, "--no-figures", "--out", tmp_path / f"out{k}").status == 0
        assert (tmp_path / f"out{k}" / "series-5_snr.json").exists()


def test_an_image_that_cannot_be_opened_takes_no_name(run, folders, write, levels, tmp_path):
    broken = write(levels, "series-5.nii")
    broken.write_bytes(b"")
    ended = run("measure", folders[0], broken, "--no-figures", "--out", tmp_path / "out")
    assert ended.status == 3
    assert (tmp_path / "out" / "series-5_snr.json").exists()


def test_rows_of_one_name_have_their_place_on_the_command_line(run, folders, write, levels):
    images = [*folders, write(levels, "a/scan.nii"), write(levels, "b/scan.nii"), write(levels, "other.nii")]
    expected = [
        *("series-5 (image 1)", "series-5 (image 2)", "scan.nii (image 3)", "scan.nii (image 4)", "other.nii"),
    ]
    rows = [line.split("\t") for line in run("measure", *images, "--tsv").out.splitlines()[1:]]
    assert list(dict.fromkeys(row[0] for row in rows)) == expected
    table = run("measure", *images).out
    assert all(name in table for name in expected)
    document = run("measure", *images, "--json").json
    assert [one["source"]["name"] for one in document["images"]] == [name.split(" (")[0] for name in expected]


def test_of_several_folders_the_error_says_which(run, folders, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "neither").mkdir()
    ended = run("measure", tmp_path / "none", folders[0], tmp_path / "neither")
    assert ended.status == 3
    assert ended.err.splitlines() == [f"mrsnr: Image {k}: The folder holds no DICOM image." for k in (1, 3)]
    assert "The folder (image 3)" in ended.out


def test_files_called_by_uids_keep_their_names_apart(run, folders, tmp_path):
    files = sorted(folders[0].iterdir())[:2]
    ended = run("measure", *files, "--no-figures", "--method", "mixture", "--out", tmp_path / "out")
    assert ended.status == 0
    assert {path.name for path in (tmp_path / "out").glob("*_snr.json")} == {"1.2.3.1_snr.json", "1.2.3.2_snr.json"}


def hdf5(tmp_path):
    path = tmp_path / "scan.mnc"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(600))
    return path


def test_what_one_image_needs_does_not_stop_the_others(run, write, levels, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    images = [write(levels, "a.nii"), hdf5(tmp_path), write(levels, "b.nii")]
    ended = run("measure", *images, "--json", "--no-figures", "--out", tmp_path / "out")
    assert ended.status == 3
    assert ended.sentence == "scan.mnc: MINC 2 needs h5py; install it with: pip install 'mrsnr[minc]'"
    first, second, third = ended.json["images"]
    assert "pip install" in second["error"]
    for one in (first, third):
        assert one["results"][0]["value"] == pytest.approx(SNR, rel=0.02)
    assert {path.name for path in (tmp_path / "out").glob("*.json") if path.name.endswith("_snr.json")} == {
        "a_snr.json",
        "b_snr.json",
    }
    assert "needs a package" in run("measure", *images, "--tsv").out


def test_a_package_that_is_first_missed_when_voxels_are_read(run, write, levels, tmp_path, monkeypatch):
    pydicom = pytest.importorskip("pydicom")
    folder = dicom(tmp_path / "one", levels[:, :, :1])
    (file,) = folder.iterdir()
    made = pydicom.dcmread(file)
    made.compress(pydicom.uid.RLELossless)
    made.save_as(file)
    monkeypatch.setitem(sys.modules, "pydicom.pixels.decoders.base", None)
    ended = run("measure", folder, write(levels, "a.nii"), "--json")
    assert ended.status == 3
    assert "has compressed pixels, which need pydicom" in ended.sentence
    assert ended.json["images"][1]["results"][0]["value"] == pytest.approx(SNR, rel=0.02)


@pytest.mark.parametrize("command", ["info", "measure", "compare", "temporal"])
def test_alone_it_is_unusable_as_an_unreadable_file_is(run, tmp_path, valid, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "h5py", None)
    ended = run(command, hdf5(tmp_path), "--json")
    assert ended.status == 3
    assert "pip install" in ended.sentence
    valid(ended.json, "info" if command == "info" else "measure")


@pytest.mark.parametrize("command", ["measure", "temporal"])
@pytest.mark.parametrize("written", ["~/scan_noise_mask.nii.gz", "HOME/scan_noise_mask.nii.gz"])
@pytest.mark.parametrize("out", ["~", "~/", "~/../home", "HOME"])
def test_an_input_in_the_home_folder_is_never_replaced(
    run, write, levels, series, tmp_path, monkeypatch, command, written, out
):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    if command == "measure":
        write(levels, "home/scan.nii")
        mask = write((levels < 40).astype("u1"), "home/scan_noise_mask.nii.gz")
        given = ("~/scan.nii", "--noise-mask", written)
    else:
        mask = write(np.ones((16, 16, 3), "u1"), "home/scan_mean_map.nii.gz")
        series.rename(home / "scan.nii.gz")
        given = ("~/scan.nii.gz", "--mask", written.replace("noise_mask", "mean_map"))
    before = mask.read_bytes()
    ended = run(command, *(word.replace("HOME", str(home)) for word in (*given, "--out", out)), "--overwrite")
    assert ended.status == 2
    assert "is an input" in ended.sentence
    assert mask.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} <= {"home", "scan.nii.gz", "series.nii.gz"}


def test_results_go_to_the_home_folder_if_that_is_asked(run, write, levels, tmp_path, monkeypatch, no_figures):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(levels, "home/a/scan.nii")
    assert run("measure", "~/a/scan.nii", "--out", "~/a", "--method", "mixture").status == 0
    assert (tmp_path / "home/a/scan_snr.json").exists()
