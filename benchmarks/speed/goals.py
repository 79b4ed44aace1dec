"""The goals of the bench, each with what was seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from speed.bench import OURS, Row
from speed.cases import images, process, startup
from speed.cases.mixture import SKLEARN, apart
from speed.cases.temporal import FLOORS
from speed.measure import median
from speed.records import Results, slower
from speed.tables import memory, seconds, times

MB = 160.0
GOAL_CLUSTERS = ("3", "4")


@dataclass(frozen=True)
class Seen:
    """How a number reads, and whether the goal is reached; ``met`` is ``None`` where nothing can be said."""

    text: str
    met: bool | None


@dataclass(frozen=True)
class Goal:
    """One row: what is asked, in words, and how it is seen in a run. ``timed``: only a full run can say."""

    name: str
    wanted: str
    seen: Callable[[Results], Seen]
    timed: bool = True


def judged(goal: Goal, results: Results) -> Seen:
    """Return what was seen; a quick run has other sizes, and does not say whether a goal of time or memory is met."""
    seen = goal.seen(results)
    return Seen(seen.text, None) if goal.timed and results.about.get("quick") else seen


def _at_most(value: float, limit: float, text: str) -> Seen:
    return Seen("–", None) if math.isnan(value) else Seen(text, value <= limit)


def _at_least(value: float, limit: float, text: str) -> Seen:
    return Seen("–", None) if math.isnan(value) else Seen(text, value >= limit)


def _floor(results: Results) -> Seen:
    ours, floor = results.row("temporal", ".nii.gz", OURS), results.fastest("temporal", ".nii.gz", FLOORS)
    found = slower(ours, floor)
    text = f"{times(found)} ({seconds(median(ours.inside))} and {seconds(median(floor.inside))})"
    return _at_most(found, 1.25, text)


def _of_ours(name: str, limit: float) -> Callable[[Results], Seen]:
    def seen(results):
        theirs, ours = (results.row("temporal", ".nii.gz", each) for each in (name, OURS))
        found = slower(theirs, ours)
        text = f"{times(found)} ({seconds(median(theirs.inside))} and {seconds(median(ours.inside))})"
        return _at_least(found, limit, text)

    return seen


def _as_process(results: Results) -> Seen:
    ours, theirs = (results.row("process", ".nii.gz", name) for name in (process.OURS_WITH_MAPS, process.NIIMATH))
    found = slower(ours, theirs)
    return _at_most(found, 1.0, f"{times(found)} ({seconds(median(ours.wall))} and {seconds(median(theirs.wall))})")


def _two_lengths(results: Results) -> tuple[Row, Row] | None:
    """Return ours for the second shortest series, 300 volumes in a full run, and the longest."""
    sizes = results.sizes("volumes")
    return (results.row("volumes", sizes[1], OURS), results.row("volumes", sizes[-1], OURS)) if len(sizes) > 1 else None


def _peaks(results: Results) -> Seen:
    rows = _two_lengths(results)
    if rows is None:
        return Seen("–", None)
    peaks = [median(row.peak) for row in rows]
    words = " and ".join(f"{memory(peak)} ({row.size} volumes)" for peak, row in zip(peaks, rows, strict=True))
    return _at_most(math.nan if any(map(math.isnan, peaks)) else max(peaks), MB, words)


def _growth(results: Results) -> Seen:
    rows = _two_lengths(results)
    if rows is None:
        return Seen("–", None)
    short, long = (median(row.peak) for row in rows)
    return _at_most(abs(long / short - 1), 0.05, f"{100 * (long / short - 1):+.1f} %")


def _peak_with_maps(results: Results) -> Seen:
    found = median(results.row("process", ".nii.gz", process.OURS_WITH_MAPS).peak)
    return _at_most(found, MB, memory(found))


def _fits(results: Results) -> list[tuple[str, Row, Row]]:
    """Return, for three and four clusters, the size of the case, ours and theirs."""
    sizes = [size for size in results.sizes("mixture") if size.split(", ")[1] in GOAL_CLUSTERS]
    pairs = [(size, results.row("mixture", size, OURS), results.row("mixture", size, SKLEARN)) for size in sizes]
    return [(size, ours, theirs) for size, ours, theirs in pairs if ours.wall and theirs.wall]


def _mixture(results: Results) -> Seen:
    found = {size: slower(theirs, ours) for size, ours, theirs in _fits(results)}
    text = "; ".join(f"{size}: {times(ratio)}" for size, ratio in found.items())
    return _at_least(min(found.values(), default=math.nan), 100, text)


def _same_answer(results: Results) -> Seen:
    found = [apart(ours.said["means"], theirs.said["means"]) for _, ours, theirs in _fits(results)]
    return _at_most(max(found, default=math.nan), 1e-4, f"{max(found, default=math.nan):.1e}")


def _goal_images(results: Results, name: str) -> list[Row]:
    side = max((int(size.split(", ")[0]) for size in results.sizes("measure") if images.ZEROED in size), default=0)
    rows = [results.row("measure", f"{side}, {air}", name) for air in (images.AIR, images.ZEROED)]
    return [row for row in rows if row.wall]


def _measure(results: Results) -> Seen:
    rows = _goal_images(results, OURS)
    words = "; ".join(f"{row.size.split(', ')[1]}: {seconds(median(row.wall))}" for row in rows)
    return _at_most(max((median(row.wall) for row in rows), default=math.nan), 2.0, words)


def _measure_memory(results: Results) -> Seen:
    ours, theirs = _goal_images(results, OURS), _goal_images(results, "ukat")
    if not ours or not theirs:
        return Seen("–", None)
    most, least = max(median(row.peak) for row in ours), min(median(row.peak) for row in theirs)
    return _at_least(least / most, 5, f"{times(least / most)} ({memory(least)} and {memory(most)})")


def _large(results: Results) -> Seen:
    rows = results.of("large")
    if not rows or not rows[0].wall:
        return Seen("; ".join(row.error for row in rows) or "–", False if rows else None)
    found = median(rows[0].peak)
    return _at_most(found, 300, f"{memory(found)} for {rows[0].size}, {seconds(median(rows[0].wall))}")


def _help(results: Results) -> Seen:
    found = median(results.row("startup", "", startup.HELP).wall)
    return _at_most(found, 0.25, seconds(found))


def _accuracy(results: Results) -> Seen:
    rows = [row for row in results.of("accuracy") if row.said]
    if not rows:
        return Seen("–", None)
    words = "; ".join(f"{row.size}: {row.said['difference']:.1e}" for row in rows)
    same = all(row.said["only_one"] == 0 for row in rows)
    return Seen(words, same and all(row.said["difference"] <= 1e-5 for row in rows))


GOALS = (
    Goal("`temporal` in process, `.nii.gz`: over reading it alone", "<= 1.25", _floor),
    Goal("the same: ukat over ours", ">= 10", _of_ours("ukat", 10)),
    Goal("the same: nipype over ours", ">= 20", _of_ours("nipype", 20)),
    Goal("`mrsnr temporal` with maps, over three calls of niimath", "<= 1.0", _as_process),
    Goal("peak memory of `mrsnr temporal`", "<= 160 MB", _peaks),
    Goal("the same: difference between both lengths", "< 5 %", _growth),
    Goal("the same, maps written", "<= 160 MB", _peak_with_maps),
    Goal("mixture of all voxels, K = 3 and 4: scikit-learn over ours", ">= 100", _mixture),
    Goal("the same: its means, distance over their range", "<= 1e-4", _same_answer, timed=False),
    Goal("`measure --method auto` as a process", "<= 2 s", _measure),
    Goal("the same: peak memory, ukat over ours", ">= 5", _measure_memory),
    Goal("peak memory for a series larger than it", "< 300 MB", _large),
    Goal("`mrsnr --help`", "<= 0.25 s", _help),
    Goal("`temporal` against two passes in float64, relative", "<= 1e-5", _accuracy, timed=False),
)
