"""The bench's bookkeeping against tables whose answer is known, and a short run of the bench itself."""

import inspect
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mrsnr

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "accuracy"))

import cases
import pairs
import records
from goals import GOALS
from run import measure_cell
from simulate import Case, simulate

TRUSTED = records.Record(
    cell="plain air50 n1 snr10", group="plain", seed=1, half="judged", snr=10.0, coils=1, correlation=0.0, air=0.5,
    background="plain", kspace="full", n_eff=1.0, verdict="trusted", method="air", value=10.0, low=9.8, high=10.2,
    true=10.0, true_object=10.0, sigma=20.0, sigma_low=19.6, sigma_high=20.4, sigma_true=20.0, sigma_object=20.0,
    sigma_kind="number", n_found=1.0, seconds=0.1, reasons="", error="",
)  # fmt: skip
REFUSED = replace(TRUSTED, verdict="refused", method="none", value=np.nan, sigma=np.nan, low=np.nan, high=np.nan)


def goal(name):
    return next(goal for goal in GOALS if goal.name.startswith(name))


def met(name, *rows):
    return goal(name).seen(records.Table(list(rows))).met


def test_a_perfect_table_meets_every_goal_it_can_be_asked():
    table = records.Table([TRUSTED] * 95 + [replace(TRUSTED, low=10.1, sigma_low=20.1)] * 5)
    assert all(goal.seen(table).met in {True, None} for goal in GOALS)


def test_one_wrong_trusted_answer_is_seen():
    assert met("wrong without", TRUSTED) is True
    assert met("wrong without", TRUSTED, replace(TRUSTED, sigma=22.5)) is False
    assert met("wrong without", TRUSTED, replace(TRUSTED, value=11.5)) is False
    assert met("wrong without", TRUSTED, replace(TRUSTED, value=11.5, verdict="caution")) is True


def test_an_answer_without_sigma_is_wrong():
    assert records.Table([replace(TRUSTED, sigma=np.nan)]).error[0] == np.inf


def test_refusals_count_against_the_share_of_answers():
    assert met("plain, ghosted", *[TRUSTED] * 19, REFUSED) is True
    assert met("plain, ghosted", *[TRUSTED] * 17, REFUSED) is False


def test_air_that_was_destroyed_may_not_answer():
    gone = replace(TRUSTED, group="air destroyed")
    assert met("air zeroed, cut, thresholded: answered from air", gone) is False
    assert met("air zeroed, cut, thresholded: answered from air", replace(gone, method="tissue")) is True


@pytest.mark.parametrize(("inside", "verdict"), [(90, False), (95, True), (99, False)])
def test_coverage_is_the_share_of_intervals_that_hold_the_truth(inside, verdict):
    rows = [TRUSTED] * inside + [replace(TRUSTED, low=10.1, sigma_low=20.1)] * (100 - inside)
    assert met("trusted: intervals of sigma", *rows) is verdict
    assert met("trusted: intervals of the SNR", *rows) is verdict


def test_half_widths_are_relative():
    assert records.Table([TRUSTED]).half_width("snr")[0] == pytest.approx(0.02)
    assert records.Table([TRUSTED]).half_width("sigma")[0] == pytest.approx(0.02)


def test_correlated_coils_can_be_judged_along_the_signal():
    row = replace(TRUSTED, sigma_object=18.0, true_object=11.0)
    assert records.Table([row]).sigma_error[0] == pytest.approx(0)
    assert records.Table([row], truth="object").sigma_error[0] == pytest.approx(20 / 18 - 1)
    assert records.Table([replace(row, group="repeated")]).snr_error[0] == pytest.approx(10 / 11 - 1)


def test_a_table_comes_back_from_its_file(tmp_path):
    rows = [TRUSTED, replace(REFUSED, reasons="zeros:fail", error="")]
    with records.writer(tmp_path / "new" / "rows.csv", append=False) as file:
        records.write(file, rows)
    again = records.read(tmp_path / "new" / "rows.csv")
    assert again[0] == TRUSTED
    assert again[1].verdict == "refused"
    assert np.isnan(again[1].value)


def test_the_matrix_has_every_axis_of_the_plan():
    found = cases.full()
    assert {cell.case.snr for cell in found} == set(map(float, cases.SNRS))
    assert {cell.case.coils for cell in found} == set(cases.COILS)
    assert {cell.group for cell in found} == set(cases.GROUPS)
    assert {cell.name for cell in cases.short()} <= {cell.name for cell in found}
    assert {cell.group for cell in cases.short()} == set(cases.GROUPS)


def test_a_pattern_that_fits_no_cell_is_an_error():
    assert all("zf2" in cell.name for cell in cases.matching(cases.full(), "zf2*"))
    with pytest.raises(ValueError, match="No cell fits"):
        cases.matching(cases.full(), "spiral")


def test_the_difference_of_a_pair_is_the_truth_in_spite_of_drift():
    scan = simulate(Case(100, scene="phantom", shape=(128, 128, 1), repeats=2), seed=1)
    first, second = (np.asarray(image.data, float) for image in scan.images)
    drift = 2 * scan.sigma * np.linspace(-1, 1, 128)[:, None, None]
    truth = pairs.of_pair(first, second + drift, region=scan.labels > 0)
    assert truth.sigma == pytest.approx(scan.sigma, rel=0.03)
    assert truth.sigma_raw > 1.03 * truth.sigma
    assert truth.snr == pytest.approx(scan.snr_overall, rel=0.03)
    assert truth.error(scan.sigma) == pytest.approx(0, abs=0.03)


def test_the_region_of_a_pair_lies_inside_the_object():
    scan = simulate(Case(100, scene="phantom", shape=(128, 128, 2)), seed=1)
    region = pairs.object_region(np.asarray(scan.images[0].data, float))
    assert 0.5 < region.sum() / scan.outline.sum() < 0.95
    assert not (region & ~scan.outline).any()


RUN = (
    "plain air50 n1 snr5",
    "plain air10 n8 snr20",
    "zeroed n1 snr20",
    "no air n1 snr20",
    "zf2 n8 snr20",
    "pair n1 snr10",
)


@pytest.mark.skipif(
    inspect.signature(mrsnr.measure).parameters["method"].default != "auto", reason="there is no method auto yet"
)
def test_a_short_run_holds_what_the_bench_promises():
    chosen = [cell for cell in cases.full() if cell.name in RUN]
    options = {"method": "auto", "known_channels": False, "labelled": True}
    table = records.Table([measure_cell(cell, 1, **options) for cell in chosen])
    assert len(table) == len(RUN)
    assert not [row.error for row in table.records if row.error]
    assert not [row.cell for row, error in zip(table.records, table.error, strict=True)
                if row.verdict == "trusted" and error > 0.1]  # fmt: skip
    for name in ("air zeroed, cut, thresholded: answered from air", "plain, ghosted", "caution"):
        assert goal(name).seen(table).met is not False
