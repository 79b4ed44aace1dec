"""Three figures of the bench: bias against SNR, coverage of the intervals, and how often there was an answer."""

from pathlib import Path

import cases
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from records import Table

FOLDER = Path(__file__).parents[2] / "docs" / "images"
COLOURS = {1: "#0072b2", 8: "#d55e00", 0: "#777777"}  # by coils; told apart by most kinds of colour blindness
SHARES = {"trusted": "#0072b2", "caution": "#e69f00", "refused": "#d9d9d9", "error": "#000000"}
STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "mrsnr"}
PANELS = (cases.PLAIN, cases.PROCESSED, cases.CORRELATED_COILS, cases.LITTLE_AIR, cases.DESTROYED, cases.UNEVEN)
WIDEST = 12.0  # per cent, of the error axis


def write(table: Table, folder: Path = FOLDER) -> list[Path]:
    """Write all figures as PNG and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"bias": bias, "coverage": coverage, "answered": answered}
    paths = []
    with mpl.rc_context(STYLE):
        for name, draw in figures.items():
            paths.append(folder / f"accuracy_{name}.png")
            draw(table).savefig(paths[-1], dpi=110, metadata={"Software": None})
    return paths


def bias(table: Table) -> Figure:
    """Draw the error of sigma of all answers against the SNR: median, and the middle 90 % of the scans."""
    figure = Figure(figsize=(10, 6), layout="constrained")
    grid = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, group in zip(grid.flat, PANELS, strict=True):
        part = table.where((table["group"] == group) & table.answered)
        for coils, shift in ((1, 0.96), (8, 1.04)):
            _band(axes, part.where(part["coils"] == coils), coils, shift)
        beyond = 100 * (np.abs(part.sigma_error) > WIDEST / 100).mean() if len(part) else 0
        if beyond >= 0.05:
            axes.text(0.03, 0.04, f"{beyond:.1f} % of the answers beyond ±{WIDEST:.0f} %", transform=axes.transAxes)
        axes.axhspan(-1, 1, color="#eeeeee", zorder=0)
        axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)
        axes.set(title=group, xscale="log", ylim=(-WIDEST, WIDEST))
        axes.set_xticks(cases.SNRS, [str(snr) for snr in cases.SNRS])
        axes.minorticks_off()
    for axes in grid[1]:
        axes.set_xlabel("SNR of the body")
    for axes in grid[:, 0]:
        axes.set_ylabel("error of sigma (%)")
    grid[0, 0].legend(frameon=False, loc="upper right")
    figure.suptitle("Error of sigma: median, and bars over the middle 90 % of the answers; grey: ±1 %", fontsize=11)
    return figure


def _band(axes: Axes, part: Table, coils: int, shift: float) -> None:
    name = f"{coils} coil{'s' * (coils > 1)}"
    known = [
        (snr, 100 * np.quantile(part.sigma_error[part["snr"] == snr], [0.05, 0.5, 0.95]))
        for snr in cases.SNRS
        if (part["snr"] == snr).any()
    ]
    if not known:
        return
    snrs, (low, middle, high) = [snr * shift for snr, _ in known], np.array([seen for _, seen in known]).T
    axes.errorbar(
        snrs, middle, (middle - low, high - middle), fmt="o-", markersize=4, linewidth=1.2, capsize=2,
        color=COLOURS[coils], label=name,
    )  # fmt: skip


def coverage(table: Table) -> Figure:
    """Draw how often the intervals of trusted answers hold the truth, by group and by SNR."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    trusted = table.where(table["verdict"] == "trusted")
    judged = trusted.where(trusted["half"] == "judged")
    groups = [group for group in cases.GROUPS if (judged["group"] == group).any()]
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.2, 1))
    _points(left, [judged.where(judged["group"] == group) for group in groups], groups)
    _points(right, [judged.where(judged["snr"] == snr) for snr in cases.SNRS], [str(snr) for snr in cases.SNRS])
    left.set_ylabel("intervals that hold the truth (%)")
    left.tick_params(axis="x", labelrotation=20)
    right.set_xlabel("SNR of the body")
    left.legend(frameon=False, loc="lower left")
    figure.suptitle("Coverage of the 95 % intervals of trusted answers, judged half; grey: 93 to 97 %", fontsize=11)
    return figure


def _points(axes: Axes, parts: list[Table], names: list[str]) -> None:
    axes.axhspan(93, 97, color="#eeeeee", zorder=0)
    for what, shift, colour, title in (("sigma", -0.1, COLOURS[1], "sigma"), ("snr", 0.1, COLOURS[8], "SNR")):
        places, shares, errors = [], [], []
        for k, part in enumerate(parts):
            covered = part.covered(what)
            covered = covered[np.isfinite(covered)]
            if covered.size:
                places.append(k + shift)
                shares.append(100 * covered.mean())
                errors.append(
                    196 * np.sqrt(max(covered.mean() * (1 - covered.mean()), 0.25 / covered.size) / covered.size)
                )
        axes.errorbar(places, shares, errors, fmt="o", markersize=5, capsize=2, color=colour, label=title)
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(60, 101), xlim=(-0.6, len(names) - 0.4))


def answered(table: Table) -> Figure:
    """Draw, for each kind of cell, the shares of trusted, cautious and refused answers."""
    kinds = np.array([cases.kind_of(name) for name in table["cell"]])
    names = [name for name in dict.fromkeys(cases.kind_of(cell.name) for cell in cases.full()) if (kinds == name).any()]
    figure = Figure(figsize=(10, 0.5 + 0.19 * len(names)), layout="constrained")
    axes = figure.subplots()
    start = np.zeros(len(names))
    for verdict, colour in SHARES.items():
        share = np.array([100 * (table["verdict"][kinds == name] == verdict).mean() for name in names])
        if share.any():
            axes.barh(names, share, left=start, color=colour, label=verdict, height=0.8)
        start += share
    axes.invert_yaxis()
    axes.set(xlim=(0, 100), xlabel="scans (%)", ylim=(len(names) - 0.4, -0.6))
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.legend(frameon=False, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure
