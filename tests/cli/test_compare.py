"""``mrsnr compare`` puts the methods side by side, and its first answer is that of ``mrsnr measure``."""

import math
import re

import numpy as np
import pytest

import mrsnr
from mrsnr import noise
from mrsnr.cli.alternatives import scale
from mrsnr.cli.methods import epilog
from mrsnr.wording import AUTO, METHODS

SNR, SIGMA = 50.0, 10.0
ALONE = [name for name in noise.names() if noise.fewest_volumes(name) == 1 and name != "noise_scan"]


def rows(out):
    """Return the table's rows, cell by cell, by method."""
    lines = [re.split(r" {2,}", line.strip()) for line in out.splitlines()]
    return {cells[0]: cells for cells in lines if cells[0] in METHODS and len(cells) > 4}


@pytest.fixture
def again(write, two_levels):
    """A second acquisition of the same."""
    return write(np.asarray(two_levels(dtype=np.int16, seed=1).data), "again.nii.gz")


def test_a_row_for_each_method_that_applies(run, scan):
    ended = run("compare", scan)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == run("measure", scan).out.splitlines()[0]
    assert "auto   took air" in ended.out
    table = rows(ended.out)
    assert list(table) == ALONE
    for cells in table.values():
        assert float(cells[1]) == pytest.approx(SNR, rel=0.05)
    low, high = map(float, table["air"][2].split(" to "))
    assert low < SNR < high
    assert "trusted" in table["air"]
    assert "interval" in table["mixture"][-1]


def test_json_and_tsv_have_the_same_numbers(run, scan):
    results = run("compare", scan, "--json").json["images"][0]["results"]
    assert [result["asked"] for result in results] == [AUTO, *ALONE]
    assert results[0]["value"] == mrsnr.measure(mrsnr.load(scan)).value
    heading, *lines = [line.split("\t") for line in run("compare", scan, "--tsv").out.splitlines()]
    whole = [dict(zip(heading, line, strict=True)) for line in lines if line[heading.index("label")] == "n/a"]
    assert [row["asked"] for row in whole] == [AUTO, *ALONE]
    assert [row["snr"] for row in whole] == [repr(result["value"]) for result in results]
    assert {row["volume"] for row in whole} == {"n/a"}


def test_a_second_acquisition_decides_and_is_named(run, scan, again):
    document = run("compare", scan, "--repeat", again, "--json").json["images"][0]
    assert document["results"][0]["method"] == "difference"
    assert document["results"][0]["noise"]["sigma"] == pytest.approx(SIGMA, rel=0.02)
    assert [one["name"] for one in document["inputs"]] == ["again.nii.gz"]
    assert "difference" in rows(run("compare", scan, "--repeat", again).out)


def test_volumes_are_repeats_only_if_one_says_so(run, write, levels, two_levels):
    series = write(np.stack([levels, np.asarray(two_levels(dtype=np.int16, seed=1).data)], axis=-1), "two.nii.gz")
    ended = run("compare", series)
    assert ended.status == 2
    assert "2 volumes" in ended.sentence
    assert "--repeats" in ended.sentence
    document = run("compare", series, "--repeats", "--json").json["images"][0]
    assert (document["results"][0]["method"], document["results"][0]["repeats"]) == ("difference", 2)
    measured = run("measure", series, "--repeats", "--json").json["images"][0]["results"]
    assert [result["value"] for result in measured] == [document["results"][0]["value"]]


def test_labels_channels_and_a_noise_scan(run, write, scan, levels):
    label = np.zeros(levels.shape, np.uint8)
    label[40:60] = 1
    rng = np.random.default_rng(3)
    silence = np.round(np.hypot(*rng.normal(0, SIGMA, (2, *levels.shape)))).astype(np.int16)
    options = ["--labels", write(label, "label.nii"), "--noise-scan", write(silence, "silence.nii"), "--channels", "1"]
    results = run("compare", scan, *options, "--json").json["images"][0]["results"]
    assert results[0]["method"] == "noise_scan"
    for result in results:
        assert [row["name"] for row in result["table"]] == ["label"]
        assert result["table"][0]["snr"] == pytest.approx(SNR, rel=0.05)
        assert result["noise"]["channels"] == 1


def test_the_answer_of_auto_decides_about_the_status(run, write, levels):
    ended = run("compare", write(levels, "scan_ph.nii.gz"))
    assert ended.status == 4
    assert ended.out.splitlines()[0].split()[:3] == ["no", "SNR", "refused"]
    assert {cells[-2] for cells in rows(ended.out).values()} == {"refused"}
    missing = run("compare", "missing.nii.gz", "--json")
    assert missing.status == 3
    assert "error" in missing.json["images"][0]


def test_a_refused_image_is_told_what_would_help(run, write):
    path = write(np.random.default_rng(0).normal(500, 10, (9, 9, 2)).astype(np.float32), "tiny.nii.gz")
    for command in ("measure", "compare"):
        ended = run(command, path)
        assert ended.status == 4
        assert "--repeat FILE" in ended.out
        assert "--noise-scan FILE" in ended.out
    assert "--repeat" not in run("measure", write(np.ones((9, 9, 2)) + np.eye(9)[..., None], "scan_ph.nii")).out


def test_the_help_knows_every_method(run):
    assert set(METHODS) == {AUTO, *noise.names()}
    for command in ("measure", "compare"):
        ended = run(command, "--help")
        assert epilog() in ended.out
        for name in METHODS:
            assert f"\n  {name:<12}" in ended.out


@pytest.mark.parametrize(
    ("value", "interval", "expected"),
    [
        (50.0, None, "          ●          "),
        (25.0, None, "●         │          "),
        (100.0, None, "          │         ●"),
        (10.0, None, "<         │          "),
        (1000.0, (900.0, 1100.0), "          │         >"),
        (50.0, (50.0 / 1.25, 50.0 * 1.25), "       ───●───       "),
        (50.0, (1.0, 1e4), "──────────●──────────"),
        (None, None, ""),
        (-3.0, None, ""),
        (math.sqrt(2) * 50.0, None, "          │    ●     "),
    ],
)
def test_the_scale_runs_from_half_to_double(value, interval, expected):
    assert scale(value, interval, 50.0) == expected


def test_a_narrow_terminal_gets_two_tables(run, scan, monkeypatch):
    monkeypatch.setattr("mrsnr.cli.alternatives.wide", lambda: False)
    lines = run("compare", scan).out.splitlines()
    headings = [line.split() for line in lines if line.split()[:1] == ["method"]]
    assert [heading[1] for heading in headings] == ["SNR", "sigma"]
    assert max(map(len, lines[4 : 4 + len(ALONE)])) <= 80
