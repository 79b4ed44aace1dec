"""How well temporal SNR is known: by how many differences, in how many voxels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mrsnr.distributions import chi_interval, median_inverse_sd
from mrsnr.intervals import interval_of
from mrsnr.model import FloatArray
from mrsnr.onepass import Pass, Wanted
from mrsnr.robust import pairs_of, scatter, worth

_MEDIAN_VARIANCE = np.pi / 2  # of a median over that of a mean
_METHOD_ERROR = 0.002  # relative: what counting does not see
_LARGEST_ERROR = 0.5  # relative: a value of less than two standard errors is none
_NORMAL_IQR = 1.349  # of a Gaussian of SD 1


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How well a voxel's SD is known: from so many differences, worth ``effective`` degrees of freedom.

    ``correction`` takes out what the median of the map reads high.
    """

    samples: int
    degrees_of_freedom: int
    effective: float
    voxel_factors: tuple[float, float]
    correction: float


def counted_in(seen: Pass, wanted: Wanted) -> Counted:
    """Return how well a voxel's SD is known."""
    if wanted.robust:
        pairs = pairs_of(seen.samples)
        return Counted(
            samples=seen.samples,
            degrees_of_freedom=pairs,
            effective=worth(pairs),
            voxel_factors=scatter(pairs),
            correction=1.0,
        )
    freedom = seen.samples - wanted.order - 1
    rho, kept = seen.lasting
    effective = max(1.0, freedom * (1 - rho**2) / (1 + rho**2))
    low, high = chi_interval(1.0, effective)
    return Counted(
        samples=seen.samples,
        degrees_of_freedom=freedom,
        effective=effective,
        voxel_factors=(1 / high, 1 / low),
        correction=math.sqrt(kept) / median_inverse_sd(effective),
    )


class Median(NamedTuple):
    """The median of a map without what it reads high, with its 95 % interval; and as it is."""

    value: float
    interval: tuple[float, float]
    uncorrected: float


def median_of(inside: FloatArray, counted: Counted, *, shared: float, quiet: int = 0) -> Median | None:
    """Return the median with its interval, ``None`` where it cannot be told from 0.

    Parameters
    ----------
    inside
        The map's values in the mask.
    counted
        How well each is known.
    shared
        How many voxels share a sample of an SD.
    quiet
        How many more voxels have a noise that is too low to be seen: their ratio is above the median.
    """
    inside = np.concatenate([inside, np.full(quiet, np.inf)]) if quiet else inside
    uncorrected = float(np.median(inside)) if inside.size else 0.0
    if not 0 < uncorrected < math.inf:
        return None
    value = uncorrected * counted.correction
    error = _error(value, inside, counted, shared=shared)
    return Median(value, interval_of(value, error), uncorrected) if error < _LARGEST_ERROR else None


def _error(value: float, inside: FloatArray, counted: Counted, *, shared: float) -> float:
    r"""Return the relative standard error of the median over voxels that are not all alike.

    Each has a relative scatter :math:`s^2 = 1 / 2 \nu + 1 / (T q^2)` of its own, by its SD and by the mean of T at a
    temporal SNR of q, and all together a spread S. The more they differ, the fewer of them decide where the median
    is: its variance is :math:`\pi/2 \cdot s S / N`.
    """
    own = math.hypot((2 * counted.effective) ** -0.5, counted.samples**-0.5 / value)
    low, high = np.quantile(inside, [0.25, 0.75], method="lower")
    if high == math.inf:
        high = 2 * value - low  # as far above as below
    spread = max(own, float(high - low) / (_NORMAL_IQR * value))
    counting = np.sqrt(_MEDIAN_VARIANCE * own * spread * shared / inside.size)
    return float(np.hypot(counting, _METHOD_ERROR))
