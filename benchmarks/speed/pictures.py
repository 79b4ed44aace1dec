"""The figures of the bench: one job by several tools, growth, and the mixture."""

import math
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from speed.bench import OURS, Row
from speed.cases.mixture import FIT_ALONE, SKLEARN
from speed.cases.process import NIIMATH
from speed.measure import median
from speed.records import Results
from speed.tables import memory, seconds

FOLDER = Path(__file__).parents[2] / "docs" / "images"
COLOURS = {"ours": "#0072b2", "peer": "#e69f00", "other": "#009e73", "floor": "#999999"}  # seen apart by most people
LINES = {OURS: COLOURS["ours"], NIIMATH: COLOURS["other"], "ukat": COLOURS["peer"]}
GROWTH = {"volumes": "volumes", "sides": "voxels a side"}
STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}


def write(results: Results, folder: Path = FOLDER) -> list[Path]:
    """Write the figures for which there are numbers, as PNG, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"temporal": tools, "growth": growth, "mixture": mixture}
    needed = {"temporal": "temporal", "growth": "volumes", "mixture": "mixture"}
    paths = []
    with mpl.rc_context(STYLE):
        for name, draw in figures.items():
            if any(row.wall for row in results.of(needed[name])):
                paths.append(folder / f"performance_{name}.png")
                draw(results).savefig(paths[-1], dpi=110, metadata={"Software": None})
    return paths


def tools(results: Results) -> Figure:
    """Draw the time in process and the peak memory of all that was done with one compressed series."""
    rows = [row for row in results.of("temporal", ".nii.gz") if row.wall]
    figure = Figure(figsize=(10, 0.9 + 0.32 * len(rows)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    _bars(left, rows, [median(row.inside) for row in rows], seconds)
    _bars(right, rows, [median(row.peak) for row in rows], memory)
    left.set_xlabel("time in process (s)")
    right.set_xlabel("peak memory of the process (MB)")
    left.invert_yaxis()
    figure.suptitle("Temporal SNR of one .nii.gz, and reading it alone (grey)", fontsize=11)
    return figure


def _bars(axes: Axes, rows: list[Row], values: list[float], words) -> None:
    axes.barh([row.name for row in rows], values, color=[_colour(row.name) for row in rows], height=0.7)
    for k, value in enumerate(values):
        axes.text(value, k, f" {words(value)}", va="center")
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 4)
    axes.tick_params(axis="y", length=0)
    _plain_numbers(axes.xaxis)


def _colour(name: str) -> str:
    if name.startswith("read"):
        return COLOURS["floor"]
    return COLOURS["ours"] if name.startswith(OURS) else COLOURS["peer"]


def growth(results: Results) -> Figure:
    """Draw time and peak memory of whole processes against the number of volumes and of voxels a side."""
    cases = {case: words for case, words in GROWTH.items() if results.of(case)}
    figure = Figure(figsize=(10, 6), layout="constrained")
    grid = figure.subplots(2, len(cases), sharex="col", squeeze=False)
    for (above, below), (case, words) in zip(grid.T, cases.items(), strict=True):
        for name, colour in LINES.items():
            rows = [row for row in results.of(case) if row.name == name and row.wall]
            style = {"color": colour, "marker": "o", "markersize": 4, "label": name}
            if rows:
                sizes = [int(row.size) for row in rows]
                above.plot(sizes, [median(row.wall) for row in rows], **style)
                below.plot(sizes, [median(row.peak) for row in rows], **style)
        for axes in (above, below):
            _log_axes(axes, [int(size) for size in results.sizes(case)])
        below.set_xlabel(words)
    grid[0, 0].set_ylabel("time (s)")
    grid[1, 0].set_ylabel("peak memory (MB)")
    grid[1, 0].axhline(160, color=COLOURS["floor"], linestyle=":", linewidth=1)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), frameon=False, loc="outside lower center", ncols=len(LINES))
    figure.suptitle("mrsnr temporal as a process; dotted: 160 MB", fontsize=11)
    return figure


def _log_axes(axes: Axes, sizes: list[int]) -> None:
    axes.set(xscale="log", yscale="log")
    axes.grid(visible=True, color="#eeeeee")
    _plain_numbers(axes.yaxis)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()


def mixture(results: Results) -> Figure:
    """Draw the time of a mixture fit against the number of clusters."""
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    kinds = list(dict.fromkeys(size.split(", ")[0] for size in results.sizes("mixture")))
    for axes, kind in zip(figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0], kinds, strict=True):
        for name, colour in ((SKLEARN, "peer"), (OURS, "ours"), (FIT_ALONE, "floor")):
            rows = [row for row in results.of("mixture") if row.name == name and row.size.startswith(kind) and row.wall]
            if rows:
                clusters = [int(row.size.split(", ")[1]) for row in rows]
                times = [median(row.inside) for row in rows]
                axes.plot(clusters, times, "o-", markersize=4, color=COLOURS[colour], label=name)
        axes.set(yscale="log", xlabel="clusters K", title=kind)
        axes.grid(visible=True, color="#eeeeee")
        _plain_numbers(axes.yaxis)
        axes.minorticks_off()
        axes.set_xticks(sorted({int(size.split(", ")[1]) for size in results.sizes("mixture")}))
    figure.axes[0].set_ylabel("time in process (s)")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), frameon=False, loc="outside right center")
    figure.suptitle("Gaussian mixture of all voxels, up to 100 iterations", fontsize=11)
    return figure


def _plain_numbers(axis) -> None:
    """Write 0.01, 0.1, 1, 10 instead of powers."""
    axis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}" if not math.isnan(value) else ""))
    axis.set_minor_formatter(NullFormatter())
