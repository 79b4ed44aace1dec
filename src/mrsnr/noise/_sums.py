"""Squares of images of noise, added up: all that sigma or its map asks of any number of them."""

from __future__ import annotations

import numpy as np

from mrsnr.intensities import IntArray
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import window_sums

WINDOW = 7
"""Edge in voxels of the windows that a map is taken from."""


class Squares:
    """Sums of squares of residuals: of every voxel, and for a map in windows of 7x7 voxels.

    ``total`` and ``used`` are the sum and the number of a voxel's residuals that are noise, shape (voxels of
    ``where``,); ``contrasts`` is how many were added. ``power`` and ``weight``, shape (x, y, z), are the sum of squares
    about the window's own mean and how many independent ones that stands for.

    Parameters
    ----------
    where
        The voxels, shape (x, y, z).
    neighbours
        Correlation of the residuals in the plane, which says what goes with the mean of a window.
    local
        Whether there is to be a map.
    """

    def __init__(self, where: BoolArray, neighbours: FloatArray, *, local: bool = False) -> None:
        self.total: FloatArray = np.zeros(int(where.sum()))
        self.used: IntArray = np.zeros(self.total.size, dtype=np.intp)
        self.contrasts = 0
        self.power, self.weight = np.zeros(where.shape), np.zeros(where.shape)
        self._where = where
        self._lost = lost_to_mean(neighbours)
        self._local = local

    def add(self, residuals: FloatArray) -> None:
        """Add some contrasts, shape (voxels of ``where``, contrasts), NaN where they are no noise."""
        used = np.isfinite(residuals)
        values = np.where(used, residuals, 0.0)
        self.total += np.einsum("ij,ij->i", values, values)
        self.used += used.sum(axis=1)
        self.contrasts += residuals.shape[1]
        if self._local:
            for column, counted in zip(values.T, used.T, strict=True):
                self._add_windows(column, counted)

    def _add_windows(self, column: FloatArray, counted: BoolArray) -> None:
        grid, used = np.zeros(self._where.shape), np.zeros(self._where.shape, dtype=bool)
        grid[self._where], used[self._where] = column, counted
        square, number = window_sums(grid**2, width=WINDOW, where=used)
        total, _ = window_sums(grid, width=WINDOW, where=used)
        number = np.maximum(number, 1)
        self.power += np.maximum(square - total**2 / number, 0.0)
        self.weight += np.maximum(number - self._lost, 0.0)


def lost_to_mean(neighbours: FloatArray) -> float:
    """Return how many voxels' worth of variance goes with the mean of a window: 1, more where they are correlated."""
    reach = len(neighbours) // 2
    overlap = np.maximum(1 - np.abs(np.arange(-reach, reach + 1)) / WINDOW, 0.0)
    return max(float(overlap @ neighbours @ overlap), 1.0)
