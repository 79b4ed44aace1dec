"""What a physicist reads on a page is consistent: slices, ratios, volumes, and which checks count."""

import dataclasses
import math

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.model import Check, CheckVerdict, Verdict
from mrsnr.report import page
from mrsnr.report.advice import STEPS, advice, why
from mrsnr.report.sections import check_rows, forest

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")


def with_checks(result, *, reasons, others=()):
    noise = dataclasses.replace(result.noise, checks=(*reasons, *others))
    return dataclasses.replace(result, verdict=Verdict.CAUTION, reasons=tuple(reasons), noise=noise)


def warned(code, value=0.5, verdict=CheckVerdict.WARN):
    return Check(code, value, 0.1, verdict, f"This is {code}.")


def test_the_slices_that_are_named_are_those_that_are_shown():
    image, labels, _ = mrsnr.data.phantom((64, 64, 30), snr=30, seed=3)
    some = np.where(np.arange(30) < 4, np.asarray(labels.data), 0)
    text = page(mrsnr.measure(image, labels=Image(some, image.affine)))
    assert "slices 0, 1, …, 7 of 0-29" in text


def test_a_ratio_is_told_as_one(two_levels):
    """Noise that is 2.18 times sigma is kept as a logarithm, 0.78."""
    reason = Check("local-noise", math.log(2.18), math.log(1.11), CheckVerdict.FAIL, "It is 2.18 times sigma.")
    (row, *_) = check_rows(with_checks(mrsnr.measure(two_levels()), reasons=[reason]))
    assert (row.value, row.limit) == ("×2.18", "×1.11")


def test_a_fault_that_does_not_count_stands_below_those_that_do(two_levels):
    result = with_checks(
        mrsnr.measure(two_levels()),
        reasons=[warned("drift")],
        others=[warned("zeros", verdict=CheckVerdict.FAIL), warned("kind", verdict=CheckVerdict.PASS)],
    )
    rows = check_rows(result)
    assert [(row.check.code, row.counted) for row in rows] == [("drift", True), ("zeros", False), ("kind", True)]
    assert page(result).count("does not count for this method") == 1


def test_repeats_that_drifted_are_the_reason_and_not_that_two_methods_then_differ(two_levels):
    result = with_checks(mrsnr.measure(two_levels()), reasons=[warned("agreement"), warned("drift")])
    assert why(result) == "Take it with caution, because this is drift."


def test_values_of_volumes_do_not_look_like_an_interval(two_levels):
    good = two_levels()
    twice = Image(np.stack([np.asarray(good.data), 2 * np.asarray(good.data)], axis=-1), good.affine)
    assert "lowest to highest of 2 volumes" in page(mrsnr.measure(twice))
    assert "lowest to highest" not in page(mrsnr.measure(good))


def test_the_reason_at_the_top_is_that_of_the_verdict(two_levels):
    good = two_levels()
    data = np.stack([np.asarray(good.data), np.full(good.shape, 3.0)], axis=-1)
    results = mrsnr.measure(Image(data, good.affine))
    text = page(results)
    assert [str(one.verdict) for one in results] == ["trusted", "refused"]
    assert '<p class="why">Volume 1: No value, because' in text
    assert "of the only one of 2 volumes that has a value" in text


def test_one_volume_of_several_is_not_sent_to_compare(two_levels):
    result = with_checks(mrsnr.measure(two_levels()), reasons=[warned("agreement", verdict=CheckVerdict.FAIL)])
    assert STEPS["compare"] in advice(result)
    volume = Image(result.image.data, result.image.affine, {**result.image.meta, "volume": 3})
    assert STEPS["compare"] not in advice(dataclasses.replace(result, image=volume))


def test_a_method_without_a_value_says_why(two_levels):
    """The code ``defined`` alone tells nobody anything."""
    image = two_levels()
    answer = mrsnr.measure(image)
    none = Check("defined", None, None, CheckVerdict.FAIL, "Nothing in the image looks like air.")
    refused = dataclasses.replace(answer, value=None, interval=None, verdict=Verdict.REFUSED, reasons=(none,))
    (row, *_) = forest([refused, answer], answer).rows
    assert row.why == "Nothing in the image looks like air."


def test_plus_minus_is_one_sign(two_levels):
    wide = Check("interval", 0.16, 0.1, CheckVerdict.WARN, "The interval is +-16 %: too wide to be trusted.")
    assert "The interval is ±16 %" in page(with_checks(mrsnr.measure(two_levels()), reasons=[wide]))


def test_paper_is_light_and_cuts_no_column_off(two_levels, opened):
    """A4 with margins of 1 cm is 718 pixels wide, and paper does not scroll."""
    image = two_levels()
    result = mrsnr.measure(image)
    sheet = opened(page(result, compared=mrsnr.compare(image)), width=718, dark=True).page
    sheet.emulate_media(media="print")
    assert (
        sheet.evaluate(
            "Math.max(...[...document.querySelectorAll('.scroll *')].map(e => e.getBoundingClientRect().right))"
        )
        <= 718
    )
    red, green, blue = sheet.evaluate(
        "getComputedStyle(document.querySelector('.answer')).backgroundColor.match(/\\d+/g)"
    )
    assert min(int(red), int(green), int(blue)) > 200
