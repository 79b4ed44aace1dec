"""The mixture fit against scikit-learn's, on the same million voxels, from the same start, in one run.

    make bench

Prints, for integer and float images and 3 and 4 clusters, the seconds of both fits, their ratio, and how far the means
lie apart. scikit-learn is given its start, so that neither side's k-means counts. Both stop after 100 iterations: four
clusters would not converge in 500, and a ratio needs no more.
"""

import time
import warnings

import numpy as np
from sklearn.mixture import BayesianGaussianMixture

from mrsnr.intensities import binned, count
from mrsnr.mixture import fit
from mrsnr.partition import best_partition

VOXELS = 1_000_000
REPEATS = 5
ITERATIONS = 100


class GivenStart(BayesianGaussianMixture):
    """scikit-learn's mixture, started from a given assignment of the samples."""

    start = None

    def _initialize_parameters(self, X, *_, **__):  # noqa: N803 - scikit-learn's name
        self._initialize(X, (self.start[:, None] == np.arange(self.n_components)).astype(float))


def image(dtype):
    """Half air of sigma 20, a quarter each of two tissues."""
    rng = np.random.default_rng(0)
    tissues = [rng.normal(400, 80, VOXELS // 4), rng.normal(900, 150, VOXELS // 4)]
    voxels = np.maximum(np.concatenate([rng.rayleigh(20, VOXELS // 2), *tissues]), 0)
    return np.round(voxels).astype(dtype) if np.dtype(dtype).kind in "iu" else voxels.astype(dtype)


def seconds(function):
    """Time one call."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def main():
    """Run all cases and print a table."""
    print(f"{'image':8} {'K':>2} {'ours s':>9} {'theirs s':>9} {'ratio':>7} {'count s':>8} {'means apart':>12}")
    for dtype in (np.int16, np.float32):
        voxels = image(dtype)
        counting = np.median([seconds(lambda v=voxels: binned(count(v))) for _ in range(REPEATS)])
        counts = binned(count(voxels))
        standard = counts.scaled(1 / counts.sd)
        for clusters in (3, 4):
            ours = fit(standard, clusters=clusters, max_iterations=ITERATIONS)
            times = [
                seconds(lambda k=clusters, c=standard: fit(c, clusters=k, max_iterations=ITERATIONS))
                for _ in range(REPEATS)
            ]
            theirs = GivenStart(n_components=clusters, max_iter=ITERATIONS)
            first = np.flatnonzero(np.diff(best_partition(standard, clusters=clusters))) + 1
            theirs.start = np.searchsorted((counts.values[first - 1] + counts.values[first]) / 2, voxels)
            samples = voxels.astype(float)[:, None] / counts.sd
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # K=4 does not converge, on either side
                slow = seconds(lambda x=samples, m=theirs: m.fit(x))
            apart = np.abs(ours.means - theirs.means_.ravel()).max() / np.ptp(theirs.means_)
            print(
                f"{np.dtype(dtype).name:8} {clusters:2d} {np.median(times):9.4f} {slow:9.2f} "
                f"{slow / np.median(times):7.0f} {counting:8.3f} {apart:12.1e}"
            )


if __name__ == "__main__":
    main()
