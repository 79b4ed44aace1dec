"""From stored bits to voxels."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from mrsnr.errors import MissingExtraError
from mrsnr.io.dicom import read
from mrsnr.io.dicom.files import open_file
from mrsnr.io.dicom.sources import DiskFile

from .conftest import enhanced_of, slice_of, stack, write


def voxels(path):
    """Return the voxels of a file with one slice, as rows from the top and columns."""
    return np.asarray(read(path).data)[:, ::-1, 0].T


@pytest.fixture
def series(tmp_path, rng):
    """Return a folder of 3 slices and 5 volumes, and its voxels (x, y, z, T)."""
    expected = np.zeros((16, 12, 3, 5))
    for k, volume, made in stack(rng, slices=3, volumes=5):
        expected[:, :, k, volume] = made.pixel_array[::-1].T
        write(made, tmp_path / f"{k}{volume}")
    return tmp_path, expected


@pytest.mark.parametrize("slope", [1, 1.2771, 0.001])
@pytest.mark.parametrize("intercept", [0, -1024])
def test_rescaling(tmp_path, rng, slope, intercept):
    stored = rng.integers(0, 4000, (9, 7)).astype(np.uint16)
    file = write(
        slice_of(stored, RescaleSlope=slope, RescaleIntercept=intercept, WindowCenter=5, WindowWidth=2),
        tmp_path / "one",
    )
    np.testing.assert_allclose(voxels(file), stored * float(slope) + intercept, rtol=1e-12)
    assert read(file).meta["scaling"] == {"slope": slope, "intercept": intercept}
    assert read(file).data.dtype == np.uint16


def test_each_frame_has_its_own_scale(tmp_path, rng):
    stored = rng.integers(0, 4000, (6, 9, 7)).astype(np.uint16)
    scales = [(1 + k / 4, 10.0 * k) for k in range(6)]
    positions = [(0, 0, 3.0 * (k % 3)) for k in range(6)]
    made = enhanced_of(stored, positions=positions, scales=scales, times=[1, 1, 1, 2, 2, 2])
    image = read(write(made, tmp_path / "one"))
    assert image.shape == (7, 9, 3, 2)
    for k, (slope, intercept) in enumerate(scales):
        frame = np.asarray(image.data)[:, ::-1, k % 3, k // 3].T
        np.testing.assert_allclose(frame, stored[k] * slope + intercept, rtol=1e-12)
    np.testing.assert_array_equal(image.meta["scaling"]["slope"], [[1, 1.75], [1.25, 2], [1.5, 2.25]])


def test_the_scale_of_philips_is_kept(tmp_path, rng):
    made = slice_of(
        rng.integers(0, 99, (8, 8)).astype(np.uint16), Manufacturer="Philips", RescaleSlope=2, RescaleIntercept=0
    )
    block = made.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x0E, "FL", 0.25)
    block.add_new(0x0D, "FL", 0.0)
    scaling = read(write(made, tmp_path / "one")).meta["scaling"]
    assert scaling == {"slope": 2, "intercept": 0, "scale_slope": 0.25, "scale_intercept": 0}


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_types_and_byte_orders(tmp_path, rng, dtype, syntax):
    limits = np.iinfo(dtype)
    stored = rng.integers(limits.min, limits.max, (8, 6), dtype, endpoint=True)
    made = slice_of(stored)
    if syntax is not None:
        made.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        made.PixelData = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    np.testing.assert_array_equal(voxels(write(made, tmp_path / "one")), stored)


@pytest.mark.parametrize("kind", ["i", "u"])
@pytest.mark.parametrize("high", [11, 13])
def test_bits_beside_the_pixels_are_left_out(tmp_path, rng, kind, high):
    values = rng.integers(-2048 if kind == "i" else 0, 2047, (8, 6)).astype(np.int32)
    shift = high - 11
    noise = rng.integers(0, 2, (8, 6)) << 15 | (rng.integers(0, 2, (8, 6)) if shift else 0)
    stored = ((values & 0xFFF) << shift | noise).astype(np.uint16)
    made = slice_of(stored, BitsStored=12, HighBit=high, PixelRepresentation=int(kind == "i"))
    np.testing.assert_array_equal(voxels(write(made, tmp_path / "one")), values)


def test_rle(tmp_path, rng):
    stored = np.repeat(rng.integers(0, 4000, (8, 3)), 4, axis=1).astype(np.uint16)
    made = slice_of(stored)
    made.compress(RLELossless)
    np.testing.assert_array_equal(voxels(write(made, tmp_path / "one")), stored)


def test_rle_of_several_frames(tmp_path, rng):
    stored = np.repeat(rng.integers(0, 4000, (4, 8, 3)), 4, axis=2).astype(np.int16)
    made = enhanced_of(stored, positions=[(0, 0, 3.0 * k) for k in range(4)])
    made.compress(RLELossless)
    data = np.asarray(read(write(made, tmp_path / "one")).data)
    np.testing.assert_array_equal(data[:, ::-1].transpose(2, 1, 0), stored)


@pytest.mark.parametrize("name", ["emri_small_RLE", "emri_small_jpeg_2k_lossless"])
def test_compressed_files_hold_what_the_uncompressed_one_does(shared_data, name):
    pytest.importorskip("openjpeg")
    plain = np.asarray(read(shared_data("dicom-small/emri_small.dcm")).data)
    np.testing.assert_array_equal(np.asarray(read(shared_data(f"dicom-small/{name}.dcm")).data), plain)


def test_without_pydicom_it_says_what_to_install(tmp_path, monkeypatch):
    made = slice_of(np.ones((8, 8), np.uint16))
    made.compress(RLELossless)
    image = read(write(made, tmp_path / "one.dcm"))
    monkeypatch.setitem(sys.modules, "pydicom.pixels.decoders.base", None)
    with pytest.raises(MissingExtraError, match=r"one.dcm has compressed pixels.*pip install 'mrsnr\[dicom\]'"):
        np.asarray(image.data)


@pytest.mark.parametrize(
    "index",
    [
        (Ellipsis,),
        (slice(None), slice(None), 1),
        (Ellipsis, 3),
        (Ellipsis, slice(1, 4)),
        (slice(2, 9, 3), 4, slice(None, None, -1), slice(None, None, 2)),
        (3,),
        (0, 0, -1, -1),
        (Ellipsis, [0, 2]),
        (None, Ellipsis, 2),
        (Ellipsis, slice(5, 9)),
    ],
    ids=str,
)
def test_parts(series, index):
    folder, expected = series
    np.testing.assert_array_equal(read(folder).data[index], expected[index])


def test_a_part_reads_no_other_files(series):
    folder, expected = series
    image = read(folder)
    for k in (0, 2):
        (folder / f"{k}4").unlink()
    np.testing.assert_array_equal(image.data[..., 1, 4], expected[..., 1, 4])
    np.testing.assert_array_equal(image.data[..., :4], expected[..., :4])


@pytest.mark.parametrize("volumes", [1, 2, 5, 9])
def test_blocks(series, volumes):
    folder, expected = series
    blocks = list(read(folder).data.blocks(volumes))
    assert [block.shape[3] for block in blocks] == [volumes] * (5 // volumes) + [5 % volumes] * bool(5 % volumes)
    np.testing.assert_array_equal(np.concatenate(blocks, axis=3), expected)


def test_an_image_can_be_sent_to_another_process(series):
    folder, expected = series
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(read(folder))).data), expected)  # noqa: S301


def test_headers_are_read_as_pydicom_reads_them():
    names = {"SeriesDescription": str, "EchoTime": float, "Rows": int, "ImageType": tuple, "Manufacturer": str}
    compared = 0
    for path in sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*MR*.dcm")):
        theirs = pydicom.dcmread(path)
        file = open_file(DiskFile(str(path), path.stat().st_size))
        for name, kind in names.items():
            expected = theirs.get(name)
            if expected in (None, ""):
                continue
            ours = {str: file.header.text, float: file.header.number, int: file.header.whole, tuple: file.header.words}
            assert ours[kind](name) == kind(expected), (path, name)
            compared += 1
        assert file.pixels.offset > 0
    assert compared > 20


@pytest.mark.parametrize(("scales", "comparable"), [(((2, 0.5), (4, 0.25)), True), (((2, 0.5), (4, 0.5)), False)])
def test_frames_that_philips_scaled_by_different_amounts_are_warned_of(tmp_path, rng, scales, comparable):
    for volume, (slope, own) in enumerate(scales):
        pixels = rng.integers(0, 99, (8, 8)).astype(np.uint16)
        made = slice_of(pixels, number=volume + 1, Manufacturer="Philips", RescaleSlope=slope, RescaleIntercept=0)
        made.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", own)
        write(made, tmp_path / str(volume))
    assert ("problems" not in read(tmp_path).meta) == comparable


def test_a_mosaic_of_united_imaging(tmp_path, rng):
    pixels = rng.integers(0, 99, (16, 12)).astype(np.uint16)
    made = slice_of(pixels, Manufacturer="UIH", ImageType=["ORIGINAL", "PRIMARY", "M", "VFRAME"])
    block = made.private_block(0x0065, "Image Private Header", create=True)
    block.add_new(0x50, "DS", "3")
    items = [Dataset() for _ in range(3)]
    for item, z in zip(items, (6.0, 2.0, 4.0), strict=True):
        item.ImagePositionPatient = [1.0, 2.0, z]
    block.add_new(0x51, "SQ", Sequence(items))
    image = read(write(made, tmp_path / "one"))
    assert image.shape == (6, 8, 3)
    for k, (row, column) in enumerate([(0, 6), (8, 0), (0, 0)]):  # at z of 2, 4 and 6 mm
        tile = pixels[row : row + 8, column : column + 6]
        np.testing.assert_array_equal(np.asarray(image.data)[:, ::-1, k].T, tile)
    assert image.affine[2, 3] == pytest.approx(2)
    assert image.voxel_size == pytest.approx((1.25, 1.5, 2))
