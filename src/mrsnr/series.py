"""The stability of a series: temporal SNR, voxel by voxel."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks import confirmation, defined, not_phase, series_length, steady
from mrsnr.detrend import TrendSums
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import real
from mrsnr.judgement import expect_image, judge, provenance
from mrsnr.model import BoolArray, Check, FloatArray, Image, Temporal
from mrsnr.regions import Mask, geometry_checks, mask_of, object_mask
from mrsnr.snr import snr_map

TEMPORAL_DEFINITION = "temporal-snr/1"
"""Name of the definition, raised when a change moves a number."""


@np.errstate(all="ignore")
def temporal(image: Image, *, order: int = 2, mask: Mask | None = None) -> Temporal:
    r"""Measure the temporal SNR of a series: :math:`mean_t / SD_t` about a polynomial trend.

    Parameters
    ----------
    image
        A series, shape (x, y, z, volume).
    order
        Order of the polynomial taken out before the SD: 2 removes quadratic drift; 0 is the plain mean / SD.
    mask
        Where the value (the median of the map) is taken, shape of one volume; by default the bright voxels of the mean.

    Returns
    -------
    Temporal
        Maps over the whole grid, NaN where undefined: constant voxels, NaN in the series. Nothing is clipped.

    Raises
    ------
    ArgumentError
        If the order is not a whole number from 0, or ``image`` no `Image`.
    ImageError
        If there are too few volumes, or no voxel is finite.
    RegionError
        If the mask does not fit.

    Notes
    -----
    The mean is the temporal mean and the variance has T - order - 1 degrees of freedom, so that drift of that order
    biases neither. The median of short series reads high: see the ``series-length`` check. Motion, breathing and
    pulsation are counted as noise; noise that is correlated in time is partly taken for trend in a short series.

    References
    ----------
    Murphy, Bodurka, Bandettini, NeuroImage 34:565-574 (2007). Hutton et al., NeuroImage 57:101-112 (2011).
    """
    expect_image(image)
    freedom = _degrees_of_freedom(image.volumes, order)
    chosen = None if mask is None else mask_of(image, mask, name="mask")
    mean, sd, course = _one_pass(image, order=order, mask=chosen)
    if not np.isfinite(mean).any():
        raise ImageError("No voxel is finite at all times: the series holds only NaN or infinity.")
    tsnr = snr_map(mean, sd)
    where = object_mask(mean) if chosen is None else chosen
    inside = tsnr[where & np.isfinite(tsnr)]
    value = float(np.median(inside)) if inside.size and image.kind != "phase" else None
    checks = [
        not_phase(image),
        *_steadiness(course),
        series_length(degrees_of_freedom=freedom),
        *geometry_checks(image, mask=mask),
    ]
    if value is None:
        checks.append(defined(sentence="There is no temporal SNR: nothing in the mask varies, or it is a phase image."))
    else:
        checks.append(confirmation(method="temporal"))
    verdict, reasons = judge(value, checks)
    return Temporal(
        value=value,
        interval=None,
        map=tsnr,
        mean=mean,
        noise=sd,
        mask=where,
        order=int(order),
        volumes=image.volumes,
        degrees_of_freedom=freedom,
        verdict=verdict,
        reasons=reasons,
        provenance=provenance(image, TEMPORAL_DEFINITION),
        image=image,
    )


def _one_pass(image: Image, *, order: int, mask: BoolArray | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean and residual SD over time, and the mean of each volume in the mask or, without one, the object."""
    sums = TrendSums(math.prod(image.grid), image.volumes, order=order)
    course: list[float] = []
    where = mask
    for block in image.blocks():
        volumes = real(block)
        if where is None:
            where = object_mask(volumes.mean(axis=-1, dtype=np.float64))
        rows = volumes.reshape(-1, volumes.shape[-1], order="F").T
        sums.add(rows, first=len(course))
        course += _means(rows[:, where.ravel(order="F")])
    mean, sd = (values.reshape(image.grid, order="F") for values in (sums.mean, sums.residual_sd))
    return mean, sd, np.array(course)


def _means(rows: NDArray[Any]) -> list[float]:
    """Return the mean of each row, NaN where none of it is finite."""
    finite = np.isfinite(rows)
    counts = finite.sum(axis=1)
    sums = np.sum(rows, axis=1, where=finite, dtype=np.float64)
    means: list[float] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).tolist()
    return means


def _steadiness(course: FloatArray) -> tuple[Check, ...]:
    """Return whether the volumes are repeats, if each has voxels to see it by."""
    return (steady(course),) if np.isfinite(course).all() else ()


def _degrees_of_freedom(volumes: int, order: int) -> int:
    """Return what a trend of this order leaves of the volumes, if it is enough."""
    try:
        power = operator.index(order)
    except TypeError:
        power = -1
    if power < 0:
        raise ArgumentError(f"order is {order!r}; expected a whole number from 0.")
    freedom = volumes - power - 1
    if freedom < 1:
        raise ImageError(
            f"The image has {volumes} volume{'s' * (volumes != 1)}; temporal SNR with a trend of order {power} needs "
            f"at least {power + 2}. Give a series (x, y, z, volume), or a lower order."
        )
    return freedom
