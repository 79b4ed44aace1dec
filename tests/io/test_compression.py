"""Whatever library compresses, what is read back is what was written, and the same result is the same content."""

import gzip
import os
import sys
import tracemalloc
from pathlib import Path

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.io import maps, write_map
from mrsnr.io.compression import _fastest, open_compressed

LIBRARIES = ("isal.igzip", "zlib_ng.gzip_ng", "gzip")
AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    """One library after the other is the fastest that is installed."""
    if request.param != "gzip":
        pytest.importorskip(request.param)
    for faster in LIBRARIES[: LIBRARIES.index(request.param)]:
        monkeypatch.setitem(sys.modules, faster, None)
    return request.param


def compressed(path, content):
    with open_compressed(path) as file:
        for part in content:
            file.write(part)
    return path.read_bytes()


def an_image(data):
    return mrsnr.Image(data, AFFINE)


def test_the_fastest_that_is_there_is_taken(library):
    assert _fastest()[0].__module__ == library


def test_what_is_read_back_is_what_was_written(library, tmp_path):
    """By Python's own reader, which checks length and checksum."""
    voxels = np.random.default_rng(0).normal(100, 5, 70_000).astype(np.float32)
    content = [b"header", memoryview(voxels), b"", b"end"]
    written = compressed(tmp_path / "file.gz", content)
    assert gzip.decompress(written) == b"header" + voxels.tobytes() + b"end"
    assert len(written) < 0.95 * voxels.nbytes


def test_the_same_content_is_the_same_bytes_whatever_the_name_and_the_time(library, tmp_path, monkeypatch):
    first = compressed(tmp_path / "one.gz", [b"voxels" * 1000])
    monkeypatch.setattr("time.time", lambda: 1e9)
    second = compressed(tmp_path / "other.gz", [b"voxels" * 1000])
    assert second == first or library == "isal.igzip"  # whose bytes now and then differ
    assert second[:8] == first[:8]
    magic, flags, modified = first[:3], first[3], first[4:8]
    assert (magic, flags, modified) == (b"\x1f\x8b\x08", 0, bytes(4))  # RFC 1952: no name, no time


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error(library):
    with pytest.raises(OSError, match="No space left"):
        compressed(Path("/dev/full"), [os.urandom(100_000)])


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1), (9, 7, 5), (9, 7, 5, 3)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16, np.uint8])
@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_nibabel_reads_the_same_numbers_of_every_library(library, tmp_path, monkeypatch, shape, dtype, order):
    """In slabs of less than a slice, and with what is not a number."""
    monkeypatch.setattr(maps, "_SLAB_BYTES", 100)
    data = np.random.default_rng(1).uniform(0, 200, shape).astype(dtype)
    if data.dtype.kind == "f":
        data[0, 0], data[1, 1], data[2, 2] = np.nan, np.inf, -np.inf
    data = np.repeat(data, 2, axis=0)[::2] if order == "strided" else np.array(data, order=order)
    write_map(tmp_path / "map.nii.gz", data, an_image(data))
    read = nibabel.load(tmp_path / "map.nii.gz")
    stored = np.float32 if data.dtype.kind == "f" else dtype
    assert read.get_data_dtype() == stored
    assert read.shape == shape
    np.testing.assert_array_equal(np.asarray(read.dataobj), data.astype(stored))


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_the_file_is_that_of_nibabel_s_own_writer(tmp_path, kind, ending):
    """Byte for byte, once it is decompressed."""
    data = np.random.default_rng(2).normal(100, 5, (9, 7, 5))
    theirs = kind(data.astype(np.float32), AFFINE)
    theirs.header.set_xyzt_units("mm", "sec")
    theirs.header["descrip"] = f"mrsnr {mrsnr.__version__}"
    nibabel.save(theirs, tmp_path / "theirs.nii")
    version = 1 if kind is nibabel.Nifti1Image else 2
    kept = {"version": version, "sform": AFFINE, "sform_code": 2, "qform": None, "qform_code": 0}
    kept |= {"xyzt_units": ("mm", "sec"), "pixdim": (2.0, 2.0, 5.0, 1.0)}
    write_map(tmp_path / f"ours{ending}", data, mrsnr.Image(data, AFFINE, {"nifti": kept}))
    ours = (tmp_path / f"ours{ending}").read_bytes()
    assert (gzip.decompress(ours) if ending == ".nii.gz" else ours) == (tmp_path / "theirs.nii").read_bytes()


def test_the_same_result_is_the_same_content_in_any_order_of_memory(library, tmp_path):
    data = np.random.default_rng(3).normal(100, 5, (20, 18, 16))
    for name, one in (("c", data), ("f", np.asfortranarray(data)), ("single", data.astype(np.float32))):
        write_map(tmp_path / f"{name}.nii.gz", one, an_image(data))
    contents = {gzip.decompress((tmp_path / f"{name}.nii.gz").read_bytes()) for name in ("c", "f", "single")}
    assert len(contents) == 1


@pytest.mark.parametrize("shape", [(256, 256, 80), (256, 256, 8, 10)])
def test_writing_a_map_needs_little_beside_it(tmp_path, shape):
    """Of 42 MB in double and 21 MB in single precision."""
    data = np.full(shape, 100.0)
    image = an_image(data)
    write_map(tmp_path / "imports.nii.gz", data[:2, :2], image)
    tracemalloc.start()
    try:
        write_map(tmp_path / "map.nii.gz", data, image)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6e6
