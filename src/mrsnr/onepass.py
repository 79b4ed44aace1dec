"""One pass over a series for everything that temporal SNR asks of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.autoregression import Lasting
from mrsnr.correlation import autocorrelation
from mrsnr.course import CourseSums, finite_means, leading, some_of
from mrsnr.detrend import TrendSums, polynomials
from mrsnr.errors import ImageError
from mrsnr.fbirn import Asked, Fbirn, FbirnSums, Place, place_of
from mrsnr.intensities import real, step_of
from mrsnr.labelling import Pairs, Subtraction
from mrsnr.model import BoolArray, FloatArray, Image
from mrsnr.regions import object_mask
from mrsnr.robust import FEWEST_PAIRS, PairSums

_HEAD = 12  # volumes that are looked at before anything is added up
_HEAD_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False, kw_only=True)
class Wanted:
    """What a pass is for.

    ``order`` is that of the trend; ``mask`` where volumes are looked at, ``None`` for the bright voxels; ``drop`` how
    many of the first volumes are left out, ``None`` for those before the steady state; ``robust`` whether the SD is by
    the median change between neighbours in time; ``pairs`` how control and label alternate, ``None`` if they do not;
    ``fbirn`` where the fBIRN figures are taken, ``None`` if they are not asked for, which costs nothing then.
    """

    order: int
    mask: BoolArray | None = None
    drop: int | None = None
    robust: bool = False
    pairs: Pairs | None = None
    fbirn: Asked | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Pass:
    """What one pass saw.

    ``mean`` and ``sd`` are maps of the mean over time and the SD, of ``samples`` volumes or pairs; ``brightness`` that
    of some first volumes; ``means`` and ``jumps`` the brightness of each volume and its root mean square change from
    the one before, over some of the object; ``dropped`` how many of the first volumes were left out of all of these;
    ``lasting`` how the noise goes on from one sample to the next; ``shared`` how many voxels share one independent
    sample of an SD; ``quiet`` where robust noise is too weak for the steps of the voxels; ``fbirn`` what was asked for
    beside.
    """

    mean: FloatArray
    sd: FloatArray
    quiet: BoolArray
    samples: int
    brightness: FloatArray
    means: FloatArray
    jumps: FloatArray
    dropped: int
    lasting: Lasting
    shared: float
    fbirn: Fbirn | None = None


def one_pass(image: Image, wanted: Wanted) -> Pass:
    """Read a series once, and add up what its temporal SNR needs.

    Parameters
    ----------
    image
        Shape (x, y, z, T).
    wanted
        What for.

    Raises
    ------
    ImageError
        If too few volumes are left, or an odd number of pairs' volumes, or there is no place for the fBIRN figures.
    """
    with closing(image.blocks()) as stream:
        head = _head(stream, image)
        brightness = head[-1].mean(axis=-1, dtype=np.float64)
        inside = wanted.mask if wanted.mask is not None else object_mask(brightness)
        places = some_of(inside)
        dropped = _unsteady(image, head, places, wanted) if wanted.drop is None else wanted.drop
        sums = _Sums(image, wanted, head, places=places, dropped=dropped)
        for rows, first in _counted(head, stream, dropped):
            sums.add(rows, first=first)
    mean, (sd, quiet) = sums.trend.mean, sums.sd
    return Pass(
        mean=mean.reshape(image.grid, order="F"),
        sd=sd.reshape(image.grid, order="F"),
        quiet=quiet.reshape(image.grid, order="F"),
        samples=sums.samples,
        brightness=brightness,
        means=sums.volumes.means,
        jumps=sums.volumes.jumps,
        dropped=dropped,
        lasting=sums.course.lasting,
        shared=_shared(head, inside),
        fbirn=None if sums.stability is None else sums.stability.figures(),
    )


class _Sums:
    """All that is added up in a pass: over the volumes, and over the samples of the signal, perhaps their pairs."""

    def __init__(
        self, image: Image, wanted: Wanted, head: list[NDArray[Any]], *, places: NDArray[np.intp], dropped: int
    ) -> None:
        left, voxels = _left(image.volumes, dropped, wanted), math.prod(image.grid)
        self.samples = left if wanted.pairs is None else left // 2
        self.trend = TrendSums(voxels, self.samples, order=wanted.order)
        self.volumes = self.course = CourseSums(places, polynomials(left, wanted.order))
        self._subtraction = None
        if wanted.pairs is not None:
            self._subtraction = Subtraction(wanted.pairs)
            self.course = CourseSums(places, polynomials(self.samples, wanted.order))
        self._middle = PairSums(voxels, self.samples, step=_step(head, places)) if wanted.robust else None
        place = None if wanted.fbirn is None else _place(head, wanted.fbirn, wanted.mask, dropped=dropped)
        self.stability = None if place is None else FbirnSums(place, left)

    def add(self, rows: NDArray[Any], *, first: int) -> None:
        """Add some volumes, shape (volumes, voxels), of which the first is number ``first`` of those that count."""
        self.volumes.add(rows, first=first)
        if self.stability is not None:
            self.stability.add(rows, first=first)
        if self._subtraction is not None:
            rows, first = self._subtraction.of(rows)
            if not len(rows):
                return
            self.course.add(rows, first=first)
        self.trend.add(rows, first=first)
        if self._middle is not None:
            self._middle.add(rows)

    @property
    def sd(self) -> tuple[FloatArray, BoolArray]:
        """The SD about the trend, or the robust one, NaN where that is no more than rounding, and where it is quiet."""
        about_trend = self.trend.residual_sd
        if self._middle is None:
            return about_trend, np.zeros(about_trend.shape, dtype=bool)
        known = np.isfinite(about_trend)
        return np.where(known, self._middle.sd, np.nan), known & self._middle.quiet


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


def _counted(
    head: list[NDArray[Any]], stream: Iterator[NDArray[Any]], dropped: int
) -> Iterator[tuple[NDArray[Any], int]]:
    """Yield the volumes that count as rows, some at a time, and the index of the first of them."""
    position = 0
    for block in chain(head, map(real, stream)):
        rows = _rows(block)[max(dropped - position, 0) :]
        if len(rows):
            yield rows, max(position - dropped, 0)
        position += block.shape[-1]


def _rows(block: NDArray[Any]) -> NDArray[Any]:
    """Return a block as (volumes, voxels), column-major."""
    return block.reshape(-1, block.shape[-1], order="F").T


def _step(head: list[NDArray[Any]], places: NDArray[np.intp]) -> float:
    """Return the distance of the intensities that the series is stored in, 0 if there is none."""
    values = np.concatenate([_rows(block)[:, places].ravel() for block in head])
    return step_of(values[np.isfinite(values)])


def _place(head: list[NDArray[Any]], asked: Asked, mask: BoolArray | None, *, dropped: int) -> Place:
    """Return where the fBIRN figures are taken, by the first volumes that count."""
    slices = np.concatenate([block[:, :, asked.slice] for block in head], axis=-1)
    signal = slices[..., min(dropped, slices.shape[-1] - 1) :].mean(axis=-1, dtype=np.float64)
    return place_of(signal, asked, mask=None if mask is None else mask[:, :, asked.slice])


def _unsteady(image: Image, head: list[NDArray[Any]], places: NDArray[np.intp], wanted: Wanted) -> int:
    """Return how many volumes came before the steady state, and what is then half a pair."""
    means = _first_means(image, head, places)
    if wanted.pairs is None:
        return leading(means)
    brighter = np.maximum(means[:-1], means[1:])  # control and label in turn are steady
    dropped = leading(brighter)
    return dropped + (image.volumes - dropped) % 2 if dropped else 0


def _first_means(image: Image, head: list[NDArray[Any]], places: NDArray[np.intp]) -> FloatArray:
    """Return the brightness of the first volumes; where few go into the head, they are read twice."""
    if not places.size:
        return np.empty(0)
    wanted = min(_HEAD, image.volumes)
    if sum(block.shape[-1] for block in head) >= wanted:
        return np.concatenate([finite_means(_rows(block)[:, places]) for block in head])
    means = np.empty(0)
    with closing(image.blocks()) as again:
        for block in again:
            means = np.concatenate([means, finite_means(_rows(real(block))[:, places])])
            if means.size >= wanted:
                break
    return means


def _left(volumes: int, dropped: int, wanted: Wanted) -> int:
    """Return how many volumes are left, if they are enough."""
    left = max(volumes - dropped, 0)
    without = f" without the first {dropped}" if dropped else ""
    each, what = (1, "volumes") if wanted.pairs is None else (2, "volumes in pairs of control and label")
    if left % each:
        raise ImageError(
            f"The image has {left} volumes{without}, which are no pairs of control and label. Leave out what comes "
            "before the pairs, such as the image of M0, by the number of volumes to drop."
        )
    enough = each * max(wanted.order + 2, 2 * FEWEST_PAIRS if wanted.robust else 0)
    if left < enough:
        robust = " and robust noise" if wanted.robust else ""
        raise ImageError(
            f"The image has {left} volume{'s' * (left != 1)}{without}; temporal SNR with a trend of order "
            f"{wanted.order}{robust} needs at least {enough} {what}. Give a series (x, y, z, volume), or a lower order."
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
