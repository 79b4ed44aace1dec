"""What cannot be used gets one sentence and exit 3, and nothing is written."""

import gzip
import os
import struct

import nibabel
import numpy as np
import pytest

AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])


@pytest.fixture
def unusable(run, tmp_path):
    """Return a function that runs a command on what it cannot use, and returns what was said."""

    def check(*arguments):
        folder = tmp_path / "out"
        for form in ([], ["--json"]):
            ended = run(*arguments, *form, *(["--out", folder] if arguments[0] != "info" else []))
            assert ended.status == 3
            assert not folder.exists()
            assert ended.sentence.endswith((".", "?"))
            assert bool(ended.out) == bool(form)
        document = ended.json if arguments[0] == "info" else ended.json["images"][0]
        assert document["source"]["sha256"] is None
        assert str(tmp_path) not in ended.out
        return ended.sentence

    return check


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad/DERIVED_truncated_gzip_siemens_e1.nii.gz", "truncated or damaged"),
        ("bad/constant_ones_4x4x4.nii.gz", "All voxels have the same value, 1"),
        ("bad/empty_0byte.nii.gz", "is empty"),
        ("bad/git_lfs_pointer.nii.gz", "git-LFS pointer"),
        ("dicom-small/MR_truncated.dcm", "truncated or damaged"),
        ("parrec-phantom/bad_datatype+orig.HEAD", "an ending that is not known; expected .dcm"),
        ("bad", "holds no DICOM image"),
    ],
)
def test_shared_bad_files(unusable, shared_data, name, said):
    path = shared_data(name)
    sentence = unusable("measure", path)
    assert said in sentence
    assert path.name in sentence or path.is_dir()  # whose name may be a patient's


def test_every_shared_bad_file_is_unusable(unusable, shared_data):
    for path in sorted(shared_data("bad").iterdir()):
        for command in ("measure", "temporal"):
            assert path.name in unusable(command, path)


def text(tmp_path):
    path = tmp_path / "text.nii"
    path.write_text("This is no image.\n" * 100)
    return path


def short_text(tmp_path):
    path = tmp_path / "text.nii"
    path.write_text("no image")
    return path


def not_gzip(tmp_path):
    path = tmp_path / "text.nii.gz"
    path.write_text("This is no image.\n" * 100)
    return path


def zipped_text(tmp_path):
    path = tmp_path / "text.nii.gz"
    path.write_bytes(gzip.compress(b"This is no image.\n" * 100))
    return path


def missing(tmp_path):
    return tmp_path / "missing.nii"


def below_a_file(tmp_path):
    return text(tmp_path) / "scan.nii"


def long_name(tmp_path):
    return tmp_path / f"{'a' * 300}.nii"


def folder(tmp_path):
    path = tmp_path / "folder.nii"
    path.mkdir()
    return path


def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.nii")
    return tmp_path / "pipe.nii"


def json_file(tmp_path):
    path = tmp_path / "scan.json"
    path.write_text("{}")
    return path


def loop(tmp_path):
    (tmp_path / "loop.nii").symlink_to(tmp_path / "loop.nii")
    return tmp_path / "loop.nii"


def header_without_image(tmp_path):
    nibabel.save(nibabel.Nifti1Pair(np.ones((4, 4, 4), np.int16), AFFINE), tmp_path / "pair.hdr")
    (tmp_path / "pair.img").unlink()
    return tmp_path / "pair.hdr"


@pytest.mark.parametrize("command", ["info", "measure", "temporal"])
@pytest.mark.parametrize(
    "make",
    [
        text, short_text, not_gzip, zipped_text, missing, below_a_file, long_name, folder, pipe, json_file, loop,
        header_without_image,
    ],
)  # fmt: skip
def test_what_is_no_image(unusable, tmp_path, command, make):
    unusable(command, make(tmp_path))


def test_an_unknown_home_is_no_home(unusable):
    unusable("info", "~there-is-no-such-user/scan.nii")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(unusable, scan):
    scan.chmod(0)
    unusable("measure", scan)


@pytest.mark.parametrize("shape", [(8,), (4, 4, 4, 2, 2), (1, 0, 3)])
@pytest.mark.parametrize("command", ["info", "measure", "temporal"])
def test_wrong_dimensions(unusable, write, command, shape):
    path = write(np.ones(shape, np.float32), "scan.nii")
    assert "scan.nii" in unusable(command, path)


def test_colours_are_no_signal(unusable, tmp_path):
    data = np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.save(nibabel.Nifti1Image(data, AFFINE), tmp_path / "colour.nii")
    assert "expected integer, float or complex" in unusable("measure", tmp_path / "colour.nii")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(4, 4, 4), (4, 4, 4, 6)])
def test_nothing_finite(unusable, write, value, shape):
    path = write(np.full(shape, value, np.float32))
    assert "finite" in unusable("measure", path)
    if len(shape) == 4:
        assert "finite" in unusable("temporal", path)


@pytest.mark.parametrize("value", [0, 7])
def test_all_the_same(unusable, write, value):
    assert f"same value, {value}" in unusable("measure", write(np.full((4, 4, 4), value, np.int16)))


def test_fewer_intensities_than_clusters(unusable, write):
    mask = np.zeros((4, 4, 4), np.uint8)
    mask[2:] = 1
    assert "Is it a mask?" in unusable("measure", write(mask), "--method", "mixture")


def test_a_singular_affine(unusable, write, levels):
    path = write(levels, "scan.nii")
    content = bytearray(path.read_bytes())
    content[280:296] = struct.pack("<4f", 0, 0, 0, 0)  # srow_x
    path.write_bytes(content)
    for command in ("info", "measure", "temporal"):
        assert "affine is singular" in unusable(command, path)


def test_an_affine_that_is_not_finite(unusable, write, levels):
    path = write(levels, "scan.nii")
    content = bytearray(path.read_bytes())
    content[280:284] = struct.pack("<f", np.nan)
    path.write_bytes(content)
    assert "affine" in unusable("measure", path)


@pytest.mark.parametrize("left", [400, 5000])
@pytest.mark.parametrize("command", ["info", "measure", "temporal"])
def test_a_truncated_file(unusable, write, levels, command, left):
    path = write(levels, "scan.nii")
    path.write_bytes(path.read_bytes()[:left])
    assert "truncated or damaged" in unusable(command, path)


def test_a_header_that_promises_too_much(unusable, write, levels):
    path = write(levels, "scan.nii")
    content = bytearray(path.read_bytes())
    content[42:48] = struct.pack("<3h", 32767, 32767, 32767)
    path.write_bytes(content)
    assert "truncated or damaged" in unusable("measure", path)
    compressed = path.with_name("scan2.nii.gz")
    compressed.write_bytes(gzip.compress(content))
    unusable("measure", compressed)


@pytest.mark.parametrize("volumes", [1, 3])
def test_too_short_a_series(unusable, write, volumes):
    path = write(np.random.default_rng(0).random((4, 4, 4, volumes)))
    assert "needs at least 4" in unusable("temporal", path)


def test_a_single_volume_is_no_series(unusable, scan):
    assert "1 volume;" in unusable("temporal", scan)


@pytest.mark.parametrize("command", ["measure", "temporal"])
@pytest.mark.parametrize(
    ("shape", "value", "said"),
    [
        ((3, 4, 5), 1, "same grid"),
        (None, 0, "has no voxel"),
        (None, np.nan, "NaN"),
        ((16, 16, 3, 2), 1, "same grid"),
    ],
)
def test_masks_that_do_not_fit(unusable, write, series, command, shape, value, said):
    mask = write(np.full(shape or (16, 16, 3), value, np.float32), "mask.nii.gz")
    option = "--mask" if command == "temporal" else "--noise-mask"
    sentence = unusable(command, series, option, mask)
    assert said in sentence
    assert "series.nii.gz" in sentence


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.ones((3, 4, 5), np.uint8), "same grid"),
        (np.zeros((64, 64, 6), np.uint8), "has no voxel"),
        (np.full((64, 64, 6), 0.5, np.float32), "fractions"),
        (np.arange(64 * 64 * 6, dtype=np.int32).reshape(64, 64, 6), "Is it an image?"),
        (np.full((64, 64, 6), np.nan, np.float32), "not numbers"),
    ],
)
def test_labels_that_do_not_fit(unusable, write, scan, labels, said):
    assert said in unusable("measure", scan, "--labels", write(labels, "labels.nii.gz"))


@pytest.mark.parametrize("option", ["--noise-mask", "--labels"])
def test_a_mask_that_is_missing_or_damaged(unusable, scan, tmp_path, option):
    assert "There is no file" in unusable("measure", scan, option, missing(tmp_path))
    assert "text.nii" in unusable("measure", scan, option, text(tmp_path))


def test_bytes_changed_at_random_are_never_a_fault(run, write, levels):
    """A damaged header is read or refused, never a traceback; the same 150 damages every time."""
    path = write(levels[::4, ::4, :3], "scan.nii")
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(0, 352, size=rng.integers(1, 8)):
            damaged[place] = rng.choice([0, 1, 127, 128, 255])
        path.write_bytes(damaged)
        ended = run("info", path, "--json")
        assert ended.status in {0, 3}, damaged[:352].hex()
        assert ended.json["source"]["name"] == "scan.nii"


def test_an_image_that_does_not_fit_into_memory_is_refused(run, series, monkeypatch):
    monkeypatch.setenv("MRSNR_MAX_MEMORY", "100K")
    ended = run("measure", series)
    assert ended.status == 3
    assert "set MRSNR_MAX_MEMORY" in ended.err
    monkeypatch.setenv("MRSNR_MAX_MEMORY", "lots")
    ended = run("measure", series)
    assert ended.status == 2
    assert "MRSNR_MAX_MEMORY is 'lots'" in ended.err
