"""From what is known of a volume to a choice, and from checks to a verdict."""

from dataclasses import replace

import numpy as np
import pytest

from mrsnr import Check, Image, Regions
from mrsnr.errors import ArgumentError
from mrsnr.judgement import choose, confirmed, counted
from mrsnr.model import CheckVerdict
from mrsnr.survey import survey
from mrsnr.verdicts import expect_image, judge, merged, provenance
from simulated_scans import SIGMA, scanned
from spoiled_air import REMOVED

PASS, WARN, FAIL = CheckVerdict.PASS, CheckVerdict.WARN, CheckVerdict.FAIL


def check(code, verdict, sentence="Said."):
    return Check(code, None, None, verdict, sentence)


@pytest.fixture(scope="module")
def clean():
    scan = scanned(20, seed=30)
    return scan, survey(scan.image)


def chosen(scan, seen):
    return choose(scan.image, seen, regions=Regions())


class TestJudge:
    def test_an_answer_that_passed_everything_is_trusted(self):
        assert judge(20.0, [check("a", PASS), check("b", PASS)]) == ("trusted", ())

    @pytest.mark.parametrize("verdict", [WARN, FAIL])
    def test_one_doubt_makes_it_caution_and_is_the_reason(self, verdict):
        doubt = check("b", verdict)
        assert judge(20.0, [check("a", PASS), doubt]) == ("caution", (doubt,))

    def test_without_a_value_it_is_refused(self):
        why = check("defined", FAIL)
        assert judge(None, [check("a", PASS), why]) == ("refused", (why,))
        assert judge(None, []) == ("refused", ())

    def test_a_value_of_0_is_a_value(self):
        assert judge(0.0, [])[0] == "trusted"


def test_merging_keeps_the_first_of_each_code():
    first, second, other = check("a", FAIL, "First."), check("a", PASS, "Second."), check("b", PASS)
    assert merged([first], (), [other, second]) == (first, other)


class TestChoose:
    def test_air_that_holds_and_agrees_is_taken(self, clean):
        found = chosen(*clean)
        assert found.method == "air"
        assert found.sigma == pytest.approx(SIGMA, rel=0.02)

    def test_air_is_taken_where_the_object_is_too_small_to_contradict_it(self, clean):
        scan, seen = clean
        assert chosen(scan, replace(seen, interior=None, field=None)).method == "air"

    @pytest.mark.parametrize("name", ["zero", "half of it zero", "cut smoothly within 8 voxels"])
    def test_tissue_is_taken_where_the_air_was_removed(self, name):
        scan = scanned(20, seed=31)
        found = choose(scan.of(REMOVED[name](scan)), survey(scan.of(REMOVED[name](scan))), regions=Regions())
        assert found.method == "tissue"
        assert found.sigma == pytest.approx(SIGMA, rel=0.1)

    def test_nothing_is_taken_where_neither_shows_the_noise(self, clean):
        scan, seen = clean
        assert chosen(scan, replace(seen, background=None, air_checks=(), interior=None, field=None)) is None

    def test_tissue_that_is_hardly_known_is_no_answer(self, clean):
        scan, seen = clean
        vague = replace(seen.interior, error=1.0)
        assert chosen(scan, replace(seen, background=None, air_checks=(), interior=vague)) is None

    def test_air_that_fails_one_check_is_not_taken(self, clean):
        scan, seen = clean
        doubted = replace(seen, air_checks=(*seen.air_checks[1:], check("zeros", FAIL)))
        assert not doubted.air_holds
        assert chosen(scan, doubted).method == "tissue"

    def test_uneven_noise_that_is_higher_in_the_object_is_taken_from_there(self, clean):
        scan, seen = clean
        uneven = replace(
            seen,
            interior=replace(seen.interior, sigma=2 * SIGMA, error=0.02),
            field=replace(seen.field, sigma=2 * seen.field.sigma, uneven=0.3),
        )
        found = chosen(scan, uneven)
        assert found.method == "tissue"
        assert found.sigma.shape == scan.voxels.shape

    def test_air_with_a_ghost_gives_way_to_an_object_that_is_quieter(self, clean):
        scan, seen = clean
        loud = replace(
            seen,
            background=replace(seen.background, sigma=1.3 * SIGMA),
            air_checks=(*(one for one in seen.air_checks if one.code != "stationarity"), check("stationarity", WARN)),
            interior=replace(seen.interior, sigma=SIGMA, error=0.02),
        )
        assert chosen(scan, loud).method == "tissue"


class TestConfirmed:
    def test_air_by_tissue(self, clean):
        found = confirmed(chosen(*clean), clean[1])
        assert found.verdict == "pass"
        assert "tissue" in found.sentence

    def test_tissue_by_air(self, clean):
        scan, seen = clean
        inside = choose(scan.image, replace(seen, background=None, air_checks=()), regions=Regions())
        found = confirmed(inside, seen)
        assert found.verdict == "pass"
        assert "air" in found.sentence

    def test_air_that_does_not_hold_confirms_nothing(self, clean):
        scan, seen = clean
        doubted = replace(seen, air_checks=(check("zeros", FAIL),))
        assert confirmed(chosen(scan, doubted), doubted).verdict == "warn"

    def test_it_is_said_that_there_is_no_air_to_confirm_tissue(self, clean):
        scan, seen = clean
        airless = replace(seen, background=None, air_checks=())
        assert confirmed(chosen(scan, airless), airless).sentence.endswith("no second estimate, from air.")

    def test_a_tissue_s_sigma_that_differs_is_a_contradiction(self, clean):
        scan, seen = clean
        other = replace(seen, interior=replace(seen.interior, sigma=3 * SIGMA))
        assert confirmed(chosen(scan, seen), other).verdict == "fail"

    def test_nothing_confirms_where_nothing_was_seen(self, clean):
        assert confirmed(chosen(*clean), None).verdict == "warn"

    def test_a_map_is_compared_by_its_root_mean_square(self, clean):
        scan, seen = clean
        noise = replace(chosen(scan, seen), sigma=np.where(scan.body, SIGMA, np.nan), method="difference")
        assert confirmed(noise, seen).verdict == "pass"
        wrong = replace(noise, sigma=np.where(scan.body, 2 * SIGMA, np.nan))
        assert confirmed(wrong, seen).verdict == "fail"


class TestCounted:
    def test_what_is_wrong_with_the_air_is_wrong_with_methods_of_air(self, clean):
        scan, seen = clean
        doubted = replace(seen, air_checks=(check("zeros", FAIL),))
        of_air = replace(chosen(scan, seen), checks=())
        assert "zeros" in {one.code for one in counted(scan.image, of_air, doubted)}

    def test_but_not_with_others(self, clean):
        scan, seen = clean
        doubted = replace(seen, air_checks=(check("zeros", FAIL),))
        repeats = replace(chosen(scan, seen), checks=(check("motion", PASS),), method="difference")
        assert "zeros" not in {one.code for one in counted(scan.image, repeats, doubted)}
        assert "motion" in {one.code for one in counted(scan.image, repeats, doubted)}

    def test_a_method_s_own_check_counts_before_the_survey_s(self, clean):
        scan, seen = clean
        own = replace(chosen(scan, seen), checks=(check("zeros", FAIL),))
        assert next(one for one in counted(scan.image, own, seen) if one.code == "zeros").verdict == "fail"


@pytest.mark.parametrize("what", [np.ones((4, 4, 4)), "scan.nii", None, 3])
def test_what_is_no_image_is_refused_with_what_to_do(what):
    with pytest.raises(ArgumentError, match=r"mrsnr\.load"):
        expect_image(what)


def test_provenance_names_file_and_volume_but_no_folder():
    image = Image(np.ones((2, 2)), np.eye(4), {"source": "/somewhere/private/scan.nii.gz", "volume": 3})
    found = provenance(image, "snr/1")
    assert (found["source"], found["volume"], found["definition"], found["software"]) == (
        "scan.nii.gz",
        3,
        "snr/1",
        "mrsnr",
    )
    assert provenance(Image(np.ones((2, 2)), np.eye(4)), "snr/1")["source"] is None
