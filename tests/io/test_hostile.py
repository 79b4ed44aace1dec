"""Spoiled files: whatever is in them, an image or one sentence. ``make fuzz`` tries thousands of the same kind."""

import gzip
import struct
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ImageError, MrsnrError, UnreadableError

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from fuzz.run import attempt, make
from fuzz.seeds import readers, seeds

INPUTS = 150


@pytest.mark.parametrize("reader", readers())
def test_a_spoiled_file_is_an_image_or_one_sentence(reader, tmp_path):
    if not seeds(reader):
        pytest.skip("needs ../shared/data")
    outcomes = {attempt(make(reader, number, tmp_path)) for number in range(INPUTS)}
    assert not [outcome for outcome in outcomes if outcome.startswith("FAILED")]
    assert "read" in outcomes
    assert len(outcomes) > 1


@pytest.mark.parametrize(
    ("reader", "number"),
    [("nifti", 24), ("nifti", 87), ("nifti-gz", 3), ("nifti-pair", 7420), ("dicom", 1557), ("dicom", 9593)],
)
def test_what_was_found_stays_mended(reader, number, tmp_path):
    """Memory, overflow, an error of the decompressor; warnings, of which one repeated what the header says."""
    if not seeds(reader):
        pytest.skip("needs ../shared/data")
    assert not attempt(make(reader, number, tmp_path)).startswith("FAILED")


def test_the_fuzzer_sees_what_it_looks_for(tmp_path, monkeypatch):
    path = make("nifti", 0, tmp_path)

    def crash(_):
        raise KeyError("pixdim")

    def chatter(_):
        raise UnreadableError(f"{path} is broken")

    monkeypatch.setattr(mrsnr, "load", crash)
    assert "FAILED" in attempt(path)
    monkeypatch.setattr(mrsnr, "load", chatter)
    assert "a folder in it" in attempt(path)


@pytest.fixture
def whole():
    return bytearray(nibabel.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4)).to_bytes())


@pytest.mark.parametrize("size", [2**31 - 16, 0, -16, 2**30])
def test_a_header_extension_of_any_size_asks_for_no_memory(tmp_path, whole, size):
    """Of 0 bytes it would be read for ever, of 2 GB into memory."""
    whole[348:352] = b"\x01\0\0\0"
    whole[108:112] = struct.pack("<f", 352 + 4096)
    packed = gzip.compress(bytes(whole[:352]) + struct.pack("<ii", size, 6) + bytes(4096 + 50_000_000), 1)
    path = tmp_path / "a.nii.gz"
    path.write_bytes(packed)
    image = mrsnr.load(path)
    assert image.shape == (4, 4, 4)


def test_an_affine_no_scanner_has_is_refused(tmp_path, whole):
    whole[280:284] = struct.pack("<f", 1e30)
    whole[254:256] = struct.pack("<h", 1)
    path = tmp_path / "a.nii"
    path.write_bytes(bytes(whole))
    with pytest.raises(ImageError, match=r"a.nii: The affine holds 1e\+30; expected millimetres"):
        mrsnr.load(path)


@pytest.mark.parametrize("dims", [(3, 32767, 32767, 32767), (7, 2, 2, 2, 2, 2, 2, 2), (0, 4, 4, 4), (3, -1, 4, 4)])
def test_sizes_that_cannot_be_are_refused_without_memory(tmp_path, whole, dims):
    whole[40 : 40 + 2 * len(dims)] = struct.pack(f"<{len(dims)}h", *dims)
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(bytes(whole)))
    with pytest.raises(MrsnrError):
        np.asarray(mrsnr.load(path).data)
