"""The stability of a series: temporal SNR, voxel by voxel."""

from __future__ import annotations

import math
import operator
from typing import Any, Literal

import numpy as np

from mrsnr.checks import confirmation, defined, noise_floor, not_phase, series_length, spikes, steady
from mrsnr.distributions import chi_interval, median_inverse_sd
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.fbirn import Asked, asked_for
from mrsnr.intervals import interval_of
from mrsnr.model import Check, FloatArray, Image, Temporal
from mrsnr.onepass import Pass, one_pass
from mrsnr.regions import Mask, geometry_checks, mask_of, object_mask
from mrsnr.snr import snr_map
from mrsnr.verdicts import expect_image, judge, provenance

_MEDIAN_VARIANCE = np.pi / 2  # of a median over that of a mean
_METHOD_ERROR = 0.002  # relative: what counting does not see
_UNDEFINED = "There is no temporal SNR: nothing in the mask varies, its mean is not positive, or it is a phase image."
_NORMAL_IQR = 1.349  # of a Gaussian of SD 1

TEMPORAL_DEFINITION = "temporal-snr/2"
"""Name of the definition, raised when a change moves a number."""


@np.errstate(all="ignore")
def temporal(
    image: Image,
    *,
    order: int = 2,
    mask: Mask | None = None,
    drop: int | Literal["auto"] = "auto",
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
    power, left_out = _whole(order, "order"), None if isinstance(drop, str) and drop == "auto" else _whole(drop, "drop")
    chosen = None if mask is None else mask_of(image, mask, name="mask")
    stability = _asked(image, fbirn, fbirn_slice, fbirn_roi)
    seen = one_pass(image, order=power, mask=chosen, drop=left_out, fbirn=stability)
    if not np.isfinite(seen.mean).any():
        raise ImageError("No voxel is finite at all times: the series holds only NaN or infinity.")
    tsnr = snr_map(seen.mean, seen.sd)
    where = object_mask(seen.mean) if chosen is None else chosen
    inside = tsnr[where & np.isfinite(tsnr)]
    freedom = image.volumes - seen.dropped - power - 1
    rho, kept = seen.lasting
    effective = max(1.0, freedom * (1 - rho**2) / (1 + rho**2))
    low, high = chi_interval(1.0, effective)
    median = float(np.median(inside)) if inside.size and image.kind != "phase" else None
    median = None if median is None or median <= 0 else median
    value = None if median is None else median * math.sqrt(kept) / median_inverse_sd(effective)
    checks = [
        not_phase(image),
        *_volume_checks(seen),
        series_length(degrees_of_freedom=freedom),
        *geometry_checks(image, mask=mask),
    ]
    if value is None:
        checks.append(defined(sentence=_UNDEFINED))
    else:
        checks += [noise_floor(value, kind=image.kind), confirmation(method="temporal")]
    verdict, reasons = judge(value, checks)
    return Temporal(
        value=value,
        interval=None if value is None else _interval(value, inside, effective, shared=seen.shared),
        uncorrected=median,
        voxel_factors=(1 / high, 1 / low),
        map=tsnr,
        mean=seen.mean,
        noise=seen.sd,
        mask=where,
        order=power,
        volumes=image.volumes,
        dropped=seen.dropped,
        degrees_of_freedom=freedom,
        effective_degrees_of_freedom=effective,
        autocorrelation=rho,
        verdict=verdict,
        reasons=reasons,
        provenance=provenance(image, TEMPORAL_DEFINITION),
        image=image,
        fbirn=seen.fbirn,
    )


def _interval(value: float, inside: FloatArray, freedom: float, *, shared: float) -> tuple[float, float]:
    r"""Return the 95 % interval of the median over voxels that are not all alike.

    Each has a relative scatter :math:`s = 1 / \sqrt{2 \nu}` of its own, and all together a spread S. The more they
    differ, the fewer of them decide where the median is: its variance is :math:`\pi/2 \cdot s S / N`.
    """
    own = (2 * freedom) ** -0.5
    low, high = np.quantile(inside, [0.25, 0.75])
    spread = max(own, float(high - low) / (_NORMAL_IQR * value))
    counting = np.sqrt(_MEDIAN_VARIANCE * own * spread * shared / inside.size)
    return interval_of(value, float(np.hypot(counting, _METHOD_ERROR)))


def _volume_checks(seen: Pass) -> tuple[Check, ...]:
    """Return whether the volumes are repeats, if each has voxels to see it by."""
    if not np.isfinite(seen.means).all():
        return ()
    return steady(seen.means, first=seen.dropped), spikes(seen.jumps, first=seen.dropped)


def _asked(image: Image, wanted: bool, index: int | None, edge: int | None) -> Asked | None:  # noqa: FBT001 - as given
    """Return where the fBIRN figures are asked for, ``None`` if they are not."""
    if not wanted:
        if index is None and edge is None:
            return None
        raise ArgumentError(
            "A slice or a ROI is given for the fBIRN figures, but these are not asked for; ask for both."
        )
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
