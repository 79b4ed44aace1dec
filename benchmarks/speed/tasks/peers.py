"""What the other tools do, in process; each as its own documentation does it."""

# ruff: noqa: PLC0415 - a process imports what its own task needs, and nothing else

import importlib.util
import os
import sys
import tempfile
from pathlib import Path


def ukat_temporal(path):
    """Read a series and make ukat's map of temporal SNR, quadratic drift removed."""
    import nibabel

    snr = _ukat_snr()

    def work():
        image = nibabel.load(path)
        snr.Tsnr(image.get_fdata(), image.affine)

    return work


def ukat_measure(path):
    """Read an image and measure its SNR with ukat: a mixture of three clusters, fitted to 49152 of the voxels."""
    import nibabel

    snr = _ukat_snr()

    def work():
        image = nibabel.load(path)
        snr.Isnr(image.get_fdata(), image.affine)

    return work


def nipype_temporal(path):
    """Read a series and write nipype's maps of mean, SD and temporal SNR, and the detrended series."""
    os.environ.setdefault("NO_ET", "1")  # it would ask a server for its newest version
    from nipype.algorithms.confounds import TSNR

    def work():
        here = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            TSNR(in_file=os.path.abspath(path), regress_poly=2).run()  # noqa: PTH100 - as it is written there
            os.chdir(here)

    return work


def dipy_series_noise(path, method):
    """Estimate sigma of a series with dipy, told that there is one coil."""
    import nibabel
    import numpy as np

    if method == "piesno":
        from dipy.denoise.noise_estimate import piesno

        def sigma(data):
            return piesno(data, N=1)
    else:
        from dipy.denoise.localpca import mppca

        def sigma(data):
            return mppca(data, patch_radius=2, return_sigma=True)[1]

    def work():
        found = sigma(nibabel.load(path).get_fdata(dtype=np.float32))
        return lambda: {"sigma": float(np.nanmedian(found))}

    return work


def dipy_measure(path):
    """Estimate sigma of an image with dipy's filter of neighbours, told that there is one coil."""
    import nibabel
    from dipy.denoise.noise_estimate import estimate_sigma

    return lambda: estimate_sigma(nibabel.load(path).get_fdata(), N=1)


def sklearn_mixture(path, clusters, iterations, edges):
    """Fit scikit-learn's mixture to all voxels, from our start (``edges`` between clusters): its k-means is not timed.

    The voxels are divided by their SD, as ours are.
    """
    import warnings

    import numpy as np
    from sklearn.mixture import BayesianGaussianMixture

    class GivenStart(BayesianGaussianMixture):
        def _initialize_parameters(self, X, *_, **__):  # noqa: N803 - scikit-learn's name
            self._initialize(X, (start[:, None] == np.arange(self.n_components)).astype(float))

    voxels = np.load(path)
    start = np.searchsorted(edges, voxels)
    sd = voxels.std(dtype=np.float64)
    samples = voxels.astype(float)[:, None] / sd
    found = GivenStart(n_components=clusters, max_iter=iterations)

    def work():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it did not converge: neither did ours
            found.fit(samples)
        return lambda: {
            "means": (found.means_.ravel() * sd).tolist(), "weights": found.weights_.tolist(),
            "iterations": int(found.n_iter_),
        }  # fmt: skip

    return work


def _ukat_snr():
    """Return ukat's module of SNR by itself: the package would import its kidney segmentation, and TensorFlow."""
    package = importlib.util.find_spec("ukat").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("ukat_snr", Path(package) / "qa" / "snr.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["ukat_snr"] = module
    spec.loader.exec_module(module)
    return module
