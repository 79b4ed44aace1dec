"""Several images at once: the same documents, files and errors as one by one."""

import gzip
import json

import numpy as np
import pytest


@pytest.fixture
def several(write, levels):
    """Four images of one object, one of them with a voxel that is not a number, one of them constant."""
    odd = levels.astype(np.float32)
    odd[0, 0, 0] = np.nan
    images = (levels, odd, np.full_like(levels, 7), levels[::-1])
    return [write(image, f"{name}.nii.gz") for name, image in zip("abcd", images, strict=True)]


@pytest.mark.parametrize("number", [2, 3, 7])
def test_what_is_printed_is_the_same(run, several, number):
    for form in (["--json"], ["--tsv"], []):
        one_by_one = run("measure", *several, "--n-procs", 1, *form)
        assert one_by_one.status == 3
        assert "c.nii.gz: All voxels have the same value" in one_by_one.err
        assert run("measure", *several, "--n-procs", number, *form) == one_by_one
        assert run("measure", *several, *form) == one_by_one


def test_what_is_written_is_the_same(run, several, tmp_path):
    for number in (1, 3):
        run("measure", *several, "--n-procs", number, "--no-figures", "--out", tmp_path / str(number))
    files = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "3").iterdir())
    assert {name.split("_")[0] for name in files} == {"a", "b", "d"}
    for name in files:
        one, three = ((tmp_path / folder / name).read_bytes() for folder in ("1", "3"))
        if name.endswith(".json"):
            one, three = (json.loads(text) for text in (one, three))
        if name.endswith(".gz"):  # compressors may write the same in other bytes
            one, three = (gzip.decompress(content) for content in (one, three))
        assert one == three, name


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "1.5", ""])
def test_wrong_numbers(run, scan, wrong):
    ended = run("measure", scan, "--n-procs", wrong)
    assert ended.status == 2
    assert "is not a whole number from 1" in ended.err
    assert ended.out == ""
