"""The command as a process: what it imports, how it ends when its reader leaves or it is told to stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import pytest

ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error"}


def finish(command, **options):
    options = {"capture_output": True, "text": True, "check": False, "timeout": 60, **options}
    return subprocess.run(command, env=ENVIRONMENT, **options)  # noqa: PLW1510, S603


def imported(arguments, names):
    """Return which of the modules a run imports."""
    code = (
        "import sys; from mrsnr.cli import main; status = main(sys.argv[1:]);"
        f"print('IMPORTED', status, *[name for name in {names!r} if name in sys.modules])"
    )
    ended = finish([sys.executable, "-c", code, *map(str, arguments)])
    return ended.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["measure", "--help"], ["--version"], ["measure", "--clusters", "9"]]
)
def test_help_imports_nothing_heavy(arguments):
    _, *heavy = imported(arguments, ["numpy", "scipy", "nibabel", "matplotlib", "rich", "pooch"])
    assert heavy == []


NEVER = ("PIL", "IPython", "pandas", "pooch", "pydicom", "requests", "scipy.stats", "sklearn")
FIGURES = ("matplotlib", "mrsnr.figures")
TEXT = ("rich", "mrsnr.cli.tables", "mrsnr.cli.tsv")


def unwanted(*names):
    """Return the modules that nibabel does not import by itself: it takes what it finds."""
    code = (
        "import sys; from mrsnr.cli.inputs import import_nibabel; import_nibabel();"
        f"print(*[name for name in {names!r} if name not in sys.modules])"
    )
    return finish([sys.executable, "-c", code]).stdout.split()


@pytest.mark.parametrize(("options", "unused"), [([], ()), (["--json"], TEXT)])
@pytest.mark.parametrize("written", [[], ["--no-figures", "--out"]])
def test_temporal_imports_only_what_it_needs(series, tmp_path, options, unused, written):
    names = unwanted(*NEVER, *FIGURES, *unused, "scipy.ndimage", "scipy.optimize", "scipy.interpolate", "mrsnr.mixture")
    arguments = ["temporal", series, *options, *written, *[tmp_path / "out"] * bool(written)]
    assert imported(arguments, names) == ["0"]


@pytest.mark.parametrize("arguments", [["measure", "--no-figures", "--out", "OUT"], ["compare"]])
def test_measure_imports_only_what_it_needs(scan, tmp_path, arguments):
    arguments = [tmp_path / "out" if one == "OUT" else one for one in arguments]
    assert imported([*arguments, scan], unwanted(*NEVER, *FIGURES)) == ["0"]


@pytest.mark.parametrize(("option", "unused"), [("--json", TEXT), ("--tsv", TEXT[:2])])
@pytest.mark.parametrize("command", ["measure", "compare"])
def test_what_a_program_reads_needs_nothing_that_people_see(write, levels, command, option, unused):
    assert imported([command, write(levels, "scan_ph.nii"), option], unused) == ["4"]


def test_what_is_refused_needs_no_pictures(write, tmp_path):
    path = write(np.tile(np.arange(64.0).reshape(4, 4, 4, 1), 9).astype(np.float32), "still.nii.gz")
    assert imported(["temporal", path, "--out", tmp_path / "out"], FIGURES) == ["4"]


def test_nibabel_is_imported_without_pydicom_which_can_be_imported_afterwards(tmp_path):
    (tmp_path / "pydicom").mkdir()
    (tmp_path / "pydicom/__init__.py").write_text("print('imported')\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from mrsnr.cli.inputs import import_nibabel;"
        "import_nibabel(); print('nibabel' in sys.modules, 'pydicom' in sys.modules); import pydicom; import_nibabel()"
    )
    assert finish([sys.executable, "-c", code]).stdout.split() == ["True", "False", "imported"]


def test_a_dicom_header_inside_a_file_does_no_harm(program, tmp_path):
    image = nibabel.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4))
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("dicom", b"\x08\x00\x05\x00CS\x04\x00UTF8" * 4))
    nibabel.save(image, tmp_path / "scan.nii")
    ended = finish([*program, "info", str(tmp_path / "scan.nii")])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "4 x 4 x 4 voxels" in ended.stdout


def test_the_reader_may_leave(program, scan, write, levels):
    for arguments, status in (
        (["measure", scan, "--json"], 0),
        (["measure", write(levels, "scan_ph.nii")], 4),
        (["--help"], 0),
    ):
        reading, writing = os.pipe()
        os.close(reading)
        ended = finish([*program, *map(str, arguments)], stdout=writing, stderr=subprocess.PIPE, capture_output=False)
        os.close(writing)
        assert (ended.returncode, ended.stderr) == (status, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_at_standard_output(program, scan):
    with Path("/dev/full").open("w") as full:
        ended = finish([*program, "measure", str(scan)], stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert ended.returncode == 2
    assert ended.stderr == "mrsnr: Standard output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_closed_streams(program, scan, closed):
    command = f"{' '.join(program)} measure {scan} {closed}"
    assert finish(["/bin/sh", "-c", command]).returncode == 0


# Slows the run down at one place, so that a signal meets it there.
SLOW = """
import sys, time
from importlib import import_module
module = import_module("mrsnr.io.{module}")
before = module.{name}
def slow(*arguments, **options):
    result = before(*arguments, **options)
    print("ready", file=sys.stderr, flush=True)
    time.sleep({pause})
    return result
module.{name} = slow
import mrsnr.figures
mrsnr.figures.draw = lambda *a, **o: {{}}
from mrsnr.cli import main
sys.exit(main(sys.argv[1:]))
"""


def heed_interrupts():
    """A shell's background jobs, and workers of pytest, ignore Ctrl-C; who is started by them would, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(module, name, arguments, numbers, *, pause=30, wait=0):
    """Run the command, send signals once the function of `mrsnr.io` has been called, and say how it ended."""
    code = SLOW.format(module=module, name=name, pause=pause)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, preexec_fn=heed_interrupts, **pipes) as process:  # noqa: PLW1509, S603
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        time.sleep(wait)
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.02)
        out, err = process.communicate(timeout=30)
    return process.returncode, out, err


PLACES = [("staging", "_make"), ("document", "source_of")]


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_ctrl_c_leaves_nothing_behind(write, scan, tmp_path, module, name):
    before = sorted(tmp_path.rglob("*"))
    arguments = ["measure", scan, "--out", tmp_path / "new/deep"]
    assert interrupted(module, name, arguments, [signal.SIGINT]) == (130, "", "mrsnr: interrupted\n")
    assert sorted(tmp_path.rglob("*")) == before


def test_impatient_ctrl_c_leaves_nothing_behind(scan, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    arguments = ["measure", scan, "--out", tmp_path / "new"]
    status, out, _ = interrupted("saving", "write_map", arguments, [signal.SIGINT] * 5)
    assert status in {130, -signal.SIGINT}  # the last may meet the process when it has done its work: 130 to a shell
    assert out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_a_job_that_is_stopped_cleans_up(scan, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    status, out, _ = interrupted("saving", "write_map", ["measure", scan, "--out", tmp_path / "new"], [signal.SIGTERM])
    assert (status, out) == (128 + signal.SIGTERM, "")
    assert sorted(tmp_path.rglob("*")) == before


def test_ctrl_c_keeps_the_files_of_an_earlier_run(scan, tmp_path, run, no_figures):
    assert run("measure", scan, "--out", tmp_path / "out").status == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    arguments = ["measure", scan, "--clusters", "2", "--out", tmp_path / "out", "--overwrite"]
    assert interrupted("saving", "_write_json", arguments, [signal.SIGINT])[0] == 130
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("earlier", [True, False])
def test_a_disk_that_is_full_leaves_what_was_there(scan, tmp_path, run, no_figures, earlier):
    """A limit on the size of files stands for the disk: the maps of this scan are larger."""
    out = tmp_path / "out"
    if earlier:
        assert run("measure", scan, "--out", out).status == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000));"
        "from mrsnr.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "measure", scan, "--out", out, "--overwrite", "--no-figures"]
    ended = finish([str(part) for part in command])
    assert ended.returncode == 2
    assert ended.stderr == f"mrsnr: Writing to {out} failed: File too large.\n"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert out.exists() == earlier


def test_ctrl_c_while_measuring(write, tmp_path):
    path = write(np.random.default_rng(0).rayleigh(10, (160, 160, 20, 8)).astype(np.float32), "large.nii")
    arguments = ["measure", path, "--out", tmp_path / "out"]
    ended = interrupted("nifti", "_meta", arguments, [signal.SIGINT], pause=0, wait=0.5)
    assert ended == (130, "", "mrsnr: interrupted\n")
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_fault_of_ours_is_one_sentence(run, scan, monkeypatch, tmp_path):
    def broken(*_arguments, **_options):
        raise KeyError("oops")

    monkeypatch.setattr("mrsnr.measure", broken, raising=False)
    ended = run("measure", scan, "--out", tmp_path / "out")
    assert ended.status == 70
    assert "fault of mrsnr" in ended.sentence
    assert "KeyError" in ended.sentence
    assert not (tmp_path / "out").exists()
    assert "Traceback" in run("--debug", "measure", scan).err


def test_an_image_that_does_not_fit_into_memory(run, scan, write, levels, monkeypatch):
    def large(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr("mrsnr.measure", large, raising=False)
    ended = run("measure", scan)
    assert ended.status == 3
    assert "memory" in ended.sentence


def test_from_another_thread(scan):
    code = (
        "import sys, threading; from mrsnr.cli import main; status = [];"
        "thread = threading.Thread(target=lambda: status.append(main(sys.argv[1:]))); thread.start(); thread.join();"
        "sys.exit(status[0])"
    )
    assert finish([sys.executable, "-c", code, "info", str(scan)]).returncode == 0
