"""The paragraph for the methods section of a paper: what was really done, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mrsnr.figures.words import all_made
from mrsnr.model import Check, CheckVerdict, Snr, Temporal, Verdict
from mrsnr.report.citing import SOFTWARE, Cited
from mrsnr.report.image_words import image_sentences
from mrsnr.report.names import NAMES
from mrsnr.report.noise_words import noise_sentences
from mrsnr.report.plain import listed
from mrsnr.report.series_words import series_sentences
from mrsnr.report.signal_words import signal_sentences

_UNCONFIRMED = "confirmation"


def methods_paragraph(result: Snr | Temporal, document: dict[str, Any]) -> str:
    """Return the paragraph for a methods section, in the past tense, with citations as ``[1]``.

    Parameters
    ----------
    result
        One result, with or without a value.
    document
        What `mrsnr.io.document.document` says of it, also together with others of the same image.

    Returns
    -------
    str
        Plain text on one line. Numbers are rounded as the command rounds them. Nothing in it names a file, a person or
        a place; names of labels stand in quotation marks. What is not known is not said.

    See Also
    --------
    mrsnr.report.references.references_for : what the numbers in brackets stand for.
    """
    first, *rest = told(result, Cited())
    repeats = 1 if isinstance(result, Temporal) else int(result.provenance["repeats"])
    return " ".join([first, *image_sentences(result.image, document, repeats=repeats), *rest])


def told(result: Snr | Temporal, cited: Cited) -> Iterator[str]:
    """Yield the sentences, but for what the image is: that cites nothing.

    Parameters
    ----------
    result
        As in `methods_paragraph`.
    cited
        Is given the papers as they are cited.
    """
    yield _opening(result, cited)
    if isinstance(result, Temporal):
        yield from series_sentences(result, cited)
    elif result.value is not None and result.noise is not None:
        yield from noise_sentences(result, result.noise, cited)
        yield from signal_sentences(result, result.noise, cited)
    yield _verdict(result)


def _opening(result: Snr | Temporal, cited: Cited) -> str:
    """Say what was measured, by which program and definition."""
    origin, was = result.provenance, "was" if result.value is not None else "was to be"
    definition = f"definition {origin['definition']}"
    program = f"mrsnr {origin['version']}{cited(SOFTWARE)}"
    if isinstance(result, Temporal):
        ratio = f"the temporal mean over the standard deviation (SD) over time{cited('murphy2007')}"
        return f"The temporal signal-to-noise ratio (tSNR) {was} measured with {program} as {ratio} ({definition})."
    ratio = "signal over σ, the standard deviation (SD) of the noise of one real receive channel"
    return f"The signal-to-noise ratio (SNR) of an image {was} measured with {program} as {ratio} ({definition})."


def _verdict(result: Snr | Temporal) -> str:
    """Say what the software made of it, and which checks did not pass."""
    if result.verdict == Verdict.TRUSTED:
        within = _confirmed_within(result)
        agreed = f", and a second, independent estimate of σ agreed within {within}" if within else ""
        every = f"All checks that bear on this method {'' if all_made(result) else 'and could be made '}passed"
        return f"{every}{agreed}: the software rated the result “trusted”."
    failed = _failing(result.reasons)
    if result.value is None:
        name = "tSNR" if isinstance(result, Temporal) else "SNR"
        return f"The software gave no {name}: it refused the image, since these checks did not pass: {failed}."
    if [check.code for check in result.reasons] == [_UNCONFIRMED]:
        every = f"All checks of the series {'' if all_made(result) else 'that could be made '}passed"
        return f"{every}; as no second method confirms a tSNR, the software rated it “caution”."
    return f"The software rated the result “caution”, since these checks did not pass: {failed}."


def _failing(reasons: Sequence[Check]) -> str:
    """Name the checks that did not pass, the failed ones first."""
    order = sorted(reasons, key=lambda check: check.verdict != CheckVerdict.FAIL)
    words = {CheckVerdict.FAIL: "failed", CheckVerdict.WARN: "warned"}
    return listed([f"{_inside(NAMES.get(check.code, check.code))} ({words[check.verdict]})" for check in order])


def _inside(name: str) -> str:
    return name[:1].lower() + name[1:]


def _confirmed_within(result: Snr | Temporal) -> str:
    """Say how near the second estimate of sigma was, where there is one."""
    noise = None if isinstance(result, Temporal) else result.noise
    checks = [] if noise is None else [check for check in noise.checks if check.code == "agreement"]
    values = [check.value for check in checks if check.verdict == CheckVerdict.PASS and check.value is not None]
    return f"{100 * math.expm1(values[0]):.1f} %" if values else ""
