"""What the header says about the scan, and what it must not say."""

from datetime import date, datetime

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import mrsnr
from mrsnr.header import intensity_normalised
from mrsnr.io.dicom import read

from .conftest import enhanced_of, slice_of, write

PROTOCOL = """### ASCCONV BEGIN ###
ucCoilCombineMode\t = \t0x1
sPat.lAccelFactPE\t = \t3
sPat.ucPATMode\t = \t0x2
sKSpace.ucPhasePartialFourier\t = \t0x4
sCoilSelectMeas.aRxCoilSelectData[0].asList[0].lRxChannelConnected\t = \t3
sCoilSelectMeas.aRxCoilSelectData[0].asList[1].lRxChannelConnected\t = \t4
sCoilSelectMeas.aRxCoilSelectData[0].asList[2].lRxChannelConnected\t = \t0
sCoilSelectMeas.aRxCoilSelectData[1].asList[0].lRxChannelConnected\t = \t4
### ASCCONV END ###
"""
IDENTIFYING = {
    "PatientName": "Doe^Jane",
    "PatientID": "HOSP-4711",
    "PatientBirthDate": "19610213",
    "PatientSex": "F",
    "PatientAge": "059Y",
    "PatientAddress": "Elm Street 9",
    "OtherPatientIDs": "ALT-0815",
    "InstitutionName": "St Elsewhere",
    "InstitutionAddress": "Boston Way 1",
    "StationName": "MRROOM3",
    "OperatorsName": "Op^Erator",
    "ReferringPhysicianName": "Ref^Erring",
    "PerformingPhysicianName": "Per^Forming",
    "AccessionNumber": "ACC-9988",
    "DeviceSerialNumber": "SN-31337",
    "StudyDescription": "Knee of a star",
    "StudyID": "STUDY-55",
    "StudyDate": "20200314",
    "SeriesDate": "20200315",
    "AcquisitionDate": "20200316",
    "ContentDate": "20200317",
    "StudyTime": "081522.77",
    "SeriesTime": "091523.78",
    "AcquisitionTime": "101524.79",
    "ContentTime": "111525.81",
    "AcquisitionDateTime": "20200318121526.82",
    "StudyInstanceUID": "1.2.826.0.1.111",
    "FrameOfReferenceUID": "1.2.826.0.1.222",
    "SeriesInstanceUID": "1.2.826.0.1.333",
    "SOPInstanceUID": "1.2.826.0.1.444",
    "PatientComments": "likes tea",
    "ImageComments": "moved a lot",
}


def texts(value):
    """Yield every text and number in what can be nested as deep as it likes."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list | tuple | set | np.ndarray):
        for item in value:
            yield from texts(item)
    else:
        assert not isinstance(value, date | datetime)
        yield str(value)


@pytest.mark.parametrize("enhanced", [False, True])
def test_nothing_that_identifies_is_in_the_meta(tmp_path, rng, enhanced):
    pixels = rng.integers(0, 99, (2, 8, 8)).astype(np.uint16)
    made = (
        enhanced_of(pixels, positions=[(0, 0, 0), (0, 0, 3)], **IDENTIFYING)
        if enhanced
        else slice_of(pixels[0], **IDENTIFYING)
    )
    request = Dataset()
    request.RequestedProcedureDescription = "for Jane Doe"
    made.RequestAttributesSequence = Sequence([request])
    image = read(write(made, tmp_path / "one.dcm"))
    said = [text for key, value in image.meta.items() if key != "source" for text in texts(value)]
    assert "T2w tra" in said
    values = [*IDENTIFYING.values(), "Jane", "Doe", "Elsewhere", "1961"]
    assert [value for value in values for text in said if value.lower() in text.lower() and value != "F"] == []
    assert "F" not in said
    assert repr(image.data) == f"<one.dcm: {image.shape}, uint16 on disk>"


def test_classic_physics_has_the_units_of_bids(tmp_path, rng):
    given = {"RepetitionTime": 2500, "EchoTime": 31.5, "InversionTime": 900, "FlipAngle": 77, "PixelBandwidth": 250}
    given |= {"NumberOfAverages": 2, "ReceiveCoilName": "Head_32", "InPlanePhaseEncodingDirection": "ROW"}
    given |= {"ScanningSequence": ["GR", "IR"], "SequenceName": "*tfl3d1", "MRAcquisitionType": "3D"}
    given |= {"ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"]}
    image = read(write(slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16), **given), tmp_path / "one"))
    numbers = {"RepetitionTime": 2.5, "EchoTime": 0.0315, "InversionTime": 0.9, "FlipAngle": 77, "PixelBandwidth": 250}
    words = {"NumberOfAverages": 2, "ReceiveCoilName": "Head_32", "PhaseEncodingAxis": "i", "Manufacturer": "Siemens"}
    words |= {"ScanningSequence": "GR\\IR", "SequenceName": "*tfl3d1", "MRAcquisitionType": "3D"}
    words |= {"ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"], "NonlinearGradientCorrection": True}
    assert {key: image.meta["sidecar"][key] for key in numbers} == pytest.approx(numbers)
    assert {key: image.meta["sidecar"][key] for key in words} == words
    assert (image.meta["tr"], image.meta["te"]) == pytest.approx((2.5, 0.0315))
    assert (image.meta["vendor"], image.meta["coil"]) == ("Siemens", "Head_32")


def test_enhanced_physics_is_found_in_the_functional_groups(tmp_path, rng):
    made = enhanced_of(rng.integers(0, 99, (2, 8, 8)).astype(np.uint16), positions=[(0, 0, 0), (0, 0, 3)])
    shared = made.SharedFunctionalGroupsSequence[0]
    shared.MRModifierSequence = Sequence([Dataset()])
    shared.MRModifierSequence[0].ParallelReductionFactorInPlane = 2.0
    shared.MRModifierSequence[0].ParallelAcquisitionTechnique = "SENSE"
    shared.MRFOVGeometrySequence = Sequence([Dataset()])
    shared.MRFOVGeometrySequence[0].InPlanePhaseEncodingDirection = "COLUMN"
    shared.MRReceiveCoilSequence = Sequence([Dataset()])
    shared.MRReceiveCoilSequence[0].ReceiveCoilName = "SENSE-Head-8"
    image = read(write(made, tmp_path / "one"))
    sidecar = image.meta["sidecar"]
    assert (sidecar["RepetitionTime"], sidecar["EchoTime"], sidecar["FlipAngle"]) == pytest.approx((1.5, 0.0125, 20))
    assert (sidecar["ParallelReductionFactorInPlane"], sidecar["ParallelAcquisitionTechnique"]) == (2, "SENSE")
    assert (sidecar["PhaseEncodingAxis"], image.meta["coil"]) == ("j", "SENSE-Head-8")


@pytest.mark.parametrize(("mode", "channels", "combined"), [(1, 2.0, "Sum of Squares"), (2, 1.0, "Adaptive Combine")])
def test_the_protocol_of_siemens_tells_coils_and_acceleration(tmp_path, rng, mode, channels, combined):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16))
    protocol = PROTOCOL.replace("0x1\n", f"0x{mode}\n", 1).encode()
    made.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x20, "OB", protocol)
    image = read(write(made, tmp_path / "one"))
    sidecar = image.meta["sidecar"]
    assert image.meta["channels"] == channels
    assert sidecar["CoilCombinationMethod"] == combined
    assert sidecar["NumberReceiveCoilActiveElements"] == 2
    assert (sidecar["ParallelReductionFactorInPlane"], sidecar["ParallelAcquisitionTechnique"]) == (3, "GRAPPA")
    assert sidecar["PartialFourier"] == 0.75


def test_text_in_other_alphabets(tmp_path, rng):
    for k, (charset, text) in enumerate([("ISO_IR 192", "Kopf ü 頭"), ("ISO_IR 100", "tête"), ("ISO_IR 144", "мозг")]):
        made = slice_of(
            rng.integers(0, 99, (8, 8)).astype(np.uint16), SeriesDescription=text, SpecificCharacterSet=charset
        )
        assert read(write(made, tmp_path / str(k))).meta["series"]["description"] == text


def test_times_that_are_zero_or_no_numbers_are_left_out(tmp_path, rng):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16), InversionTime=0, EchoTime=None)
    file = write(made, tmp_path / "one")
    assert read(file).meta["tr"] == 2
    file.write_bytes(file.read_bytes().replace(b"DS\x06\x002000.0", b"DS\x06\x00nan   "))
    meta = read(file).meta
    assert not {"tr", "te"} & set(meta)
    assert not {"RepetitionTime", "EchoTime", "InversionTime"} & set(meta["sidecar"])


@pytest.mark.parametrize(
    ("more", "coil", "channels"),
    [("ucUncombImages = 1", "HEA;HEP", 1), ("", "H01", 1), ("", "HEA;HEP", 2), ("sPat.ucPATMode = 4", "HEA;HEP", 1)],
)
def test_channels_of_siemens(tmp_path, rng, more, coil, channels):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16))
    protocol = f"{more}\nsSliceAcceleration.lMultiBandFactor = 4\nsPat.lAccelFact3D = 2\n{PROTOCOL}".encode()
    made.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x20, "OB", protocol)
    made.private_block(0x0051, "SIEMENS MR HEADER", create=True).add_new(0x0F, "LO", coil)
    meta = read(write(made, tmp_path / "one")).meta
    assert meta["channels"] == channels
    sidecar = meta["sidecar"]
    assert (sidecar["MultibandAccelerationFactor"], sidecar["ParallelReductionFactorOutOfPlane"]) == (4, 2)


def test_the_type_of_the_file_is_added_to_that_of_its_frames(tmp_path, rng):
    types = ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"]
    made = enhanced_of(rng.integers(0, 99, (1, 8, 8)).astype(np.uint16), positions=[(0, 0, 0)], ImageType=types)
    made.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence = Sequence([Dataset()])
    made.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence[0].FrameType = ["ORIGINAL", "PRIMARY", "P", "NONE"]
    image = read(write(made, tmp_path / "one"))
    assert image.kind == "phase"
    assert image.meta["sidecar"]["ImageType"] == ["ORIGINAL", "PRIMARY", "P", "NONE", "M", "NORM", "DIS2D"]
    assert image.meta["sidecar"]["NonlinearGradientCorrection"] is True


@pytest.mark.parametrize(
    ("direction", "points", "expected"),
    [("ROW", [0, 10, 6, 0], (10, 6, 8)), ("COL", [7, 0, 0, 9], (7, 9, 12)), ("COL", [0, 0, 0, 0], (None, None, 12))],
)
def test_the_matrix_that_was_acquired(tmp_path, rng, direction, points, expected):
    given = {"InPlanePhaseEncodingDirection": direction, "AcquisitionMatrix": points, "AcquisitionDuration": 268.5}
    made = slice_of(rng.integers(0, 99, (12, 8)).astype(np.uint16), **given)
    sidecar = read(write(made, tmp_path / "one")).meta["sidecar"]
    names = ("BaseResolution", "AcquisitionMatrixPE", "ReconMatrixPE")
    assert tuple(sidecar.get(name) for name in names) == expected
    assert sidecar["AcquisitionDuration"] == 268.5


def test_snr_of_a_phantom_is_normalised(shared_data):
    first, second = (mrsnr.load(shared_data(f"phantom-pair-ge/IM-000{k}-0001.dcm")) for k in (3, 4))
    result = mrsnr.measure(first, repeat=second)
    normalised = mrsnr.normalised(result)
    volume = first.voxel_size[0] * first.voxel_size[1] * first.meta["sidecar"]["SliceThickness"]  # 256 of 256 lines
    assert normalised.per_mm3 == pytest.approx(result.value / volume)


def test_newer_scanners_of_siemens_say_what_the_image_is_in_an_element_of_their_own(tmp_path, rng):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16))
    made.private_block(0x0021, "SIEMENS MR SDI 02", create=True).add_new(0x75, "CS", ["ORIGINAL", "M", "NORM"])
    image = read(write(made, tmp_path / "one"))
    assert image.meta["sidecar"]["ImageTypeText"] == ["ORIGINAL", "M", "NORM"]
    assert intensity_normalised(image)
