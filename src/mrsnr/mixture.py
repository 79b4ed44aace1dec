r"""Variational Bayesian Gaussian mixture over the intensities of an image, by their counts.

An image has a million voxels but only some thousand different intensities, so the fit runs over the intensities,
each weighted by how often it occurs: the same answer as over the voxels, some hundred times faster. Priors,
updates and stopping rule are those of scikit-learn's ``BayesianGaussianMixture`` with one feature, full
covariance and a Dirichlet process on the weights, so that from the same start both end at the same place.

References
----------
Bishop, Pattern Recognition and Machine Learning, section 10.2 (2006).
Blei, Jordan, Bayesian Analysis 1:121-144 (2006).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import Counts, IntArray, binned
from mrsnr.model import FloatArray
from mrsnr.partition import best_partition

MAX_ITERATIONS = 500
TOLERANCE = 1e-3
"""Change of the lower bound, absolute as in scikit-learn, at which the fit stops."""

_BLOCK = 2**18  # values at a time whose densities are held in memory
_VARIANCE_FLOOR = 1e-6  # added to each component's variance


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture; components stay in the order in which the fit started.

    ``means``, ``variances`` and ``weights`` have shape (K,); ``offsets`` is what the posterior adds to each
    component's log density when voxels are assigned.
    """

    means: FloatArray
    variances: FloatArray
    weights: FloatArray
    offsets: FloatArray
    converged: bool
    iterations: int
    lower_bound: float

    def predict(self, values: ArrayLike) -> IntArray:
        """Return the most probable component of each value, an index below K."""
        x = np.asarray(values, dtype=np.float64).ravel()
        component = np.empty(x.size, dtype=np.intp)
        for first in range(0, x.size, _BLOCK):
            part = slice(first, first + _BLOCK)
            component[part] = np.argmax(_log_density(x[part], self), axis=0)
        return component.reshape(np.shape(values))

    def scaled(self, factor: float) -> Mixture:
        """Return the mixture of the same intensities multiplied by a positive factor."""
        return replace(self, means=self.means * factor, variances=self.variances * factor**2)


def fit(
    counts: Counts,
    *,
    clusters: int,
    start: ArrayLike | None = None,
    max_iterations: int = MAX_ITERATIONS,
) -> Mixture:
    """Fit a variational Bayesian Gaussian mixture to counted intensities.

    1. Start from a hard assignment: the given one, or the best k-means partition.
    2. Repeat until the lower bound changes by less than `TOLERANCE`: responsibilities, components, bound.

    Deterministic: the default start is the k-means optimum, not a draw. The tolerance is absolute, so that an image
    should have an SD of about 1 (`fit_standardised` sees to it).

    Parameters
    ----------
    counts
        Intensities and how often each occurs; where they are many, `binned` first, or time and memory grow.
    clusters
        Number of components K, at least 2.
    start
        Component of each intensity at the start, shape of ``counts.values``, darkest component 0 by default.
    max_iterations
        After which the fit stops without having converged.

    Raises
    ------
    ArgumentError
        If ``clusters`` is below 2.
    ImageError
        If there are fewer different intensities than clusters.
    """
    if clusters < 2:
        raise ArgumentError(f"clusters is {clusters}; a background and a foreground need at least 2.")
    if counts.values.size < clusters:
        raise ImageError(
            f"The image has only {counts.values.size} different intensities; {clusters} clusters need at least "
            f"{clusters}. Is it a mask?"
        )
    hard = best_partition(counts, clusters=clusters) if start is None else np.asarray(start, dtype=np.intp)
    responsibilities = (hard == np.arange(clusters)[:, None]).astype(np.float64)
    prior = _Prior.of(counts, clusters)
    posterior = _update(counts, responsibilities, prior)
    bound, converged, iterations = -np.inf, False, 0
    while not converged and iterations < max_iterations:
        iterations += 1
        entropy = _assign(counts, posterior, out=responsibilities)
        posterior = _update(counts, responsibilities, prior)
        previous, bound = bound, posterior.bound + entropy
        converged = bool(abs(bound - previous) < TOLERANCE)
    return Mixture(
        means=posterior.means,
        variances=posterior.variances,
        weights=posterior.weights,
        offsets=posterior.offsets,
        converged=converged,
        iterations=iterations,
        lower_bound=float(bound),
    )


def fit_standardised(counts: Counts, *, clusters: int) -> Mixture:
    """Fit with the intensities divided by their SD, so that the scale of an image changes nothing.

    Where there are very many different intensities, the fit runs over bins of them (`mrsnr.intensities.binned`).

    Parameters and errors as `fit`; the mixture returned is in image units.

    Raises
    ------
    ImageError
        If all voxels are equal.
    """
    sd = counts.sd
    if counts.values.size < 2 or sd == 0:
        raise ImageError("All voxels have the same value; there is no background to tell from a foreground.")
    return fit(binned(counts).scaled(1 / sd), clusters=clusters).scaled(sd)


@dataclass(frozen=True, eq=False)
class _Prior:
    mean: float
    variance: float
    concentration: float

    @staticmethod
    def of(counts: Counts, clusters: int) -> _Prior:
        total = counts.counts.sum()
        mean = np.average(counts.values, weights=counts.counts)
        squares = (counts.counts * (counts.values - mean) ** 2).sum()
        return _Prior(float(mean), float(squares / (total - 1)), 1 / clusters)


@dataclass(frozen=True, eq=False)
class _Posterior:
    means: FloatArray
    variances: FloatArray
    weights: FloatArray
    offsets: FloatArray
    bound: float  # the lower bound but for the entropy of the responsibilities


def _update(counts: Counts, responsibilities: FloatArray, prior: _Prior) -> _Posterior:
    """M step: the components that the responsibilities imply."""
    x = counts.values
    weighted = responsibilities * counts.counts
    size = weighted.sum(axis=1) + 10 * np.finfo(np.float64).eps
    centre = weighted @ x / size
    spread = np.array([w @ ((x - c) ** 2 + counts.within) for w, c in zip(weighted, centre, strict=True)]) / size
    precision = 1 + size  # of the mean; its prior is one voxel
    freedom = 1 + size  # of the variance; its prior is the number of features, one
    means = (prior.mean + size * centre) / precision
    scatter = size * (spread + _VARIANCE_FLOOR) + size / precision * (centre - prior.mean) ** 2
    variances = (prior.variance + scatter) / freedom
    taken = 1 + size
    left = prior.concentration + np.append(np.cumsum(size[::-1])[-2::-1], 0.0)
    return _posterior(means=means, variances=variances, precision=precision, freedom=freedom, taken=taken, left=left)


def _posterior(
    *,
    means: FloatArray,
    variances: FloatArray,
    precision: FloatArray,
    freedom: FloatArray,
    taken: FloatArray,
    left: FloatArray,
) -> _Posterior:
    """Gather expected log weights, log densities and the bound of one set of parameters."""
    from scipy.special import betaln, digamma, gammaln  # noqa: PLC0415 - slow to import

    both = digamma(taken + left)
    skipped = np.append(0.0, np.cumsum(digamma(left) - both)[:-1])
    log_weight = digamma(taken) - both + skipped
    log_spread = np.log(variances) + np.log(freedom)
    log_precision = np.log(2) + digamma(freedom / 2)
    offsets = log_weight - 0.5 * (np.log(2 * np.pi) + log_spread - log_precision + 1 / precision)
    stick = taken / (taken + left)
    weights = stick * np.append(1.0, np.cumprod(1 - stick)[:-1])
    wishart = -0.5 * freedom * log_spread + 0.5 * freedom * np.log(2) + gammaln(freedom / 2)
    bound = wishart.sum() + betaln(taken, left).sum() - 0.5 * np.log(precision).sum()
    return _Posterior(means, variances, weights / weights.sum(), offsets, float(bound))


def _log_density(x: FloatArray, components: Mixture | _Posterior) -> FloatArray:
    """Return the expected log of weight times density, shape (K, number of values)."""
    distance = x - components.means[:, None]
    distance *= distance
    distance *= (-0.5 / components.variances)[:, None]
    distance += components.offsets[:, None]
    return distance


def _assign(counts: Counts, posterior: _Posterior, *, out: FloatArray) -> float:
    """E step: write the responsibilities to ``out`` and return their entropy over all voxels."""
    log_density = _log_density(counts.values, posterior)
    highest = log_density.max(axis=0)
    log_density -= highest
    np.exp(log_density, out=out)
    total = out.sum(axis=0)
    out /= total
    log_density -= np.log(total)
    return -float((out * log_density).sum(axis=0) @ counts.counts)
