"""Print the table of goals, and what the verdicts, methods and groups did, from what `run.py` wrote.

python benchmarks/accuracy/summary.py [FILE.csv] [--truth object] [--worst 20]
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import cases
import numpy as np
import records
from goals import GOALS
from records import Table
from run import OUT

SPREAD = (
    *("scans", "trusted", "caution", "refused", "median error", "95th", "worst trusted"),
    *("sigma covered", "SNR covered", "half-width SNR"),
)
MET = {True: "yes", False: "**no**", None: ""}


def goals_table(table: Table) -> str:
    """Return the goals as a Markdown table: calibration half, judged half, both, and whether the judged half met it."""
    parts = [table.where(table["half"] == "calibration"), table.where(table["half"] == "judged"), table]
    rows = [["goal", "wanted", "calibration half", "judged half", "both", "met (judged)"]]
    for goal in GOALS:
        seen = [goal.seen(part) for part in parts]
        rows.append([goal.name, goal.wanted, *(one.text for one in seen), MET[seen[1].met]])
    return markdown(rows)


def groups_table(table: Table) -> str:
    """Return one row per group: how often it was answered, how well; for correlated coils by both truths."""
    text = _spreads("group", table["group"], cases.GROUPS, table)
    correlated = table.where(table["group"] == cases.CORRELATED_COILS)
    if len(correlated):
        along = Table(correlated.records, truth="object")
        text += "\n\n" + markdown([["group", *SPREAD], ["correlated, judged along the signal", *_spread(along)]])
    return text


def axes_table(table: Table) -> str:
    """Return one row per kind of cell (its name without coils and SNR)."""
    kinds = np.array([cases.kind_of(name) for name in table["cell"]])
    return _spreads("cells", kinds, dict.fromkeys(cases.kind_of(cell.name) for cell in cases.full()), table)


def methods_table(table: Table) -> str:
    """Return one row per method that answered."""
    rows = [["method", "answers", "trusted", "median error of sigma", "95th", "worst", "median SNR error"]]
    for name in sorted(set(table["method"][table.answered])):
        part = table.where((table["method"] == name) & table.answered)
        error, snr = np.abs(part.sigma_error), np.abs(part.snr_error)
        rows.append([name, str(len(part)), share(part["verdict"] == "trusted"), percent(_median(error)),
                     percent(_quantile(error, 0.95)), percent(_quantile(error, 1)), percent(_median(snr))])  # fmt: skip
    return markdown(rows)


def reasons_list(table: Table, *, most: int = 15) -> str:
    """Return which checks withheld trust, and how often; of those alone, too."""
    every = Counter(code for reasons in table["reasons"] for code in set(str(reasons).split()))
    alone = Counter(str(reasons) for reasons in table["reasons"] if len(str(reasons).split()) == 1)
    rows = [["check", "scans", "the only reason"]]
    rows += [[code, str(count), str(alone[code])] for code, count in every.most_common(most)]
    return markdown(rows)


def worst_list(table: Table, *, most: int) -> str:
    """Return the answers that are furthest off: trusted ones, then those with caution."""
    rows = [["verdict", "cell", "seed", "method", "sigma error", "SNR error", "n found", "n true", "reasons"]]
    for verdict in ("trusted", "caution"):
        part = table.where(table["verdict"] == verdict)
        for k in np.argsort(-part.error)[:most]:
            one = part.records[k]
            errors = [percent(part.sigma_error[k]), percent(part.snr_error[k])]
            channels = [f"{one.n_found:.2f}", f"{one.n_eff:.2f}"]
            rows.append([verdict, one.cell, str(one.seed), one.method, *errors, *channels, one.reasons])
    return markdown(rows)


def markdown(rows: list[list[str]]) -> str:
    """Return rows as a Markdown table, columns aligned for the eye."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def percent(value: float) -> str:
    """Return a fraction in per cent with one digit, or a dash."""
    return "–" if np.isnan(value) else f"{100 * value:.1f} %"


def share(held: np.ndarray) -> str:
    """Return how often it held, in whole per cent."""
    return "–" if not held.size else f"{100 * held.mean():.0f} %"


def _spreads(title, kinds, names, table):
    found = [[name, *_spread(table.where(kinds == name))] for name in names if (kinds == name).any()]
    return markdown([[title, *SPREAD], *found])


def _spread(part: Table) -> list[str]:
    trusted = part["verdict"] == "trusted"
    refused = ~part.answered
    error = part.error[part.answered]
    return [
        str(len(part)),
        share(trusted),
        share(part["verdict"] == "caution"),
        share(refused),
        percent(_median(error)),
        percent(_quantile(error, 0.95)),
        percent(_quantile(part.error[trusted], 1)),
        *(percent(_mean(part.covered(what)[trusted])) for what in ("sigma", "snr")),
        percent(_median(part.half_width("snr")[trusted])),
    ]


def _median(values):
    return _quantile(values, 0.5)


def _quantile(values, level):
    known = values[~np.isnan(values)]
    return float(np.quantile(known, level, method="lower")) if known.size else np.nan


def _mean(values):
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan


def main(arguments: list[str] | None = None) -> int:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=OUT)
    parser.add_argument("--truth", choices=("effective", "object"), default="effective", help="of correlated coils")
    parser.add_argument("--worst", type=int, default=10, metavar="N", help="how many of the worst answers to show")
    options = parser.parse_args(arguments)
    table = Table(records.read(options.file), truth=options.truth)
    print(f"{len(table)} scans of {len(set(table['cell']))} cells\n")
    for part in (goals_table, groups_table, axes_table, methods_table, reasons_list):
        print(part(table), end="\n\n")
    print(worst_list(table, most=options.worst))
    for error, count in Counter(str(text) for text in table["error"] if text).most_common(5):
        print(f"{count} times: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
