"""Results as a tab-separated table, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mrsnr.cli.outcome import Outcome
from mrsnr.cli.streams import shown

_COLUMNS = (
    "image", "volume", "asked", "label", "name", "voxels", "signal", "sigma", "sigma_low", "sigma_high", "channels",
    "snr", "low", "high", "method", "verdict", "reasons",
)  # fmt: skip


def tsv(outcomes: Sequence[Outcome]) -> str:
    """Return a row per volume (or method), then one per label; ``n/a`` where there is nothing."""
    rows = [row for outcome in outcomes for row in _rows(outcome)]
    lines = [_COLUMNS, *([row.get(column) for column in _COLUMNS] for row in rows)]
    return "\n".join("\t".join(map(_cell, line)) for line in lines)


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    name = outcome.name
    if outcome.error is not None:
        yield {"image": name, "verdict": "no result", "reasons": outcome.short_error}
    several = len(outcome.results) > 1 and not outcome.alternatives
    for volume, result in enumerate(outcome.results):
        noise = result["noise"] or {}
        low, high = result["interval"] or (None, None)
        sigma_low, sigma_high = noise.get("interval") or (None, None)
        common = {
            "image": name,
            "volume": volume if several else None,
            "asked": result["asked"],
            "channels": noise.get("channels"),
            "method": result["method"],
            "verdict": result["verdict"],
            "reasons": ",".join(check["code"] for check in result["reasons"]) or None,
        }
        whole = {"name": result["of"], "signal": result["signal"], "snr": result["value"], "low": low, "high": high}
        yield {**common, **whole, "sigma": noise.get("sigma"), "sigma_low": sigma_low, "sigma_high": sigma_high}
        for row in result["table"]:
            yield {**common, **row}


def _cell(value: object) -> str:
    if value is None:
        return "n/a"
    return repr(value) if isinstance(value, float) else shown(str(value))
