"""The speed bench's own arithmetic, its scans, and what it says of processes whose memory is known. No timings."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

import mrsnr

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from speed import document, peers, pictures, records, scans
from speed.bench import Bench, Comparison, Contender, Row, compare
from speed.cases import CASES
from speed.cases.mixture import apart, edges
from speed.goals import GOALS, judged
from speed.measure import Run, median, megabytes, ratio, run
from speed.tables import memory, seconds, times
from speed.tasks import reference
from speed.words import SECTIONS

NO_PEERS = peers.Peers({}, {}, {})
GRID = (20, 20, 6)


def python(code):
    return [sys.executable, "-I", "-S", "-c", code]


def allocating(megabytes_wanted):
    return python(f"block = b'x' * {megabytes_wanted * 10**6}")


def test_median_leaves_out_what_is_not_known():
    assert median([5.0, None, 1.0, math.nan, 2.0]) == 2.0
    assert median([4.0, 1.0]) == 2.5
    assert math.isnan(median([None]))


def test_a_ratio_is_that_of_medians():
    assert ratio([2.0, 4.0, 100.0], [1.0, 2.0, 3.0]) == 2.0
    assert math.isnan(ratio([1.0], [0.0]))
    assert math.isnan(ratio([], [1.0]))


def test_the_system_s_unit_becomes_megabytes():
    assert megabytes(1000, platform="linux") == 1.024
    assert megabytes(1_000_000, platform="darwin") == 1.0


def test_the_peak_of_a_process_is_what_it_allocated():
    assert 150 < run([allocating(150)]).peak < 190


def test_the_bench_s_own_memory_is_not_that_of_what_it_starts():
    held = np.ones(40_000_000)  # 320 MB
    assert run([python("pass")]).peak < 60
    assert held.sum() == 40_000_000


def test_several_commands_have_the_peak_of_the_largest():
    assert 100 < run([allocating(100), allocating(20)]).peak < 140


def test_a_process_says_its_own_time_on_its_last_line():
    done = run([python("print('some words'); print('{\"seconds\": 0.5, \"means\": [1, 2]}')")])
    assert (done.inside, done.said, done.error) == (0.5, {"means": [1, 2]}, "")
    assert run([python("print('[1, 2]')")]).inside is None


def test_what_fails_says_why():
    assert run([python("raise ValueError('no volumes')")]).error == "ValueError: no volumes"
    assert "cannot be started" in run([["there-is-no-such-program"]]).error
    assert "ended after" in run([python("import time; time.sleep(60)")], timeout=0.5).error


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit data")
def test_a_process_cannot_have_more_than_its_limit():
    assert run([allocating(300)], limit=200 * 10**6).error == "MemoryError"


def runner_of(walls, order):
    def runner(commands, **_):
        name = commands[0][0]
        order.append(name)
        wall = walls[name]
        return Run(error="it broke") if wall is None else Run(wall=wall, peak=10.0, inside=wall / 2)

    return runner


def contenders(*names):
    return Comparison("case", "size", (*(Contender(name, ((name,),)) for name in names), None))


def test_contenders_take_turns_and_the_first_round_of_the_quick_does_not_count(tmp_path):
    order = []
    rows = compare(contenders("a", "b"), rounds=3, cwd=tmp_path, runner=runner_of({"a": 1.0, "b": 2.0}, order))
    assert order == ["a", "b"] * 4
    assert [len(row.wall) for row in rows] == [3, 3]
    assert (rows[1].name, rows[1].wall, rows[1].inside) == ("b", [2.0] * 3, [1.0] * 3)


def test_the_slow_have_fewer_rounds_and_the_broken_none(tmp_path):
    order = []
    walls = {"slow": 40.0, "broken": None, "quick": 1.0}
    rows = compare(contenders(*walls), rounds=3, cwd=tmp_path, runner=runner_of(walls, order))
    assert {name: order.count(name) for name in walls} == {"slow": 1, "broken": 1, "quick": 4}
    assert [(row.name, len(row.wall), row.error) for row in rows] == [
        ("slow", 1, ""), ("broken", 0, "it broke"), ("quick", 3, ""),
    ]  # fmt: skip


def test_the_series_has_the_temporal_snr_that_it_says():
    count = 600
    series = np.stack(list(scans.volumes((*GRID, count), seed=1)), axis=-1)
    truth, body = scans.true_tsnr(GRID), scans.amplitude(GRID) > 0
    assert 0.3 < body.mean() < 0.6
    assert np.median(reference.tsnr(series, order=2)[body] / truth[body]) == pytest.approx(1, abs=0.01)
    assert np.median(series.mean(axis=-1)[body] / scans.amplitude(GRID)[body]) == pytest.approx(1, abs=0.001)
    time = np.linspace(-1, 1, count)
    drift = scans.DRIFT / 2 * np.std(time + time**2 - (time**2).mean())
    undetrended = 1 / np.sqrt(1 / truth[body] ** 2 + drift**2)
    assert np.median(reference.tsnr(series, order=0)[body] / undetrended) == pytest.approx(1, abs=0.01)


def test_the_air_of_the_series_is_rayleigh():
    air = next(scans.volumes((40, 40, 20, 2)))[scans.amplitude((40, 40, 20)) == 0]
    assert np.sqrt((air.astype(float) ** 2).mean() / 2) == pytest.approx(scans.SIGMA, rel=0.01)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_written_series_is_measured_as_what_it_is(tmp_path, ending):
    file = scans.write_series(tmp_path / f"series{ending}", (*GRID, 200))
    image = mrsnr.load(file)
    assert (image.shape, image.data.dtype) == ((*GRID, 200), np.int16)
    body = scans.amplitude(GRID) > 0
    found = mrsnr.temporal(image, mask=body)
    expected = np.median(scans.true_tsnr(GRID)[body] / np.sqrt(1 + 1 / 12 / scans.SIGMA**2))  # and rounding
    assert found.value == pytest.approx(expected, rel=0.02)


def test_the_sparse_series_holds_one_slice(tmp_path):
    file = scans.write_sparse_series(tmp_path / "large.nii", (16, 16, 8, 500))
    assert file.stat().st_size == 352 + 4 * 16 * 16 * 8 * 500
    data = np.asarray(mrsnr.load(file).data)
    assert not np.delete(data, 4, axis=2).any()
    assert np.median(reference.tsnr(data[:, :, 4], order=2)) == pytest.approx(100, rel=0.02)


def test_the_steep_series_has_an_sd_of_one(tmp_path):
    file = scans.write_steep_series(tmp_path / "steep.nii.gz", (12, 12, 4, 200))
    tsnr = reference.tsnr(np.asarray(mrsnr.load(file).data), order=2)
    assert np.median(tsnr) == pytest.approx(30_000, rel=0.02)


def test_the_air_of_an_image_can_be_zero():
    plain, zeroed = scans.image(GRID), scans.image(GRID, zeroed=True)
    outside = scans.amplitude(GRID) == 0
    assert (plain[outside] > 0).all()
    assert not zeroed[outside].any()
    np.testing.assert_array_equal(plain[~outside], zeroed[~outside])


def test_the_voxels_of_the_mixture_are_air_and_two_tissues():
    voxels = scans.intensities(40_001)
    assert voxels.size == 40_001
    assert np.quantile(voxels, 0.25) == pytest.approx(20 * np.sqrt(2 * np.log(2)), rel=0.02)  # the median of the air
    assert np.quantile(voxels, 0.875) == pytest.approx(900, rel=0.01)


def test_the_reference_takes_out_a_polynomial_and_nothing_else():
    time = np.linspace(-1, 1, 40)
    trend = 100 + 7 * time - 3 * time**2
    noise = np.random.default_rng(0).normal(size=40)
    powers = np.vander(time, 3)
    noise -= powers @ np.linalg.lstsq(powers, noise, rcond=None)[0]
    expected = trend.mean() / np.sqrt((noise**2).sum() / 37)
    np.testing.assert_allclose(reference.tsnr((trend + noise)[None, None], order=2), expected, rtol=1e-12)


def test_maps_are_compared_where_both_are_defined():
    seen = reference.compared(np.array([1.1, 2.0, np.nan, np.inf]), np.array([1.0, 2.0, 3.0, np.nan]))
    assert seen["difference"] == pytest.approx(0.1)
    assert (seen["voxels"], seen["only_one"]) == (2, 1)


def test_means_lie_apart_by_a_share_of_their_range():
    assert apart([3.0, 1.0, 2.2], [1.0, 2.0, 3.0]) == pytest.approx(0.1)


def test_the_tools_that_are_not_here_are_named(tmp_path):
    found = peers.find(tmp_path)
    assert found.pythons["scikit-learn"] == sys.executable
    assert set(found.missing) | set(found.pythons) | set(found.programs) == {*peers.PACKAGES, *peers.PROGRAMS}
    assert NO_PEERS.missing == [*peers.PACKAGES, *peers.PROGRAMS]
    assert all("left out" in sentence for sentence in NO_PEERS.sentences())
    bench = Bench(tmp_path, NO_PEERS)
    assert bench.peer("ukat", "peers.ukat_temporal", "file") is None
    assert bench.program("niimath", ("niimath", "file")) is None


def test_a_program_is_taken_from_where_it_was_found(tmp_path):
    bench = Bench(tmp_path, peers.Peers({}, {"MRtrix": "/tools/mrmath"}, {}))
    made = bench.program("MRtrix", ("mrmath", tmp_path, "mean"), ("mrcalc", 3))
    assert made.commands == (("/tools/mrmath", str(tmp_path), "mean"), ("/tools/mrcalc", "3"))


def test_a_mixture_has_the_means_of_scikit_learn(tmp_path):
    voxels = np.rint(scans.intensities(4000)).astype(np.int16)
    np.save(tmp_path / "voxels.npy", voxels)
    bench = Bench(tmp_path, peers.Peers({"scikit-learn": sys.executable}, {}, {}))
    given = (tmp_path / "voxels.npy", 3, 50)
    found = Comparison("mixture", "int16, 3", (
        bench.task("mrsnr", "ours.mixture", *given),
        bench.peer("scikit-learn", "peers.sklearn_mixture", *given, edges(voxels, 3)),
    ))  # fmt: skip
    ours, theirs = compare(found, rounds=1, cwd=tmp_path)
    assert not ours.error + theirs.error
    assert apart(ours.said["means"], theirs.said["means"]) < 1e-9
    assert ours.inside[0] < ours.wall[0]


def test_reading_alone_is_a_task_like_others(tmp_path):
    file = scans.write_series(tmp_path / "series.nii.gz", (8, 8, 4, 12))
    bench = Bench(tmp_path, NO_PEERS)
    (row,) = compare(Comparison("", "", (bench.task("gzip", "floor.stdlib", file),)), rounds=1, cwd=tmp_path)
    assert row.error == ""
    assert 0 < row.inside[0] < row.wall[0]


RESULTS = records.Results(
    [
        Row("temporal", ".nii.gz", "read alone, isal", [0.3], [15], [0.20]),
        Row("temporal", ".nii.gz", "read alone, gzip", [0.5], [15], [0.40]),
        Row("temporal", ".nii.gz", "mrsnr", [0.6, 0.7, 0.5], [105, 106, 107], [0.24, 0.20, 0.99]),
        Row("temporal", ".nii.gz", "ukat", [9.0], [2100], [3.0]),
        Row("temporal", ".nii.gz", "nipype", [9.0], [1300], [2.4]),
        Row("volumes", "100", "mrsnr", [0.5], [100], [None]),
        Row("volumes", "300", "mrsnr", [0.6], [120], [None]),
        Row("volumes", "4800", "mrsnr", [9.0], [130], [None]),
        Row("large", "20.1 GB", "mrsnr", error="MemoryError"),
        Row("mixture", "int16, 3", "mrsnr", [1], [90], [0.02], {"means": [0, 1], "iterations": 7}),
        Row("mixture", "int16, 3", "scikit-learn", [9], [900], [3.0], {"means": [0, 1], "iterations": 7}),
        Row("measure", "256, air", "mrsnr", [1.5], [200], [None]),
        Row("measure", "256, air zeroed", "mrsnr", [2.5], [200], [None]),
        Row("measure", "256, air", "ukat", [3.5], [900], [2.0]),
        Row("accuracy", "int16", "mrsnr", [1], [100], [1], {"difference": 2e-6, "voxels": 9, "only_one": 0}),
    ],
    {"machine": "a machine", "settings": "", "versions": {"mrsnr": "1"}, "quick": False, "rounds": 3, "date": "today"},
    ["MRtrix is not here."],
)


def met(name, results=RESULTS):
    return judged(next(goal for goal in GOALS if name in goal.name), results).met


def test_goals_are_judged_by_medians():
    assert met("over reading it alone") is True  # 0.24 s over 0.20 s
    assert met("ukat over ours") is True
    assert met("nipype over ours") is False
    assert met("peak memory of `mrsnr temporal`") is True
    assert met("difference between both lengths") is False  # 130 MB and 120 MB
    assert met("larger than it") is False
    assert met("scikit-learn over ours") is True
    assert met("as a process") is False  # the slower of both images counts
    assert met("peak memory, ukat over ours") is False
    assert met("two passes") is True
    assert met("`mrsnr --help`") is None  # was not run


def test_a_quick_run_does_not_say_whether_a_time_is_met():
    quick = records.Results(RESULTS.rows, {**RESULTS.about, "quick": True}, [])
    assert met("over reading it alone", quick) is None
    assert met("two passes", quick) is True
    assert "quick run" in document.page(quick)


def test_the_page_holds_what_was_seen(tmp_path):
    records.write(tmp_path / "new" / "speed.json", RESULTS)
    again = records.read(tmp_path / "new" / "speed.json")
    assert again == RESULTS
    text = document.page(again)
    assert "1.20 (240 ms and 200 ms)" in text
    assert "failed: MemoryError" in text
    assert "MRtrix is not here." in text
    assert "quick run" not in text
    paths = pictures.write(again, tmp_path)
    assert [path.name for path in paths] == [f"performance_{name}.png" for name in ("temporal", "growth", "mixture")]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_nothing_was_run_is_a_page_too():
    empty = records.Results([], RESULTS.about, [])
    assert all(judged(goal, empty).met is None for goal in GOALS)
    assert "## The goals" in document.page(empty)


def test_numbers_have_three_digits():
    assert [seconds(value) for value in (0.00123, 0.1234, 12.34, 123.4, math.nan)] == [
        "1.23 ms", "123 ms", "12.3 s", "123 s", "–",
    ]  # fmt: skip
    assert (memory(104.6), times(1.2345), times(0.0)) == ("105 MB", "1.23", "0")


def test_results_can_be_read_by_other_programs(tmp_path):
    records.write(tmp_path / "speed.json", RESULTS)
    assert set(json.loads((tmp_path / "speed.json").read_text())) == {"rows", "about", "missing"}


def test_every_case_says_what_it_is_about():
    assert set(CASES) - set(SECTIONS) == {"accuracy"}  # which is a row of the goals
