"""What is written is what was measured, where the image was, and all of it or nothing."""

import hashlib
import json
import os
from dataclasses import replace

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError, OutputError

AFFINE = np.array([[-2.0, 0, 0.1, 90], [0, 2.0, 0, -80], [0.1, 0, 5.0, -30], [0, 0, 0, 1]])


@pytest.fixture
def scan(tmp_path, two_levels):
    """A file with its own qform, sform, codes and units."""
    image = nibabel.Nifti1Image(np.asarray(two_levels().data, np.float32), AFFINE)
    image.header.set_xyzt_units("mm", "msec")
    image.set_sform(AFFINE, code=2)
    moved = AFFINE.copy()
    moved[:3, 3] += 7
    image.set_qform(moved, code=1, strip_shears=True)
    nibabel.save(image, tmp_path / "scan.nii.gz")
    return tmp_path / "scan.nii.gz"


def test_maps_numbers_and_their_sidecars(tmp_path, scan):
    result = mrsnr.measure(mrsnr.load(scan), "mixture")
    files = mrsnr.save(result, tmp_path / "out")
    maps = [f"scan_{name}{end}" for name in ("snr_map", "noise_mask", "clusters") for end in (".nii.gz", ".json")]
    assert sorted(file.name for file in files) == sorted([*maps, "scan_snr.json"])
    assert sorted(files) == sorted((tmp_path / "out").iterdir())
    snr_map = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz")
    assert snr_map.get_data_dtype() == np.float32
    original = nibabel.load(scan).get_fdata()
    np.testing.assert_allclose(snr_map.get_fdata() * result.noise.sigma, original, rtol=1e-6)
    background = nibabel.load(tmp_path / "out/scan_noise_mask.nii.gz").get_fdata() == 1
    np.testing.assert_array_equal(background, result.noise.region)
    assert original[background].std() / np.sqrt(2 - np.pi / 2) == pytest.approx(result.noise.sigma, rel=1e-6)
    assert "image / sigma" in json.loads((tmp_path / "out/scan_snr_map.json").read_text())["Description"]


def test_without_a_mixture_there_are_no_clusters_and_the_noise_floor_is_out_of_the_map(tmp_path, scan):
    result = mrsnr.measure(mrsnr.load(scan))
    files = mrsnr.save(result, tmp_path / "out")
    maps = [f"scan_{name}{end}" for name in ("snr_map", "noise_mask") for end in (".nii.gz", ".json")]
    assert sorted(file.name for file in files) == sorted([*maps, "scan_snr.json"])
    amplitude = np.sqrt(np.maximum(nibabel.load(scan).get_fdata() ** 2 - result.noise.sigma**2, 0))
    snr_map = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz").get_fdata()
    np.testing.assert_allclose(snr_map * result.noise.sigma, amplitude, rtol=1e-5, atol=1e-3)
    assert "noise floor" in json.loads((tmp_path / "out/scan_snr_map.json").read_text())["Description"]


def test_a_map_of_sigma_is_written_as_one_and_summarised(tmp_path, two_levels):
    image = two_levels()
    result = mrsnr.measure(image)
    sigma = np.where(np.asarray(image.data) > 200, np.linspace(8, 12, 64)[:, None, None], np.nan)
    mapped = replace(result, noise=replace(result.noise, sigma=sigma))
    mrsnr.save(mapped, tmp_path, name="mapped")
    written = nibabel.load(tmp_path / "mapped_sigma_map.nii.gz")
    np.testing.assert_allclose(written.get_fdata(), sigma, rtol=1e-6)
    assert json.loads((tmp_path / "mapped_sigma_map.json").read_text())["Units"] == "image intensity"
    (numbers,) = json.loads((tmp_path / "mapped_snr.json").read_text())["results"]
    assert numbers["noise"]["map"]
    assert numbers["noise"]["sigma"] == pytest.approx(np.nanmedian(sigma))
    assert numbers["noise"]["range"] == pytest.approx(np.nanpercentile(sigma, [5, 95]))
    mrsnr.save(result, tmp_path, name="mapped", overwrite=True)
    assert not (tmp_path / "mapped_sigma_map.nii.gz").exists()


def test_of_several_volumes_the_refused_one_is_empty_in_the_maps(tmp_path, two_levels):
    good = np.asarray(two_levels().data)
    data = np.stack([np.full_like(good, 7), good], axis=-1)
    results = mrsnr.measure(mrsnr.Image(data, AFFINE))
    mrsnr.save(results, tmp_path, name="two")
    snr_map = nibabel.load(tmp_path / "two_snr_map.nii.gz").get_fdata()
    assert np.isnan(snr_map[..., 0]).all()
    np.testing.assert_allclose(snr_map[..., 1], results[1].map, rtol=1e-6)
    mask = nibabel.load(tmp_path / "two_noise_mask.nii.gz").get_fdata()
    assert not mask[..., 0].any()
    np.testing.assert_array_equal(mask[..., 1] == 1, results[1].noise.region)
    assert json.loads((tmp_path / "two_snr_map.json").read_text())["Method"] == results[1].method


def test_several_answers_for_one_volume_are_not_a_series(tmp_path, two_levels):
    answers = mrsnr.compare(two_levels())
    with pytest.raises(ArgumentError, match=r"mrsnr\.compare"):
        mrsnr.save(answers, tmp_path)
    assert list(tmp_path.iterdir()) == []
    mrsnr.save(answers[0], tmp_path)
    assert json.loads((tmp_path / "image_snr.json").read_text())["results"][0]["asked"] == "auto"


def test_maps_lie_where_the_image_lies(tmp_path, scan):
    mrsnr.save(mrsnr.measure(mrsnr.load(scan)), tmp_path / "out")
    before, after = nibabel.load(scan), nibabel.load(tmp_path / "out/scan_snr_map.nii.gz")
    for form in ("get_qform", "get_sform"):
        (one, code), (other, other_code) = getattr(before, form)(coded=True), getattr(after, form)(coded=True)
        assert other_code == code
        np.testing.assert_allclose(other, one, atol=1e-5)
    assert after.header.get_xyzt_units() == ("mm", "msec")
    assert b"mrsnr" in after.header["descrip"].item()


def test_numbers_are_strict_json_with_the_inputs_hash_and_no_path(tmp_path, scan):
    result = mrsnr.measure(mrsnr.load(scan), "mixture")
    mrsnr.save(result, tmp_path / "out")
    text = (tmp_path / "out/scan_snr.json").read_text()
    document = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["source"] == {"name": "scan.nii.gz", "sha256": hashlib.sha256(scan.read_bytes()).hexdigest()}
    assert document["results"][0]["value"] == result.value
    assert document["results"][0]["noise"]["mixture"]["means"] == result.noise.means.tolist()
    sidecar = json.loads((tmp_path / "out/scan_snr_map.json").read_text())
    assert sidecar["Units"] == "dimensionless"
    assert sidecar["Sources"] == [document["source"]]
    assert sidecar["Parameters"] == {"clusters": 3}
    assert str(tmp_path) not in text


def test_several_volumes_go_into_one_file(tmp_path, two_levels):
    data = np.stack([two_levels(snr=snr).data for snr in (50, 30)], axis=-1)
    results = mrsnr.measure(mrsnr.Image(data, AFFINE))
    mrsnr.save(results, tmp_path, name="echoes")
    assert nibabel.load(tmp_path / "echoes_snr_map.nii.gz").shape == data.shape
    document = json.loads((tmp_path / "echoes_snr.json").read_text())
    assert [one["value"] for one in document["results"]] == [one.value for one in results]
    assert document["source"] is None


def test_a_series_writes_its_three_maps(tmp_path):
    series = 100 + np.random.default_rng(0).normal(0, 1, (4, 4, 3, 20))
    series[0, 0, 0] = 5
    result = mrsnr.temporal(mrsnr.Image(series, AFFINE))
    mrsnr.save(result, tmp_path, name="run")
    maps = {name: nibabel.load(tmp_path / f"run_{name}_map.nii.gz").get_fdata() for name in ("tsnr", "mean", "noise")}
    assert np.isnan(maps["tsnr"][0, 0, 0])
    np.testing.assert_allclose(maps["mean"], series.mean(axis=-1), rtol=1e-6)
    np.testing.assert_allclose(maps["mean"] / maps["noise"], maps["tsnr"], rtol=1e-5)
    assert json.loads((tmp_path / "run_tsnr.json").read_text())["results"][0]["value"] == result.value


def test_a_refused_result_writes_its_reasons_and_takes_old_maps_away(tmp_path, two_levels):
    good = two_levels()
    mrsnr.save(mrsnr.measure(good), tmp_path)
    data = np.asarray(good.data).copy()
    data[:32] = 0
    refused = mrsnr.measure(mrsnr.Image(data, good.affine), "mixture", clusters=2)
    files = mrsnr.save(refused, tmp_path, overwrite=True)
    assert [file.name for file in files] == ["image_snr.json"]
    assert [file.name for file in tmp_path.iterdir()] == ["image_snr.json"]
    (result,) = json.loads((tmp_path / "image_snr.json").read_text())["results"]
    assert result["value"] is None
    assert result["verdict"] == "refused"
    assert any("same value" in reason["sentence"] for reason in result["reasons"])


def test_an_existing_file_is_not_replaced_unless_allowed(tmp_path, two_levels):
    result = mrsnr.measure(two_levels())
    (tmp_path / "image_snr.json").write_text("mine")
    with pytest.raises(OutputError, match="already"):
        mrsnr.save(result, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["image_snr.json"]
    assert (tmp_path / "image_snr.json").read_text() == "mine"
    mrsnr.save(result, tmp_path, overwrite=True)
    assert json.loads((tmp_path / "image_snr.json").read_text())["results"][0]["value"] == result.value


def test_other_files_in_the_folder_are_left_alone(tmp_path, two_levels):
    (tmp_path / "notes.txt").write_text("mine")
    mrsnr.save(mrsnr.measure(two_levels()), tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_said(tmp_path, two_levels):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        mrsnr.save(mrsnr.measure(two_levels()), tmp_path / "file/out")


def test_pictures_are_written_with_the_rest(tmp_path, two_levels):
    result = mrsnr.measure(two_levels())
    files = mrsnr.save(result, tmp_path, figures=mrsnr.figures.draw(result))
    pictures = [file for file in files if file.suffix == ".png"]
    assert {file.name for file in pictures} >= {"image_montage.png", "image_histogram.png", "image_snr_map.png"}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in pictures)


def test_results_of_a_file_that_went_away_can_be_saved(tmp_path, scan):
    result = mrsnr.measure(mrsnr.load(scan))
    document = tmp_path / "out/scan_snr.json"
    scan.unlink()
    mrsnr.save(result, tmp_path / "out")
    assert json.loads(document.read_text())["source"] == {"name": "scan.nii.gz", "sha256": None}


@pytest.mark.parametrize("name", ["../out", "/out", "a/b", ".."])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, two_levels, name):
    with pytest.raises(OutputError, match="without a path"):
        mrsnr.save(mrsnr.measure(two_levels()), tmp_path / "in", name=name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["x" * 300, "a\0b"])
def test_a_folder_of_no_possible_name_is_said(tmp_path, two_levels, folder):
    with pytest.raises(OutputError, match="cannot be written"):
        mrsnr.save(mrsnr.measure(two_levels()), tmp_path / folder)


def test_a_file_that_has_changed_since_is_not_hashed_in_place_of_the_one_measured(tmp_path, scan):
    result = mrsnr.measure(mrsnr.load(scan))
    os.utime(scan, ns=(0, 0))
    mrsnr.save(result, tmp_path / "out")
    assert json.loads((tmp_path / "out/scan_snr.json").read_text())["source"]["sha256"] is None


def test_of_a_pair_the_voxels_are_hashed(tmp_path, two_levels):
    nibabel.save(nibabel.Nifti1Pair(np.asarray(two_levels().data, np.float32), AFFINE), tmp_path / "pair.img")
    mrsnr.save(mrsnr.measure(mrsnr.load(tmp_path / "pair.hdr")), tmp_path / "out")
    source = json.loads((tmp_path / "out/pair_snr.json").read_text())["source"]
    assert source["sha256"] == hashlib.sha256((tmp_path / "pair.img").read_bytes()).hexdigest()


@pytest.mark.parametrize("what", [None, (), "result", 5])
def test_what_is_no_result_is_refused(tmp_path, what):
    with pytest.raises(ArgumentError, match=r"mrsnr\.measure and mrsnr\.temporal"):
        mrsnr.save(what, tmp_path)
