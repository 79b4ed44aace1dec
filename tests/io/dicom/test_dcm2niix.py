"""Voxels and where they are, as dcm2niix has them."""

import json

import numpy as np
import pytest

import mrsnr
from mrsnr.io.dicom import read, series_in

from .conftest import OBLIQUE, csa_header, enhanced_of, slice_of, stack, write


def at_places(image, other):
    """Return the voxels of another image in the order of this one's, by where they are; the places agree to 1e-3 mm."""
    to_other = np.linalg.inv(other.affine) @ image.affine
    matrix, shift = np.round(to_other[:3, :3]), np.round(to_other[:3, 3])
    grid = np.indices(image.shape[:3]).reshape(3, -1)
    index = (matrix @ grid + shift[:, None]).astype(int)
    there = other.affine[:3, :3] @ index + other.affine[:3, 3:]
    np.testing.assert_allclose(image.affine[:3, :3] @ grid + image.affine[:3, 3:], there, atol=1e-3)
    return np.asarray(other.dataobj)[tuple(index)].reshape(image.shape)


@pytest.mark.parametrize("folder", ["phantom-pair-ge", "phantom-pair-vida", "pcasl-phantom/dcm_1slice_60dyn"])
def test_every_series_of_the_shared_data(shared_data, dcm2niix, tmp_path, folder):
    theirs = {int(name.split("_")[0]): image for name, image in dcm2niix(shared_data(folder), tmp_path).items()}
    found = series_in(shared_data(folder))
    assert {one.number for one in found} == set(theirs)
    for one in found:
        image = read(shared_data(folder), series=one.uid)
        scale = image.meta["scaling"].get("scale_slope", 1) * image.meta["scaling"]["slope"]
        expected = at_places(image, theirs[one.number]) * scale  # of Philips, dcm2niix writes the scanner's own values
        np.testing.assert_allclose(np.asarray(image.data), expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["MR_small", "MR_small_RLE", "MR_small_bigendian", "emri_small", "emri_small_RLE"])
def test_small_files_of_the_shared_data(shared_data, dcm2niix, tmp_path, name):
    file = shared_data(f"dicom-small/{name}.dcm")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).symlink_to(file)
    (theirs,) = dcm2niix(tmp_path / "in", tmp_path / "out").values()
    image = read(file)
    np.testing.assert_array_equal(np.asarray(image.data), at_places(image, theirs))


@pytest.mark.parametrize(
    "orientation",
    [(1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1), OBLIQUE, (-1, 0, 0, 0, 1, 0)],
    ids=["axial", "coronal", "sagittal", "oblique", "turned"],
)
@pytest.mark.parametrize("volumes", [1, 5])
def test_a_classic_series(dcm2niix, tmp_path, rng, orientation, volumes):
    for k, volume, made in stack(rng, slices=5, volumes=volumes, orientation=orientation):
        made.AcquisitionTime = f"1000{volume:02d}.{k:03d}"
        write(made, tmp_path / "in" / f"{(7 * k + 3 * volume) % 64:02d}-{k}{volume}")
    (theirs,) = dcm2niix(tmp_path / "in", tmp_path / "out").values()
    image = read(tmp_path / "in")
    assert image.shape == theirs.shape
    np.testing.assert_array_equal(np.asarray(image.data), at_places(image, theirs))
    np.testing.assert_allclose(image.affine, theirs.affine, atol=1e-3)


@pytest.mark.parametrize("slope", [1, 2.5])
def test_an_enhanced_file(dcm2niix, tmp_path, rng, slope):
    pixels = rng.integers(0, 1000, (6, 12, 16)).astype(np.uint16)
    positions = [np.array([-30.0, 12.0, 7.0]) + k * 3 * np.cross(OBLIQUE[:3], OBLIQUE[3:]) for k in (3, 0, 5, 1, 4, 2)]
    made = enhanced_of(pixels, positions=positions, orientation=OBLIQUE, scales=[(slope, 10)] * 6)
    write(made, tmp_path / "in" / "one")
    (theirs,) = dcm2niix(tmp_path / "in", tmp_path / "out").values()
    image = read(tmp_path / "in" / "one")
    np.testing.assert_allclose(np.asarray(image.data), at_places(image, theirs), rtol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("count", [4, 6, 9])
def test_a_siemens_mosaic(dcm2niix, tmp_path, rng, count, sign):
    normal = sign * np.cross(OBLIQUE[:3], OBLIQUE[3:])
    across = int(np.ceil(np.sqrt(count)))
    for volume in range(3):
        pixels = np.zeros((across * 12, across * 16), np.uint16)
        for k in range(count):
            row, column = divmod(k, across)
            pixels[row * 12 : row * 12 + 12, column * 16 : column * 16 + 16] = rng.integers(1, 1000, (12, 16))
        made = slice_of(
            pixels,
            position=(-100.0, -90.0, 3.0),
            orientation=OBLIQUE,
            number=volume + 1,
            ImageType=["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"],
            AcquisitionNumber=volume + 1,
            AcquisitionTime=f"10000{volume}.0",
            SpacingBetweenSlices=4.5,
            InPlanePhaseEncodingDirection="COL",
        )
        made.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", count)
        header = csa_header(
            NumberOfImagesInMosaic=[str(count)],
            SliceNormalVector=[f"{each:.8f}" for each in normal],
            PhaseEncodingDirectionPositive=["1"],
            BandwidthPerPixelPhaseEncode=["20.5"],
        )
        made.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", header)
        write(made, tmp_path / "in" / f"{volume}")
    ((name, theirs),) = dcm2niix(tmp_path / "in", tmp_path / "out").items()
    image = read(tmp_path / "in")
    assert image.shape == theirs.shape == (16, 12, count, 3)
    np.testing.assert_array_equal(np.asarray(image.data), at_places(image, theirs))
    sidecar = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert image.meta["sidecar"]["PhaseEncodingDirection"] == sidecar["PhaseEncodingDirection"]


def test_physics_as_in_the_sidecars_of_dcm2niix(shared_data, dcm2niix, tmp_path):
    same = (
        *("Manufacturer", "ManufacturersModelName", "MagneticFieldStrength", "EchoTime", "FlipAngle", "SequenceName"),
        *(
            "MRAcquisitionType",
            "ScanningSequence",
            "SequenceVariant",
            "ScanOptions",
            "SoftwareVersions",
            "SliceThickness",
        ),
        *("SpacingBetweenSlices", "PixelBandwidth", "ParallelReductionFactorInPlane", "ParallelAcquisitionTechnique"),
        *("PhaseEncodingAxis", "PhaseEncodingDirection", "CoilCombinationMethod", "ReceiveCoilName"),
        *("ReceiveCoilActiveElements", "NonlinearGradientCorrection", "SeriesDescription", "ProtocolName"),
    )
    compared = 0
    for folder in ("phantom-pair-ge", "phantom-pair-vida", "pcasl-phantom/dcm_1slice_60dyn"):
        for name in dcm2niix(shared_data(folder), tmp_path / folder):
            theirs = json.loads((tmp_path / folder / f"{name}.json").read_text())
            ours = read(shared_data(folder), series=int(name.split("_")[0])).meta["sidecar"]
            for key in set(same) & set(theirs):
                expected = pytest.approx(theirs[key], rel=1e-4) if isinstance(theirs[key], float) else theirs[key]
                assert ours[key] == expected, key
                compared += 1
    assert compared > 60


@pytest.mark.parametrize("folder", ["phantom-pair-ge", "phantom-pair-vida"])
def test_snr_is_that_of_the_nifti_file(shared_data, dcm2niix, tmp_path, folder):
    dcm2niix(shared_data(folder), tmp_path)
    for file in sorted(tmp_path.glob("*.nii")):
        number = int(file.stem.split("_")[0])
        theirs = mrsnr.measure(mrsnr.load(file), "tissue")
        ours = mrsnr.measure(read(shared_data(folder), series=number), "tissue")
        assert ours.value == pytest.approx(theirs.value, rel=1e-6)


def test_tsnr_is_that_of_the_nifti_file(shared_data, dcm2niix, tmp_path):
    folder = shared_data("pcasl-phantom/dcm_1slice_60dyn")
    dcm2niix(folder, tmp_path)
    (file,) = tmp_path.glob("*.nii")
    theirs, ours = mrsnr.temporal(mrsnr.load(file)), mrsnr.temporal(read(folder))
    assert ours.value == pytest.approx(theirs.value, rel=1e-6)
    np.testing.assert_allclose(ours.map, theirs.map, rtol=1e-6)
