"""How a phantom's series goes on in time: the signal of its square with the drift, and the change between volumes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mrsnr.errors import ArgumentError
from mrsnr.fbirn import Fbirn
from mrsnr.figures import words
from mrsnr.figures.lettering import SMALL, TITLE, joined
from mrsnr.figures.page import DPI
from mrsnr.model import Temporal
from mrsnr.wording import number

_WIDTH, _HEIGHT = 8.0, 4.2  # inches
_MEASURED, _FIT, _LEVEL = "#0072b2", "#d55e00", "0.45"
_PER_CENT = 10.0  # of DVARS, whose median signal is taken for 1000


def time_course(result: Temporal) -> Figure:
    """Show the mean of the fBIRN square in each volume in per cent of its mean, and the quadratic drift fitted to it.

    Parameters
    ----------
    result
        Of `mrsnr.temporal` with ``fbirn=True``.

    Raises
    ------
    ArgumentError
        If the fBIRN figures were not asked for.
    """
    found = _of(result)
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=DPI, layout="constrained")
    draw_course(figure.subplots(), result, found)
    figure.legend(loc="outside lower center", ncols=3, fontsize=SMALL, frameon=False)
    return _titled(figure, result, "Signal in the course of time", _place(found), *course_words(found))


def dvars(result: Temporal) -> Figure:
    """Show DVARS, the root mean square change from one volume to the next over the object, in per cent of the signal.

    Parameters
    ----------
    result
        Of `mrsnr.temporal` with ``fbirn=True``.

    Raises
    ------
    ArgumentError
        If the fBIRN figures were not asked for.
    """
    found = _of(result)
    values = found.dvars / _PER_CENT
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    volumes = _volumes(axes, result, len(values), first=result.dropped + 1)
    axes.plot(
        volumes, values, color=_MEASURED, marker="o", markersize=3, linewidth=1, label="change since the one before"
    )
    heading: tuple[str, ...] = ("undefined",)
    if np.isfinite(values).any():
        middle, largest = float(np.nanmedian(values)), int(np.nanargmax(values))
        axes.axhline(middle, color=_LEVEL, linestyle="--", linewidth=1, label="median")
        axes.plot(volumes[largest], values[largest], color=_FIT, marker="D", linestyle="none", label="largest")
        heading = (
            f"median {number(middle)} %",
            f"largest {number(float(values[largest]))} % at volume {volumes[largest]}",
        )
    axes.set_ylim(bottom=0, top=1.1 * float(np.nanmax(values)) if np.nanmax(values, initial=0) > 0 else 1)
    axes.set_ylabel("DVARS (%)", fontsize=SMALL + 1)
    figure.legend(loc="outside lower center", ncols=4, fontsize=SMALL, frameon=False)
    return _titled(figure, result, "DVARS", f"object in slice {found.slice}", *heading)


def draw_course(axes: Axes, result: Temporal, found: Fbirn) -> None:
    """Draw the signal of each volume and its drift, in per cent of the mean."""
    volumes = _volumes(axes, result, len(found.course), first=result.dropped)
    course, trend = (100 * (values / found.mean_signal - 1) for values in (found.course, found.trend))
    axes.plot(volumes, course, color=_MEASURED, marker="o", markersize=3, linewidth=1, label="measured")
    axes.plot(volumes, trend, color=_FIT, linewidth=2, label="quadratic trend")
    axes.axhline(0, color=_LEVEL, linewidth=0.8)
    axes.set_ylabel("signal - mean (%)", fontsize=SMALL + 1)


def course_words(found: Fbirn) -> tuple[str, str]:
    """Say how far the signal drifts, and how much it fluctuates about the drift."""
    return f"drift {number(found.drift)} %", f"fluctuation {number(found.fluctuation)} %"


def _of(result: Temporal) -> Fbirn:
    if result.fbirn is None:
        raise ArgumentError("This result has no course of time to draw; expected one of mrsnr.temporal(fbirn=True).")
    return result.fbirn


def _volumes(axes: Axes, result: Temporal, count: int, *, first: int) -> list[int]:
    """Label the axis of volumes, show those that were left out, and return the numbers of the others."""
    axes.set_xlabel("volume (from 0)", fontsize=SMALL + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.tick_params(labelsize=SMALL)
    axes.grid(visible=True, color="0.9")
    axes.set_axisbelow(True)
    if result.dropped:
        which = "volume 0" if result.dropped == 1 else f"volumes 0-{result.dropped - 1}"
        axes.axvspan(
            -0.5, result.dropped - 0.5, facecolor="0.92", edgecolor="0.6", hatch="//", label=f"left out: {which}"
        )
    return list(range(first, first + count))


def _titled(figure: Figure, result: Temporal, name: str, *parts: str) -> Figure:
    title = joined((name, words.source_name(result.image), *parts), TITLE, width=_WIDTH)
    figure.suptitle(title, fontsize=TITLE, parse_math=False)
    return figure


def _place(found: Fbirn) -> str:
    return f"slice {found.slice}, {found.size} × {found.size} voxels from ({found.corner[0]}, {found.corner[1]})"
