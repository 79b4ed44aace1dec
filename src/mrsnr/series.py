"""The stability of a series: temporal SNR, voxel by voxel."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from mrsnr.certainty import Counted, counted_in, median_of
from mrsnr.checks import (
    confirmation,
    copies,
    defined,
    lasting,
    noise_floor,
    not_phase,
    series_length,
    spikes,
    steady,
    varying,
)
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.fbirn import Asked, asked_for
from mrsnr.labelling import Pairs, pairs_named
from mrsnr.model import BoolArray, Check, Image, Temporal
from mrsnr.onepass import Pass, Wanted, one_pass
from mrsnr.regions import Mask, geometry_checks, mask_of, object_mask
from mrsnr.results import inputs_of
from mrsnr.snr import snr_map
from mrsnr.verdicts import expect_image, judge, merged, provenance

_UNDEFINED = (
    "There is no temporal SNR: nothing in the mask varies, its mean cannot be told from 0, or it is a phase image."
)
_UNDEFINED_PAIRS = (
    "There is no temporal SNR: in the mask nothing varies, or control - label cannot be told from 0 or is "
    "negative. Perhaps label comes first, or volumes before the pairs are not left out."
)

TEMPORAL_DEFINITION = "temporal-snr/2"
"""Name of the definition, raised when a change moves a number."""


@np.errstate(all="ignore")
def temporal(
    image: Image,
    *,
    order: int = 2,
    mask: Mask | None = None,
    drop: int | Literal["auto"] = "auto",
    robust: bool = False,
    pairs: Pairs | None = None,
    fbirn: bool = False,
    fbirn_slice: int | None = None,
    fbirn_roi: int | None = None,
) -> Temporal:
    r"""Measure the temporal SNR of a series: :math:`mean_t / SD_t` about a polynomial trend.

    The series is read once, a few volumes at a time: memory does not grow with their number.

    Parameters
    ----------
    image
        A series, shape (x, y, z, volume).
    order
        Order of the polynomial taken out before the SD: 2 removes quadratic drift; 0 is the plain mean / SD.
    mask
        Where the value is taken, shape of one volume; by default the bright voxels of the mean.
    drop
        How many of the first volumes to leave out; ``"auto"`` for those that came before the steady state, being
        brighter than the next ones by five times the spread of these and by 1 %.
    robust
        Whether the SD is that of spikes left aside: 1.05 times the median change between neighbours in time, volumes 0
        and 1, 2 and 3, ... It sees neither drift nor anything else that lasts longer than a volume (breathing, with
        a correlation r: noise reads low by :math:`\sqrt{1 - r}`), and scatters 2.3 times as much as the SD.
    pairs
        ``"control-label"`` or ``"label-control"`` for arterial spin labelling, by which comes first: the temporal SNR
        of the differences control - label. What comes before the pairs (an image of M0) has to be dropped.
    fbirn
        Whether to give the stability figures of the fBIRN phantom protocol too, from the same pass; see
        `mrsnr.fbirn.Fbirn`. They are about a quadratic trend, whatever the ``order``.
    fbirn_slice
        Where: 0-based index along the third axis, by default that of the middle.
    fbirn_roi
        Edge in voxels of the square that they are taken in, about the centre of the object (the ``mask``, else the
        bright voxels) in that slice; by default 21, of matrices below 64 15.

    Returns
    -------
    Temporal
        Maps over the whole grid, NaN where undefined: constant voxels, NaN in the series. Nothing is clipped. The value
        is the median of the map in the mask over :math:`\sqrt{\nu / \mathrm{median}(\chi^2_\nu)}`, by which the SD of
        few volumes makes it read high (5 % at 10 volumes); the map is not corrected.

    Raises
    ------
    ArgumentError
        If the order or ``drop`` is not a whole number from 0, ``image`` no `Image`, or there is no such slice.
    ImageError
        If there are too few volumes, or no voxel is finite; if the square of the fBIRN figures leaves the object.
    RegionError
        If the mask does not fit.

    Notes
    -----
    The mean is the temporal mean and the variance has T - order - 1 degrees of freedom, so that drift of that order
    biases neither. Noise that goes on from one volume to the next with correlation r leaves
    :math:`\nu (1 - r^2) / (1 + r^2)` of them, and the trend takes part of it, which the value has back.
    Motion, breathing and pulsation are counted as noise; slow ones are partly taken for trend in a short series. The
    interval is that of the noise in these voxels at this time: fluctuations that many voxels have in common make it too
    narrow.

    References
    ----------
    Murphy, Bodurka, Bandettini, NeuroImage 34:565-574 (2007). Hutton et al., NeuroImage 57:101-112 (2011).
    """
    expect_image(image)
    wanted = Wanted(
        order=_whole(order, "order"),
        mask=None if mask is None else mask_of(image, mask, name="mask"),
        drop=None if isinstance(drop, str) and drop == "auto" else _whole(drop, "drop"),
        robust=bool(robust),
        pairs=pairs_named(pairs),
        fbirn=_asked(image, fbirn, fbirn_slice, fbirn_roi, pairs=pairs),
    )
    seen = one_pass(image, wanted)
    if not np.isfinite(seen.mean).any():
        raise ImageError("No voxel is finite at all times: the series holds only NaN or infinity.")
    tsnr = snr_map(seen.mean, seen.sd)
    where = _where(seen, wanted)
    inside = tsnr[where & np.isfinite(tsnr)]
    counted = counted_in(seen, wanted)
    quiet = int((seen.quiet & where).sum())
    found = None if image.kind == "phase" else median_of(inside, counted, shared=seen.shared, quiet=quiet)
    value = None if found is None else found.value
    undefined = varying(undefined=int(where.sum()) - inside.size - quiet, voxels=int(where.sum()))
    of_volumes = (*_volume_checks(seen, wanted, counted), undefined, *geometry_checks(image, mask=mask))
    checks = merged((not_phase(image), *of_volumes, *_value_checks(image, seen, wanted, value=value, where=where)))
    verdict, reasons = judge(value, checks)
    return Temporal(
        value=value,
        interval=None if found is None else found.interval,
        uncorrected=None if found is None else found.uncorrected,
        voxel_factors=counted.voxel_factors,
        map=tsnr,
        mean=seen.mean,
        noise=seen.sd,
        mask=where,
        order=wanted.order,
        robust=wanted.robust,
        pairs=wanted.pairs,
        volumes=image.volumes,
        dropped=seen.dropped,
        degrees_of_freedom=counted.degrees_of_freedom,
        effective_degrees_of_freedom=counted.effective,
        autocorrelation=seen.lasting.correlation,
        verdict=verdict,
        reasons=reasons,
        checks=checks,
        provenance={**provenance(image, TEMPORAL_DEFINITION), "inputs": inputs_of(mask=mask)},
        image=image,
        fbirn=seen.fbirn,
    )


def _where(seen: Pass, wanted: Wanted) -> BoolArray:
    """Return where the value is taken: the mask, else what is bright in the mean, of pairs in the volumes."""
    if wanted.mask is not None:
        return wanted.mask
    return object_mask(seen.mean if wanted.pairs is None else seen.brightness)


def _brightness(seen: Pass, where: BoolArray) -> float:
    """Return how far single volumes of pairs are above their noise."""
    ratio = snr_map(seen.brightness, seen.sd / math.sqrt(2))[where]
    return float(np.nanmedian(ratio))


def _volume_checks(seen: Pass, wanted: Wanted, counted: Counted) -> Iterator[Check]:
    """Yield whether the volumes are repeats, if each has voxels to see it by, and enough of them."""
    if np.isfinite(seen.means).all():
        yield steady(seen.means, first=seen.dropped)
        yield copies(seen.jumps, first=seen.dropped)
        yield spikes(seen.jumps, first=seen.dropped, robust=wanted.robust)
    if wanted.robust:
        yield lasting(seen.lasting.correlation)
    else:
        yield series_length(degrees_of_freedom=counted.degrees_of_freedom)


def _value_checks(
    image: Image, seen: Pass, wanted: Wanted, *, value: float | None, where: BoolArray
) -> Iterator[Check]:
    """Yield whether there is a value, and what it is worth."""
    if value is None:
        yield defined(sentence=_UNDEFINED if wanted.pairs is None else _UNDEFINED_PAIRS)
        return
    yield noise_floor(value if wanted.pairs is None else _brightness(seen, where), kind=image.kind)
    yield confirmation(method="temporal")


def _asked(
    image: Image,
    wanted: bool,  # noqa: FBT001 - as given
    index: int | None,
    edge: int | None,
    *,
    pairs: object,
) -> Asked | None:
    """Return where the fBIRN figures are asked for, ``None`` if they are not."""
    if not wanted:
        if index is None and edge is None:
            return None
        raise ArgumentError(
            "A slice or a ROI is given for the fBIRN figures, but these are not asked for; ask for both."
        )
    if pairs is not None:
        raise ArgumentError("The fBIRN figures are of a phantom's volumes, not of pairs of control and label.")
    if image.kind == "phase":
        raise ImageError("This is a phase image, which has no signal; the fBIRN figures are of a magnitude image.")
    chosen, size = (
        None if number is None else _whole(number, name)
        for number, name in ((index, "fbirn_slice"), (edge, "fbirn_roi"))
    )
    return asked_for(image.grid, slice=chosen, size=size)


def _whole(number: Any, name: str) -> int:
    """Return a whole number from 0."""
    try:
        whole = operator.index(number)
    except TypeError:
        whole = -1
    if whole < 0:
        raise ArgumentError(f"{name} is {number!r}; expected a whole number from 0.")
    return whole
