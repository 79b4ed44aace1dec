"""Results of ``mrsnr measure`` as text, for people and for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from mrsnr.cli.console import facts, headline, number, reasons, show, table, words
from mrsnr.cli.outcome import Outcome
from mrsnr.cli.streams import shown

_MOST_COLUMNS = 6  # labels beside each other; more are for --tsv and --json
_TSV_NUMBERS = ("label", "name", "voxels", "signal", "sigma", "snr", "low", "high")
_TSV_COLUMNS = ("image", "volume", *_TSV_NUMBERS, "method", "verdict", "reasons")


def show_one(outcome: Outcome) -> None:
    """Print everything about one image: the answer, the reasons to doubt it, and where it comes from."""
    document, results = outcome.document or {}, outcome.results
    if len(results) > 1:
        show(*_volumes(outcome, document), *written(outcome))
        return
    result = results[0]
    parts = [answer(outcome, result, "SNR"), reasons(_sentences(result))]
    if result["value"] is not None:
        parts.append(facts(_facts(document, result)))
        parts.extend(_tables(result))
    show(*parts, *written(outcome))


def show_several(outcomes: Sequence[Outcome]) -> None:
    """Print one row per image and volume."""
    volumes = any(len(outcome.results) > 1 for outcome in outcomes)
    labels = _label_names([result for outcome in outcomes for result in outcome.results])
    columns = ["image", *["volume"] * volumes, "SNR", *labels, "verdict", "why"]
    rows: list[list[Any]] = []
    for outcome in outcomes:
        if outcome.error is not None:
            empty = ["n/a"] * (len(labels) + 1)
            verdict = words("no result", "no result")
            rows.append([outcome.path.name, *[""] * volumes, *empty, verdict, outcome.short_error])
        for volume, result in enumerate(outcome.results):
            which = [str(volume) if len(outcome.results) > 1 else ""] * volumes
            rows.append([outcome.path.name, *which, *_row(result, labels), ", ".join(_codes(result))])
    show(table(columns, rows, left=("image", "verdict", "why")), *_hint(outcomes), *written(*outcomes))


def answer(outcome: Outcome, result: dict[str, Any], quantity: str) -> RenderableType:
    """Return the first line: the number, what it is worth, and of which file."""
    verdict = words(result["verdict"], result["verdict"])
    value = f"no {quantity}" if result["value"] is None else f"{quantity} {number(result['value'])}"
    if result["interval"] is not None:
        low, high = result["interval"]
        value += f" ({number(low)} to {number(high)})"
    return headline(words(value, "bold"), verdict, outcome.path.name)


def grid(document: dict[str, Any], *, volumes: bool = False) -> str:
    """Say the size of an image in voxels and millimetres."""
    size = " x ".join(map(str, document["shape"][:3]))
    edges = " x ".join(f"{edge:.4g}" for edge in document["voxel_size_mm"])
    series = f", {document['shape'][3]} volumes" if volumes else ""
    return f"{size} voxels of {edges} mm{series}, {document['kind']}"


def written(*outcomes: Outcome) -> Iterator[RenderableType]:
    """Say how many files were written, and where."""
    files = [file for outcome in outcomes for file in outcome.files]
    if files:
        yield words(f"{len(files)} file{'s' * (len(files) != 1)} written to {files[0].parent}")


def tsv(outcomes: Sequence[Outcome]) -> str:
    """Return a tab-separated table: a row per volume, then one per label; ``n/a`` where there is nothing."""
    rows = [row for outcome in outcomes for row in _tsv_rows(outcome)]
    return "\n".join("\t".join(map(_cell, row)) for row in [_TSV_COLUMNS, *rows])


def _sentences(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(check["verdict"], check["sentence"]) for check in result["reasons"]]


def _codes(result: dict[str, Any]) -> list[str]:
    return [check["code"] for check in result["reasons"]]


def _facts(document: dict[str, Any], result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    noise = result["noise"]
    yield "image", grid(document)
    chosen = "".join(f", {name.replace('_', ' ')} {value}" for name, value in noise["parameters"].items())
    yield "method", f"{result['method']}{chosen}"
    yield "signal", f"{number(result['signal'])}, mean of the foreground"
    yield "sigma", f"{number(noise['sigma'])}, from {noise['voxels']} background voxels"
    mixture = noise.get("mixture")
    if mixture is not None and "sensitivity" not in _codes(result):  # else its sentence has said it
        others = mixture["snr_by_clusters"].items()
        yield "SNR by number of clusters", ", ".join(f"{count}: {number(snr)}" for count, snr in others)


def _tables(result: dict[str, Any]) -> Iterator[RenderableType]:
    mixture = result["noise"].get("mixture")
    if mixture is not None:
        yield _components(mixture)
    if result["table"]:
        rows = [
            (str(row["label"]), row["name"], str(row["voxels"]), number(row["signal"]), number(row["snr"]))
            for row in result["table"]
        ]
        yield table(("label", "name", "voxels", "signal", "SNR"), rows, left=("name",))


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
    yield headline(words(outcome.path.name, "bold"), grid(document, volumes=True))
    rows = [
        [str(volume), *_row(result, labels), ", ".join(_codes(result))] for volume, result in enumerate(outcome.results)
    ]
    yield table(("volume", "SNR", *labels, "verdict", "why"), rows, left=("verdict", "why"))
    yield words("")
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    for volume, result in enumerate(outcome.results):
        for check in result["reasons"]:
            first.setdefault(check["code"], (volume, check))
    yield reasons((check["verdict"], f"volume {volume}: {check['sentence']}") for volume, check in first.values())


def _row(result: dict[str, Any], labels: Sequence[str]) -> list[Any]:
    by_name = {row["name"]: row["snr"] for row in result["table"]}
    verdict = words(result["verdict"], result["verdict"])
    return [number(result["value"]), *(number(by_name.get(name)) for name in labels), verdict]


def _label_names(results: Sequence[dict[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(row["name"] for result in results for row in result["table"]))
    return names if len(names) <= _MOST_COLUMNS else []


def _hint(outcomes: Sequence[Outcome]) -> Iterator[RenderableType]:
    if any(_codes(result) for outcome in outcomes for result in outcome.results):
        yield words("  Measure one image alone, or ask for --json, to read the reasons in full.")


def _tsv_rows(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    name = outcome.path.name
    if outcome.error is not None:
        yield (name, *[None] * 10, "no result", outcome.short_error)
    for volume, result in enumerate(outcome.results):
        which = volume if len(outcome.results) > 1 else None
        end = (result["method"], result["verdict"], ",".join(_codes(result)) or None)
        low, high = result["interval"] or (None, None)
        sigma = result["noise"]["sigma"] if result["noise"] is not None else None
        yield (name, which, None, "foreground", None, result["signal"], sigma, result["value"], low, high, *end)
        for row in result["table"]:
            yield (name, which, *(row[key] for key in _TSV_NUMBERS), *end)


def _cell(value: object) -> str:
    if value is None:
        return "n/a"
    return repr(value) if isinstance(value, float) else shown(str(value))
