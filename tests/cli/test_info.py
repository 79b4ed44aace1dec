"""``mrsnr info`` says what a file holds."""

import json
import re
from pathlib import Path

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.cli.info import SIDECAR_FIELDS
from mrsnr.io.dicom.tags import IDENTIFYING

AFFINE = np.array([[-2.0, 0, 0, 90], [0, 0, 4.0, -80], [0, 3.0, 0, -30], [0, 0, 0, 1]])


def test_what_a_person_reads(run, write):
    data = np.zeros((4, 5, 6, 7), np.int16)
    sidecar = {"RepetitionTime": 2.5, "EchoTime": 0.03, "FlipAngle": 30, "ImageType": ["ORIGINAL", "M"]}
    ended = run("info", write(data, affine=AFFINE, sidecar=json.dumps(sidecar)))
    assert (ended.status, ended.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    said = {line[0]: line[1] for line in lines if len(line) == 2}
    assert said["size"] == "4 x 5 x 6 voxels"
    assert said["voxel"] == "2 x 3 x 4 mm"
    assert said["volumes"] == "7"
    assert said["kind"] == "magnitude, stored as int16"
    assert said["repetition"] == "time  2500 ms"
    assert said["FlipAngle"] == "30 degrees"
    assert said["ImageType"] == "ORIGINAL, M"
    assert "from right to left" in ended.out
    assert "The slices are coronal." in ended.out


def test_json_has_the_same(run, write, valid):
    path = write(np.zeros((4, 5, 6), np.float32), affine=AFFINE, sidecar='{"EchoTime": 0.03, "FlipAngle": NaN}')
    document = run("info", path, "--json").json
    valid(document, "info")
    assert document["affine"] == AFFINE.tolist()
    assert document["te_s"] == 0.03
    assert document["tr_s"] is None
    assert document["sidecar"] == {"EchoTime": 0.03, "FlipAngle": None}


def test_the_voxels_are_not_read(run, write):
    path = write(np.random.default_rng(0).integers(0, 999, (30, 30, 30)).astype(np.int16), "scan.nii.gz")
    path.write_bytes(path.read_bytes()[:-1000])
    assert run("info", path).status == 0
    assert run("measure", path).status == 3


@pytest.mark.parametrize(
    "sidecar",
    [
        '{"RepetitionTime": NaN, "EchoTime": 1e999}',
        '{"RepetitionTime": "2", "EchoTime": [1, 2], "Manufacturer": {"a": null}}',
        '{"Manufacturer": "\\ud800 \\u001b[31m\\n", "ImageType": [1, ["x"]], "CoilString": ""}',
        '{"RepetitionTime": 1' + 400 * "0" + "}",
    ],
)
def test_a_strange_sidecar_does_no_harm(run, write, valid, sidecar):
    path = write(np.zeros((4, 5, 6), np.int16), sidecar=sidecar)
    document = run("info", path, "--json").json
    assert (document["tr_s"], document["te_s"]) == (None, None)
    document["sidecar"] = {}
    valid(document, "info")
    ended = run("info", path)
    assert ended.status == 0
    assert "\x1b" not in ended.out


@pytest.mark.parametrize("sidecar", ["", "{", "[1]", "\x00", '"text"', "[" * 10**5])
def test_a_broken_sidecar_is_warned_of_and_left_out(run, write, levels, sidecar):
    path = write(levels, sidecar=sidecar)
    for command in ("info", "measure"):
        ended = run(command, path)
        assert ended.status == 0
        assert "sidecar scan.json" in ended.sentence


def test_the_header_s_time_unit_is_heeded(run, write):
    path = write(np.zeros((4, 5, 6, 7), np.int16), "scan.nii")
    image = nibabel.load(path)
    image.header.set_xyzt_units("mm", "msec")
    image.header["pixdim"][4] = 1500
    nibabel.save(image, path)
    assert run("info", path, "--json").json["tr_s"] == pytest.approx(1.5)


@pytest.mark.parametrize("code", [1, 5, 255])
def test_units_that_mean_nothing_are_no_error(run, write, code):
    path = write(np.zeros((4, 5, 6), np.int16), "scan.nii")
    content = bytearray(path.read_bytes())
    content[123] = code  # xyzt_units
    path.write_bytes(content)
    assert run("info", path).status == 0


def fields(out):
    """Return what is said of each field, by its name."""
    return dict(line.split(maxsplit=1) for line in out.partition("says:")[2].splitlines() if line.strip())


def test_what_bears_on_the_noise_is_shown(run, write):
    sidecar = {
        "NumberReceiveCoilActiveElements": 20, "ReceiveCoilActiveElements": "HE1-4;NE1,2", "AcquisitionDuration": 312.5,
        "CoilCombinationMethod": "Adaptive Combine", "ParallelReductionFactorInPlane": 2, "PixelBandwidth": 250,
        "ParallelAcquisitionTechnique": "GRAPPA", "MultibandAccelerationFactor": 3, "NumberOfAverages": 4,
        "PhaseEncodingDirection": "j-", "AcquisitionMatrixPE": 96, "AcquisitionVoxelSize": [1, 1.5, 4], "Units": "rad",
        "PartialFourier": 0.75, "NonlinearGradientCorrection": False, "PatientName": "Quibble^Zephyrine",
        "InstitutionName": "Saint Elsewhere", "SeriesDescription": "WIP words", "ImageComments": "Zephyrine",
        "AcquisitionTime": "10:11:12", "DeviceSerialNumber": "66123", "ProcedureStepDescription": "WIP words",
    }  # fmt: skip
    path = write(np.zeros((4, 5, 6), np.int16), sidecar=json.dumps(sidecar))
    expected = {name: value for name, value in sidecar.items() if list(sidecar).index(name) < 15}
    assert run("info", path, "--json").json["sidecar"] == expected
    said = fields(run("info", path).out)
    assert set(said) == set(expected)
    assert said["AcquisitionDuration"] == "312.5 s"
    assert said["PixelBandwidth"] == "250 Hz per pixel"
    assert said["AcquisitionVoxelSize"] == "1, 1.5, 4 mm"
    assert said["ReceiveCoilActiveElements"] == "HE1-4;NE1,2"


def test_of_dicom_it_shows_all_that_meta_has_but_words_of_people(run, valid, shared_data):
    path = shared_data("phantom-pair-vida/HC_SNR_SAG_1.dcm")
    kept = {**mrsnr.load(path).meta["sidecar"]}
    kept.pop("SeriesDescription")
    kept.pop("ProtocolName")
    document = run("info", path, "--json").json
    valid(document, "info")
    assert document["sidecar"] == kept
    assert kept["NumberReceiveCoilActiveElements"] == 20  # the coil is HeadNeck_20
    said = fields(run("info", path).out)
    assert (said["BaseResolution"], said["CoilCombinationMethod"]) == ("256", "Adaptive Combine")


def test_it_shows_every_field_that_the_documentation_names_but_words_of_people():
    text = (Path(__file__).parents[2] / "docs/formats.md").read_text()
    part = text.partition("## What the header becomes")[2].partition("## Memory")[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([A-Z][A-Za-z]+[a-z][A-Za-z]*)`", row)}
    assert len(named) > 40
    assert named - set(SIDECAR_FIELDS) == {"SeriesDescription", "ProtocolName"}
    assert not set(SIDECAR_FIELDS) & set(IDENTIFYING)
