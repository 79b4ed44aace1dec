"""Folders in a DICOM folder that may not be read: what can be read is measured, and what cannot is told."""

import logging
import os

import numpy as np
import pytest

from mrsnr.errors import ImageError, UnreadableError
from mrsnr.io.dicom import read, series_in

from .conftest import stack, write

PATIENT = "Quibble_Zephyrine"


@pytest.fixture
def exported(tmp_path, rng):
    """A series of 4 slices, with a copy of one and a second volume in folders of their own; and the first volume."""
    made = list(stack(rng, volumes=2))
    for k, volume, data_set in made:
        write(data_set, tmp_path / (PATIENT if volume else "open") / str(k))
    first = [data_set.pixel_array[::-1].T for _, volume, data_set in made if volume == 0]
    return tmp_path, np.stack(first, axis=-1)


@pytest.fixture
def closed(monkeypatch):
    """Return a function that closes a folder, for the superuser too."""
    scandir = os.scandir

    def close(folder):
        def refuse(path):
            if os.fspath(path) == str(folder):
                raise PermissionError(13, "Permission denied", str(folder))
            return scandir(path)

        monkeypatch.setattr("os.scandir", refuse)

    return close


def test_the_rest_is_read_with_a_warning(exported, closed, caplog):
    folder, first = exported
    closed(folder / PATIENT)
    with caplog.at_level(logging.WARNING):
        image = read(folder)
    np.testing.assert_array_equal(np.asarray(image.data), first)
    assert image.meta["problems"] == ("A folder in it cannot be read: Permission denied.",)
    assert [record.getMessage() for record in caplog.records] == [f"Left out: {image.meta['problems'][0]}"]
    assert PATIENT not in caplog.text
    assert [one.shape for one in series_in(folder)] == [(16, 12, 4)]


def test_what_is_left_may_make_no_series(exported, closed, caplog):
    folder, _ = exported
    for k in (0, 2):
        (folder / "open" / str(k)).rename(folder / PATIENT / f"first{k}")
    (folder / PATIENT / "3").rename(folder / "open/second")
    closed(folder / PATIENT)
    with caplog.at_level(logging.WARNING), pytest.raises(ImageError, match="volumes are incomplete"):
        read(folder)
    assert "cannot be read: Permission denied" in caplog.text  # which is why


def test_nothing_is_left(exported, closed, caplog):
    folder, _ = exported
    closed(folder / PATIENT)
    for file in (folder / "open").iterdir():
        file.unlink()
    with caplog.at_level(logging.WARNING), pytest.raises(ImageError, match="holds no DICOM image"):
        read(folder)
    assert "cannot be read: Permission denied" in caplog.text


def test_the_folder_itself_must_be_readable(exported, closed):
    folder, _ = exported
    closed(folder)
    with pytest.raises(UnreadableError, match=r"^The folder cannot be read: Permission denied\.$"):
        read(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_a_folder_that_is_really_closed(exported, mode):
    """Nothing of it, only the names in it, or only files whose names are known."""
    folder, first = exported
    (folder / PATIENT).chmod(mode)
    try:
        np.testing.assert_array_equal(np.asarray(read(folder).data), first)
    finally:
        (folder / PATIENT).chmod(0o755)
