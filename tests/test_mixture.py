"""Against scikit-learn's mixture on the expanded voxels, from the same start."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import Counts, assign, binned, count
from mrsnr.mixture import fit, fit_standardised
from mrsnr.partition import best_partition


class Oracle(BayesianGaussianMixture):
    """scikit-learn's mixture, but started from a given assignment of the samples."""

    start = None

    def _initialize_parameters(self, X, random_state=None, *_, **__):  # noqa: N803 - scikit-learn's name
        responsibilities = (self.start[:, None] == np.arange(self.n_components)).astype(float)
        self._initialize(X, responsibilities)


def oracle_fit(samples, start, clusters, max_iterations=500):
    oracle = Oracle(n_components=clusters, max_iter=max_iterations)
    oracle.start = start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        oracle.fit(samples[:, None])
    return oracle


def image(kind, voxels=6_000, seed=0):
    rng = np.random.default_rng(seed)
    air = rng.rayleigh(20, voxels // 2)
    tissue = np.concatenate([rng.normal(400, 80, voxels // 4), rng.normal(900, 150, voxels // 4)])
    if kind == "masked":
        air[: voxels // 3] = 0
    data = np.concatenate([air, tissue])
    return np.maximum(np.round(data), 0).astype(np.int16) if kind != "float" else data.astype(np.float32)


@pytest.mark.parametrize("kind", ["integer", "masked"])
@pytest.mark.parametrize("clusters", [2, 3, 4, 5])
def test_same_labels_means_and_iterations_as_scikit_learn(kind, clusters):
    voxels = image(kind)
    counts = count(voxels)
    standard = counts.scaled(1 / counts.sd)
    start = best_partition(standard, clusters=clusters)
    ours = fit(standard, clusters=clusters)
    oracle = oracle_fit(voxels / counts.sd, assign(voxels, counts, start), clusters)
    np.testing.assert_allclose(ours.means, oracle.means_.ravel(), rtol=1e-9)
    np.testing.assert_allclose(ours.variances, oracle.covariances_.ravel(), rtol=1e-8)
    np.testing.assert_allclose(ours.weights, oracle.weights_, rtol=1e-8)
    assert (ours.iterations, ours.converged) == (oracle.n_iter_, oracle.converged_)
    labels = assign(voxels, counts, ours.predict(standard.values))
    np.testing.assert_array_equal(labels, oracle.predict(voxels[:, None] / counts.sd))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), clusters=st.integers(2, 4))
def test_same_means_from_any_start(seed, clusters):
    rng = np.random.default_rng(seed)
    voxels = rng.integers(0, 40, 500)
    counts = count(voxels)
    standard = counts.scaled(1 / counts.sd)
    start = rng.permutation(np.arange(counts.values.size) % clusters)
    ours = fit(standard, clusters=clusters, start=start)
    oracle = oracle_fit(voxels / counts.sd, assign(voxels, counts, start), clusters)
    np.testing.assert_allclose(ours.means, oracle.means_.ravel(), rtol=1e-9)


@pytest.mark.parametrize("clusters", [2, 3])
@pytest.mark.parametrize("kind", ["float", "pareto", "zeros"])
def test_bins_move_the_means_by_less_than_a_ten_thousandth_of_their_spread(kind, clusters):
    rng = np.random.default_rng(0)
    voxels = {
        "float": image("float", voxels=24_000),
        "pareto": rng.pareto(1.5, 24_000),
        "zeros": np.concatenate([np.zeros(4_000), rng.rayleigh(20, 12_000), rng.normal(600, 90, 8_000)]),
    }[kind]
    exact = count(voxels)
    counts = binned(exact)
    assert counts.values.size < exact.values.size / 2
    standard = counts.scaled(1 / counts.sd)
    start = best_partition(standard, clusters=clusters)
    ours = fit(standard, clusters=clusters, start=start, max_iterations=100)
    bounds = np.append(np.cumsum(np.bincount(start, counts.counts).astype(int))[:-1], voxels.size)
    oracle_start = np.searchsorted(bounds, np.arange(voxels.size), side="right")
    oracle = oracle_fit(np.sort(voxels.astype(float)) / counts.sd, oracle_start, clusters, max_iterations=100)
    assert np.abs(ours.means - oracle.means_.ravel()).max() < 1e-4 * np.ptp(oracle.means_)


def test_means_of_well_separated_tissues_are_found():
    rng = np.random.default_rng(3)
    voxels = np.concatenate([rng.normal(mean, 5, 20_000) for mean in (100, 300, 700)])
    counts = count(np.round(voxels, 1))
    many = Counts(counts.values, 100 * counts.counts, counts.within)  # so that the priors no longer count
    found = fit_standardised(many, clusters=3)
    assert found.converged
    np.testing.assert_allclose(np.sort(found.means), [100, 300, 700], atol=0.2)
    np.testing.assert_allclose(np.sqrt(found.variances), 5, rtol=0.02)
    np.testing.assert_allclose(found.weights, 1 / 3, atol=1e-3)


@pytest.mark.parametrize("factor", [1e-3, 1e3, 1e9])
def test_scaling_the_image_scales_the_means_and_nothing_else(factor):
    counts = count(image("integer"))
    one, other = (fit_standardised(c, clusters=3) for c in (counts, counts.scaled(factor)))
    np.testing.assert_allclose(other.means, factor * one.means, rtol=1e-9)
    np.testing.assert_allclose(other.variances, factor**2 * one.variances, rtol=1e-9)
    np.testing.assert_array_equal(one.predict(counts.values), other.predict(counts.values * factor))


def test_deterministic_and_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what is tested
    first, second = (fit_standardised(count(image("masked")), clusters=4) for _ in range(2))
    np.testing.assert_array_equal(first.means, second.means)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_fit_that_is_stopped_says_so():
    counts = count(image("integer"))
    stopped = fit(counts.scaled(1 / counts.sd), clusters=3, max_iterations=2)
    assert not stopped.converged
    assert stopped.iterations == 2


def test_lower_bound_rises_with_every_iteration():
    counts = count(image("masked"))
    standard = counts.scaled(1 / counts.sd)
    bounds = [fit(standard, clusters=3, max_iterations=n).lower_bound for n in range(2, 10)]
    assert np.all(np.diff(bounds) > 0)


def test_one_cluster_is_refused():
    with pytest.raises(ArgumentError, match="at least 2"):
        fit(count(image("integer")), clusters=1)


def test_fewer_intensities_than_clusters_are_refused():
    with pytest.raises(ImageError, match="only 2 different intensities"):
        fit(count(np.array([0, 0, 1])), clusters=3)


def test_a_constant_image_is_refused():
    with pytest.raises(ImageError, match="same value"):
        fit_standardised(count(np.ones(50)), clusters=2)
