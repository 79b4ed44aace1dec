"""What a page says, section by section, as plain values for the template."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mrsnr.facts import codes, grid, image_facts, series_facts, stability_rows
from mrsnr.model import Check, CheckVerdict, LabelSnr, Snr, Temporal, Verdict
from mrsnr.report.advice import NAMES
from mrsnr.report.scales import Axis, Gauge, axis, gauge
from mrsnr.wording import METHODS, between, number

_ORDER = {CheckVerdict.FAIL: 0, CheckVerdict.WARN: 1, CheckVerdict.NOT_MADE: 2, CheckVerdict.PASS: 3}
_DOUBTS = frozenset({CheckVerdict.FAIL, CheckVerdict.WARN})
_LOGARITHMS = frozenset({"agreement", "local-noise"})  # whose values are those of a ratio
_LARGEST = 700.0  # logarithm of a number
_WORST = (Verdict.REFUSED, Verdict.CAUTION, Verdict.TRUSTED)


@dataclass(frozen=True)
class CheckRow:
    """A check with its value against its limit; what is not ``counted`` is a doubt that does not bear on the method."""

    title: str
    check: Check
    gauge: Gauge | None
    value: str
    limit: str
    counted: bool


@dataclass(frozen=True)
class MethodRow:
    """A method of several: its SNR, where that and its interval stand on the common axis, and what it is worth."""

    name: str
    what: str
    value: str
    interval: str
    sigma: str
    verdict: str
    why: str
    chosen: bool
    place: float | None
    ends: tuple[float, float] | None


@dataclass(frozen=True)
class Forest:
    """Methods side by side on one axis; ``band`` is the interval of the answer."""

    axis: Axis | None
    rows: tuple[MethodRow, ...]
    band: tuple[float, float] | None


def check_rows(result: Snr | Temporal) -> list[CheckRow]:
    """Return the checks that were made: first the reasons of the verdict, those that failed before those that warned.

    Then come those that did not pass but do not bear on the method, as faults of the air on two acquisitions, then
    those that could not be made, then those that passed.
    """
    reasons = list(result.reasons)
    known = {(check.code, check.sentence) for check in reasons}
    made = result.checks if isinstance(result, Temporal) else () if result.noise is None else result.noise.checks
    others = [check for check in made if (check.code, check.sentence) not in known]
    rows = [_check_row(one, counted=True) for one in sorted(reasons, key=_weight)]
    return rows + [_check_row(one, counted=one.verdict not in _DOUBTS) for one in sorted(others, key=_weight)]


def _weight(check: Check) -> int:
    return _ORDER[check.verdict]


def _check_row(check: Check, *, counted: bool) -> CheckRow:
    value, limit = (_short(one, factor=check.code in _LOGARITHMS) for one in (check.value, check.limit))
    return CheckRow(NAMES.get(check.code, check.code), check, gauge(check), value, limit, counted)


def forest(compared: Sequence[Snr], chosen: Snr) -> Forest | None:
    """Return the methods side by side, ``None`` without any that has a value."""
    if all(one.value is None for one in compared):
        return None
    numbers = [
        end for one in (chosen, *compared) if one.value is not None for end in (one.value, *(one.interval or ()))
    ]
    scale = axis(numbers, middle=chosen.value)
    rows = tuple(_method_row(one, scale, chosen=one.method == chosen.method != "none") for one in compared)
    band = None if scale is None or chosen.interval is None else tuple(map(scale.place, chosen.interval))
    return Forest(scale, rows, band)  # type: ignore[arg-type]


def _method_row(one: Snr, scale: Axis | None, *, chosen: bool) -> MethodRow:
    name = str(one.provenance["asked"])
    shown = scale is not None and one.value is not None and one.value > 0
    sigma = "n/a" if one.noise is None or one.noise.sigma is None else _sigma(one)
    return MethodRow(
        name=name,
        what=METHODS.get(name, ""),
        value=number(one.value),
        interval=between(one.interval),
        sigma=sigma,
        verdict=str(one.verdict),
        why=_doubts(one),
        chosen=chosen,
        place=scale.place(one.value) if shown and scale is not None and one.value is not None else None,
        ends=(scale.place(one.interval[0]), scale.place(one.interval[1])) if shown and scale and one.interval else None,
    )


def _doubts(one: Snr) -> str:
    """Return the codes of the reasons; that there is no value says nothing alone, and is said as a sentence."""
    found = [check for check in one.reasons if check.code != "defined"]
    return ", ".join(check.code for check in found) or " ".join(check.sentence for check in one.reasons)


def _sigma(one: Snr) -> str:
    import numpy as np  # noqa: PLC0415 - of a map

    assert one.noise is not None  # noqa: S101 - asked before
    sigma = one.noise.sigma
    return f"{number(float(np.nanmedian(sigma)))} (map)" if isinstance(sigma, np.ndarray) else number(sigma)


def facts(result: Snr | Temporal, document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the image is, how the noise was found, signal and sigma."""
    first = document["results"][0]
    if result.value is None:
        return [("image", grid(document, volumes=isinstance(result, Temporal)))]
    if isinstance(result, Temporal):
        masked = any(role == "mask" for role, _ in result.provenance.get("inputs", ()))
        return list(series_facts(document, first, masked=masked))
    return list(image_facts(document, first))


def stability(result: Snr | Temporal, document: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return the fBIRN figures, if there are any."""
    if isinstance(result, Snr) or result.fbirn is None:
        return ()
    return stability_rows(document["results"][0]["fbirn"])


def label_rows(table: Sequence[LabelSnr]) -> list[dict[str, Any]]:
    """Return the table of labels: cells as people read them, and as they are."""
    return [
        {
            "label": row.label,
            "name": row.name,
            "cells": [
                (str(row.voxels), row.voxels),
                (number(row.signal), row.signal),
                (number(row.sigma), row.sigma),
                (number(row.snr), row.snr),
                (between((row.low, row.high)), row.low),
            ],
        }
        for row in table
    ]


def volume_rows(document: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the answers of the volumes of a series that was measured volume by volume."""
    for n, one in enumerate(document["results"]):
        yield {
            "volume": str(n),
            "value": number(one["value"]),
            "interval": between(one["interval"]),
            "method": one["method"],
            "verdict": one["verdict"],
            "why": ", ".join(codes(one)),
        }


def worst(results: Sequence[Snr | Temporal]) -> Verdict:
    """Return the worst verdict of several."""
    return next(verdict for verdict in _WORST if any(one.verdict == verdict for one in results))


def _short(value: float | None, *, factor: bool) -> str:
    """Return a number of a check in a few digits; the logarithm of a ratio as that ratio, as the sentence says it."""
    if value is None:
        return ""
    if factor:
        return f"×{_short(math.exp(min(value, _LARGEST)), factor=False)}"
    return f"{value:.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def origin(shown: Snr | Temporal, document: dict[str, Any], command: str | None) -> Iterator[tuple[str, str]]:
    """Yield what was measured by what, so that it can be done again."""
    yield "software", f"mrsnr {document['software']['version']}, definition {shown.provenance['definition']}"
    if command is not None:
        yield "command", command
    sources = [("image", document["source"]), *((one["role"], one) for one in document["inputs"])]
    for role, source in sources:
        if source is None:
            yield role, "an array in memory"
        else:
            yield role, f"{source['name']}, sha256 {source['sha256'] or 'unknown: the file has changed'}"
    parameters = {} if isinstance(shown, Temporal) or shown.noise is None else shown.noise.parameters
    for name, value in parameters.items():
        yield str(name), str(value)
