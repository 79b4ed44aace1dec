"""What does not fit into memory is refused before it is read."""

import resource
import subprocess
import sys

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.io import memory


@pytest.fixture
def series(tmp_path):
    """32 kB a volume, 1.9 MB in all, scaled: 8 bytes a voxel when read."""
    data = np.random.default_rng(0).integers(900, 1100, (16, 16, 8, 60)).astype(np.int16)
    image = nibabel.Nifti1Image(data, np.eye(4))
    image.header.set_slope_inter(0.5, 0)
    path = tmp_path / "series.nii.gz"
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("2K", 2048), ("1.5M", 1.5 * 2**20), ("3 g", 3 * 2**30), ("2GiB", 2**31), ("1TB", 2**40)],
)
def test_an_amount_of_memory_is_understood(monkeypatch, text, size):
    monkeypatch.setenv(memory.VARIABLE, text)
    assert memory.allowed() == size


def test_a_percentage_is_of_what_is_free(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 1000)
    monkeypatch.setenv(memory.VARIABLE, "40 %")
    assert memory.allowed() == 400
    monkeypatch.delenv(memory.VARIABLE)
    assert memory.allowed() == 750


@pytest.mark.parametrize("text", ["much", "-1G", "1e3", "4X", "%", "nan"])
def test_what_is_no_amount_is_refused(monkeypatch, text, series):
    monkeypatch.setenv(memory.VARIABLE, text)
    with pytest.raises(ArgumentError, match=r"MRSNR_MAX_MEMORY is .* expected an amount of memory, such as 8G"):
        np.asarray(mrsnr.load(series).data)


def test_an_image_that_does_not_fit_is_refused_before_it_is_read(monkeypatch, series):
    needed = 16 * 16 * 8 * (60 * 8 + 64)
    monkeypatch.setenv(memory.VARIABLE, str(needed - 1))
    image = mrsnr.load(series)
    with pytest.raises(ImageError, match=r"series.nii.gz takes 1.06 MB of memory .* 1.06 MB may be used"):
        np.asarray(image.data)
    assert np.asarray(image.data[..., 3]).shape == (16, 16, 8)
    monkeypatch.setenv(memory.VARIABLE, str(needed))
    assert np.asarray(image.data).shape == (16, 16, 8, 60)


def test_a_series_that_does_not_fit_has_its_temporal_snr_all_the_same(monkeypatch, series):
    data = np.random.default_rng(0).normal(100, 1, (64, 64, 8, 100))
    nibabel.save(nibabel.Nifti1Image(data.astype(np.float32), np.eye(4)), series)
    monkeypatch.setenv(memory.VARIABLE, "10M")
    image = mrsnr.load(series)
    with pytest.raises(ImageError, match="may be used"):
        np.asarray(image.data)
    assert mrsnr.temporal(image).value == pytest.approx(100, rel=0.01)


def test_files_that_do_not_fit_together_are_refused(monkeypatch, tmp_path):
    paths = [tmp_path / f"{k}.nii" for k in range(50)]
    for path in paths:
        nibabel.save(nibabel.Nifti1Image(np.ones((16, 16, 8), np.int16), np.eye(4)), path)
    monkeypatch.setenv(memory.VARIABLE, "200K")
    image = mrsnr.load(paths)
    assert np.asarray(image.data[..., 0]).shape == (16, 16, 8)
    with pytest.raises(ImageError, match="The series of 50 files takes"):
        np.asarray(image.data)


def test_a_limit_of_the_process_counts():
    code = "from mrsnr.io import memory; print(memory.free())"

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))

    def seen(start):
        command = [sys.executable, "-c", code]
        return int(subprocess.run(command, preexec_fn=start, capture_output=True, check=True).stdout)  # noqa: S603

    freely, limited = seen(None), seen(limit)
    assert 0 < limited < 2**32
    assert limited <= freely
