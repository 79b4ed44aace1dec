"""No check without a title and an advice, no flag that does not exist, and what helps in cases whose cause is known."""

import ast
import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.cli.main import build_parser
from mrsnr.model import Check, CheckVerdict, Verdict
from mrsnr.report.advice import ADVICE, NAMES, NEEDS_NONE, STEPS, advice, why
from repeated_scans import SIGMA, scanned
from written_about import SNR, every_method, measured_by, refused, series, trusted

_ROOT = Path(__file__).parents[2]
_SOURCES = sorted((_ROOT / "src" / "mrsnr").rglob("*.py"))
_MAKERS = {"Check", "graded"}


def codes_in(tree):
    """The codes that calls in a module make checks of; one that is not written there is ``None``."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in _MAKERS:
            given = next((keyword.value for keyword in call.keywords if keyword.arg == "code"), None)
            first = given or (call.args[0] if call.args else None)
            yield first.value if isinstance(first, ast.Constant) else None


def every_code():
    found = {path: set(codes_in(ast.parse(path.read_text("utf-8")))) for path in _SOURCES}
    assert found.pop(_ROOT / "src" / "mrsnr" / "checks" / "grading.py") == {None}  # which is given the code
    return set().union(*found.values())


CODES = every_code()


def with_reason(result, code, *, verdict=CheckVerdict.WARN, sentence="The cause, of 3.5 %, is known.", value=0.5):
    reason = Check(code, value, 0.1, verdict, sentence)
    return dataclasses.replace(result, verdict=Verdict.CAUTION, reasons=(reason,))


def one_sentence(text):
    return text.endswith(".") and ". " not in text and text[0].isupper() and text == " ".join(text.split())


def normalised(result, **header):
    meta = {**result.image.meta, "sidecar": header}
    return dataclasses.replace(result, image=Image(result.image.data, result.image.affine, meta))


def test_the_codes_are_found_in_the_source():
    assert None not in CODES
    assert len(CODES) >= 40
    listed = re.findall(r"^\| `([a-z-]+)` \|", (_ROOT / "docs" / "definitions.md").read_text("utf-8"), re.MULTILINE)
    assert set(listed) & CODES == CODES


def test_every_check_has_a_title():
    assert set(NAMES) == CODES
    assert len(set(NAMES.values())) == len(NAMES)
    assert all(name[0].isupper() and len(name) <= 45 and not name.endswith(".") for name in NAMES.values())


def test_every_check_has_an_advice_or_needs_none():
    assert set(ADVICE) | NEEDS_NONE == CODES
    assert not set(ADVICE) & NEEDS_NONE
    assert all(steps and set(steps) <= set(STEPS) for steps in ADVICE.values())


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_check_has_its_reason_and_something_to_do(code):
    for result in (trusted(), series()):
        doubted = with_reason(result, code)
        assert one_sentence(why(doubted))
        assert len(advice(doubted)) <= 4
    assert any(advice(with_reason(one, code)) for one in (trusted(), series())) or code in NEEDS_NONE


def test_flags_are_those_of_the_command(capsys):
    known = ""
    for command in ("measure", "temporal", "compare"):
        with pytest.raises(SystemExit):
            build_parser().parse_args([command, "--help"])
        known += capsys.readouterr().out
    flags = {flag for sentence in STEPS.values() for flag in re.findall(r"--[a-z-]+", sentence)}
    assert len(flags) >= 8
    assert all(f"{flag} " in known or f"{flag}]" in known for flag in flags)


def test_steps_are_sentences_and_all_are_used():
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in STEPS.values())
    by_code = {step for steps in ADVICE.values() for step in steps}
    assert set(STEPS) - by_code == {"more", "normalised", "filtered", "order"}


def test_a_trusted_answer_says_what_confirms_it_and_needs_nothing():
    assert advice(trusted()) == ()
    assert why(trusted()).startswith("Every check that bears on the method passed, and a second, independent look")


def test_every_method_has_one_sentence_and_at_most_four_steps():
    for result in every_method().values():
        assert one_sentence(why(result))
        steps = advice(result)
        assert len(steps) == len(set(steps)) <= 4
        assert bool(steps) == (result.verdict != "trusted")


def test_masked_air_is_the_reason_of_a_refusal_and_a_repeat_helps_most():
    assert why(refused()).startswith("No value, because the air cannot tell the noise (")
    assert "exactly 0" in why(refused())
    first, second, *_ = advice(refused())
    assert first == STEPS["repeat"]
    assert second == STEPS["background"]


def test_a_phase_image_has_one_way_out():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, (32, 32, 3))
    result = mrsnr.measure(Image(angles, np.eye(4), {"kind": "phase"}))
    assert "an angle has no signal-to-noise ratio" in why(result)
    assert advice(result) == (STEPS["magnitude"],)


def test_tissue_alone_says_that_nothing_confirms_it():
    data = np.asarray(scanned(SNR, volumes=1, seed=2).data)[..., 0]
    data = np.where(data > 4 * SIGMA, data, 0)
    result = mrsnr.measure(Image(data, np.eye(4), {"channels": 1}))
    assert result.method == "tissue"
    assert "from inside the object alone and no air is there to confirm it" in why(result)
    assert "exactly 0" in why(result)


def test_a_disagreement_is_named_before_what_only_warns():
    warned = with_reason(trusted(), "zeros")
    failed = Check("agreement", 0.9, 0.06, CheckVerdict.FAIL, "Sigma from tissue is 132 % higher than that from air.")
    both = dataclasses.replace(warned, reasons=(*warned.reasons, failed))
    assert why(both) == "Take it with caution, because sigma from tissue is 132 % higher than that from air."


def test_a_wide_interval_is_said_with_its_width():
    assert "95 % interval of ±39 % is too wide" in why(with_reason(trusted(), "interval", value=0.39))
    assert "gives no interval" in why(with_reason(trusted(), "interval", value=None))


def test_what_the_header_says_was_done_is_to_be_undone():
    doubted = with_reason(trusted(), "agreement")
    assert STEPS["normalised"] not in advice(doubted)
    assert STEPS["normalised"] in advice(normalised(doubted, ImageType=["ORIGINAL", "M", "NORM"]))
    filtered = advice(normalised(doubted, ImageType=["ORIGINAL", "M", "DIS2D"]))
    assert STEPS["filtered"] in filtered
    assert STEPS["filter"] not in filtered
    assert STEPS["normalised"] not in advice(
        normalised(with_reason(trusted(), "geometry"), ImageType=["ORIGINAL", "M", "NORM"])
    )


def test_what_was_done_is_not_asked_for_again(two_levels):
    repeated = with_reason(measured_by("difference"), "agreement")
    assert STEPS["repeat"] not in advice(repeated)
    assert STEPS["more"] in advice(repeated)
    scan = mrsnr.measure(two_levels(), noise_scan=two_levels(snr=0, seed=9), channels=1)
    assert STEPS["scan"] not in advice(with_reason(scan, "agreement"))
    assert STEPS["labels"] not in advice(with_reason(trusted(), "interval"))  # which has labels


def test_only_a_number_of_channels_that_is_not_known_is_asked_for():
    unknown = dataclasses.replace(with_reason(trusted(), "channels").reasons[0], limit=None)
    assert advice(dataclasses.replace(with_reason(trusted(), "channels"), reasons=(unknown,)))[0] == STEPS["channels"]
    assert STEPS["channels"] not in advice(with_reason(trusted(), "channels"))


def test_a_series_is_told_to_drop_look_or_acquire():
    assert advice(with_reason(series(), "steady")) == (STEPS["drop"],)
    assert advice(with_reason(series(), "spikes")) == (STEPS["spikes"],)
    assert advice(with_reason(series(), "series-length")) == (STEPS["volumes"],)
    assert why(series()) == (
        "Take it with caution, because nothing can confirm a temporal SNR, though the series itself passed every check."
    )


def test_a_constant_series_is_told_where_to_look():
    nothing = mrsnr.temporal(Image(np.full((16, 16, 2, 12), 7.0), np.eye(4)))
    assert nothing.value is None
    assert why(nothing).startswith("No value, because nothing in the mask varies")
    assert STEPS["object"] in advice(nothing)


def test_names_of_labels_break_no_sentence():
    name = "left. cortex\n<script>\u202e"
    row = dataclasses.replace(trusted().table[0], name=name, snr=None, low=None, high=None)
    below = dataclasses.replace(with_reason(trusted(), "detection", verdict=CheckVerdict.FAIL), table=(row,))
    assert "the signal of “left. cortex <script>” cannot be told from noise" in why(below)
    other = with_reason(trusted(), "overlap", sentence=f"12 % of {name} looks like air.")
    assert one_sentence(why(other))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kidney-t2w/test_sub_02.nii.gz", "exactly 0"),
        ("kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz", "the air cannot tell the noise"),
        ("kidney-ge/00721__Phase_ims__B0_map_dual_echo_e1.nii.gz", "phase image"),
    ],
)
def test_real_images_are_told_why(shared_data, name, said):
    result = mrsnr.measure(mrsnr.load(shared_data(name)))
    assert said in why(result)
    assert one_sentence(why(result))
    assert 1 <= len(advice(result)) <= 4
