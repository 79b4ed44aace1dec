"""``mrsnr fetch``, ``demo`` and ``completion``."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from mrsnr.cli import inputs
from mrsnr.data import SAMPLES
from mrsnr.errors import DownloadError

shtab = pytest.importorskip("shtab")


def test_fetch_lists_what_there_is(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MRSNR_DATA", str(tmp_path / "cache"))
    ended = run("fetch", "--list")
    assert ended.status == 0
    for name in SAMPLES:
        assert name in ended.out
    assert str(tmp_path / "cache") in ended.out
    assert not (tmp_path / "cache").exists()


def test_fetch_prints_where_the_data_are(run, tmp_path, monkeypatch):
    monkeypatch.setattr("mrsnr.data.fetch", lambda name, **_options: tmp_path / name)
    ended = run("fetch", "t2w_volume_philips", "t2star_ge")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [str(tmp_path / "t2w_volume_philips"), str(tmp_path / "t2star_ge")]


def test_fetch_without_network(run, monkeypatch):
    def offline(name, **_options):
        raise DownloadError(f"{name} could not be fetched.")

    monkeypatch.setattr("mrsnr.data.fetch", offline)
    ended = run("fetch", "t2star_ge")
    assert (ended.status, ended.out) == (3, "")
    assert ended.sentence == "t2star_ge could not be fetched."


def test_demo_shows_truth_beside_measurement(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mrsnr.figures.draw", lambda *_args, **_options: {})
    ended = run("demo")
    assert ended.status == 0
    assert re.match(r"Digital kidney  SNR \S+ \(\S+ to \S+\)  trusted\n", ended.out)
    rows = [re.split(r" {2,}", line.strip()) for line in ended.out.splitlines() if re.match("  (sigma|SNR)", line)]
    assert [row[0] for row in rows[:2]] == ["sigma", "SNR, all labels"]
    assert len(rows) > 10
    for name, true, measured, interval in rows:
        low, high = map(float, interval.split(" to "))
        assert low < float(measured) < high
        widest = 1 if name in {"sigma", "SNR, all labels"} else 2  # one of many labels may be a little outside
        assert abs(np.log(float(measured) / float(true))) < widest * np.log(high / low) / 2, name
    tsnr = next(line.split()[-2:] for line in ended.out.splitlines() if line.startswith("  tSNR"))
    assert float(tsnr[1]) == pytest.approx(float(tsnr[0]), rel=0.05)
    assert (tmp_path / "mrsnr-demo/kidney_snr.json").exists()
    assert (tmp_path / "mrsnr-demo/series_tsnr_map.nii.gz").exists()
    assert "files written to mrsnr-demo" in ended.out


def test_demo_with_something_in_the_way(run, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert run("demo", "--out", tmp_path / "file").status == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_prints_a_script(run, shell):
    ended = run("completion", shell)
    assert (ended.status, ended.err) == (0, "")
    assert "--noise-mask" in ended.out


def test_files_and_folders_are_completed():
    assert inputs.FILE.items() <= shtab.FILE.items()
    assert inputs.FOLDER.items() <= shtab.DIRECTORY.items()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_in_bash(run, tmp_path):
    (tmp_path / "completion.sh").write_text(run("completion", "bash").out)
    (tmp_path / "scan.nii").touch()

    def complete(*words):
        line = " ".join(f"'{word}'" for word in words)
        code = (
            f"source ./completion.sh; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1};"
            "_shtab_mrsnr; printf '%s\\n' \"${COMPREPLY[@]}\""
        )
        ended = subprocess.run(  # noqa: S603
            ["bash", "-c", code],  # noqa: S607
            cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
        )  # fmt: skip
        return ended.stdout.split()

    assert complete("mrsnr", "mea") == ["measure"]
    assert "--clusters" in complete("mrsnr", "measure", "--cl")
    assert "scan.nii" in complete("mrsnr", "measure", "sc")
