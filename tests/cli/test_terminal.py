"""What people see: colour on a terminal, plain text elsewhere, whatever files are called."""

import json
import os
import pty
import re
import subprocess

import pytest

from mrsnr.wording import number

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7]m")


def on_terminal(command, columns, **environment):
    """Run a command on a terminal of its own, return what appears there."""
    ours, theirs = pty.openpty()
    variables = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    variables |= {"TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables)  # noqa: S603
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return process.wait(timeout=30), seen.decode()


def test_colour_on_a_terminal_and_none_with_no_color(program, scan):
    command = [*program, "measure", str(scan)]
    status, seen = on_terminal(command, 80)
    assert status == 0
    assert COLOUR.search(seen)
    status, plain = on_terminal(command, 80, NO_COLOR="1")
    assert status == 0
    assert not COLOUR.search(plain)
    said = re.search(r"SNR (\S+) \(.*\)  trusted  scan.nii.gz", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", plain))
    assert said is not None
    assert float(said[1]) == pytest.approx(50, rel=0.02)


def test_a_terminal_shows_what_is_being_done_and_a_pipe_does_not(program, scan, series):
    for command, path in (("measure", scan), ("temporal", series)):
        status, seen = on_terminal([*program, command, str(path), "--json"], 80)
        assert status == 0
        assert f"Measuring {path.name}" in seen
        piped = subprocess.run([*program, command, str(path), "--json"], capture_output=True, check=True)  # noqa: S603
        assert piped.stderr == b""


def test_lines_fit_the_terminal(program, write, levels):
    scan = write(levels, f"{'long_' * 20}name.nii")
    _, seen = on_terminal([*program, "info", str(scan)], 60)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen).splitlines()
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("variable", [{}, {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20"}])
def test_no_control_characters_in_a_pipe(run, write, levels, series, monkeypatch, variable):
    for key, value in variable.items():
        monkeypatch.setenv(key, value)
    images = [write(levels, "a.nii"), write(levels, "b_ph.nii")]
    for command in (
        ["measure", images[0]],
        ["measure", *images],
        ["measure", images[0], "missing.nii"],
        ["measure", images[0], "--json"],
        ["compare", images[0]],
        ["compare", images[1]],
        ["temporal", series],
        ["info", images[0]],
        ["fetch", "--list"],
    ):
        ended = run(*command)
        assert not CONTROL.search(ended.out + ended.err)
        assert not any(line.endswith(" ") for line in ended.out.splitlines())


def test_tables_are_not_cut_or_wrapped_in_a_pipe(run, write, levels):
    paths = [write(levels, f"{'very_' * 40}long_{n}.nii") for n in range(2)]
    lines = [line for line in run("measure", *paths).out.splitlines() if "very_" in line]
    assert [line.split()[0] for line in lines] == [path.name for path in paths]
    assert all(line.split()[-2:] == ["air", "trusted"] for line in lines)


NAMES = [
    "[red]x[bold].nii",
    ":bug: with spaces.nii",
    "naïve Größe 心臓.nii",
    "tab\there.nii",
    "line\nbreak.nii",
    "escape\x1b[31m.nii",
    "back\\slash\\.nii",
    "-starts-with-a-dash.nii",
    os.fsdecode(b"not utf-8 \xff.nii"),
    "%s{0}$HOME`id`.nii",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(run, write, levels, tmp_path, no_figures, name, valid):
    path = write(levels, name)
    ordinary = run("measure", write(levels, "scan.nii"), "--tsv").out.splitlines()
    plain = run("measure", path)
    assert plain.status == 0
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in name)
    assert plain.out.splitlines()[0].endswith(f"  {shown}")
    table = run("measure", path, "--tsv").out.split("\n")
    assert len(table) == 4
    assert table[1:3] == [line.replace("scan.nii", shown) for line in ordinary[1:]]
    ended = run("measure", path, tmp_path / "other" / f"no {name}", "--json", "--out", tmp_path / "out")
    assert ended.status == 3
    assert not CONTROL.search(ended.sentence)
    valid(ended.json, "measure")
    try:
        name.encode()
    except UnicodeEncodeError:
        assert ended.json["images"][0]["source"]["name"] == "not utf-8 ?.nii"
    else:
        assert ended.json["images"][0]["source"]["name"] == name
    assert (tmp_path / "out" / f"{name.removesuffix('.nii')}_snr.json").exists()
    assert run("info", path).out.splitlines()[0] == shown


def test_markup_across_folders(run, write, levels):
    path = write(levels, "[bold]a[/bold].nii")
    assert run("measure", path).out.splitlines()[0].endswith("bold].nii")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_encoding_that_lacks_letters(program, write, levels, form):
    path = write(levels, "Größe [x] 心臓.nii")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*program, "measure", str(path), *form]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)  # noqa: S603
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.isascii()
    if form == ["--json"]:
        assert json.loads(ended.stdout)["images"][0]["source"]["name"] == path.name


def test_numbers_are_readable():
    shown = {
        None: "n/a", 0.0: "0.000", 101.0: "101.0", 36.571: "36.57", 9999.4: "9999", 9999.7: "10000", 27603.7: "27604",
        0.0012345: "0.001234", 1.2346e-7: "1.235e-07", 3.4e12: "3.400e+12", -2.76: "-2.760",
    }  # fmt: skip
    assert {value: number(value) for value in shown} == shown
