"""Broken and hostile files end in an error of ours, soon and in little memory."""

import resource
import struct
import subprocess
import sys
import zipfile
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from mrsnr.errors import ImageError, MrsnrError, UnreadableError
from mrsnr.io.dicom import read, series_in

from .conftest import csa_header, enhanced_of, slice_of, write

LIMITED = """
import resource, sys, time
import numpy as np
from mrsnr.errors import MrsnrError
from mrsnr.io.dicom import read
before = time.perf_counter()
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    np.asarray(read(sys.argv[1]).data)
except MrsnrError as error:
    print(error)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
assert time.perf_counter() - before < 10, "slow"
assert grown < 500 * 1024, f"{grown} KB"
"""


def limited(path):
    """Read in a process of its own, which may not take long nor much memory, and return what the error said."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.strip()


def element(group, number, vr, value):
    """Return an element, explicit and little endian."""
    long = vr in (b"OB", b"OW", b"SQ", b"UN")
    return (
        struct.pack("<HH2s", group, number, vr)
        + struct.pack("<HI" if long else "<H", *((0,) if long else ()), len(value))
        + value
    )


@pytest.fixture
def whole(rng):
    return slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16))


@pytest.mark.parametrize(
    "changed",
    [
        {"Rows": 0},
        {"Columns": None},
        {"Rows": 65535, "Columns": 65535},
        {"NumberOfFrames": 2**31 - 1},
        {"NumberOfFrames": -1},
        {"NumberOfFrames": 0},
        {"BitsAllocated": 12},
        {"BitsAllocated": None},
        {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0], "PixelSpacing": [0, 0], "Rows": 9},
    ],
    ids=str,
)
def test_headers_that_do_not_fit(tmp_path, whole, changed):
    for name, value in changed.items():
        if value is None:
            delattr(whole, name)
        else:
            setattr(whole, name, value)
    with pytest.raises(MrsnrError, match=r"^one.dcm "):
        read(write(whole, tmp_path / "one.dcm"))


@pytest.mark.parametrize("value", [b"nan ", b"inf ", b"1e99", b"junk"])
@pytest.mark.parametrize("name", ["ImagePositionPatient", "PixelSpacing", "RescaleSlope", "ImageOrientationPatient"])
def test_numbers_that_are_none(tmp_path, whole, name, value):
    whole.RescaleSlope, whole.RescaleIntercept = "2345", "0"
    file = write(whole, tmp_path / "one.dcm")
    content = file.read_bytes()
    first = str(whole[name].value if name == "RescaleSlope" else whole[name].value[0]).encode()
    at = content.index(
        first,
        content.index(
            whole[name].tag.group.to_bytes(2, "little") + whole[name].tag.element.to_bytes(2, "little") + b"DS"
        ),
    )
    file.write_bytes(content[:at] + value[: len(first)].ljust(len(first)) + content[at + len(first) :])
    with suppress(ImageError):
        image = read(file)
        assert np.isfinite(image.affine).all()
        assert np.isfinite(np.asarray(image.data)).all()


def test_a_file_cut_off_anywhere(tmp_path, whole):
    content = write(whole, tmp_path / "whole").read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "cut.dcm").write_bytes(content[:length])
        with pytest.raises(MrsnrError, match=r"^cut.dcm "):
            read(tmp_path / "cut.dcm")


def test_without_pixels(tmp_path, whole):
    del whole.PixelData
    with pytest.raises(MrsnrError, match="no DICOM image"):
        read(write(whole, tmp_path / "one"))


@pytest.mark.parametrize("depth", [100, 50_000])
@pytest.mark.parametrize("tag", [(0x5200, 0x9229), (0x0009, 0x1001)])
def test_sequences_nested_deep(tmp_path, whole, depth, tag):
    content = write(whole, tmp_path / "one").read_bytes()
    open_item = struct.pack("<HH2sHI", *tag, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    (tmp_path / "deep.dcm").write_bytes(content[:-140] + open_item * depth)
    assert "nested" in limited(tmp_path / "deep.dcm")


def test_millions_of_elements(tmp_path, whole):
    head = write(whole, tmp_path / "one").read_bytes()[:-140]
    (tmp_path / "many.dcm").write_bytes(head + element(0x0011, 0x0001, b"CS", b"") * 3_000_000)
    assert "more elements than any image" in limited(tmp_path / "many.dcm")
    items = element(0x5200, 0x9230, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 3_000_000)
    (tmp_path / "items.dcm").write_bytes(head + items)
    assert "more elements than any image" in limited(tmp_path / "items.dcm")


def test_a_header_without_end(tmp_path, whole):
    head = write(whole, tmp_path / "one").read_bytes()[:-140]
    (tmp_path / "long.dcm").write_bytes(head + element(0x0011, 0x0001, b"OB", bytes(300 * 2**20)))
    assert "header is longer" in limited(tmp_path / "long.dcm")


def test_a_deflated_file_and_a_bomb(tmp_path, whole):
    expected = whole.pixel_array.copy()
    whole.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    file = write(whole, tmp_path / "one")
    np.testing.assert_array_equal(np.asarray(read(file).data)[:, ::-1, 0].T, expected)
    content = file.read_bytes()
    start = 132 + 12 + struct.unpack("<I", content[140:144])[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(element(0x0011, 0x0001, b"OB", b"")[:8] + struct.pack("<I", 2**31))
    bomb += b"".join(packer.compress(bytes(2**20)) for _ in range(1024)) + packer.flush()
    (tmp_path / "bomb.dcm").write_bytes(content[:start] + bomb)
    assert "once it is inflated" in limited(tmp_path / "bomb.dcm")


def test_compressed_pixels_that_unpack_to_something_else(tmp_path, rng):
    made = slice_of(np.repeat(rng.integers(0, 99, (8, 2)), 8, axis=1).astype(np.uint16))
    made.compress(RLELossless)
    for rows in (9, 60000):
        made.Rows = rows
        with pytest.raises(UnreadableError, match=r"^one.dcm "):
            np.asarray(read(write(made, tmp_path / "one.dcm")).data)


@pytest.mark.parametrize("claimed", [(60000, 60000), (65, 64)])
def test_a_jpeg_2000_of_another_size(tmp_path, shared_data, claimed):
    content = bytearray(shared_data("dicom-small/emri_small_jpeg_2k_lossless.dcm").read_bytes())
    at = content.index(b"\xff\x4f\xff\x51")
    content[at + 8 : at + 16] = struct.pack(">II", *claimed)
    (tmp_path / "one.dcm").write_bytes(content)
    assert "not the 64 x 64 of its header" in limited(tmp_path / "one.dcm")


def test_fewer_functional_groups_than_frames(tmp_path, rng):
    made = enhanced_of(rng.integers(0, 99, (4, 8, 8)).astype(np.uint16), positions=[(0, 0, 0), (0, 0, 3)])
    with pytest.raises(UnreadableError, match="4 frames and describes 2"):
        read(write(made, tmp_path / "one"))


@pytest.mark.parametrize("count", [0, 65535, 4097])
def test_a_mosaic_of_no_possible_number(tmp_path, rng, count):
    made = slice_of(rng.integers(0, 99, (32, 32)).astype(np.uint16), ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"])
    made.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", count)
    made.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", csa_header()[:20])
    with pytest.raises(UnreadableError, match="mosaic"):
        read(write(made, tmp_path / "one"))


def test_zip_bombs_and_other_zips(tmp_path, whole):
    content = write(whole, tmp_path / "one").read_bytes()
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made, made.open("a.dcm", "w", force_zip64=True) as member:
        member.write(content[:-140])
        for _ in range(600):
            member.write(bytes(2**20))
    assert "zip bomb" in limited(bomb)
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert "no DICOM image" in limited(tmp_path / "link.zip")
    (tmp_path / "no.zip").write_bytes(b"PK\3\4 but not really")
    assert "no.zip" in limited(tmp_path / "no.zip")
    with zipfile.ZipFile(tmp_path / "cut.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.dcm", content)
    whole_zip = bytearray((tmp_path / "cut.zip").read_bytes())
    whole_zip[60:80] = bytes(20)
    (tmp_path / "cut.zip").write_bytes(whole_zip)
    assert "cut.zip" in limited(tmp_path / "cut.zip") or "a.dcm" in limited(tmp_path / "cut.zip")


def test_folders_that_cannot_be_read_and_paths_that_are_not_there(tmp_path):
    with pytest.raises(UnreadableError, match=r"^nowhere cannot be read: No such file"):
        read(tmp_path / "nowhere")
    with pytest.raises(MrsnrError, match="no DICOM image"):
        read(tmp_path)


def test_a_folder_of_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr("mrsnr.io.dicom.sources.MOST_FILES", 20)
    for k in range(21):
        (tmp_path / str(k)).write_bytes(b"")
    with pytest.raises(UnreadableError, match="more than 20 files"):
        series_in(tmp_path)


def test_errors_name_no_folder(tmp_path, whole):
    folder = tmp_path / "Jane Doe"
    content = write(whole, folder / "one.dcm").read_bytes()
    for length in (0, 100, 140, 500, len(content) - 1):
        (folder / "one.dcm").write_bytes(content[:length])
        with pytest.raises(MrsnrError) as caught:
            read(folder / "one.dcm")
        assert "Jane" not in str(caught.value)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Return contents to spoil: classic, enhanced, mosaic, compressed."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 99, (2, 8, 8)).astype(np.uint16)
    compressed = slice_of(pixels[0])
    compressed.compress(RLELossless)
    mosaic = slice_of(pixels[0], ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"])
    mosaic.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 4)
    header = csa_header(NumberOfImagesInMosaic=["4"], SliceNormalVector=["0", "0", "1"])
    mosaic.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", header)
    enhanced = enhanced_of(pixels, positions=[(0, 0, 0), (0, 0, 3)], scales=[(1, 0), (2, 1)])
    folder = tmp_path_factory.mktemp("samples")
    made = [slice_of(pixels[0]), enhanced, mosaic, compressed]
    return [write(one, folder / f"{k}").read_bytes() for k, one in enumerate(made)], folder


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, 3),
    places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    kept=st.floats(0.3, 1.0),
)
def test_spoiled_bytes(samples, which, places, kept):
    contents, folder = samples
    content = bytearray(contents[which])
    for place, value in places:
        content[128 + int(place * (len(content) - 128))] = value
    file = folder / "spoiled.dcm"
    file.write_bytes(content[: int(kept * len(content))] if kept < 0.9 else content)
    said = ""
    try:
        image = read(file)
        assert np.asarray(image.data).shape == image.shape
    except MrsnrError as error:
        said = str(error)
    assert str(folder) not in said
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20  # KB
