"""How the fluctuation of a square of a phantom falls with its width: the Weisskoff curve."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from mrsnr.errors import ArgumentError
from mrsnr.fbirn import Fbirn
from mrsnr.figures import words
from mrsnr.figures.lettering import SMALL, TITLE, joined
from mrsnr.figures.page import DPI
from mrsnr.model import Temporal
from mrsnr.wording import number

_WIDTH, _HEIGHT = 8.0, 5.5  # inches
_TICKS = (1, 2, 3, 5, 7, 10, 15, 21)
_MEASURED, _IDEAL, _RADIUS = "#0072b2", "0.45", "#d55e00"


def weisskoff_curve(result: Temporal) -> Figure:
    """Show the fluctuation of squares of 1, 2, ... voxels on log scales, and what independent noise alone would have.

    Parameters
    ----------
    result
        Of `mrsnr.temporal` with ``fbirn=True``.

    Raises
    ------
    ArgumentError
        If the fBIRN figures were not asked for.
    """
    found = result.fbirn
    if found is None:
        raise ArgumentError("This result has no Weisskoff curve to draw; expected one of mrsnr.temporal(fbirn=True).")
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    if found.radius is None or not (found.weisskoff > 0).all():
        axes.set_axis_off()
        heading = "its square does not vary"
    else:
        _draw(axes, found, found.radius)
        figure.legend(loc="outside lower center", ncols=3, fontsize=SMALL, frameon=False)
        heading = f"radius of decorrelation {number(found.radius)} voxels"
    where = f"slice {found.slice}, {found.size} × {found.size} voxels from ({found.corner[0]}, {found.corner[1]})"
    title = ("Weisskoff curve", words.source_name(result.image), where, f"{found.volumes} volumes", heading)
    figure.suptitle(joined(title, TITLE, width=_WIDTH), fontsize=TITLE, parse_math=False)
    return figure


def _draw(axes: Axes, found: Fbirn, radius: float) -> None:
    widths = np.arange(1, found.size + 1)
    curve = found.weisskoff
    axes.plot(widths, curve, color=_MEASURED, marker="o", markersize=4, linewidth=2, label="measured")
    reach = np.array([1.0, max(found.size, radius)])
    axes.plot(reach, curve[0] / reach, color=_IDEAL, linestyle="--", label="independent noise alone: F(1) / w")
    axes.axhline(curve[-1], color=_RADIUS, linewidth=1, linestyle=":")
    meets = f"radius of decorrelation: F(1) / F({found.size})"
    axes.plot([radius], [curve[-1]], color=_RADIUS, marker="D", markersize=7, linestyle="none", label=meets)
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = [tick for tick in _TICKS if tick < 0.9 * found.size] + [found.size]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    _label_percent(axes, float(min(curve.min(), curve[0] / found.size)), float(curve.max()))
    axes.set_xlabel("width of the square w (voxels)", fontsize=SMALL + 1)
    axes.set_ylabel("fluctuation F(w): SD / mean (%)", fontsize=SMALL + 1)
    axes.tick_params(labelsize=SMALL)
    axes.grid(visible=True, color="0.9")


def _label_percent(axes: Axes, low: float, high: float) -> None:
    """Put ticks at 1, 2 and 5 of each power of ten, written as plain numbers."""
    powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    ticks = [tick for tick in np.outer(10.0**powers, (1, 2, 5)).ravel() if 0.7 * low <= tick <= 1.4 * high]
    axes.set_ylim(0.6 * low, 1.5 * high)
    axes.set_yticks(ticks, [words.tick(place) for place in ticks])
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(NullLocator())
