"""One pass over repeats, and a second: what is held of them does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.detrend import polynomials
from mrsnr.errors import ImageError
from mrsnr.model import BoolArray, FloatArray, Image

MOST = 32
"""Repeats that are few enough to be in memory together, and contrasts that are looked at together."""

_PAIRS = 5  # of neighbouring repeats that are kept
Use = Callable[[NDArray[Any], int], None]
"""What is done with a block of repeats, shape (x, y, z, some), and the number of the first."""


class Contrasts:
    r"""Orthonormal contrasts over repeats that a polynomial in time adds nothing to.

    The complement of the polynomials by Householder reflections, :math:`1 - V S V^T`: contrast k, from ``first`` on, is
    volume k less ``taken[:, k]`` times the sums over all volumes weighted by ``vectors``. No more than these sums need
    be known of the other volumes.

    Parameters
    ----------
    volumes
        Number of equally spaced repeats.
    order
        Of the polynomial.
    """

    def __init__(self, volumes: int, order: int) -> None:
        packed, scales = np.linalg.qr(polynomials(volumes, order), mode="raw")
        self.first = order + 1
        self.vectors: FloatArray = np.tril(packed.T, -1) + np.eye(volumes, self.first)
        mixing = np.zeros((self.first, self.first))
        for k, scale in enumerate(scales):
            mixing[:k, k] = -scale * (mixing[:k, :k] @ (self.vectors[:, :k].T @ self.vectors[:, k]))
            mixing[k, k] = scale
        self.taken: FloatArray = mixing @ self.vectors.T


@dataclass(frozen=True, eq=False)
class Repeats:
    """What one pass over repeats leaves.

    ``mean`` is that of the magnitudes, shape (x, y, z), NaN where one of them is not finite; ``level`` that of the
    values, which may be complex; ``sums`` has shape (x, y, z, sums), those that ``contrasts`` asks for. ``volumes``
    are some of the repeats by number: those of up to 32 contrasts, the first, the last, and neighbours.
    """

    image: Image
    contrasts: Contrasts
    mean: FloatArray
    level: NDArray[Any]
    sums: NDArray[Any]
    volumes: Mapping[int, NDArray[Any]]

    @property
    def few(self) -> bool:
        """Whether some of the contrasts are all of them."""
        return self.image.volumes - self.contrasts.first <= MOST

    def some(self, where: BoolArray) -> FloatArray:
        """Return up to 32 contrasts, evenly spread, shape (voxels of ``where``, contrasts); then the imaginary ones."""
        sums = self.sums[where]
        numbers = _spread(self.image.volumes, self.contrasts.first)
        values = np.stack([_wide(self.volumes[k][where]) for k in numbers], axis=1)
        return _parts(values - sums @ self.contrasts.taken[:, numbers])

    def every(self, where: BoolArray) -> Iterator[FloatArray]:
        """Yield all contrasts, 32 at a time; the image is read again."""
        sums, position, filled = self.sums[where], 0, 0
        group = np.empty((len(sums), MOST), sums.dtype)
        with closing(self.image.blocks()) as stream:
            for block in stream:
                values = _wide(block[where]) - sums @ self.contrasts.taken[:, position : position + block.shape[-1]]
                for column in values.T[max(self.contrasts.first - position, 0) :]:
                    group[:, filled] = column
                    filled += 1
                    if filled == MOST:
                        yield _parts(group)
                        filled = 0
                position += block.shape[-1]
        if filled:
            yield _parts(group[:, :filled])


def read(image: Image, *, order: int, use: Use | None = None) -> Repeats:
    """Read repeats once.

    Parameters
    ----------
    image
        Shape (x, y, z, repeat).
    order
        Of the polynomial in time that contrasts are free of.
    use
        Is given every block, shape (x, y, z, some), with the number of its first volume.

    Raises
    ------
    ImageError
        If there are too few repeats, no voxel is finite in all of them, or all are equal.
    """
    expect_repeats(image, fewest=order + 2)
    contrasts = Contrasts(image.volumes, order)
    weights = np.column_stack([contrasts.vectors, np.full(image.volumes, 1 / image.volumes)])
    wanted = _wanted(image.volumes, contrasts.first)
    volumes: dict[int, NDArray[Any]] = {}
    total: Any = 0.0
    sums: Any = 0.0
    position = 0
    with closing(_blocks(image)) as stream:
        for block in stream:
            count = block.shape[-1]
            rows = _wide(block).reshape(-1, count, order="F")
            with np.errstate(invalid="ignore", over="ignore"):  # what is not finite makes its voxel undefined
                total = total + np.abs(rows).sum(axis=-1)
                sums = sums + rows @ weights[position : position + count]
            for k in sorted(wanted & set(range(position, position + count))):
                volumes[k] = block[..., k - position].copy(order="K") if image.volumes > MOST else block[..., k]
            if use is not None:
                use(block, position)
            position += count
    mean = (total / image.volumes).reshape(image.grid, order="F")
    check_varies(np.stack(list(volumes.values()), axis=-1), np.isfinite(mean))
    mean[~np.isfinite(mean)] = np.nan
    sums = sums.reshape(*image.grid, -1, order="F")
    return Repeats(image, contrasts, mean, sums[..., -1], sums[..., :-1], volumes)


def few_in_memory(image: Image) -> Image:
    """Return the image with its data read, once, if it has no more than 32 volumes."""
    return image if image.volumes > MOST else Image(np.asarray(image.data), image.affine, image.meta)


def successive(volumes: int) -> list[int]:
    """Return the first of some pairs of successive volumes, spread over the series."""
    return [int(k) for k in np.unique(np.linspace(0, volumes - 2, _PAIRS).astype(int))]


def expect_repeats(image: Image, *, fewest: int) -> None:
    """Raise `ImageError` if there are fewer repeats than that."""
    if image.volumes < fewest:
        raise ImageError(
            f"The image has {image.volumes} volume{'s' * (image.volumes != 1)}; this method needs at least {fewest} "
            "repeats of one acquisition on the last axis."
        )


def check_varies(series: NDArray[Any], finite: BoolArray) -> None:
    """Raise `ImageError` if no voxel is finite, or all that are have the same value, shape (x, y, z, repeat)."""
    if not finite.any():
        raise ImageError("No voxel is finite in all repeats: the series holds only NaN or infinity.")
    inside = series[finite]
    if (inside == inside[0, 0]).all():
        raise ImageError(f"All voxels have the same value, {inside[0, 0]:g}; there is no noise to measure.")


def _blocks(image: Image) -> Generator[NDArray[Any], None, None]:
    """Yield the repeats in one piece if they are few, else a few at a time."""
    if image.volumes <= MOST:
        yield np.asarray(image.data)
    else:
        yield from image.blocks()


def _wanted(volumes: int, first: int) -> set[int]:
    """Return which volumes are kept."""
    if volumes <= MOST:
        return set(range(volumes))
    pairs = successive(volumes)
    return {0, volumes - 1, *pairs, *(k + 1 for k in pairs), *_spread(volumes, first).tolist()}


def _spread(volumes: int, first: int) -> NDArray[np.intp]:
    """Return the volumes of up to 32 contrasts."""
    return np.unique(np.linspace(first, volumes - 1, min(MOST, volumes - first)).round().astype(np.intp))


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)


def _parts(values: NDArray[Any]) -> FloatArray:
    """Return complex columns as twice as many real ones: the real parts, then the imaginary."""
    return np.concatenate([values.real, values.imag], axis=1) if np.iscomplexobj(values) else values
