"""Pictures of the intensity clusters: which voxels belong to which."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from mrsnr.errors import ArgumentError
from mrsnr.figures import words
from mrsnr.figures.page import UNDEFINED, colours
from mrsnr.figures.panels import Layer, draw_columns
from mrsnr.figures.slices import Scale, as_volume
from mrsnr.model import MixtureNoise, Snr
from mrsnr.wording import number

_DARKEST, _BRIGHTEST = 0.25, 0.85  # of inferno: the part that is seen on white paper and on black


def cluster_maps(result: Snr, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
    """Show each cluster of the mixture as a binary map, darkest first, and all labels together.

    Parameters
    ----------
    result
        Measured by ``method="mixture"``.
    slice
        0-based index along the third axis; two or three evenly spaced slices when `None`.

    Raises
    ------
    ArgumentError
        If there is no such slice, or the result has no clusters.
    """
    noise = result.noise
    if not isinstance(noise, MixtureNoise):
        raise ArgumentError(f"This result has no clusters: its method is {result.method!r}; expected method='mixture'.")
    drawn = draw_columns(_layers(result, noise), slice)
    together = drawn.panels[-1][0][0].images[0]
    drawn.page.colour_bar(together, label="cluster, 0 = background", extend="neither", ticks=range(len(noise.means)))
    return drawn.finish(
        "Clusters of voxel intensity",
        words.volume_label(result.image),
        words.method_words(result),
        words.value_words(result),
        below=("pale: in the cluster", words.other_choices(noise)),
    )


def cluster_colours(count: int) -> list[tuple[float, ...]]:
    """Return the colours of clusters, darkest first: the same in maps and histograms."""
    inferno = colours("inferno")
    return [tuple(float(part) for part in inferno(at)) for at in np.linspace(_DARKEST, _BRIGHTEST, count)]


def _layers(result: Snr, noise: MixtureNoise) -> list[Layer]:
    labels, count = as_volume(noise.clusters), len(noise.means)
    finite = labels >= 0
    fitted = max(int(np.count_nonzero(finite)), 1)
    binary = Scale(0, 1, "neither", "")
    layers = [
        Layer(
            np.where(finite, labels == cluster, np.nan),
            result.image,
            colours("inferno"),
            binary,
            title=f"cluster {cluster}{': background' if cluster == 0 else ''}\n"
            f"mean {number(noise.means[cluster])}\n{np.count_nonzero(labels == cluster) / fitted:.1%} of voxels",
            exact=True,
        )
        for cluster in range(count)
    ]
    cmap = ListedColormap(cluster_colours(count)).with_extremes(bad=UNDEFINED)
    scale = Scale(-0.5, count - 0.5, "neither", "")
    together = np.where(finite, labels, np.nan)
    return [*layers, Layer(together, result.image, cmap, scale, title="all clusters", exact=True)]
