"""``mrsnr temporal`` prints and writes numbers that are right."""

import json

import nibabel
import numpy as np
import pytest

import mrsnr


def test_the_first_line_is_the_answer(run, series):
    ended = run("temporal", series)
    assert (ended.status, ended.err) == (0, "")
    words = ended.out.splitlines()[0].split()
    assert words[0] == "tSNR"
    assert float(words[1]) == pytest.approx(100, rel=0.03)
    low, high = float(words[2].strip("(")), float(words[4].strip(")"))
    assert low < 100 < high
    assert words[5:] == ["caution", "series.nii.gz"]
    assert "57" not in ended.out
    assert "77 degrees of freedom" in ended.out


def test_first_volumes_before_the_steady_state_are_left_out_and_said(run, write, series):
    data = np.asarray(nibabel.load(series).dataobj).astype(np.float32)
    data[..., :2] *= 1.5
    path = write(data, "start.nii.gz")
    ended = run("temporal", path)
    assert "the first 2 volumes, before the steady state" in ended.out
    assert "75 degrees of freedom" in ended.out
    kept = run("temporal", path, "--drop", 0, "--json").json["images"][0]["results"][0]
    assert kept["dropped"] == 0
    assert "steady" in {reason["code"] for reason in kept["reasons"]}
    assert run("temporal", path, "--drop", "some").status == 2


def test_order_0_is_mean_over_sd(run, series):
    data = np.asarray(nibabel.load(series).dataobj, np.float64)
    truth = np.median((data.mean(axis=-1) / data.std(axis=-1, ddof=1))[8:])
    result = run("temporal", series, "--order", 0, "--json").json["images"][0]["results"][0]
    assert result["uncorrected"] == pytest.approx(truth, rel=1e-6)
    assert result["degrees_of_freedom"] == 79
    assert result["voxels"] == 8 * 16 * 3


def test_the_mask_says_where_the_median_is_taken(run, write, series):
    mask = np.zeros((16, 16, 3), np.uint8)
    mask[8:10, 3] = 1
    ended = run("temporal", series, "--mask", write(mask, "mask.nii.gz"), "--json")
    result = ended.json["images"][0]["results"][0]
    inside = mrsnr.temporal(mrsnr.load(series)).map[mask == 1]
    assert result["voxels"] == mask.sum()
    assert result["uncorrected"] == pytest.approx(np.median(inside), rel=1e-12)


def test_voxels_that_do_not_vary_are_counted_and_left_out(run, write, series):
    data = np.asarray(nibabel.load(series).dataobj).copy()
    data[9, :5] = 200
    ended = run("temporal", write(data, "still.nii.gz"), "--json")
    result = ended.json["images"][0]["results"][0]
    assert result["undefined_voxels"] == 5 * 3
    assert result["value"] == pytest.approx(100, rel=0.03)


def test_maps_and_numbers_are_those_that_are_printed(run, series, tmp_path):
    ended = run("temporal", series, "--out", tmp_path / "out", "--json", "--slice", 1)
    assert ended.status == 0
    assert json.loads((tmp_path / "out/series_tsnr.json").read_text()) == ended.json["images"][0]
    tsnr, mean, noise = (
        nibabel.load(tmp_path / f"out/series_{name}.nii.gz") for name in ("tsnr_map", "mean_map", "noise_map")
    )
    assert {image.get_data_dtype() for image in (tsnr, mean, noise)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(tsnr.get_fdata() * noise.get_fdata(), mean.get_fdata(), rtol=1e-5)
    data = np.asarray(nibabel.load(series).dataobj, np.float64)
    np.testing.assert_allclose(mean.get_fdata(), data.mean(axis=-1), rtol=1e-6, atol=1e-5)
    assert noise.get_fdata().mean() == pytest.approx(2.0, rel=0.02)
    assert (tmp_path / "out/series_tsnr_map.png").exists()


def test_a_series_that_does_not_vary_is_refused(run, write, tmp_path):
    path = write(np.tile(np.arange(64.0).reshape(4, 4, 4, 1), 9).astype(np.float32), "still.nii.gz")
    ended = run("temporal", path, "--out", tmp_path / "out")
    assert ended.status == 4
    assert ended.out.startswith("no tSNR  refused  still.nii.gz\n")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["still_tsnr.json"]


def test_measure_and_temporal_can_share_a_folder(run, write, series, tmp_path):
    series = write(np.asarray(nibabel.load(series).dataobj)[..., 1, :4, np.newaxis].swapaxes(2, 3), "series.nii.gz")
    assert run("measure", series, "--out", tmp_path / "out", "--method", "mixture").status == 0
    before = {file: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert run("temporal", series, "--out", tmp_path / "out", "--order", 0).status == 0
    assert {file: file.read_bytes() for file in before} == before


def test_against_a_published_map(run, shared_data, write):
    published = np.asarray(nibabel.load(shared_data("cord-fmri/fmri_tsnr.nii.gz")).dataobj, np.float64)
    series = shared_data("cord-fmri/fmri.nii.gz")
    mask = np.isfinite(published) & (published > 5)
    image = nibabel.load(series)
    given = write(mask.astype(np.uint8), "mask.nii.gz", affine=image.affine)
    result = run("temporal", series, "--order", 0, "--mask", given, "--json").json["images"][0]["results"][0]
    assert result["uncorrected"] == pytest.approx(np.median(published[mask]), rel=1e-5)


@pytest.fixture
def phantom(write):
    """A file of a disc of signal 1000 with white noise of SD 10 in 41 volumes."""
    x, y = np.ogrid[:64, :64]
    disc = np.hypot(x - 31, y - 33) < 25
    data = np.random.default_rng(0).normal(0, 10, (64, 64, 3, 41)) + 1000.0 * disc[:, :, None, None]
    return write(data.astype(np.float32), "phantom.nii.gz")


def test_the_stability_of_a_phantom_is_printed_and_drawn_if_asked_for(run, phantom, tmp_path, valid):
    ended = run("temporal", phantom, "--fbirn", "--out", tmp_path / "out")
    assert (ended.status, ended.err) == (0, "")
    rows = {words[0]: words for line in ended.out.splitlines() if (words := line.split())}
    assert float(rows["SFNR"][1]) == pytest.approx(100 * 1.02, rel=0.02)
    assert float(rows["SNR"][1]) == pytest.approx(100, rel=0.12)
    assert float(rows["fluctuation"][1]) == pytest.approx(100 / 2100, rel=0.4)
    assert float(rows["DVARS"][1]) == pytest.approx(np.sqrt(2), rel=0.03)
    assert "21 x 21 voxels from (21, 23) of slice 1, 41 volumes" in ended.out
    assert "the last volume, which has no partner, is left out" in ended.out
    document = json.loads((tmp_path / "out/phantom_tsnr.json").read_text())
    valid(document, "measure", "image")
    assert len(document["results"][0]["fbirn"]["weisskoff"]) == 21
    assert (tmp_path / "out/phantom_weisskoff.png").read_bytes().startswith(b"\x89PNG")
    only = tmp_path / "only"
    only.mkdir()
    (tmp_path / "out/phantom_weisskoff.png").rename(only / "phantom_weisskoff.png")
    assert "phantom_weisskoff.png is already" in run("temporal", phantom, "--fbirn", "--out", only).err


def test_without_asking_there_is_no_stability(run, phantom):
    ended = run("temporal", phantom)
    assert "fBIRN" not in ended.out
    assert run("temporal", phantom, "--json").json["images"][0]["results"][0]["fbirn"] is None
    assert run("temporal", phantom, "--fbirn-slice", 1).status == 2


def test_slice_and_square_of_the_stability(run, phantom, valid):
    ended = run("temporal", phantom, "--fbirn", "--fbirn-slice", 2, "--fbirn-roi", 9, "--json")
    valid(ended.json, "measure")
    found = ended.json["images"][0]["results"][0]["fbirn"]
    assert (found["slice"], found["size"], found["corner"]) == (2, 9, [27, 29])
    wrong = run("temporal", phantom, "--fbirn", "--fbirn-slice", 3)
    assert (wrong.status, "no slice 3" in wrong.err) == (2, True)
    wide = run("temporal", phantom, "--fbirn", "--fbirn-roi", 51, "--json")
    assert (wide.status, "leaves the object" in wide.err) == (3, True)
    valid(wide.json, "measure")


def test_a_phantom_that_does_not_vary(run, write, valid):
    x, y = np.ogrid[:64, :64]
    disc = np.hypot(x - 31, y - 33) < 25
    data = np.tile(1000.0 * disc[:, :, None, None], (1, 1, 3, 9)).astype(np.float32)
    still = write(data, "still.nii.gz")
    ended = run("temporal", still, "--fbirn")
    assert (ended.status, "n/a" in ended.out) == (4, True)
    valid(run("temporal", still, "--fbirn", "--json").json, "measure")


def test_files_of_one_volume_each_are_the_series_of_one_file(run, write, series):
    data = np.asarray(nibabel.load(series).dataobj)
    files = [write(data[..., volume], f"volume{volume:03d}.nii.gz") for volume in range(data.shape[-1])]
    one, other = (run("temporal", *given, "--json").json["images"][0]["results"][0] for given in ([series], files))
    assert other == one


def test_files_that_do_not_fit_together_are_named(run, write, series):
    data = np.asarray(nibabel.load(series).dataobj)
    ended = run("temporal", write(data[..., 0], "first.nii.gz"), write(data[:8, :, :, 0], "second.nii.gz"))
    assert ended.status == 3
    assert "second.nii.gz" in ended.err


def test_robust_noise_and_pairs_are_said(run, write):
    data = np.random.default_rng(0).normal(1000, 10, (12, 12, 4, 40))
    data[..., 1::2] -= 20
    path = write(data, "asl.nii.gz")
    result = run("temporal", path, "--pairs", "control-label", "--robust", "--json").json["images"][0]["results"][0]
    assert (result["robust"], result["pairs"], result["degrees_of_freedom"]) == (True, "control-label", 9)
    assert result["value"] == pytest.approx(20 / (10 * np.sqrt(2)), rel=0.2)
    ended = run("temporal", path, "--pairs", "control-label", "--robust")
    assert "control - label; control comes first" in ended.out
    assert "median change in 9 pairs of differences" in ended.out
