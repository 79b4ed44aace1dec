"""What `mrsnr` does, in process."""

# ruff: noqa: PLC0415 - a process imports what its own task needs, and nothing else


def temporal(path):
    """Open a series and make the maps of temporal SNR, quadratic drift removed."""
    import mrsnr

    return lambda: mrsnr.temporal(mrsnr.load(path))


def accuracy(path):
    """Compare the maps of a series with those of two passes in float64."""
    import numpy as np
    from tasks import reference

    import mrsnr

    def work():
        tsnr = mrsnr.temporal(mrsnr.load(path), drop=0).map
        expected = reference.tsnr(np.asarray(mrsnr.load(path).data), order=2)
        return lambda: reference.compared(tsnr, expected)

    return work


def measure(path):
    """Measure an image with the method `auto`."""
    import mrsnr

    return lambda: mrsnr.measure(mrsnr.load(path))


def mixture(path, clusters, iterations):
    """Fit a mixture to all voxels: count the intensities, find the start, fit."""
    import numpy as np

    from mrsnr.intensities import binned, count
    from mrsnr.mixture import fit

    voxels = np.load(path)

    def work():
        counts = count(voxels)
        sd = counts.sd
        found = fit(binned(counts).scaled(1 / sd), clusters=clusters, max_iterations=iterations)
        return lambda: {
            "means": (found.means * sd).tolist(), "weights": found.weights.tolist(), "iterations": found.iterations
        }  # fmt: skip

    return work


def mixture_fit(path, clusters, iterations):
    """Fit a mixture to intensities that were counted already, from a start that is there: the iterations alone."""
    import numpy as np

    from mrsnr.intensities import binned, count
    from mrsnr.mixture import fit
    from mrsnr.partition import best_partition

    counts = binned(count(np.load(path)))
    standard = counts.scaled(1 / counts.sd)
    start = best_partition(standard, clusters=clusters)
    return lambda: fit(standard, clusters=clusters, start=start, max_iterations=iterations)


def series_noise(path, method):
    """Estimate sigma of a series by one of the methods that need many volumes."""
    import mrsnr

    def work():
        noise = mrsnr.measure(mrsnr.load(path), method, repeats=True).noise
        return lambda: {"sigma": _middle(noise.sigma)}

    return work


def _middle(sigma):
    import numpy as np

    return float(np.nanmedian(sigma))
