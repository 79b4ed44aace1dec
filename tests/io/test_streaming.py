"""Series read a few volumes at a time: the same voxels as nibabel's, whatever the file, and no thread left behind."""

import math
import subprocess
import sys
import textwrap
import threading

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import UnreadableError
from mrsnr.io import streaming

SHAPE = (9, 7, 5, 23)


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(1000, 30, SHAPE).astype(np.int16)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr("mrsnr.model._BLOCK", 4 * math.prod(SHAPE[:3]))


def written(folder, data, *, name="series.nii.gz", kind=nibabel.Nifti1Image, dtype=None, slope=None, inter=None):
    image = kind(data, np.eye(4), dtype=dtype)
    if slope is not None:
        image.header.set_slope_inter(slope, inter)
    nibabel.save(image, folder / name)
    return folder / name


def whole(path):
    """All blocks of a file, put together."""
    return np.concatenate([block.copy() for block in mrsnr.load(path).blocks()], axis=-1)


def running():
    return [thread for thread in threading.enumerate() if thread.name == "mrsnr reader"]


@pytest.mark.usefixtures("small_blocks")
class TestBlocks:
    @pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.hdr", "a.hdr.gz"])
    def test_every_container(self, tmp_path, series, name):
        kind = nibabel.Nifti1Pair if "hdr" in name else nibabel.Nifti1Image
        np.testing.assert_array_equal(whole(written(tmp_path, series, name=name, kind=kind)), series)

    @pytest.mark.parametrize("library", ["isal.igzip", "zlib_ng.gzip_ng", None])
    def test_every_library_that_decompresses(self, tmp_path, series, monkeypatch, library):
        if library is not None:
            pytest.importorskip(library)
        monkeypatch.setattr(streaming, "_FASTEST_FIRST", () if library is None else (library,))
        np.testing.assert_array_equal(whole(written(tmp_path, series)), series)

    def test_a_library_that_is_not_installed_is_passed_over(self, tmp_path, series, monkeypatch):
        monkeypatch.setattr(streaming, "_FASTEST_FIRST", ("mrsnr_no_such_library",))
        np.testing.assert_array_equal(whole(written(tmp_path, series)), series)

    @pytest.mark.parametrize("dtype", ["uint8", ">i2", "<i2", "float32", ">f4", "float64", "complex64", "int64"])
    def test_every_type_in_either_byte_order(self, tmp_path, series, dtype):
        data = (series % 200).astype(dtype)
        header = nibabel.Nifti1Header(endianness=">" if dtype.startswith(">") else "<")
        header.set_data_dtype(dtype)
        image = nibabel.Nifti1Image(data, np.eye(4), header)
        nibabel.save(image, tmp_path / "a.nii.gz")
        np.testing.assert_array_equal(whole(tmp_path / "a.nii.gz"), data)

    def test_nifti_2(self, tmp_path, series):
        np.testing.assert_array_equal(whole(written(tmp_path, series, kind=nibabel.Nifti2Image)), series)

    def test_slope_and_intercept(self, tmp_path, series):
        path = written(tmp_path, series * 0.37 - 5, dtype=np.int16, slope=0.37, inter=-5.0)
        np.testing.assert_allclose(whole(path), np.asarray(nibabel.load(path).dataobj), rtol=1e-12)

    def test_a_single_volume_and_a_plane(self, tmp_path, series):
        for data in (series[..., 0], series[:, :, 0, 0]):
            path = written(tmp_path, data, name="one.nii")
            np.testing.assert_array_equal(whole(path)[..., 0].squeeze(), data)

    def test_arrays_in_memory_come_in_the_same_blocks(self, tmp_path, series):
        image = mrsnr.Image(series, np.eye(4))
        sizes = [block.shape for block in image.blocks()]
        assert sizes == [block.shape for block in mrsnr.load(written(tmp_path, series)).blocks()]
        assert sizes == [(9, 7, 5, 4)] * 5 + [(9, 7, 5, 3)]

    def test_no_thread_is_left_when_nobody_wants_the_rest(self, tmp_path, series):
        reading = mrsnr.load(written(tmp_path, series)).blocks()
        next(reading)
        assert running()
        reading.close()
        assert not running()


@pytest.mark.usefixtures("small_blocks")
class TestBrokenFiles:
    @pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
    @pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
    def test_a_file_that_ends_early(self, tmp_path, series, name, kept):
        path = written(tmp_path, series, name=name)
        image = mrsnr.load(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(kept * len(content))])
        with pytest.raises(UnreadableError, match="truncated or damaged"):
            mrsnr.temporal(image)
        assert not running()

    @pytest.mark.parametrize("library", ["isal.igzip", "zlib_ng.gzip_ng", None])
    def test_a_checksum_that_does_not_fit(self, tmp_path, series, monkeypatch, library):
        """The voxels all decompress, and only the last bytes of the file tell that they are not what was written."""
        if library is not None:
            pytest.importorskip(library)
        monkeypatch.setattr(streaming, "_FASTEST_FIRST", () if library is None else (library,))
        path = written(tmp_path, series)
        content = bytearray(path.read_bytes())
        content[-6] ^= 1
        path.write_bytes(bytes(content))
        with pytest.raises(UnreadableError, match="damaged"):
            mrsnr.temporal(mrsnr.load(path))

    @pytest.mark.parametrize("library", ["isal.igzip", "zlib_ng.gzip_ng", None])
    def test_flipped_bits_anywhere_are_found(self, tmp_path, series, monkeypatch, library):
        if library is not None:
            pytest.importorskip(library)
        monkeypatch.setattr(streaming, "_FASTEST_FIRST", () if library is None else (library,))
        path = written(tmp_path, series)
        image, content = mrsnr.load(path), path.read_bytes()
        for place in range(400, len(content), 501):
            path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
            with pytest.raises(UnreadableError):
                mrsnr.temporal(image)
        assert not running()

    def test_a_file_that_is_gone(self, tmp_path, series):
        path = written(tmp_path, series)
        image = mrsnr.load(path)
        path.unlink()
        with pytest.raises(UnreadableError, match="cannot be read"):
            mrsnr.temporal(image)


class TestTemporal:
    def test_a_file_and_an_array_give_the_same_to_the_last_bit(self, tmp_path, series):
        one = mrsnr.temporal(mrsnr.load(written(tmp_path, series)))
        other = mrsnr.temporal(mrsnr.Image(series, np.eye(4)))
        np.testing.assert_array_equal(one.map, other.map)
        np.testing.assert_array_equal(one.mean, other.mean)
        assert one.value == other.value

    def test_memory_does_not_grow_with_the_number_of_volumes(self, tmp_path):
        """A series of 1.3 GB under a limit of 700 MB for the whole process, all of its address space."""
        pytest.importorskip("resource")
        if sys.platform == "darwin":
            pytest.skip("macOS does not enforce RLIMIT_AS")
        path = tmp_path / "large.nii"
        header = nibabel.Nifti1Header()
        header.set_data_dtype(np.float32)
        header.set_data_shape((64, 64, 40, 2000))
        header["vox_offset"], header["magic"] = 352, b"n+1"
        with path.open("wb") as file:  # sparse: all zeros but for two volumes, and no disk is used
            file.write(header.binaryblock + bytes(4))
            for volume, level in ((3, 5.0), (1500, 9.0)):
                file.seek(352 + 4 * 163_840 * volume)
                file.write(np.full(163_840, level, np.float32).tobytes())
            file.truncate(352 + 4 * 163_840 * 2000)
        program = textwrap.dedent("""
            import resource, sys
            import mrsnr
            image = mrsnr.load(sys.argv[1])
            resource.setrlimit(resource.RLIMIT_AS, (700 * 2**20, 700 * 2**20))
            result = mrsnr.temporal(image, order=0)
            print(result.mean[0, 0, 0], result.noise[5, 5, 5])
        """)
        environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": ""}
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program, path], capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr
        mean, sd = map(float, done.stdout.split())
        assert mean == pytest.approx(14 / 2000)
        assert sd == pytest.approx(math.sqrt((25 + 81 - 2000 * (14 / 2000) ** 2) / 1999))
