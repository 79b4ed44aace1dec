"""What changed slowly in space between repeats, and what is left without it."""

from __future__ import annotations

import numpy as np

from mrsnr.intensities import IntArray
from mrsnr.model import BoolArray, FloatArray

_QUADRATIC_FROM = 600  # voxels of a slice, from which a quadratic is taken out of it; below, a plane
_LINEAR_FROM = 100  # below, its mean
_OUTLIER = 6.0  # robust SDs beyond which a difference is no noise: a spike, or an edge that moved
_REFITS = 3
_DEPENDENT = 1e-10  # of the largest eigenvalue


class Surfaces:
    """Smooth surfaces, one a slice: a quadratic in x and y, less where there are few voxels.

    Parameters
    ----------
    where
        The voxels that they are fitted to, shape (x, y, z).
    """

    def __init__(self, where: BoolArray) -> None:
        slices = np.nonzero(where)[2]
        self._order: IntArray = np.argsort(slices, kind="stable")
        self._bounds: IntArray = np.searchsorted(slices[self._order], np.arange(where.shape[2] + 1))
        x, y = (np.linspace(-1, 1, size) for size in where.shape[:2])
        places = (np.nonzero(where[:, :, k]) for k in range(where.shape[2]))
        self._bases = [_orthonormal(_terms(x[i], y[j])) for i, j in places]

    @property
    def parameters(self) -> int:
        """How many numbers are fitted."""
        return sum(basis.shape[1] for basis, size in zip(self._bases, np.diff(self._bounds), strict=True) if size)

    def without(self, values: FloatArray) -> FloatArray:
        """Return values, shape (voxels, contrasts), less their surfaces."""
        left = values[self._order]
        for basis, first, last in zip(self._bases, self._bounds[:-1], self._bounds[1:], strict=True):
            left[first:last] -= basis @ (basis.T @ left[first:last])
        result = np.empty_like(left)
        result[self._order] = left
        return result


def without_slow_part(values: FloatArray, structure: FloatArray, where: BoolArray) -> tuple[FloatArray, int]:
    """Take a smooth surface out of every slice, and what is proportional to the structure out of the whole.

    Parameters
    ----------
    values
        Shape (voxels of ``where``, contrasts).
    structure
        What a change of scale would add, shape (voxels of ``where``, parts).
    where
        Shape (x, y, z).

    Returns
    -------
    residuals, parameters
        What is left, NaN where it is beyond six robust SDs, and how many numbers were fitted to each contrast.
    """
    surfaces = Surfaces(where)
    left = surfaces.without(values)
    odd = np.asarray((np.abs(left) > _limits(left)).any(axis=1))
    usual = structure[~odd].mean(axis=0) if (~odd).any() else 0.0
    shape = surfaces.without(np.where(odd[:, None], usual, structure))
    weights = np.linalg.pinv(shape.T @ shape, rcond=1e-12) @ shape.T
    left -= shape @ (weights @ left)
    limit = _limits(left)
    for _ in range(_REFITS):  # an outlier must not bend the surface: the next fit sees what is within the limit
        columns = np.asarray((np.abs(left) > limit).any(axis=0))
        if not columns.any():
            break
        clipped = np.clip(left[:, columns], -limit[columns], limit[columns])
        flat = surfaces.without(clipped)
        left[:, columns] -= clipped - flat + shape @ (weights @ flat)
        limit = _limits(left)
    return np.where(np.abs(left) <= limit, left, np.nan), surfaces.parameters + structure.shape[1]


def _terms(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the polynomials in the plane that so many voxels can bear."""
    terms = [np.ones(x.size)]
    if x.size >= _LINEAR_FROM:
        terms += [x, y]
    if x.size >= _QUADRATIC_FROM:
        terms += [x**2, x * y, y**2]
    return np.stack(terms, axis=1)


def _orthonormal(terms: FloatArray) -> FloatArray:
    """Return orthonormal columns that span the same; fewer where some are a mixture of others."""
    weights, directions = np.linalg.eigh(terms.T @ terms)
    real = weights > _DEPENDENT * weights.max(initial=0.0)
    return np.asarray(terms @ (directions[:, real] / np.sqrt(weights[real])))


def _limits(values: FloatArray) -> FloatArray:
    """Return six robust SDs of each contrast."""
    scale = 1.4826 * np.median(np.abs(values), axis=0) if len(values) else np.zeros(values.shape[1])
    return np.asarray(_OUTLIER * np.where(scale > 0, scale, np.inf))
