"""One pass over a series for everything that temporal SNR asks of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.autoregression import Lasting
from mrsnr.correlation import autocorrelation
from mrsnr.course import CourseSums, finite_means, leading, some_of
from mrsnr.detrend import TrendSums, polynomials
from mrsnr.errors import ImageError
from mrsnr.fbirn import Asked, Fbirn, FbirnSums, Place, place_of
from mrsnr.intensities import real
from mrsnr.model import BoolArray, FloatArray, Image
from mrsnr.regions import object_mask

_HEAD = 12  # volumes that are looked at before anything is added up
_HEAD_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False, kw_only=True)
class Pass:
    """What one pass saw.

    ``mean`` and ``sd`` are maps of the mean over time and the residual SD; ``means`` and ``jumps`` the brightness of
    each volume and its root mean square change from the one before, over some of the object; ``dropped`` how many of
    the first volumes were left out of all of these; ``lasting`` how the noise goes on from one volume to the
    next; ``shared`` how many voxels share one independent sample of an SD; ``fbirn`` what was asked for beside.
    """

    mean: FloatArray
    sd: FloatArray
    means: FloatArray
    jumps: FloatArray
    dropped: int
    lasting: Lasting
    shared: float
    fbirn: Fbirn | None = None


def one_pass(image: Image, *, order: int, mask: BoolArray | None, drop: int | None, fbirn: Asked | None = None) -> Pass:
    """Read a series once, and add up what its temporal SNR needs.

    Parameters
    ----------
    image
        Shape (x, y, z, T).
    order
        Order of the trend.
    mask
        Where volumes are looked at; ``None`` for the bright voxels.
    drop
        How many of the first volumes are left out; ``None`` for those that came before the steady state.
    fbirn
        Where the fBIRN figures are taken; ``None`` if they are not asked for, which costs nothing then.

    Raises
    ------
    ImageError
        If too few volumes are left, or there is no place for the fBIRN figures.
    """
    with closing(image.blocks()) as stream:
        head = _head(stream, image)
        inside = mask if mask is not None else object_mask(head[-1].mean(axis=-1, dtype=np.float64))
        places = some_of(inside)
        dropped = _leading(image, head, places) if drop is None else drop
        volumes = _left(image.volumes, dropped, order)
        sums = TrendSums(math.prod(image.grid), volumes, order=order)
        course = CourseSums(places, polynomials(volumes, order))
        stability = None if fbirn is None else FbirnSums(_place(head, fbirn, mask, dropped=dropped), volumes)
        position = 0
        for block in _chained(head, stream):
            rows = _rows(block)[max(dropped - position, 0) :]
            if len(rows):
                first = max(position - dropped, 0)
                sums.add(rows, first=first)
                course.add(rows, first=first)
                if stability is not None:
                    stability.add(rows, first=first)
            position += block.shape[-1]
    mean, sd = (values.reshape(image.grid, order="F") for values in (sums.mean, sums.residual_sd))
    return Pass(
        mean=mean,
        sd=sd,
        means=course.means,
        jumps=course.jumps,
        dropped=dropped,
        lasting=course.lasting,
        shared=_shared(head, inside),
        fbirn=None if stability is None else stability.figures(),
    )


def _head(stream: Iterator[NDArray[Any]], image: Image) -> list[NDArray[Any]]:
    """Return copies of the first blocks: a dozen volumes, or what goes into 64 MB, but three at least."""
    head: list[NDArray[Any]] = []
    count = size = 0
    for block in stream:
        head.append(real(block).copy(order="F"))
        count += block.shape[-1]
        size += head[-1].nbytes
        if count >= min(_HEAD, image.volumes) or (size > _HEAD_BYTES and count >= 3):
            break
    return head


def _chained(head: list[NDArray[Any]], stream: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    yield from head
    for block in stream:
        yield real(block)


def _rows(block: NDArray[Any]) -> NDArray[Any]:
    """Return a block as (volumes, voxels), column-major."""
    return block.reshape(-1, block.shape[-1], order="F").T


def _place(head: list[NDArray[Any]], asked: Asked, mask: BoolArray | None, *, dropped: int) -> Place:
    """Return where the fBIRN figures are taken, by the first volumes that count."""
    slices = np.concatenate([block[:, :, asked.slice] for block in head], axis=-1)
    signal = slices[..., min(dropped, slices.shape[-1] - 1) :].mean(axis=-1, dtype=np.float64)
    return place_of(signal, asked, mask=None if mask is None else mask[:, :, asked.slice])


def _leading(image: Image, head: list[NDArray[Any]], places: NDArray[np.intp]) -> int:
    """Return how many volumes came before the steady state; where few go into the head, the first are read twice."""
    if not places.size:
        return 0
    wanted = min(_HEAD, image.volumes)
    if sum(block.shape[-1] for block in head) >= wanted:
        return leading(np.concatenate([finite_means(_rows(block)[:, places]) for block in head]))
    means = np.empty(0)
    with closing(image.blocks()) as again:
        for block in again:
            means = np.concatenate([means, finite_means(_rows(real(block))[:, places])])
            if means.size >= wanted:
                break
    return leading(means)


def _left(volumes: int, dropped: int, order: int) -> int:
    """Return how many volumes are left, if they are enough."""
    left = max(volumes - dropped, 0)
    if left - order - 1 < 1:
        without = f" without the first {dropped}" if dropped else ""
        raise ImageError(
            f"The image has {left} volume{'s' * (left != 1)}{without}; temporal SNR with a trend of order {order} "
            f"needs at least {order + 2}. Give a series (x, y, z, volume), or a lower order."
        )
    return left


@np.errstate(invalid="ignore", over="ignore")
def _shared(head: list[NDArray[Any]], inside: BoolArray) -> float:
    """Return how many voxels share one independent sample of an SD, by the change between two volumes of the head.

    Errors of SDs are correlated as the square of the noise, in the plane and, where slices were interpolated, across.
    """
    last = np.concatenate([block[..., -2:] for block in head[-2:]], axis=-1)[..., -2:]
    if last.shape[-1] < 2:
        return 1.0
    change = np.subtract(last[..., 1], last[..., 0], dtype=np.float64)
    return max(1.0, float((autocorrelation(change, inside & np.isfinite(change)) ** 2).sum()))
