"""Write docs/performance.md and its pictures from what `run.py` wrote.

python benchmarks/speed/document.py [FILE.json]
"""

import argparse
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from speed import pictures, records, words
from speed.bench import OURS
from speed.cases.mixture import SKLEARN, apart
from speed.cases.process import NIIMATH
from speed.goals import GOALS, judged
from speed.measure import median
from speed.records import Results, slower
from speed.run import OUT
from speed.tables import comparison_table, growth_table, markdown, seconds, times

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MET = {True: "yes", False: "**no**", None: ""}
WIDTH = 120


def page(results: Results) -> str:
    """Return the page as Markdown."""
    about = results.about
    text = words.HEAD.format(
        quick=words.QUICK if about["quick"] else "",
        rounds="once" if about["rounds"] == 1 else f"{about['rounds']} times (fewer where one takes long)",
        about=textwrap.fill(_about(results), WIDTH, break_on_hyphens=False),
        goals=goals_table(results),
    )
    for case, section in words.SECTIONS.items():
        if results.of(case):
            text += f"\n{section}\n{_tables(results, case)}\n"
    return text


def _about(results: Results) -> str:
    about = results.about
    settings = f" ({about['settings']})" if about["settings"] else ""
    versions = ", ".join(f"{name} {version}".strip() for name, version in about["versions"].items())
    return " ".join([f"{about['date']}, {about['machine']}{settings}. {versions}.", *results.missing])


def goals_table(results: Results) -> str:
    """Return the goals as a Markdown table: wanted, seen, met."""
    rows = [["goal", "wanted", "seen", "met"]]
    for goal in GOALS:
        seen = judged(goal, results)
        rows.append([goal.name, goal.wanted, seen.text, MET[seen.met]])
    return markdown(rows)


def mixture_table(results: Results) -> str:
    """Return one row for each type of voxel and number of clusters."""
    rows = [["voxels, K", OURS, SKLEARN, "ratio", "iterations", "apart"]]
    for size in results.sizes("mixture"):
        ours, theirs = results.row("mixture", size, OURS), results.row("mixture", size, SKLEARN)
        both = ours.said and theirs.said
        rows.append([
            size, seconds(median(ours.inside)), seconds(median(theirs.inside)), times(slower(theirs, ours)),
            f"{ours.said['iterations']} and {theirs.said['iterations']}" if both else "–",
            f"{apart(ours.said['means'], theirs.said['means']):.1e}" if both else "–",
        ])  # fmt: skip
    return markdown(rows)


def _tables(results: Results, case: str) -> str:
    if case in {"volumes", "sides"}:
        return growth_table(results, case, [OURS, NIIMATH, "ukat"])
    if case == "mixture":
        return mixture_table(results)
    if case == "measure":
        return growth_table(results, case, [OURS, "ukat", "dipy estimate_sigma"])
    sizes = results.sizes(case)
    tables = ((f"{size}:\n\n" if len(sizes) > 1 else "") + comparison_table(results, case, size) for size in sizes)
    return "\n\n".join(tables)


def main(arguments: list[str] | None = None) -> int:
    """Write the page and the pictures; say which goals were not reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=OUT)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    results = records.read(options.file)
    options.page.write_text(page(results), encoding="utf-8")
    for path in (options.page, *pictures.write(results, options.page.parent / "images")):
        print(path)
    for goal in GOALS:
        seen = judged(goal, results)
        if seen.met is False:
            print(f"not reached: {goal.name}: wanted {goal.wanted}, seen {seen.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
