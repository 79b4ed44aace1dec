"""Results of ``mrsnr measure`` as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding

from mrsnr.cli.console import facts, headline, reasons, show, table, words
from mrsnr.cli.outcome import Outcome
from mrsnr.facts import codes, grid, image_facts
from mrsnr.wording import between, number

_MOST_COLUMNS = 6  # labels beside each other; more are for --tsv and --json
_ADVICE = (
    ("--repeat FILE", "a second acquisition of the same object, with the same settings: the surest way"),
    ("--noise-scan FILE", "a scan with the same settings without excitation"),
    ("--noise-mask FILE", "where there is air that the scanner left alone"),
    ("mrsnr compare", "what each method would say, if you want to judge for yourself"),
)


def show_one(outcome: Outcome) -> None:
    """Print everything about one image: the answer, the reasons to doubt it, and where it comes from."""
    document, results = outcome.document or {}, outcome.results
    if len(results) > 1:
        show(*_volumes(outcome, document), *written(outcome))
        return
    result = results[0]
    parts = [answer(outcome, result, "SNR"), reasons(sentences(result))]
    if result["value"] is not None:
        parts.append(facts(image_facts(document, result)))
        parts.extend(_tables(result))
    else:
        parts.extend(advice(result))
    show(*parts, *written(outcome))


def show_several(outcomes: Sequence[Outcome]) -> None:
    """Print one row per image and volume."""
    volumes = any(len(outcome.results) > 1 for outcome in outcomes)
    labels = _label_names([result for outcome in outcomes for result in outcome.results])
    columns = ["image", *["volume"] * volumes, "SNR", "95 %", *labels, "method", "verdict", "why"]
    rows: list[list[Any]] = []
    for outcome in outcomes:
        if outcome.error is not None:
            empty = ["n/a"] * (len(labels) + 3)
            verdict = words("no result", "no result")
            rows.append([outcome.name, *[""] * volumes, *empty, verdict, outcome.short_error])
        for volume, result in enumerate(outcome.results):
            which = [str(volume) if len(outcome.results) > 1 else ""] * volumes
            rows.append([outcome.name, *which, *_row(result, labels), ", ".join(codes(result))])
    show(table(columns, rows, left=("image", "method", "verdict", "why")), *_hint(outcomes), *written(*outcomes))


def answer(outcome: Outcome, result: dict[str, Any], quantity: str) -> RenderableType:
    """Return the first line: the number, what it is worth, and of which file."""
    verdict = words(result["verdict"], result["verdict"])
    value = f"no {quantity}" if result["value"] is None else f"{quantity} {number(result['value'])}"
    if result["interval"] is not None:
        value += f" ({between(result['interval'])})"
    return headline(words(value, "bold"), verdict, outcome.name)


def advice(result: dict[str, Any]) -> Iterator[RenderableType]:
    """Say what would help an image whose noise was not found; nothing helps a phase image."""
    if result["noise"] is None and "kind" not in codes(result):
        yield words("  What would help:")
        yield Padding(facts((option, what) for option, what in _ADVICE), (0, 0, 0, 2), expand=False)


def written(*outcomes: Outcome) -> Iterator[RenderableType]:
    """Say how many files were written, and where."""
    files = [file for outcome in outcomes for file in outcome.files]
    if files:
        yield words(f"{len(files)} file{'s' * (len(files) != 1)} written to {files[0].parent}")


def sentences(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return verdict and sentence of every check that did not pass."""
    return [(check["verdict"], check["sentence"]) for check in result["reasons"]]


def _tables(result: dict[str, Any]) -> Iterator[RenderableType]:
    mixture = result["noise"].get("mixture")
    if mixture is not None:
        yield _components(mixture)
    if result["table"]:
        yield _labels(result)


def _labels(result: dict[str, Any]) -> RenderableType:
    bounded = any(row["low"] is not None for row in result["table"])
    name = "tissue" if result["of"] == "tissues" else "name"
    columns = ("label", name, "voxels", "signal", "SNR", *["95 %"] * bounded)
    rows = [
        (
            str(row["label"]),
            row["name"],
            str(row["voxels"]),
            number(row["signal"]),
            number(row["snr"]),
            *[between((row["low"], row["high"]))] * bounded,
        )
        for row in result["table"]
    ]
    return table(columns, rows, left=(name,))


def _components(mixture: dict[str, Any]) -> RenderableType:
    numbers = zip(mixture["means"], mixture["variances"], mixture["weights"], mixture["voxels"], strict=True)
    rows = [
        (f"{k}{' (background)' * (k == 0)}", number(mean), number(var**0.5), f"{100 * weight:.1f} %", str(voxels))
        for k, (mean, var, weight, voxels) in enumerate(numbers)
    ]
    return table(("cluster", "mean", "SD", "weight", "voxels"), rows, left=("cluster",))


def _volumes(outcome: Outcome, document: dict[str, Any]) -> Iterator[RenderableType]:
    """Print one image of several volumes: a row each, and every kind of doubt once."""
    labels = _label_names(outcome.results)
    yield headline(words(outcome.name, "bold"), grid(document, volumes=True))
    rows = [
        [str(volume), *_row(result, labels), ", ".join(codes(result))] for volume, result in enumerate(outcome.results)
    ]
    columns = ("volume", "SNR", "95 %", *labels, "method", "verdict", "why")
    yield table(columns, rows, left=("method", "verdict", "why"))
    yield words("")
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    for volume, result in enumerate(outcome.results):
        for check in result["reasons"]:
            first.setdefault(check["code"], (volume, check))
    yield reasons((check["verdict"], f"volume {volume}: {check['sentence']}") for volume, check in first.values())
    if all(result["value"] is None for result in outcome.results):
        yield from advice(outcome.results[0])


def _row(result: dict[str, Any], labels: Sequence[str]) -> list[Any]:
    by_name = {row["name"]: row["snr"] for row in result["table"]}
    verdict = words(result["verdict"], result["verdict"])
    values = [number(result["value"]), between(result["interval"]), *(number(by_name.get(name)) for name in labels)]
    return [*values, result["method"], verdict]


def _label_names(results: Sequence[dict[str, Any]]) -> list[str]:
    """Return the labels to show in columns; tissues are of each image alone."""
    given = [result for result in results if result["of"] != "tissues"]
    names = list(dict.fromkeys(row["name"] for result in given for row in result["table"]))
    return names if len(names) <= _MOST_COLUMNS else []


def _hint(outcomes: Sequence[Outcome]) -> Iterator[RenderableType]:
    if any(codes(result) for outcome in outcomes for result in outcome.results):
        yield words("  Measure one image alone, or ask for --json, to read the reasons in full.")
