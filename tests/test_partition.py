"""Against every possible partition, tried one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from mrsnr.intensities import Counts
from mrsnr.partition import best_partition


def squares(counts, labels):
    total = 0.0
    for k in np.unique(labels):
        x, w = counts.values[labels == k], counts.counts[labels == k]
        total += (w * (x - np.average(x, weights=w)) ** 2).sum()
    return total


def exhaustive(counts, clusters):
    size = counts.values.size
    best = np.inf
    for cuts in combinations(range(1, size), clusters - 1):
        labels = np.searchsorted(cuts, np.arange(size), side="right")
        best = min(best, squares(counts, labels))
    return best


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(st.integers(0, 1000), min_size=6, max_size=11, unique=True),
    seed=st.integers(0, 100),
    clusters=st.integers(2, 5),
)
def test_partition_is_the_best_of_all(values, seed, clusters):
    x = np.sort(np.array(values, dtype=float))
    counts = Counts(x, np.random.default_rng(seed).integers(1, 50, x.size).astype(float), np.zeros(x.size))
    labels = best_partition(counts, clusters=clusters)
    assert np.all(np.diff(labels) >= 0)
    assert set(labels) == set(range(clusters))
    assert squares(counts, labels) == pytest.approx(exhaustive(counts, clusters), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("clusters", [2, 3, 4])
def test_many_intensities_are_partitioned_as_well_as_by_many_random_starts(clusters):
    rng = np.random.default_rng(0)
    x = np.unique(rng.gamma(0.5, 300, 6000))
    counts = Counts(x, np.ones(x.size), np.zeros(x.size))
    oracle = KMeans(clusters, n_init=20, tol=0, max_iter=1000, random_state=0).fit(x[:, None])
    assert squares(counts, best_partition(counts, clusters=clusters)) <= oracle.inertia_ * (1 + 1e-9)


def test_a_distant_outlier_gets_its_own_cluster():
    x = np.append(np.arange(100.0), 1e9)
    labels = best_partition(Counts(x, np.ones(101), np.zeros(101)), clusters=2)
    assert labels.tolist() == [0] * 100 + [1]
