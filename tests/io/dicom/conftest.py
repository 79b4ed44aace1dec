"""DICOM files made here, whose content is known, and dcm2niix to compare with."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import Dataset, FileMetaDataset  # noqa: E402
from pydicom.sequence import Sequence  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian, generate_uid  # noqa: E402

MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
OBLIQUE = (0.96, 0.28, 0.0, -0.168, 0.576, 0.8)
SERIES = "1.2.826.0.1.3680043.8.498.1"


def slice_of(pixels, *, position=(-10.0, -20.0, 5.0), orientation=(1, 0, 0, 0, 1, 0), number=1, **elements):
    """Return a data set of one slice; other elements by keyword, ``None`` leaves one out."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pixels = np.asarray(pixels)
    bits = pixels.dtype.itemsize * 8
    usual = {
        "SOPClassUID": MR,
        "SOPInstanceUID": generate_uid(),
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
        "Modality": "MR",
        "Manufacturer": "SIEMENS",
        "SeriesInstanceUID": SERIES,
        "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.2",
        "SeriesNumber": 5,
        "SeriesDescription": "T2w tra",
        "InstanceNumber": number,
        "AcquisitionNumber": 1,
        "SliceThickness": 3,
        "RepetitionTime": 2000,
        "EchoTime": 30,
        "FlipAngle": 90,
        "MagneticFieldStrength": 3,
        "ImagePositionPatient": [float(f"{each:.6f}") for each in position],
        "ImageOrientationPatient": list(orientation),
        "PixelSpacing": [1.5, 1.25],
        "Rows": pixels.shape[-2],
        "Columns": pixels.shape[-1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }
    for name, value in {**usual, **elements}.items():
        if value is not None:
            setattr(made, name, value)
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OW"
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return made


def enhanced_of(pixels, *, positions, orientation=(1, 0, 0, 0, 1, 0), scales=None, times=None, **elements):
    """Return an enhanced multi-frame data set, one functional group a frame."""
    made = slice_of(
        pixels[0],
        SOPClassUID=ENHANCED_MR,
        NumberOfFrames=len(pixels),
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        **{"EchoTime": None, "Manufacturer": "Philips", "ImageType": ["ORIGINAL", "PRIMARY", "T2", "NONE"], **elements},
    )
    made.PixelData = np.asarray(pixels).tobytes()
    shared = Dataset()
    shared.PlaneOrientationSequence = _one(ImageOrientationPatient=list(orientation))
    shared.PixelMeasuresSequence = _one(PixelSpacing=[1.5, 1.25], SliceThickness=3, SpacingBetweenSlices=3)
    shared.MRTimingAndRelatedParametersSequence = _one(RepetitionTime=1500, FlipAngle=20)
    shared.MREchoSequence = _one(EffectiveEchoTime=12.5)
    made.SharedFunctionalGroupsSequence = Sequence([shared])
    groups = []
    for k, position in enumerate(positions):
        group = Dataset()
        group.FrameContentSequence = _one(TemporalPositionIndex=1 if times is None else times[k])
        group.PlanePositionSequence = _one(ImagePositionPatient=[float(f"{each:.6f}") for each in position])
        if scales is not None:
            slope, intercept = scales[k]
            group.PixelValueTransformationSequence = _one(
                RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US"
            )
        groups.append(group)
    made.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return made


def _one(**elements):
    made = Dataset()
    for name, value in elements.items():
        setattr(made, name, value)
    return Sequence([made])


def csa_header(**values):
    """Return a Siemens CSA header of type 2 with names and texts."""
    made = b"SV10\4\3\2\1" + struct.pack("<II", len(values), 77)
    for name, texts in values.items():
        made += struct.pack("<64sI4sIII", name.encode(), len(texts), b"FD\0\0", 0, len(texts), 77)
        for text in texts:
            data = text.encode() + b"\0"
            made += struct.pack("<4I", len(data), len(data), 77, len(data)) + data + b"\0" * (-len(data) % 4)
    return made


def write(made, path):
    """Write a data set as a DICOM file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path, enforce_file_format=True)
    return path


def stack(rng, *, slices=4, volumes=1, shape=(12, 16), orientation=OBLIQUE, spacing=4.0, dtype=np.uint16, **elements):
    """Yield data sets of a series with noise in it, and where each belongs: (slice, volume, data set)."""
    across = np.cross(orientation[:3], orientation[3:])
    for volume in range(volumes):
        for k in range(slices):
            position = np.array([-30.0, 12.0, 7.0]) + k * spacing * across
            yield (
                k,
                volume,
                slice_of(
                    rng.integers(0, 1000, shape).astype(dtype),
                    position=position,
                    orientation=orientation,
                    number=1 + volume * slices + k,
                    **{"AcquisitionNumber": volume + 1, "SpacingBetweenSlices": spacing, **elements},
                ),
            )


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="session")
def dcm2niix():
    """Return a function that converts a folder with dcm2niix and returns its images by series number; skips without."""
    beside = Path(sys.executable).with_name("dcm2niix")
    program = str(beside) if beside.exists() else shutil.which("dcm2niix")
    if program is None:
        pytest.skip("dcm2niix is not installed")

    def convert(folder, out):
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run(  # noqa: S603
            [program, "-b", "y", "-z", "n", "-f", "%s_%p", "-o", str(out), str(folder)],
            capture_output=True,
            check=False,
        )
        return {path.stem: nibabel.load(path) for path in sorted(out.glob("*.nii"))}

    return convert
