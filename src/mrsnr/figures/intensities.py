"""The histogram of voxel intensity, with what was fitted to it on the same scale: noise, or Gaussians."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mrsnr.figures import words
from mrsnr.figures.clusters import cluster_colours
from mrsnr.figures.lettering import SMALL, TITLE, height_of, joined
from mrsnr.figures.noise_curves import dark_end, draw_air, is_of_air
from mrsnr.figures.page import DPI
from mrsnr.figures.slices import as_volume, volume_of
from mrsnr.model import FloatArray, MixtureNoise, Noise, Snr
from mrsnr.wording import number

_WIDTH, _HEIGHT = 10.0, 6.5  # inches
_MARGIN, _LEFT, _AXIS, _HEAD, _LINE = 0.12, 0.85, 0.75, 0.5, 0.2  # inches: about the panels; a line of the legend
_BETWEEN = 0.2  # of a panel's width
_COLUMNS = 2  # of the legend
_BINS = 200
_MANY_ZEROS = 0.05  # of all voxels: more than noise can give; masked or filled in, so they get their own bar
_MOST_STEPS = 65536  # different values: above it, the values are not whole numbers times a step
_ROUNDING = 0.1  # of a step: an image that was rescaled and rounded has steps of 81 and 82
_REACH = 5.0  # SDs to each side of a mean that its Gaussian is drawn
_DARK_REACH = 10.0  # SDs above the darkest mean that the second panel shows
_ELSEWHERE = "noise_scan"  # whose voxels are not those of the image
_WORTH_A_PANEL = 0.5  # of the range: a dark end wider than that is seen well enough in the first panel


@dataclass(frozen=True)
class Bins:
    """Counts in bins of equal width; exact zeros are counted apart where there are very many."""

    edges: FloatArray
    counts: FloatArray
    zeros: int

    @property
    def width(self) -> float:
        """Width of a bin in image units."""
        return float(self.edges[1] - self.edges[0])


def histogram(result: Snr) -> Figure:
    """Show how many voxels have which intensity, on a log scale, and what was fitted to them.

    Where the noise was taken from air: the distribution of noise of that sigma and number of channels, as the number of
    voxels of air that it expects in each bin. Of a mixture: its Gaussians, each as the number of voxels that it expects
    in a bin of the histogram's width: where it is wider than a bin that is weight x voxels x bin width x density, and
    its area is always weight x voxels x bin width. A second panel shows the dark end, where the noise is, in finer
    bins.

    Parameters
    ----------
    result
        Of any method; without a mixture, the voxels that the noise was taken from are shown apart.
    """
    voxels = volume_of(result.image)
    finite = voxels[np.isfinite(voxels)]
    ends = _ranges(finite, result.noise)
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=DPI)
    names = ("all voxels", "the dark end, in finer bins") if len(ends) > 1 else ("all voxels",)
    panels = figure.subplots(1, len(ends), squeeze=False)[0]
    for axes, (low, high), name in zip(panels, ends, names, strict=True):
        _draw(axes, voxels, result, low=low, high=high)
        axes.set_title(name, fontsize=SMALL)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=_COLUMNS, fontsize=SMALL, frameon=False)
    title = (
        "Voxel intensities",
        words.source_name(result.image),
        words.volume_label(result.image),
        words.method_words(result),
        words.value_words(result),
    )
    above = joined(title, TITLE, width=_WIDTH)
    figure.suptitle(above, y=1 - _MARGIN / _HEIGHT, va="top", fontsize=TITLE, parse_math=False)
    _space(figure, above=height_of(above, TITLE), lines=-(-len(handles) // _COLUMNS))
    return figure


def _space(figure: Figure, *, above: float, lines: int) -> None:
    """Leave room for the title, as many inches high, and for the lines of the legend; matplotlib's own way is slow."""
    figure.set_layout_engine("none")  # whatever the user has set
    figure.subplots_adjust(
        left=_LEFT / _WIDTH,
        right=1 - _MARGIN / _WIDTH,
        bottom=(_AXIS + _LINE * lines) / _HEIGHT,
        top=1 - (above + _HEAD) / _HEIGHT,
        wspace=_BETWEEN,
    )


def draw_dark_end(axes: Axes, result: Snr) -> str:
    """Draw the panel in which the noise is seen, on axes of another figure; return its name."""
    voxels = volume_of(result.image)
    ends = _ranges(voxels[np.isfinite(voxels)], result.noise)
    low, high = ends[-1]
    _draw(axes, voxels, result, low=low, high=high)
    return "the dark end of the intensities" if len(ends) > 1 else "intensities of all voxels"


def count_bins(values: FloatArray, *, low: float, high: float) -> Bins:
    """Count finite values from `low` to `high`, both included, in about 200 bins.

    Where the values are whole numbers times a step, the bins hold equally many steps: no comb.
    """
    step = _step(values)
    finest = 8 * float(np.spacing(max(abs(low), abs(high))))  # narrower bins would have equal edges
    width = max((high - low) / _BINS, finest) if high > low else abs(low) or 1.0
    if step:
        width = step * max(1, round(width / step))
        low -= step / 2
    number = int(np.floor((high - low) / width)) + 1
    edges = low + width * np.arange(number + 1)
    zeros = int(np.count_nonzero(values == 0))
    apart = zeros > _MANY_ZEROS * values.size and edges[0] <= 0 <= edges[-1]
    counts, _ = np.histogram(values[values != 0] if apart else values, edges)
    return Bins(np.asarray(edges, dtype=np.float64), counts.astype(np.float64), zeros if apart else 0)


def expected(noise: MixtureNoise, cluster: int, at: FloatArray, *, voxels: int, width: float) -> FloatArray:
    """Return how many voxels one Gaussian expects in bins of `width` centred `at` these intensities."""
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is imported when it is used

    sd = float(np.sqrt(noise.variances[cluster]))
    above, below = ((at - noise.means[cluster] + side * width / 2) / sd for side in (1, -1))
    return np.asarray(noise.weights[cluster] * voxels * (ndtr(above) - ndtr(below)))


def _step(values: FloatArray) -> float | None:
    """Return the step that all values are whole multiples of apart, up to rounding; `None` if there is none."""
    unique = np.unique(values)
    if not 2 <= unique.size <= _MOST_STEPS:
        return None
    gaps = np.diff(unique)
    step = float(gaps.sum() / np.round(gaps / gaps.min()).sum())
    multiples = gaps / step
    return step if np.allclose(multiples, np.round(multiples), rtol=0, atol=_ROUNDING) else None


def _ranges(finite: FloatArray, noise: Noise | None) -> list[tuple[float, float]]:
    """Return the range of all values, and of the dark end if that is a small part of it."""
    if not finite.size:
        return [(0.0, 1.0)]
    low, high = float(finite.min()), float(finite.max())
    dark = high
    if isinstance(noise, MixtureNoise):
        dark = float(noise.means[0] + _DARK_REACH * np.sqrt(noise.variances[0]))
    elif noise is not None and is_of_air(noise):
        dark = dark_end(noise)
        low = max(low, -dark)
    whole = float(finite.min()), high
    return [whole, (low, dark)] if low < dark < low + _WORTH_A_PANEL * (high - low) else [whole]


def _draw(axes: Axes, voxels: FloatArray, result: Snr, *, low: float, high: float) -> None:
    """Draw one panel: bars, zeros, the noise region with what is expected in it, or the Gaussians."""
    noise = result.noise
    bins = count_bins(voxels[np.isfinite(voxels)], low=low, high=high)
    axes.stairs(
        bins.counts, bins.edges, fill=True, color="0.78", label="voxels" + (" other than 0" if bins.zeros else "")
    )
    if bins.zeros:
        _draw_zeros(axes, bins, share=bins.zeros / np.count_nonzero(np.isfinite(voxels)))
    if isinstance(noise, MixtureNoise):
        _draw_gaussians(axes, noise, bins)
    elif noise is not None and noise.method != _ELSEWHERE:
        inside = voxels[as_volume(noise.region) & np.isfinite(voxels)]
        counts, _ = np.histogram(inside, bins.edges)
        axes.stairs(counts, bins.edges, color="#0072b2", linewidth=1.5, label="voxels that the noise was taken from")
        if is_of_air(noise):
            draw_air(axes, noise, result.image, width=bins.width)
    axes.set_ylim(0.5, 3 * max(float(bins.counts.max()), bins.zeros, 1.0))  # before "log", which wants limits above 0
    axes.set_yscale("log")
    margin = 0.03 * (bins.edges[-1] - bins.edges[0])
    axes.set_xlim(bins.edges[0] - margin, bins.edges[-1] + margin)
    axes.set_xlabel("intensity (image units)", fontsize=SMALL + 1)
    axes.set_ylabel(f"voxels per bin of {bins.width:.3g} (log scale)", fontsize=SMALL + 1)
    axes.tick_params(labelsize=SMALL)


def _draw_zeros(axes: Axes, bins: Bins, *, share: float) -> None:
    start = bins.edges[np.searchsorted(bins.edges, 0, side="right") - 1]
    label = f"exactly 0: {bins.zeros:,} voxels ({share:.0%})"
    axes.stairs([bins.zeros], [start, start + bins.width], fill=True, color="0.4", label=label)


def _draw_gaussians(axes: Axes, noise: MixtureNoise, bins: Bins) -> None:
    """Draw each Gaussian, their sum, and a mark at each mean."""
    count = len(noise.means)
    voxels = int(np.count_nonzero(noise.clusters >= 0))
    sds = np.sqrt(noise.variances)
    reach = np.linspace(-_REACH, _REACH, 801)
    curves = [mean + (sd + bins.width / _REACH) * reach for mean, sd in zip(noise.means, sds, strict=True)]
    for cluster, (at, colour) in enumerate(zip(curves, cluster_colours(count), strict=True)):
        height = expected(noise, cluster, at, voxels=voxels, width=bins.width)
        axes.plot(at, height, color=colour, linewidth=2, label=_cluster_words(noise, cluster))
        if bins.edges[0] <= noise.means[cluster] <= bins.edges[-1]:
            _mark_mean(axes, float(noise.means[cluster]), cluster, colour=colour)
    at = np.unique(np.concatenate([*curves, (bins.edges[1:] + bins.edges[:-1]) / 2]))
    total = sum(expected(noise, cluster, at, voxels=voxels, width=bins.width) for cluster in range(count))
    axes.plot(at, total, color="black", linewidth=1, linestyle=(0, (4, 2)), label="sum of the clusters")


def _cluster_words(noise: MixtureNoise, cluster: int) -> str:
    name = f"cluster {cluster}{' (background)' if cluster == 0 else ''}"
    mean, sd = number(noise.means[cluster]), number(np.sqrt(noise.variances[cluster]))
    return f"{name}: mean {mean}, SD {sd}, weight {noise.weights[cluster]:.3f}"


def _mark_mean(axes: Axes, mean: float, cluster: int, *, colour: tuple[float, ...]) -> None:
    """Draw a line at a mean with the cluster's number, on three levels, as means may be close."""
    axes.axvline(mean, color=colour, linewidth=1, linestyle=":")
    axes.text(
        mean, 0.985 - 0.04 * (cluster % 3), f" {cluster}", transform=axes.get_xaxis_transform(), color=colour,
        weight="bold", fontsize=SMALL, ha="left", va="top"
    )  # fmt: skip
