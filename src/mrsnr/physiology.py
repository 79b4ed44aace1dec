r"""Temporal noise taken apart: thermal noise, and fluctuations in proportion to the signal (breathing, pulsation).

With :math:`\sigma_t^2 = \sigma_0^2 + \lambda^2 S^2` and :math:`SNR_0 = S / \sigma_0` the temporal SNR obeys
:math:`tSNR^{-2} = \lambda^2 + SNR_0^{-2}`: it cannot exceed :math:`1 / \lambda`, however high the SNR of one image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.errors import ArgumentError
from mrsnr.model import FloatArray

_ROUNDS, _SETTLED = 100, 1e-12
_PROBABILITY = 0.975  # of each end of a 95 % interval
_SMALLEST = 1e-50  # and one over it: squares of squares are finite
_ALIKE = 1e-6  # relative: signals this close are one signal


@dataclass(frozen=True, kw_only=True)
class Split:
    r"""Temporal noise as thermal noise and physiological noise.

    ``physiological`` is lambda, the SD of the fluctuations over the signal, ``interval`` its 95 % interval (``None``
    where two numbers were found from two points of unknown error). ``largest`` is 1 / lambda, what temporal SNR tends
    to. ``squared`` is lambda^2 as it was fitted: where it is negative, no physiological noise was seen; lambda is then
    0, ``largest`` is ``None``, and the interval ends at the upper limit. ``scatter`` is the relative scatter of the
    temporal SNRs about the curve, ``None`` without a point to spare. ``thermal`` is sigma_0 in image units and
    ``thermal_interval`` its interval, where `split_by_signal` found them; 0 if none was seen.
    """

    physiological: float
    interval: tuple[float, float] | None
    largest: float | None
    squared: float
    scatter: float | None
    points: int
    thermal: float | None = None
    thermal_interval: tuple[float, float] | None = None

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.squared <= 0:
            upper = "" if self.interval is None else f": it is at most {self.interval[1]:.2g} of the signal"
            return f"No physiological noise was seen{upper}."
        ends = "" if self.interval is None else f" ({self.interval[0]:.2g} to {self.interval[1]:.2g})"
        most = "" if self.largest is None else f"; temporal SNR cannot exceed {self.largest:.4g}"
        return f"Physiological fluctuations are {self.physiological:.3g} of the signal{ends}{most}."


def split(tsnr: ArrayLike, snr0: ArrayLike, *, errors: ArrayLike | None = None) -> Split:
    r"""Find the physiological noise from the temporal SNR at several SNRs of one image.

    1. :math:`tSNR_i^{-2} - SNR_{0,i}^{-2}` is lambda^2 and an error.
    2. Average with weights of 1 over the squared SD of that error, :math:`2 e_i tSNR_i^{-2}` with the relative error
       e_i; tSNR in it is that of the fitted curve, so that points which happen to read low get no larger weight.

    Parameters
    ----------
    tsnr
        Temporal SNR, two or more, as `mrsnr.temporal` gives them.
    snr0
        SNR of one image for each, thermal noise only, of the same tissue: at other resolutions, flip angles or fields.
    errors
        Standard error of each temporal SNR (a 95 % interval is 3.92 wide); without, all have the same relative error,
        which is found from their scatter.

    Raises
    ------
    ArgumentError
        If there are fewer than two points, their numbers differ, or a value is not positive and finite.

    Notes
    -----
    The interval is Student's (or, with ``errors``, Gaussian, wider where the scatter is more than these explain). It is
    wrong if an error of SNR0 is shared by all points: one that reads 1 % low makes lambda^2 read low by 2 % of
    SNR0^-2. Where lambda^2 comes out negative the upper limit counts from 0, and is then too high rather than too low;
    where it is negative by far, SNR0 reads low.
    Not for the SNR of combined channels whose noise has a floor, nor after smoothing: neighbours share the
    fluctuations, but not the thermal noise. Lambda depends on echo time, field, TR and the trend taken out.

    References
    ----------
    Krueger, Glover, Magn Reson Med 46:631-637 (2001). Triantafyllou et al., NeuroImage 26:243-250 (2005).
    """
    measured, known = _points(tsnr, snr0, name="SNR0")
    design = np.ones((measured.size, 1))
    return _found(_fit(measured**-2, design, offset=known**-2, relative=_relative(errors, measured)))


def split_by_signal(tsnr: ArrayLike, signal: ArrayLike, *, errors: ArrayLike | None = None) -> Split:
    r"""Find thermal and physiological noise from the temporal SNR at several signals, with SNR0 unknown.

    :math:`tSNR^{-2} = \lambda^2 + \sigma_0^2 / S^2` is a line over 1 / S^2: a fit like that of `split`, of two numbers.

    Parameters
    ----------
    tsnr
        Temporal SNR, two or more: of the same tissue at several flip angles, receiver and resolution unchanged.
    signal
        Mean signal of each, image units.
    errors
        Standard error of each temporal SNR; see `split`. Without, two points have no interval.

    Raises
    ------
    ArgumentError
        If there are fewer than two points, their numbers differ, a value is not positive and finite, or all signals
        are alike.

    Notes
    -----
    If one of the two squares comes out negative it is set to 0, and the other is fitted alone. Lambda is known only if
    the strongest signal has a temporal SNR near 1 / lambda, sigma_0 only if the weakest is well below.

    References
    ----------
    Krueger, Glover, Magn Reson Med 46:631-637 (2001).
    """
    measured, strength = _points(tsnr, signal, name="signal")
    if float(np.ptp(strength)) <= _ALIKE * float(strength.max()):
        raise ArgumentError(
            f"All signals are {strength[0]:g}; expected at least two that differ, such as those of two flip angles."
        )
    unit = float(strength.min())
    design = np.column_stack([np.ones(measured.size), (unit / strength) ** 2])
    relative = _relative(errors, measured)
    fit = _fit(measured**-2, design, offset=np.zeros(measured.size), relative=relative)
    return _found(fit, unit=unit)


def thermal(tsnr: ArrayLike, physiological: float) -> FloatArray:
    r"""Return SNR0, what temporal SNR would be without physiological noise.

    :math:`SNR_0 = tSNR / \sqrt{1 - \lambda^2 tSNR^2}`.

    Parameters
    ----------
    tsnr
        Temporal SNR, any shape: a number, or a map.
    physiological
        Lambda, the SD of the fluctuations over the signal; not negative.

    Returns
    -------
    SNR0 in the same shape; NaN where the temporal SNR is not below 1 / lambda, its limit.

    Raises
    ------
    ArgumentError
        If lambda is negative or not finite.

    References
    ----------
    Krueger, Glover, Magn Reson Med 46:631-637 (2001).
    """
    if not (math.isfinite(physiological) and physiological >= 0):
        raise ArgumentError(f"The physiological noise is {physiological!r}; expected a number from 0, of the signal.")
    values = np.asarray(tsnr, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        left = 1 - (physiological * values) ** 2
        return np.asarray(values / np.sqrt(np.where(left > 0, left, np.nan)))


def _found(fit: _Fit, *, unit: float | None = None) -> Split:
    """Return square roots; ``unit`` is that of sigma_0, where it was fitted too."""
    roots, ends = np.sqrt(fit.kept), None if fit.ends is None else np.sqrt(fit.ends)
    physiological = float(roots[0])
    return Split(
        physiological=physiological,
        interval=None if ends is None else _pair(ends[:, 0]),
        largest=1 / physiological if physiological > 0 else None,
        squared=float(fit.squares[0]),
        scatter=fit.scatter,
        points=fit.points,
        thermal=None if unit is None else unit * float(roots[1]),
        thermal_interval=None if unit is None or ends is None else _pair(unit * ends[:, 1]),
    )


def _pair(ends: FloatArray) -> tuple[float, float]:
    return float(ends[0]), float(ends[1])


@dataclass(frozen=True, eq=False, kw_only=True)
class _Fit:
    """Squares as fitted, ``kept`` without what is negative, and the ``ends`` (2, squares) of their intervals."""

    squares: FloatArray
    kept: FloatArray
    ends: FloatArray | None
    scatter: float | None
    points: int


def _fit(seen: FloatArray, design: FloatArray, *, offset: FloatArray, relative: FloatArray | None) -> _Fit:
    """Fit sums of squares, all positive: ``seen`` = offset + design @ squares, with errors in proportion to the sum."""
    error = np.ones(seen.size) if relative is None else relative
    squares, sd = _settled(seen - offset, design, offset=offset, error=error)
    kept, positive = np.zeros(squares.size), squares > 0
    if positive.all():
        kept = squares
    elif positive.any():
        kept[positive] = np.maximum(_settled(seen - offset, design[:, positive], offset=offset, error=error)[0], 0)
    away = (seen - offset - design @ squares) / sd  # in SDs; without errors, in relative errors of temporal SNR
    spare = seen.size - squares.size
    step = _step(float(away @ away), spare, known=relative is not None)
    se = np.sqrt(np.diag(np.linalg.inv(design.T @ (design / sd[:, None] ** 2))))
    return _Fit(
        squares=squares,
        kept=kept,
        ends=None if step is None else np.maximum([kept - step * se, kept + step * se], 0),
        scatter=float(np.linalg.norm(away * error)) / math.sqrt(spare) if spare else None,
        points=seen.size,
    )


def _settled(
    target: FloatArray, design: FloatArray, *, offset: FloatArray, error: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the weighted least squares, and the SDs that they give to the points."""
    expected: FloatArray = target + offset
    before: FloatArray = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        sd = 2 * error * expected
        squares = np.asarray(np.linalg.lstsq(design / sd[:, None], target / sd, rcond=None)[0], dtype=np.float64)
        if np.allclose(squares, before, rtol=_SETTLED, atol=0):
            break
        expected, before = offset + design @ np.maximum(squares, 0), squares
    return squares, sd


def _step(squares: float, spare: int, *, known: bool) -> float | None:
    """Return how many of its standard errors a 95 % interval goes to either side of a square."""
    if known:
        return NormalDist().inv_cdf(_PROBABILITY) * math.sqrt(max(1.0, squares / spare if spare else 1.0))
    if not spare:
        return None
    from scipy.special import stdtrit  # noqa: PLC0415 - importing it takes longer than the fit

    return float(stdtrit(spare, _PROBABILITY)) * math.sqrt(squares / spare)


def _points(tsnr: ArrayLike, other: ArrayLike, *, name: str) -> tuple[FloatArray, FloatArray]:
    """Return both as arrays of positive numbers, of one length from 2."""
    measured, beside = _positive(tsnr, "temporal SNR"), _positive(other, name)
    if measured.size != beside.size:
        raise ArgumentError(
            f"There are {measured.size} values of temporal SNR and {beside.size} of {name}; expected one for each."
        )
    if measured.size < 2:
        raise ArgumentError(
            f"There is {measured.size or 'no'} point; thermal and physiological noise are told apart from two at least."
        )
    return measured, beside


def _relative(errors: ArrayLike | None, tsnr: FloatArray) -> FloatArray | None:
    """Return standard errors as parts of what they are of."""
    if errors is None:
        return None
    found = _positive(errors, "standard error")
    if found.size != tsnr.size:
        raise ArgumentError(f"There are {tsnr.size} points and {found.size} errors; expected one for each.")
    return found / tsnr


def _positive(values: ArrayLike, name: str) -> FloatArray:
    """Return a list of positive numbers as an array."""
    try:
        found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"The {name} holds something else than numbers; expected one for each point.") from error
    if found.ndim != 1:
        raise ArgumentError(f"The {name} has the shape {found.shape}; expected a list, one number for each point.")
    wrong = found[~((found > 0) & np.isfinite(found))]
    if wrong.size:
        raise ArgumentError(f"The {name} holds {wrong[0]:g}; expected positive, finite numbers only.")
    if found.size and not (found.min() > _SMALLEST and found.max() < 1 / _SMALLEST):
        raise ArgumentError(f"The {name} runs from {found.min():g} to {found.max():g}; expected 1e-50 to 1e50.")
    return found
