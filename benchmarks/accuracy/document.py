"""Write docs/accuracy.md and its pictures from what `run.py`, `real.py`, `invariance.py` and `peers.py` wrote.

python benchmarks/accuracy/document.py
"""

import argparse
import sys
from pathlib import Path

import cases
import pictures
import records
from goals import GOALS
from peers import table as peers_table
from records import Table
from run import OUT
from summary import axes_table, goals_table, groups_table, methods_table

import mrsnr

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
HEAD = """\
# How accurate the answers are

<!-- Written by benchmarks/accuracy/document.py; do not edit. -->

This page is generated: `make accuracy` simulates {scans} scans of {cells} kinds whose sigma and SNR are known,
measures each with `mrsnr.measure` (version {version}, method `auto`, labels given, number of coils not given), and
writes what was seen. Even seeds are the *calibration half*, on which limits and intervals were set; odd seeds are the
*judged half*, with other anatomies and other noise. Everything follows from cell and seed: the run can be repeated to
the last digit.

## The goals

{goals}

The error of an answer is the larger of those of sigma and of the SNR (of sigma alone below an SNR of 3, where the
signal itself is uncertain). For correlated coils the truth is the effective sigma of the air's chi distribution; the SD
along the signal differs from it by physics, and air cannot show it. Where repeats are given the truth is the SD along
the signal. A cell of few scans falls below 85 % by chance: what chance does to true 95 % intervals is said beside it.

## What was simulated

An object (abdomen, cylinder with holes, two thighs, or a head; another geometry for each seed) with three tissues of
relative brightness 1.4, 0.8 and 1.1, a bias field of ±8 %, voids and vessels; received by a volume coil or by a ring of
coils with sensitivities of their own; noise in each coil's k-space, white or correlated between coils; window and
zero-filling; root sum of squares; then what a scanner does to the air; rounding. SNR {snrs}; {coils} coils;
air {airs} % of the field of view. The simulator shares no code with `mrsnr` (`benchmarks/accuracy/simulate.py`; its own
tests compare it with closed forms).

## By group

{groups}

![Error of sigma against SNR](images/accuracy_bias.png)

![Coverage of the intervals](images/accuracy_coverage.png)

## By kind of scan

![Trusted, caution, refused](images/accuracy_answered.png)

{axes}

## By method that answered

{methods}
"""


def page(table: Table, *, invariance: str | None, real: str | None, peers: str | None) -> str:
    """Return the page as Markdown."""
    text = HEAD.format(
        scans=len(table),
        cells=len(set(table["cell"])),
        version=mrsnr.__version__,
        goals=goals_table(table),
        groups=groups_table(table),
        axes=axes_table(table),
        methods=methods_table(table),
        snrs=", ".join(map(str, cases.SNRS)),
        coils=", ".join(map(str, cases.COILS)),
        airs=", ".join(f"{100 * air:.0f}" for air in cases.AIRS),
    )
    if invariance:
        text += f"\n## What must not move the answer\n\n{invariance.strip()}\n"
    if real:
        text += f"\n## Real images\n\n{REAL}\n{real.strip()}\n"
    if peers:
        text += f"\n## Beside other packages\n\n{PEERS}\n{peers.strip()}\n"
    return text


REAL = """\
Where a phantom was scanned twice, the truth is the SD of the difference over √2 in the object, eroded by 8 voxels,
without its quadratic trend (in brackets: with it; drift between the scans is no noise). The error is that of sigma
against the range between both. The images without repeats have no truth: the table says what the measurement says.
"""
PEERS = """\
The same simulated scans, of ten kinds (see `benchmarks/accuracy/peers.py`), SNR 5, 20 and 50, 1 and 8 coils. The peers
are told the true number of coils; those that want a series get 30 repeats. None of them says when it is wrong, so each
answer that is off by more than 10 % is one without a warning (`make accuracy-peers`).
"""


def unmet(table: Table) -> list[str]:
    """Return the goals that the judged half did not reach."""
    judged = table.where(table["half"] == "judged")
    return [goal.name for goal in GOALS if goal.seen(judged).met is False]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str] | None = None) -> int:
    """Write the page and the pictures; say which goals were not reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=OUT)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    table = Table(records.read(options.file))
    real, invariance = (_text(options.file.with_name(name)) for name in ("real.md", "invariance.md"))
    peers = options.file.with_name("peers.csv")
    text = page(
        table,
        invariance=invariance,
        real=real,
        peers=peers_table(records.read(peers)) if peers.exists() else None,
    )
    options.page.write_text(text, encoding="utf-8")
    for path in (options.page, *pictures.write(table, options.page.parent / "images")):
        print(path)
    for name in unmet(table):
        print(f"not reached: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
