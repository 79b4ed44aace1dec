"""The tutorial notebook, run from top to bottom: its answers against what is known without it."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import jupytext
import nibabel as nib
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from scipy.special import ive

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "tutorials" / "image_snr.py"
SHARED = ROOT.parent / "shared" / "data"
FACTOR = np.sqrt(2 - np.pi / 2)

# The kernel talks to us through C code, not through Python's sockets: any call of these is the notebook's own.
NO_NETWORK = """
import os, sys
def _refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise RuntimeError(f"The notebook uses the network: {event} {arguments}")
sys.addaudithook(_refuse)
print(os.getpid())
"""


QUIET_KERNEL = {"PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


class Run:
    """One run of the notebook in folders of its own: its cells, its answers and what it left behind."""

    def __init__(self, folder, notebook, **environment):
        self.left = {}
        for name in ("here", "tmp", "cache"):
            (folder / name).mkdir(exist_ok=True)
        before = _files(SCRIPT.parent)
        paths = {"TMPDIR": folder / "tmp", "MRSNR_DATA": folder / "cache", "IPYTHONDIR": folder / "ipython"}
        own = {name: str(value) for name, value in {"MRSNR_TUTORIAL_DATA": "", **paths, **environment}.items()}
        notebook.cells.insert(0, new_code_cell(NO_NETWORK))
        here = {"metadata": {"path": str(folder / "here")}}
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=here)
        client.execute(env=os.environ | own | QUIET_KERNEL)
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.process = int(_printed(self.cells[0]))
        self.answers = json.loads(_printed(self.cells[-1]))
        for name in ("here", "tmp", "cache"):
            self.left[name] = sorted(path.name for path in (folder / name).iterdir())
        self.new_files = _files(SCRIPT.parent) ^ before

    @property
    def pictures(self):
        return [output for cell in self.cells for output in cell.outputs if "image/png" in output.get("data", {})]

    @property
    def complaints(self):
        """What cells wrote to stderr, but for the note that a machine gets once."""
        written = [_printed(cell, "stderr") for cell in self.cells]
        return [text for text in written if text and "building the font cache" not in text]


def _files(folder):
    return {(str(path), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def _printed(cell, stream="stdout"):
    return "".join(output.text for output in cell.outputs if output.get("name") == stream)


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """The notebook on a machine that has nothing."""
    return Run(tmp_path_factory.mktemp("phantom"), jupytext.read(SCRIPT))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The notebook on the shared images."""
    if not SHARED.is_dir():
        pytest.skip("there is no shared/data")
    return Run(tmp_path_factory.mktemp("folder"), jupytext.read(SCRIPT), MRSNR_TUTORIAL_DATA=SHARED)


@pytest.fixture(params=["phantom", "folder"])
def run(request):
    return request.getfixturevalue(request.param)


def test_it_runs_quietly_and_leaves_nothing_behind(run, request):
    assert run.answers["source"] == request.node.callspec.params["run"]
    assert run.complaints == []
    assert len(run.pictures) == 9
    assert run.left == {"here": [], "tmp": [], "cache": []}
    assert run.new_files == set()
    with pytest.raises(ProcessLookupError):
        os.kill(run.process, 0)


def test_by_hand_is_what_measure_says(run):
    seen = run.answers
    by_hand = seen["mean_foreground"] / seen["std_background"] * FACTOR
    for value in (seen["snr_by_hand"], seen["map_mean"], seen["by_clusters"]["3"]):
        assert value == pytest.approx(seen["snr_by_measure"], rel=1e-12)
    assert by_hand == pytest.approx(seen["snr_by_measure"], rel=1e-12)
    assert seen["masks_agree"]
    assert set(seen["by_clusters"]) == {"2", "3", "4", "5"}


def test_the_darkest_cluster_is_not_where_the_patient_is(run):
    air, *tissue = run.answers["in_the_middle"]
    assert run.answers["means"] == sorted(run.answers["means"])
    assert air < 0.01
    assert all(share > 0.25 for share in tissue)  # more than by chance


def test_the_files_have_the_names_they_should(run):
    ours = [f"{part}_map{end}" for part in ("mean", "noise", "tsnr") for end in (".json", ".nii.gz")]
    expected = [f"{which}_quality_{name}" for which in ("high", "low") for name in (*ours, "tsnr.json")]
    assert run.answers["files"] == sorted([*expected, "high_ukat_tsnr_map.nii.gz", "low_ukat_tsnr_map.nii.gz"])


def test_ukats_tsnr_differs_from_ours_as_theory_says(run):
    # Voxel by voxel on the run's own series: intercept over mean, times the root of T / (T - 3).
    assert run.answers["ratio_error"] < 1e-10
    for drift, seen in run.answers["drifts"].items():
        expected = (1 - float(drift) / 2 - float(drift) / 39) * np.sqrt(40 / 37)
        assert seen["ratio"] == pytest.approx(expected, abs=0.003)
        assert seen["mrsnr"] == pytest.approx(1.0091, abs=0.005)  # median of sigma / SD at 37 degrees of freedom


def test_the_phantom_is_measured_right_where_its_air_is_known(phantom):
    for snr, seen in phantom.answers["trials"].items():
        cortex = (seen["true"]["left cortex"] + seen["true"]["right cortex"]) / 2
        assert cortex == pytest.approx(float(snr), rel=0.01)  # as asked for
        assert set(seen["mask"]) == set(seen["true"])
        for label, true in seen["true"].items():
            # The noise of the magnitude lifts weak labels; nothing else may, but for chance.
            chance = 4 / (true * np.sqrt(seen["voxels"][label]))
            assert seen["mask"][label] == pytest.approx(rician_mean(true) / true, abs=0.01 + chance)


def rician_mean(theta):
    """Mean magnitude over sigma at an SNR of theta, in closed form."""
    z = theta**2 / 2
    return np.sqrt(np.pi / 2) * ((1 + z) * ive(0, z / 2) + z * ive(1, z / 2))


def test_clusters_err_by_the_air_that_they_cut(phantom):
    trials = phantom.answers["trials"]
    error = {int(snr): seen["clusters"]["left cortex"] - 1 for snr, seen in trials.items()}
    assert error[5] > 1  # more than twice the truth
    assert 0.03 < error[50] < 0.08
    assert abs(error[100]) < 0.03
    assert sorted(error.values(), reverse=True) == [error[snr] for snr in (5, 10, 20, 50, 100)]
    for cut in phantom.answers["cuts"].values():
        assert cut["seen"] == pytest.approx(cut["predicted"], rel=0.05)


def test_auto_is_right_or_warns(phantom):
    verdicts = [seen["auto_verdict"] for seen in phantom.answers["trials"].values()]
    assert verdicts.count("trusted") >= 2
    for snr, seen in phantom.answers["trials"].items():
        assert seen["auto_verdict"] in {"trusted", "caution"}, snr
        ratios = [value / seen["true"][name] for name, (value, _, _) in seen["auto"].items() if value is not None]
        assert len(ratios) >= 8
        within = 0.03 if seen["auto_verdict"] == "trusted" else 0.25
        assert np.median(ratios) == pytest.approx(1, abs=within), snr
        widths = [high / low for value, low, high in seen["auto"].values() if value is not None]
        assert all(width > 1 for width in widths)


def test_auto_never_measures_zeroed_air(phantom):
    honest = phantom.answers["honest"]
    assert honest["method"] == "tissue"
    assert honest["sigma"][0] == pytest.approx(honest["sigma"][1], rel=0.1)


def test_compare_begins_with_auto_and_has_the_tutorials_number(run):
    seen = run.answers
    assert next(iter(seen["compared"])) == "auto"
    assert seen["compared"]["auto"] == seen["auto"]["value"]
    assert seen["compared"]["mixture"] == seen["snr_by_measure"]
    assert {"air", "air_std", "tissue"} <= set(seen["compared"])
    if seen["auto"]["value"] is not None:
        low, high = seen["auto"]["interval"]
        assert low < seen["auto"]["value"] < high


def test_zeroed_air_is_never_taken_for_a_good_scanner(phantom):
    noise, zero = phantom.answers["zeroed"]["noise"], phantom.answers["zeroed"]["zero"]
    assert noise["true"] == zero["true"]
    assert noise["value"] == pytest.approx(noise["true"], rel=0.08)
    assert zero["value"] > 100 * zero["true"]
    assert "zeros" in zero["codes"]
    assert "zeros" not in noise["codes"]


def test_the_phantom_is_described_as_it_was_made(phantom):
    seen = phantom.answers
    assert seen["shape"] == [192, 192, 13]
    assert seen["voxel_size"] == pytest.approx([420 / 192, 420 / 192, 6])
    assert seen["middle"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert seen["verdict"] == "caution"
    assert seen["zeros"] < 0.001
    # Rayleigh's 1.913, a little higher as the bright end of the air is cut off.
    assert 1.913 < seen["mean_over_sd"] < 2.1
    # What the Gaussians expect below 0 and above the maximum: most of it is the darkest one's lower tail.
    assert 0.985 < seen["expected_voxels"] / (192 * 192 * 13) < 1


def test_echoes_are_measured_one_by_one(phantom):
    echoes, pooled = phantom.answers["echoes"], phantom.answers["pooled"]
    values = [echo["value"] for echo in echoes]
    assert values == sorted(values, reverse=True)
    assert values[-1] < pooled < values[0]
    assert all(echo["sigma"] == pytest.approx(20, rel=0.2) for echo in echoes)  # the cut: always below
    assert all(echo["sigma"] < 20 for echo in echoes)


def test_the_better_series_of_the_phantom_is_seen_as_better(phantom):
    # In the kidneys breath takes 3 % of the signal: 1 / sqrt(1/SNR^2 + 0.03^2), for SNRs of 27 to 40 and of 7 to 10.
    assert 20 < phantom.answers["tsnr"]["high"] < 27
    assert 6.5 < phantom.answers["tsnr"]["low"] < 10


def test_the_real_scan_is_measured_as_without_the_package(folder):
    seen = folder.answers
    image = nib.load(SHARED / "kidney-t2w" / "test_sub_02.nii.gz")
    data = image.get_fdata()
    assert seen["shape"] == list(data.shape)
    assert seen["voxel_size"] == pytest.approx(nib.affines.voxel_sizes(image.affine), rel=1e-6)
    assert seen["middle"] == pytest.approx(nib.affines.apply_affine(image.affine, (np.array(data.shape) - 1) / 2))
    air = data <= seen["background_up_to"]  # on a line, a cluster is an interval
    assert seen["snr_by_measure"] == pytest.approx(data[~air].mean() / data[air].std() * FACTOR, rel=1e-9)
    assert seen["zeros"] == pytest.approx(np.mean(data[air] == 0), rel=1e-9)
    assert seen["mean_over_sd"] == pytest.approx(data[air].mean() / data[air].std(), rel=1e-9)


def test_the_real_scan_is_not_trusted(folder):
    seen = folder.answers
    assert seen["verdict"] == "caution"
    assert {"zeros", "ratio", "sensitivity"} <= set(seen["reasons"])
    assert max(seen["by_clusters"].values()) > 2 * min(seen["by_clusters"].values())


def test_noise_added_to_a_series_lowers_its_tsnr_by_as_much(folder):
    # Three times the SD on top: the root of 1 + 9.
    tsnr = folder.answers["tsnr"]
    assert tsnr["low"] == pytest.approx(tsnr["high"] / np.sqrt(10), rel=0.05)


# The public data are not on the machines that run the tests: files of the same names, made from the phantom.
PUBLIC = """
import json, pathlib
import mrsnr
from mrsnr.data import sample
known = json.loads(pathlib.Path({table!r}).read_text())
samples = {{name: sample.Sample(name, "77", *rest, "CC0-1.0", "made by the test") for name, rest in known.items()}}
sample.SAMPLES = mrsnr.data.SAMPLES = samples
"""
SEEN = """
images = vars(scans) | {"other": scans.others["T1W"]}
shapes = {name: images[name].shape for name in ("image", "other", "echoes", "high", "low")}
print(json.dumps({"source": source, "times": list(scans.times), **shapes}))
"""


def test_public_data_are_used_when_all_of_them_are_there(tmp_path):
    shapes = {"t2w_volume_philips": (8, 8, 9), "t1w_volume_philips": (8, 7, 9), "t2star_philips": (6, 6, 5)}
    shapes |= {"tsnr_high_philips": (5, 6, 4, 7), "tsnr_low_philips": (5, 6, 4, 8)}
    cache = tmp_path / "cache"
    cache.mkdir()
    known = {name: _sample_file(cache, name, shape) for name, shape in shapes.items()}
    (tmp_path / "table.json").write_text(json.dumps(known))

    notebook = jupytext.read(SCRIPT)
    last = next(n for n, cell in enumerate(notebook.cells) if "source, scans =" in cell.source)
    notebook.cells = notebook.cells[: last + 1]
    notebook.cells.insert(0, new_code_cell(PUBLIC.format(table=str(tmp_path / "table.json"))))
    notebook.cells.append(new_code_cell(SEEN))
    seen = Run(tmp_path, notebook).answers
    assert seen == {
        "source": "public",
        "times": [0.005, 0.01],
        "image": [8, 8, 9],
        "other": [8, 7, 9],
        "echoes": [6, 6, 5, 2],
        "high": [5, 6, 4, 7],
        "low": [5, 6, 4, 8],
    }


def _sample_file(cache, name, shape):
    """Write what stands for a sample; give its file's name and checksum."""
    voxels = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    if name == "t2star_philips":
        file = cache / f"{name}.zip"
        with zipfile.ZipFile(file, "w") as archive:
            for n, te in enumerate((0.005, 0.01), start=1):
                archive.writestr(f"scan_e{n}.nii", nib.Nifti1Image(voxels + n, np.eye(4)).to_bytes())
                archive.writestr(f"scan_e{n}.json", json.dumps({"EchoTime": te, "ImageType": ["M"]}))
    else:
        file = cache / f"{name}.nii.gz"
        nib.save(nib.Nifti1Image(voxels, np.eye(4)), file)
    return file.name, hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
