"""Sets that are legal or common, and unlike those of the other tests: what is in them is known."""

import io
import os
import struct

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.filewriter import write_file_meta_info
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from mrsnr.errors import ImageError
from mrsnr.io.dicom import read, series_in

from .conftest import enhanced_of, slice_of, write


def one_slice(k, volume=0, **elements):
    """Return an axial slice with voxels of 10 times the volume plus the slice, 4 mm above the one before it."""
    shift = elements.pop("shift", (0, 0, 0))
    usual = {"SpacingBetweenSlices": 4, "position": np.add((-30, 12, 7 + 4 * k), shift)}
    return slice_of(np.full((12, 16), 10 * volume + k, np.uint16), **{**usual, **elements})


def along(image):
    """Return the values along the slices, and volumes if there are several."""
    return np.asarray(image.data)[0, 0]


@pytest.mark.parametrize("uid", [None, "1.2.3"])
def test_series_that_share_a_uid_are_told_apart_by_their_numbers(tmp_path, uid):
    for number in (5, 6):
        for k in range(3):
            made = one_slice(k, number, SeriesInstanceUID=uid, SeriesNumber=number)
            write(made, tmp_path / f"{k}{number}")
    assert [(one.choice, one.shape) for one in series_in(tmp_path)] == [("5", (16, 12, 3)), ("6", (16, 12, 3))]
    np.testing.assert_array_equal(along(read(tmp_path, series=6)), [60, 61, 62])


def test_stacks_side_by_side_are_no_repeats(tmp_path):
    for side in range(2):
        for k in range(3):
            made = one_slice(k, side, shift=(150 * side, 0, 0), AcquisitionNumber=1 + side)
            write(made, tmp_path / f"{side}{k}")
    assert [one.shape for one in series_in(tmp_path)] == [(16, 12, 3)] * 2
    np.testing.assert_array_equal(along(read(tmp_path, series="5:2")), [10, 11, 12])


def test_slices_of_which_some_do_not_say_where_they_are(tmp_path):
    for k in range(4):
        made = one_slice(k, ImagePositionPatient=None) if k == 2 else one_slice(k)
        write(made, tmp_path / str(k))
    assert sorted(one.shape for one in series_in(tmp_path)) == [(16, 12, 1), (16, 12, 3)]
    with pytest.raises(ImageError, match="holds 2 images"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("number", "step"),
    [("TemporalPositionIdentifier", 2.5), ("TemporalPositionIdentifier", 1.9), ("AcquisitionNumber", 1.5)],
)
def test_volumes_that_move_by_more_than_a_slice(tmp_path, number, step):
    for volume in range(4):
        for k in range(4):
            more = {"AcquisitionNumber": 1, "InstanceNumber": 1, number: volume + 1}
            write(one_slice(k, volume, shift=(0, 0, step * volume), **more), tmp_path / f"{k}{volume}")
    image = read(tmp_path)
    np.testing.assert_array_equal(along(image), 10 * np.arange(4) + np.arange(4)[:, None])
    assert image.voxel_size == pytest.approx((1.25, 1.5, 4))
    assert f"move by up to {3 * step:.2g} mm" in " ".join(image.meta["problems"])


@pytest.mark.parametrize(("slabs", "overlap"), [(2, 0), (3, 1)])
def test_slabs_of_one_volume_are_no_repeats(tmp_path, slabs, overlap):
    for slab in range(slabs):
        for k in range(5):
            place = slab * (5 - overlap) + k + 0.5 * overlap * slab
            write(one_slice(place, AcquisitionNumber=slab + 1), tmp_path / f"{slab}{k}")
    assert read(tmp_path).shape == (16, 12, 5 * slabs)


def test_a_word_more_in_the_type_of_one_slice(tmp_path):
    for k in range(6):
        types = ["ORIGINAL", "PRIMARY", "M", "ND", *(["NORM"] if k == 3 else [])]
        write(one_slice(k, ImageType=types), tmp_path / str(k))
    image = read(tmp_path)
    np.testing.assert_array_equal(along(image), range(6))
    assert "problems" not in image.meta


def test_a_word_more_in_the_type_of_all_slices_makes_another_image(tmp_path):
    for volume, more in enumerate(([], ["NORM"])):
        for k in range(3):
            types = ["ORIGINAL", "PRIMARY", "M", "ND", *more]
            write(one_slice(k, volume, ImageType=types), tmp_path / f"{k}{volume}")
    assert [one.shape for one in series_in(tmp_path)] == [(16, 12, 3)] * 2


@pytest.mark.parametrize(
    ("more", "shape"), [({}, (16, 12, 5)), ({"FrameTime": 40.0, "FrameIncrementPointer": 0x00181063}, (16, 12, 1, 5))]
)
def test_frames_that_have_no_header_of_their_own(tmp_path, more, shape):
    made = one_slice(0, NumberOfFrames=5, **more)
    made.PixelData = np.concatenate([np.full((12, 16), k, np.uint16) for k in range(5)]).tobytes()
    image = read(write(made, tmp_path / "one"))
    assert image.shape == shape
    np.testing.assert_array_equal(along(image).ravel(), range(5))
    assert ("place is assumed" in " ".join(image.meta.get("problems", ()))) == (not more)


def test_echoes_without_a_time(tmp_path):
    for k, number in ((0, 2), (0, 1), (1, 3), (1, 2), (1, 1), (0, 3)):
        write(one_slice(k, number, EchoTime=None, EchoNumbers=number), tmp_path / f"{k}{5 - number}")
    assert [one.choice for one in series_in(tmp_path)] == ["5:e1", "5:e2", "5:e3"]
    np.testing.assert_array_equal(along(read(tmp_path, series="5:e2")), [20, 21])


def test_a_gap_among_few_slices(tmp_path):
    for k in (0, 1, 3):
        write(one_slice(k), tmp_path / str(k))
    image = read(tmp_path)
    assert image.voxel_size == pytest.approx((1.25, 1.5, 4))
    assert "1 slices are missing: there are gaps after slice 2" in " ".join(image.meta["problems"])


def test_phase_whose_type_has_empty_words(tmp_path):
    assert read(write(one_slice(0, ImageType=["", "", "P"]), tmp_path / "one")).kind == "phase"


def test_kinds_that_only_the_copy_of_the_classic_header_tells(tmp_path):
    pixels = np.stack([np.full((12, 16), k, np.uint16) for k in range(6)])
    made = enhanced_of(pixels, positions=[(0, 0, 3 * (k % 3)) for k in range(6)], ComplexImageComponent="MIXED")
    for k, group in enumerate(made.PerFrameFunctionalGroupsSequence):
        copy = Dataset()
        copy.ImageType = ["ORIGINAL", "PRIMARY", *(("M_FFE", "M"), ("PHASE MAP", "P"))[k // 3], "FFE"]
        block = group.private_block(0x2005, "Philips MR Imaging DD 005", create=True)
        block.add_new(0x0F, "SQ", Sequence([copy]))
    file = write(made, tmp_path / "one")
    assert [one.choice for one in series_in(file)] == ["5:magnitude", "5:phase"]
    np.testing.assert_array_equal(along(read(file, series="5:phase")), [3, 4, 5])


def encoded(made, *, implicit):
    written = io.BytesIO()
    made.save_as(written, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
    return written.getvalue()


@pytest.mark.parametrize("implicit", [False, True])
def test_a_file_that_names_another_syntax_than_it_has(tmp_path, implicit):
    made = one_slice(3)
    meta = made.file_meta
    del made.file_meta
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if implicit else ImplicitVRLittleEndian
    head = io.BytesIO()
    write_file_meta_info(head, meta)
    (tmp_path / "one").write_bytes(bytes(128) + b"DICM" + head.getvalue() + encoded(made, implicit=implicit))
    np.testing.assert_array_equal(np.asarray(read(tmp_path / "one").data), 3)


@pytest.mark.parametrize("content", ["implicit", "explicit", "no sequence"])
def test_a_private_sequence_of_unknown_type(tmp_path, content):
    copy = Dataset()
    copy.InversionTime = 250
    item = encoded(copy, implicit=content == "implicit")
    value = b"nothing like it!" if content == "no sequence" else struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item
    made = one_slice(3, Manufacturer="Philips")
    made.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0F, "UN", value)
    image = read(write(made, tmp_path / "one"))
    np.testing.assert_array_equal(np.asarray(image.data), 3)
    assert image.meta["sidecar"].get("InversionTime") == (None if content == "no sequence" else 0.25)


def test_a_link_to_itself_in_a_folder(tmp_path):
    write(one_slice(3), tmp_path / "one")
    os.symlink(tmp_path / "round", tmp_path / "round")  # noqa: PTH211
    assert read(tmp_path).shape == (16, 12, 1)


def test_points_of_kspace_in_an_enhanced_file(tmp_path):
    made = enhanced_of(np.ones((1, 12, 16), np.uint16), positions=[(0, 0, 0)])
    geometry = Dataset()
    geometry.MRAcquisitionFrequencyEncodingSteps, geometry.MRAcquisitionPhaseEncodingStepsInPlane = 192, 154
    geometry.InPlanePhaseEncodingDirection = "ROW"
    made.SharedFunctionalGroupsSequence[0].MRFOVGeometrySequence = Sequence([geometry])
    said = read(write(made, tmp_path / "one")).meta["sidecar"]
    assert (said["BaseResolution"], said["AcquisitionMatrixPE"], said["ReconMatrixPE"]) == (192, 154, 16)


def test_the_duration_of_ge_is_in_seconds(tmp_path):
    made = one_slice(0, Manufacturer="GE MEDICAL SYSTEMS")
    made.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x5A, "FL", 268049984.0)
    assert read(write(made, tmp_path / "one")).meta["sidecar"]["AcquisitionDuration"] == pytest.approx(268.05)
