"""Files appear together or not at all, whatever happens on the way."""

import subprocess
import sys
from pathlib import Path

import pytest

from mrsnr.errors import OutputError
from mrsnr.io import staging

FILES = ("a", "b", "c", "stale")


def contents(folder):
    return {path.relative_to(folder): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def earlier(tmp_path):
    """A folder with files of an earlier run, and one of somebody else."""
    for name in ("a", "b", "stale", "else"):
        (tmp_path / name).write_text("old")
    return tmp_path


def put(folder):
    with staging(folder, FILES, overwrite=True) as stage:
        for name in ("a", "b", "c"):
            (stage / name).write_text("new")


def test_new_files_replace_old_ones_and_stale_ones_go(earlier):
    put(earlier)
    assert contents(earlier) == {Path("a"): "new", Path("b"): "new", Path("c"): "new", Path("else"): "old"}
    assert sorted(path.name for path in earlier.iterdir()) == ["a", "b", "c", "else"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError(28, "No space left on device")])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("move", range(3))
def test_an_end_between_any_two_moves_undoes_them(earlier, monkeypatch, move, after, error):
    """Three new files are moved to their place."""
    before, replace, moves = contents(earlier), Path.replace, []

    def fails_once(self, target):
        moves.append(target)
        if len(moves) == move + 1:
            if after:
                replace(self, target)
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_once)
    with pytest.raises(OutputError if isinstance(error, OSError) else error):
        put(earlier)
    assert contents(earlier) == before
    assert not [path for path in earlier.iterdir() if path.is_dir()]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("move", range(3))
def test_a_run_killed_between_any_two_moves_leaves_the_old_file_or_the_new_one(earlier, move, after):
    """In a process of its own, which ends as kill -9 ends it: nothing is undone."""
    script = f"""
import os, sys
import subprocess
import sys
from pathlib import Path
from mrsnr.io import staging
replace, moves = Path.replace, []
def dies(self, target):
    moves.append(target)
    if len(moves) == {move + 1}:
        {"replace(self, target)" if after else "pass"}
        os._exit(9)
    return replace(self, target)
Path.replace = dies
with staging(sys.argv[1], {FILES!r}, overwrite=True) as stage:
    for name in ("a", "b", "c"):
        (stage / name).write_text("new")
"""
    done = subprocess.run([sys.executable, "-c", script, str(earlier)], check=False)  # noqa: S603
    assert done.returncode == 9
    for name in ("a", "b"):
        assert (earlier / name).read_text() in {"old", "new"}
    assert (earlier / "stale").read_text() == "old"


def test_folders_that_were_made_go_again_if_nothing_came_of_it(tmp_path):
    with pytest.raises(ZeroDivisionError), staging(tmp_path / "one/two", FILES, overwrite=False):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_run_has_written_meanwhile_is_not_replaced(tmp_path):
    def run(stage):
        (stage / "a").write_text("ours")
        (tmp_path / "a").write_text("theirs")

    with pytest.raises(OutputError, match="already in"), staging(tmp_path, FILES, overwrite=False) as stage:
        run(stage)
    assert contents(tmp_path) == {Path("a"): "theirs"}


def test_a_folder_in_the_way_is_never_taken_away(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/precious").write_text("mine")
    with pytest.raises(OutputError, match="is a folder"):
        put(tmp_path)
    assert contents(tmp_path) == {Path("a/precious"): "mine"}
