"""The voxels of a ``.REC`` file: slice after slice, each with a scale of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.io.broken import reading
from mrsnr.io.indexing import by_axis
from mrsnr.io.memory import check_memory
from mrsnr.model import FloatArray


class RecArray:
    """Some slices of a ``.REC`` file as a volume or a series, read when asked for: no slice that is not wanted.

    Parameters
    ----------
    file
        The ``.REC`` file.
    plane
        Voxels of a slice along x and y.
    dtype
        Type of the stored numbers.
    positions
        Number of each slice in the file, shape (z,) or (z, volume).
    slope, intercept
        What makes a voxel of a stored number, of the same shape.
    """

    def __init__(
        self,
        file: Path,
        *,
        plane: tuple[int, int],
        dtype: np.dtype[Any],
        positions: NDArray[np.intp],
        slope: FloatArray,
        intercept: FloatArray,
    ) -> None:
        self._file = file
        self._plane = plane
        self._positions = positions
        self._slope = slope
        self._intercept = intercept
        self._as_stored = bool((slope == 1).all() and (intercept == 0).all())
        self.shape: tuple[int, ...] = (*plane, *positions.shape)
        self.dtype: np.dtype[Any] = dtype

    def __getitem__(self, index: Any) -> NDArray[Any]:
        self._check_memory(index)
        axes = by_axis(index, len(self.shape))
        if axes is None:
            part: NDArray[Any] = np.asarray(self)[index]
            return part
        return self._read(axes[:2], axes[2:])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        self._check_memory(())
        data = self._read((slice(None),) * 2, ())
        return data if dtype is None else data.astype(dtype, copy=False)

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time; see `mrsnr.model.Image.blocks`."""
        if len(self.shape) == 3:
            yield np.asarray(self)[..., np.newaxis]
            return
        for first in range(0, self.shape[3], volumes):
            yield self[..., first : first + volumes]

    def _read(self, inside: tuple[int | slice, ...], slices: tuple[int | slice, ...]) -> NDArray[Any]:
        """Return a part of a plane of some slices."""
        with reading(self._file, form="REC"):
            planes = self._planes(self._positions[slices])[inside]
        return planes if self._as_stored else planes * self._slope[slices] + self._intercept[slices]

    def _planes(self, positions: Any) -> NDArray[Any]:
        """Return whole slices as they are stored, shape (x, y, …)."""
        wanted = np.asarray(positions)
        stored = np.empty((wanted.size, *self._plane[::-1]), self.dtype)
        with self._file.open("rb", buffering=0) as file:
            for number, plane in zip(wanted.ravel(order="F").tolist(), stored, strict=True):
                file.seek(number * plane.nbytes)
                if file.readinto(plane) != plane.nbytes:
                    raise EOFError
        return stored.T.reshape((*self._plane, *wanted.shape), order="F")

    def _check_memory(self, index: Any) -> None:
        itemsize = self.dtype.itemsize if self._as_stored else 8
        check_memory(self.shape, itemsize, name=self._file.name, index=index)

    def __repr__(self) -> str:
        return f"<{self._file.name}: {self.shape}, {self.dtype} on disk>"
