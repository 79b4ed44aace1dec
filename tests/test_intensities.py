"""Counting voxels loses nothing that a fit needs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mrsnr.intensities import assign, binned, count


@given(hnp.arrays(np.int16, hnp.array_shapes(min_dims=1, max_dims=3, max_side=8)))
def test_counts_expand_to_the_voxels(voxels):
    counts = count(voxels)
    expanded = np.repeat(counts.values, counts.counts.astype(int))
    assert expanded.tolist() == sorted(voxels.ravel().tolist())


@settings(max_examples=50)
@given(hnp.arrays(np.uint8, (5, 4)), st.integers(0, 2**32 - 1))
def test_assign_gives_each_voxel_what_its_intensity_has(voxels, seed):
    counts = count(voxels)
    component = np.random.default_rng(seed).integers(0, 4, counts.values.size)
    lookup = dict(zip(counts.values.tolist(), component.tolist(), strict=True))
    labels = assign(voxels, counts, component)
    assert labels.tolist() == [[lookup[float(v)] for v in row] for row in voxels.tolist()]


@pytest.fixture(scope="module")
def continuous():
    rng = np.random.default_rng(1)
    voxels = np.concatenate([rng.rayleigh(20, 60_000), rng.normal(600, 90, 40_000)])
    return np.append(voxels, [5e6, -3e4])  # a spike and a dip, as scaling faults leave them


def test_many_distinct_floats_are_binned_with_total_mean_and_sd_kept(continuous):
    counts = binned(count(continuous))
    assert counts.values.size < 6_200
    assert counts.counts.sum() == continuous.size
    assert np.average(counts.values, weights=counts.counts) == pytest.approx(continuous.mean(), rel=1e-12)
    assert counts.sd == pytest.approx(continuous.std(), rel=1e-12)


def test_bins_are_narrow_where_voxels_crowd_despite_the_spike(continuous):
    counts = binned(count(continuous))
    crowd = (counts.values > 5) & (counts.values < 60)
    assert np.sqrt(counts.within[crowd]).max() < 0.5
    assert counts.values[-1] == 5e6
    assert counts.values[0] == -3e4


def test_few_intensities_are_not_binned():
    counts = count(np.arange(16_384))
    assert binned(counts) is counts
    assert not counts.within.any()


def test_sd_is_that_of_the_voxels():
    voxels = np.random.default_rng(2).integers(0, 50, 1000)
    assert count(voxels).sd == pytest.approx(voxels.std(), rel=1e-12)
