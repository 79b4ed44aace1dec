"""``mrsnr measure`` prints and writes numbers that are right."""

import hashlib
import json
import re

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.noise.mixture import CLUSTERS

SIGMA, SNR = 10.0, 50.0


def printed(out):
    """Return the SNR on the first line."""
    return float(out.split()[1])


def fact(out, name):
    """Return what stands after a name, below the answer."""
    return next(line.strip().removeprefix(name).strip() for line in out.splitlines() if line.split()[:1] == [name])


def first(ended):
    """Return the first result of the first image of a document."""
    return ended.json["images"][0]["results"][0]


def test_the_first_line_is_the_answer(run, scan):
    ended = run("measure", scan)
    assert ended.status == 0
    assert ended.err == ""
    said = re.fullmatch(r"SNR (\S+) \((\S+) to (\S+)\)  trusted  scan\.nii\.gz", ended.out.splitlines()[0])
    value, low, high = map(float, said.groups())
    assert value == pytest.approx(SNR, rel=0.02)
    assert low < SNR < high
    sigma, low, high = map(float, re.match(r"(\S+) \((\S+) to (\S+)\)", fact(ended.out, "sigma")).groups())
    assert sigma == pytest.approx(SIGMA, rel=0.02)
    assert low < SIGMA < high


def test_it_says_what_the_noise_was_taken_from_and_what_confirms_it(run, scan):
    ended = run("measure", scan, "--json")
    voxels = first(ended)["noise"]["voxels"]
    said = fact(run("measure", scan).out, "method")
    assert said.startswith(f"air: root mean square of {voxels // 1000} {voxels % 1000:03} voxels of air, 1 channel; ")
    assert "sigma from tissue confirms that from air, within" in said


def test_json_has_the_same_answer_in_full(run, scan):
    result = run("measure", scan, "--json").json["images"][0]["results"][0]
    assert result["value"] == pytest.approx(SNR, rel=0.02)
    assert result["noise"]["sigma"] == pytest.approx(SIGMA, rel=0.02)
    assert result["value"] == mrsnr.measure(mrsnr.load(scan)).value
    assert result["signal"] == pytest.approx(result["value"] * result["noise"]["sigma"], rel=1e-12)
    assert float(f"{result['value']:.4g}") == printed(run("measure", scan).out)


def test_the_noise_mask_is_used(run, write, scan, levels):
    air = np.zeros(levels.shape, np.uint8)
    air[:10] = 1
    given = run("measure", scan, "--noise-mask", write(air, "air.nii.gz"), "--json").json["images"][0]["results"][0]
    assert given["noise"]["voxels"] == air.sum()
    rounding = 1 / 12  # the variance of whole numbers
    assert given["noise"]["sigma"] == pytest.approx(np.sqrt((np.mean(levels[:10] ** 2.0) - rounding) / 2), rel=1e-9)
    assert given["noise"]["sigma"] == pytest.approx(SIGMA, rel=0.02)
    assert given["method"] == "air_rms"
    assert given["noise"]["parameters"]["noise_mask"] == "given"


@pytest.mark.parametrize("clusters", CLUSTERS)
def test_every_number_of_clusters_can_be_asked_for(run, scan, clusters):
    result = first(run("measure", scan, "--method", "mixture", "--clusters", clusters, "--json"))
    assert result["noise"]["parameters"] == {"clusters": clusters}
    assert len(result["noise"]["mixture"]["means"]) == clusters


def halves(levels):
    left, right = np.zeros(levels.shape, np.uint8), np.zeros(levels.shape, np.uint8)
    left[40:50] = 1
    right[50:60] = 1
    return left, right


def test_one_mask_a_label_is_named_after_its_file(run, write, scan, levels):
    left, right = halves(levels)
    files = [write(left, "scan_roi-L.nii.gz"), write(right, "other.nii.gz")]
    ended = run("measure", scan, "--labels", files[0], "--labels", files[1], "--json")
    result = ended.json["images"][0]["results"][0]
    assert [row["name"] for row in result["table"]] == ["roi-L", "other"]
    for row, mask in zip(result["table"], (left, right), strict=True):
        assert row["voxels"] == mask.sum()
        assert row["signal"] == pytest.approx(SIGMA * SNR, rel=0.002)
        assert row["low"] < SNR < row["high"]
    assert result["of"] == "labels"
    assert result["value"] == pytest.approx(np.mean([row["snr"] for row in result["table"]]), rel=1e-12)


def test_a_label_image_has_a_row_for_each_number(run, write, scan, levels):
    left, right = halves(levels)
    ended = run("measure", scan, "--labels", write(3 * left + 7 * right, "labels.nii.gz"))
    rows = [line.split() for line in ended.out.splitlines() if "label 3" in line or "label 7" in line]
    assert [row[0] for row in rows] == ["3", "7"]
    assert [float(row[5]) for row in rows] == pytest.approx([SNR] * 2, rel=0.02)
    assert [(float(row[6]) < SNR, float(row[8]) > SNR) for row in rows] == [(True, True)] * 2


def test_several_label_files_must_be_masks_of_one_label(run, write, scan, levels):
    left, right = halves(levels)
    several = write(left + 2 * right, "both.nii.gz")
    ended = run("measure", scan, "--labels", several, "--labels", write(left, "left.nii.gz"))
    assert ended.status == 3
    assert "both.nii.gz holds 2 labels" in ended.sentence


def test_labels_of_one_image_keep_their_names_beside_another(run, write, levels):
    left, right = halves(levels)
    images = [write(levels, "echo1.nii.gz"), write(levels, "echo2.nii.gz")]
    labels = ["--labels", write(left, "echo1_L.nii.gz"), "--labels", write(right, "echo1_R.nii.gz")]
    documents = run("measure", *images, *labels, "--json").json["images"]
    assert [[row["name"] for row in one["results"][0]["table"]] for one in documents] == [["L", "R"]] * 2
    heading = run("measure", *images, *labels).out.splitlines()[1].split()
    assert heading == ["image", "SNR", "95", "%", "L", "R", "method", "verdict", "why"]


def test_volumes_have_a_result_each_and_are_never_pooled(run, write, two_levels):
    data = np.stack([two_levels(snr=snr, dtype=np.int16).data for snr in (50, 25)], axis=-1)
    path = write(data, "echoes.nii.gz")
    document = run("measure", path, "--json").json["images"][0]
    assert [result["volume"] for result in document["results"]] == [0, 1]
    assert [result["value"] for result in document["results"]] == [
        pytest.approx(50, rel=0.02),
        pytest.approx(25, rel=0.02),
    ]
    assert document["shape"] == list(data.shape)
    text = run("measure", path).out
    rows = [line.split() for line in text.splitlines() if line.split()[:1] in (["0"], ["1"])]
    assert [float(row[1]) for row in rows] == pytest.approx([50, 25], rel=0.02)
    assert [row[5] for row in rows] == ["air", "air"]


def test_a_complex_image_is_measured_by_its_magnitude(run, write, levels):
    path = write((levels * np.exp(1j)).astype(np.complex64), "complex.nii.gz")
    document = run("measure", path, "--json").json["images"][0]
    assert document["kind"] == "complex"
    assert document["results"][0]["value"] == pytest.approx(SNR, rel=0.02)


def test_voxels_that_are_not_finite_are_left_out(run, write, levels):
    data = levels.astype(np.float32)
    data[::9, ::7] = np.nan
    data[1::9, ::7] = np.inf
    ended = run("measure", write(data), "--json")
    assert ended.err == ""
    assert ended.json["images"][0]["results"][0]["value"] == pytest.approx(SNR, rel=0.02)


def test_a_refused_image_says_why_and_exits_with_4(run, write, levels):
    path = write(levels, "scan_ph.nii.gz")
    ended = run("measure", path)
    assert ended.status == 4
    assert ended.out.splitlines()[0].split() == ["no", "SNR", "refused", "scan_ph.nii.gz"]
    assert "phase" in ended.out
    result = run("measure", path, "--json").json["images"][0]["results"][0]
    assert (result["value"], result["verdict"], result["method"]) == (None, "refused", "none")


def test_a_bad_image_does_not_stop_the_others(run, write, levels, tmp_path, no_figures):
    images = [write(levels, "a.nii"), tmp_path / "missing.nii", write(levels, "b_ph.nii"), write(levels, "c.nii")]
    images.append(write(np.full((4, 4, 4), np.nan), "nan.nii"))
    ended = run("measure", *images, "--out", tmp_path / "out")
    assert ended.status == 3
    rows = [line.split()[0] for line in ended.out.splitlines() if ".nii" in line]
    assert rows == ["a.nii", "missing.nii", "b_ph.nii", "c.nii", "nan.nii"]
    assert len(ended.err.splitlines()) == 2
    assert "missing.nii" in ended.err
    assert "nan.nii" in ended.err
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert {name for name in written if name.endswith("_snr.json")} == {"a_snr.json", "b_ph_snr.json", "c_snr.json"}
    assert not any(name.startswith(("missing", "nan", ".")) for name in written)
    assert not any(name.startswith("b_ph") and name != "b_ph_snr.json" for name in written)


@pytest.mark.parametrize(
    ("kinds", "status"), [("ok refused", 4), ("ok bad", 3), ("refused bad", 3), ("ok ok", 0), ("bad ok refused", 3)]
)
def test_the_status_is_the_worst_of_the_images(run, write, levels, tmp_path, kinds, status):
    make = {
        "ok": lambda n: write(levels, f"{n}.nii"),
        "refused": lambda n: write(levels, f"{n}_ph.nii"),
        "bad": lambda n: tmp_path / f"{n}.nii",
    }
    assert run("measure", *(make[kind](n) for n, kind in enumerate(kinds.split()))).status == status


def test_tsv_has_a_row_per_volume_and_label(run, write, scan, levels):
    left, _ = halves(levels)
    ended = run("measure", scan, "--labels", write(left, "left.nii.gz"), "--tsv")
    heading, *rows = [line.split("\t") for line in ended.out.splitlines()]
    table = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [row["name"] for row in table] == ["labels", "left"]
    assert [float(row["snr"]) for row in table] == pytest.approx([SNR] * 2, rel=0.02)
    for row in table:
        assert float(row["low"]) < SNR < float(row["high"])
        assert (row["asked"], row["method"], row["verdict"], row["reasons"]) == ("auto", "air", "trusted", "n/a")
    assert table[0]["snr"] == repr(mrsnr.measure(mrsnr.load(scan), labels=left).value)
    assert table[0]["volume"] == "n/a"
    assert float(table[0]["sigma_low"]) < SIGMA < float(table[0]["sigma_high"])


def test_tsv_of_a_bad_image_has_as_many_columns(run, scan, tmp_path):
    ended = run("measure", scan, tmp_path / "missing.nii", "--tsv")
    rows = [line.split("\t") for line in ended.out.splitlines()]
    assert len({len(row) for row in rows}) == 1
    assert rows[-1][0] == "missing.nii"
    assert rows[-1][-2:] == ["no result", "unreadable"]


def test_the_same_twice(run, scan):
    for form in ([], ["--json"], ["--tsv"]):
        assert run("measure", scan, *form).out == run("measure", scan, *form).out


def test_maps_and_numbers_are_those_that_are_printed(run, scan, levels, tmp_path):
    ended = run("measure", scan, "--out", tmp_path / "out", "--json", "--slice", 2)
    document = ended.json["images"][0]
    assert json.loads((tmp_path / "out/scan_snr.json").read_text()) == document
    sigma = document["results"][0]["noise"]["sigma"]
    snr_map = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz")
    assert snr_map.get_data_dtype() == np.float32
    amplitude = np.sqrt(np.maximum(levels**2.0 - sigma**2, 0))  # the noise floor of one channel taken out
    np.testing.assert_allclose(snr_map.get_fdata() * sigma, amplitude, rtol=1e-5, atol=1e-3)
    assert np.median(snr_map.get_fdata()[32:]) == pytest.approx(SNR, rel=0.02)
    air = nibabel.load(tmp_path / "out/scan_noise_mask.nii.gz").get_fdata() == 1
    assert air.sum() == document["results"][0]["noise"]["voxels"]
    assert not air[32:].any()
    assert document["source"]["sha256"] == hashlib.sha256(scan.read_bytes()).hexdigest()
    pictures = {file.name for file in (tmp_path / "out").glob("*.png")}
    assert {"scan_snr_map.png", "scan_histogram.png", "scan_montage.png", "scan_labels.png"} <= pictures
    assert all((tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG") for name in pictures)


def test_the_mixture_writes_its_clusters(run, scan, levels, tmp_path, no_figures):
    document = run("measure", scan, "--method", "mixture", "--out", tmp_path / "out", "--json").json["images"][0]
    sigma = document["results"][0]["noise"]["sigma"]
    background = nibabel.load(tmp_path / "out/scan_noise_mask.nii.gz").get_fdata() == 1
    assert levels[background].std() / np.sqrt(2 - np.pi / 2) == pytest.approx(sigma, rel=1e-9)
    clusters = nibabel.load(tmp_path / "out/scan_clusters.nii.gz").get_fdata()
    np.testing.assert_array_equal(clusters == 0, background)
    snr_map = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz").get_fdata()
    np.testing.assert_allclose(snr_map * sigma, levels, rtol=1e-6, atol=1e-4)


def test_a_map_of_sigma_is_said_and_written_as_one(run, write, tmp_path, no_figures):
    truth = np.linspace(5, 15, 64)[:, None, None] * np.ones((64, 64, 6))
    amplitude = np.where(np.arange(64)[None, :, None] < 16, 0, 1000) * np.ones(truth.shape)
    rng = np.random.default_rng(0)
    data, again = (
        np.hypot(amplitude + truth * rng.normal(size=truth.shape), truth * rng.normal(size=truth.shape)) for _ in "12"
    )
    paths = [write(data.astype(np.float32), "one.nii.gz"), write(again.astype(np.float32), "two.nii.gz")]
    command = ["measure", paths[0], "--repeat", paths[1], "--out", tmp_path / "out"]
    said = fact(run(*command).out, "sigma")
    assert said.startswith("a map: median ")
    document = run(*command, "--json", "--overwrite").json["images"][0]
    noise = document["results"][0]["noise"]
    assert noise["map"]
    assert noise["sigma"] == pytest.approx(10, rel=0.05)
    assert noise["range"] == pytest.approx([5.5, 14.5], rel=0.1)
    written = nibabel.load(tmp_path / "out/one_sigma_map.nii.gz").get_fdata()
    inside = np.isfinite(written)
    assert inside.mean() > 0.5
    assert not inside[:, :14].any()
    np.testing.assert_allclose(written[inside], truth[inside], rtol=0.35)  # of windows of 49 voxels, four SE
    assert np.median(written[inside] / truth[inside]) == pytest.approx(1, abs=0.02)


def test_the_phantom_s_labels_are_read_from_a_file(run, write):
    image, labels, truth = mrsnr.data.phantom((64, 64, 3), snr=100, integer=True)
    paths = [write(image.data, "kidney.nii.gz"), write(np.asarray(labels.data, np.uint8), "labels.nii.gz")]
    table = run("measure", paths[0], "--labels", paths[1], "--json").json["images"][0]["results"][0]["table"]
    assert len(table) == len(truth.snr)
    assert [row["voxels"] for row in table] == [int((labels.data == row["label"]).sum()) for row in table]
    noise_free = {row["label"]: truth.signal[labels.data == row["label"]].mean() for row in table}
    for row in table:
        assert row["signal"] == pytest.approx(noise_free[row["label"]], rel=0.02)
        assert row["snr"] == pytest.approx(truth.snr[row["name"]] if row["name"] in truth.snr else row["snr"], rel=0.03)


class TestNormalised:
    SIDECAR = json.dumps(
        {
            "MRAcquisitionType": "2D",
            "SliceThickness": 4,
            "AcquisitionMatrixPE": 128,
            "ReconMatrixPE": 128,
            "PixelBandwidth": 512,
            "AcquisitionDuration": 16,
        }
    )

    def test_it_is_a_fact_where_the_header_allows(self, run, write, levels):
        path = write(levels, sidecar=self.SIDECAR)
        result = first(run("measure", path, "--json"))
        found, snr = result["normalised"], result["value"]
        assert found["voxel_mm3"] == 16  # 2 mm x 2 mm; slices are 5 mm apart and 4 mm thick
        assert found["per_mm3"] == pytest.approx(snr / 16)
        assert found["per_mm3_per_sqrt_s"] == pytest.approx(snr / 16 / 4)
        assert found["per_mm3_per_sqrt_sampling_s"] == pytest.approx(snr / 16 / 0.5)
        said = fact(run("measure", path).out, "normalised")
        assert said.startswith(f"SNR {snr / 16:.4g} per mm³ (16 mm³); {snr / 64:.4g} per mm³ and √s of scan (16 s); ")

    def test_without_a_header_it_is_not_there_and_the_json_says_why(self, run, scan):
        assert not any(line.split()[:1] == ["normalised"] for line in run("measure", scan).out.splitlines())
        found = first(run("measure", scan, "--json"))["normalised"]
        assert found["per_mm3"] is None
        assert len(found["missing"]) == 3
