"""The mixture fit against scikit-learn's, on the same voxels, from the same start, in one run.

scikit-learn is given its start, so that its k-means does not count; ours finds its own, and counts the intensities,
which both count. Both stop after 100 iterations: four clusters and more would not converge in 500, and a ratio needs
no more.
"""

from collections.abc import Iterator

import numpy as np

from mrsnr.intensities import binned, count
from mrsnr.partition import best_partition
from speed import scans
from speed.bench import OURS, Bench, Comparison

FULL, QUICK, SMALL = 256 * 256 * 17, 96 * 96 * 6, 4096  # voxels
CLUSTERS, QUICK_CLUSTERS = (2, 3, 4, 5, 6), (2, 3)
ITERATIONS = 100
FIT_ALONE = "mrsnr, the iterations alone"
SKLEARN = "scikit-learn"


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each type of voxel and number of clusters; its size is "type, K"."""
    voxels = bench.size(FULL, QUICK)
    for kind in bench.size((np.int16, np.float32), (np.int16,)):
        name = np.dtype(kind).name
        file = _voxels(bench.folder / f"{name}.npy", voxels, kind)
        small = _voxels(bench.folder / f"{name}_small.npy", SMALL, kind)
        for clusters in bench.size(CLUSTERS, QUICK_CLUSTERS):
            given, warm = (clusters, ITERATIONS), [small, clusters, 2]
            theirs, warm_theirs = edges(np.load(file), clusters), [*warm, edges(np.load(small), clusters)]
            yield Comparison(
                "mixture",
                f"{name}, {clusters}",
                (
                    bench.task(OURS, "ours.mixture", file, *given, warm=warm),
                    bench.task(FIT_ALONE, "ours.mixture_fit", file, *given, warm=warm),
                    bench.peer(SKLEARN, "peers.sklearn_mixture", file, *given, theirs, warm=warm_theirs),
                ),
            )


def edges(voxels: np.ndarray, clusters: int) -> list[float]:
    """Return the intensities between the clusters of our start, K - 1 of them."""
    counts = binned(count(voxels))
    first = np.flatnonzero(np.diff(best_partition(counts, clusters=clusters))) + 1
    return ((counts.values[first - 1] + counts.values[first]) / 2).tolist()


def apart(ours: list[float], theirs: list[float]) -> float:
    """Return how far the means lie apart at most, over their range."""
    ours, theirs = np.sort(ours), np.sort(theirs)
    return float(np.abs(ours - theirs).max() / np.ptp(theirs))


def _voxels(path, count, kind):
    voxels = scans.intensities(count)
    np.save(path, np.rint(voxels).astype(kind) if np.dtype(kind).kind == "i" else voxels.astype(kind))
    return path
