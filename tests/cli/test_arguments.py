"""Wrong arguments get one sentence and exit 2 before anything is written; help reads well."""

import nibabel
import numpy as np
import pytest

from mrsnr import __version__

COMMANDS = ("info", "measure", "compare", "temporal", "fetch", "demo", "completion")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "SCAN", "--method", "nonsense"], "the methods are air, air_mean,"),
        (["measure", "SCAN", "--channels", "0"], "number above 0"),
        (["measure", "SCAN", "--channels", "many"], "number above 0"),
        (["measure", "SCAN", "SCAN", "--repeat", "SCAN"], "--repeat belongs to one image"),
        (["measure", "SERIES", "--repeat", "SERIES"], "repeats=True"),
        (["compare", "SERIES"], "--repeats"),
        (["compare", "SCAN", "SCAN"], "unrecognized"),
        (["compare", "SCAN", "--clusters", "1"], "choose from 2, 3, 4, 5, 6"),
        (["compare", "SCAN", "--out", "x"], "ask for it with --report"),
        (["compare"], "required: IMAGE"),
        (["measure", "SCAN", "--clusters", "1"], "choose from 2, 3, 4, 5, 6"),
        (["measure", "SCAN", "--clusters", "7"], "choose from 2, 3, 4, 5, 6"),
        (["measure", "SCAN", "--clusters", "abc"], "'abc'"),
        (["measure", "SCAN", "--clusters", "2.5"], "'2.5'"),
        (["measure", "SCAN", "--slice", "6"], "slices 0 to 5"),
        (["measure", "SCAN", "--slice", "-1"], "whole number from 0"),
        (["measure", "SCAN", "--out", ""], "path is empty"),
        (["measure", "SCAN", "--json", "--tsv"], "not allowed with"),
        (["measure", "SCAN", "--over"], "unrecognized arguments: --over"),
        (["measure"], "required: IMAGE"),
        (["measure", ""], "path is empty"),
        (["temporal", "SERIES", "--order", "-1"], "whole number from 0"),
        (["temporal", "SERIES", "--order", "x"], "whole number from 0"),
        (["temporal", "SERIES", "--slice", "3"], "slices 0 to 2"),
        (["temporal", "SERIES", "--volumes", "3"], "unrecognized"),
        (["info"], "required: IMAGE"),
        (["fetch"], "mrsnr fetch --list"),
        (["fetch", "nonsense"], "t2w_volume_philips"),
        (["fetch", "t2w_volume_philips", "[/red]"], "There is no sample '[/red]'"),
        (["completion", "fish"], "choose from"),
        (["nonsense"], "invalid choice"),
        ([], "required: COMMAND"),
    ],
)
def test_wrong_arguments(run, scan, series, arguments, said):
    files = {"SCAN": scan, "SERIES": series}
    ended = run(*(files.get(argument, argument) for argument in arguments))
    assert ended.status == 2
    assert said in ended.err.replace("'2'", "2").replace("'3'", "3")
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_there_is_only_one_slice_in_two_dimensions(run, write, levels):
    assert "slice 0 only" in run("measure", write(levels[..., 0]), "--slice", 1).sentence


@pytest.mark.parametrize("option", [["--slice", "5"], ["--method", "nonsense"]])
def test_nothing_is_written_when_an_argument_is_wrong_for_one_of_several(run, write, levels, tmp_path, option):
    images = [write(levels, "a.nii"), write(levels[..., :2], "b.nii")]
    ended = run("measure", *images, "--out", tmp_path / "out", *option)
    assert ended.status == 2
    assert not (tmp_path / "out").exists()


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("command", ["measure", "temporal"])
def test_existing_files_are_not_touched(run, write, series, tmp_path, no_figures, command):
    series = write(np.asarray(nibabel.load(series).dataobj)[..., :5], "short.nii.gz")
    call = (command, series, "--out", tmp_path / "out", *(["--method", "mixture"] if command == "measure" else []))
    assert run(*call).status == 0
    before = contents(tmp_path)
    ended = run(*call)
    assert ended.status == 2
    assert "already in" in ended.sentence
    assert contents(tmp_path) == before
    assert run(*call, "--overwrite").status == 0
    assert contents(tmp_path) == before


def test_one_file_that_is_there_stops_all_before_the_first(run, write, levels, tmp_path):
    images = [write(levels, "a.nii"), write(levels, "b.nii")]
    (tmp_path / "out").mkdir()
    (tmp_path / "out/b_snr.json").write_text("mine")
    ended = run("measure", *images, "--out", tmp_path / "out")
    assert ended.status == 2
    assert "b_snr.json is already in" in ended.sentence
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["b_snr.json"]


@pytest.mark.parametrize("names", [("a/scan.nii", "b/scan.nii"), ("scan.nii", "scan.nii.gz"), ("a.nii", "a.nii")])
def test_two_images_of_the_same_name_cannot_share_a_folder(run, write, levels, tmp_path, names):
    images = [write(levels, name) for name in names]
    ended = run("measure", *images, "--out", tmp_path / "out")
    assert ended.status == 2
    assert "same name" in ended.sentence
    assert not (tmp_path / "out").exists()
    assert run("measure", *images).status == 0


def test_two_labels_of_the_same_name(run, write, scan, levels):
    files = [write(levels, f"{folder}/roi.nii") for folder in "ab"]
    assert run("measure", scan, "--labels", files[0], "--labels", files[1]).status == 2


@pytest.mark.parametrize("place", ["file", "file/below", "folder/scan_snr_map.nii.gz"])
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_something_in_the_way_of_the_results(run, scan, tmp_path, no_figures, place, overwrite):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder/scan_snr_map.nii.gz").mkdir(parents=True)
    (tmp_path / "folder/scan_snr_map.nii.gz/mine").write_text("mine")
    before = contents(tmp_path)
    out = tmp_path / place if "folder" not in place else tmp_path / "folder"
    ended = run("measure", scan, "--out", out, *overwrite)
    assert ended.status == 2
    assert ended.sentence.endswith(".")
    assert contents(tmp_path) == before
    assert not list(tmp_path.rglob(".mrsnr-*"))


def test_an_input_is_never_replaced(run, write, levels, tmp_path):
    scan = write(levels, "scan.nii")
    mask = write((levels < 40).astype("u1"), "scan_noise_mask.nii.gz")
    before = contents(tmp_path)
    ended = run("measure", scan, "--noise-mask", mask, "--out", tmp_path, "--overwrite")
    assert ended.status == 2
    assert "is an input" in ended.sentence
    assert contents(tmp_path) == before


def test_help_of_the_program(run):
    ended = run("--help")
    assert (ended.status, ended.err) == (0, "")
    for command in COMMANDS:
        assert f"\n    {command}" in ended.out
    for status in ("0 ", "2 ", "3 ", "4 ", "70 ", "130 "):
        assert f"\n  {status}" in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(run, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    ended = run(command, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: mrsnr {command}")
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_version(run):
    assert run("--version").out == f"mrsnr {__version__}\n"
