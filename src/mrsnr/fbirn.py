"""The stability figures of the fBIRN phantom protocol, from sums that are fed a few volumes at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.detrend import TrendSums, polynomials
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.model import BoolArray, FloatArray
from mrsnr.regions import object_mask

FBIRN_DEFINITION = "fbirn/1"
"""Name of the definition, raised when a change moves a number."""

_ORDER = 2  # of the trend, whatever order temporal SNR was asked with: the protocol's
_FEWEST = 10  # volumes: with fewer the mean of 1 / SD is far too high
_EDGE, _SMALL_EDGE, _SMALL_MATRIX = 21, 15, 64  # voxels
_LEAST_EDGE = 3
_OUTSIDE = 0.01  # of the ROI: a few dark voxels are bubbles or noise, more are the rim
_ROUNDING = 8 * np.finfo(np.float64).eps
_SCALE = 1000.0  # that the median signal is taken for in DVARS: then 10 is 1 %


@dataclass(frozen=True, eq=False, kw_only=True)
class Fbirn:
    """The stability of a phantom in one slice, by the fBIRN protocol.

    ``signal``, ``noise``, ``sfnr_map`` (temporal mean, residual SD and their ratio) and ``odd_even`` (sum of the odd
    volumes minus that of the even ones, over the first ``paired`` of ``volumes``) have the shape (x, y) of the slice.
    The ROI is a square of ``size`` voxels from ``corner``; in it ``mean_signal`` and ``static_noise`` are in image
    units, ``sfnr`` and ``snr`` ratios, ``fluctuation``, ``drift`` (of the fit) and ``raw_drift`` (of the volumes) in %.
    ``weisskoff`` is the fluctuation in % of squares of 1, 2, ... ``size`` voxels, ``radius`` the first over the last
    (radius of decorrelation, voxels). ``course`` and ``trend`` are the ROI's mean in each volume and the fit to it;
    ``dvars`` is the root mean square change between successive volumes over the object in the slice, its median signal
    being taken for 1000. ``None`` stands for what does not vary.
    """

    slice: int
    corner: tuple[int, int]
    size: int
    volumes: int
    paired: int
    signal: FloatArray
    noise: FloatArray
    sfnr_map: FloatArray
    odd_even: FloatArray
    mean_signal: float
    sfnr: float | None
    static_noise: float
    snr: float | None
    fluctuation: float
    drift: float
    raw_drift: float
    weisskoff: FloatArray
    radius: float | None
    course: FloatArray
    trend: FloatArray
    dvars: FloatArray
    definition: str = FBIRN_DEFINITION


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which slice, and how many voxels wide a ROI."""

    slice: int
    size: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Place:
    """Where in a volume the figures are taken: a slice, the ROI's lowest x and y and its size, and the object."""

    slice: int
    corner: tuple[int, int]
    size: int
    object: BoolArray


def asked_for(grid: tuple[int, ...], *, slice: int | None, size: int | None) -> Asked:  # noqa: A002 - the field's word
    """Return slice and size with what is usual put in for ``None``: the middle, and 21 voxels, 15 of matrices below 64.

    Raises
    ------
    ArgumentError
        If there is no such slice, or the size is below 3.
    """
    slices = grid[2] if len(grid) > 2 else 1
    chosen = slices // 2 if slice is None else slice
    if chosen >= slices:
        raise ArgumentError(
            f"There is no slice {chosen} for the fBIRN figures; the image has slices 0 to {slices - 1}."
        )
    edge = (_SMALL_EDGE if min(grid[:2]) < _SMALL_MATRIX else _EDGE) if size is None else size
    if edge < _LEAST_EDGE:
        raise ArgumentError(f"The ROI of the fBIRN figures is {edge} voxels wide; expected {_LEAST_EDGE} at least.")
    return Asked(slice=chosen, size=edge)


def place_of(signal: FloatArray, asked: Asked, *, mask: BoolArray | None) -> Place:
    """Put the ROI on the centre of mass of the object in a slice.

    Parameters
    ----------
    signal
        The slice, shape (x, y).
    asked
        From `asked_for`.
    mask
        The object in the slice, ``None`` for the bright voxels. Every voxel counts the same: a coil's shading moves
        nothing.

    Raises
    ------
    ImageError
        If the slice is too small, has no object, or the ROI leaves it: more than 1 % of its voxels are outside.
    """
    wide, high = signal.shape
    edge = asked.size
    if edge > min(wide, high):
        raise ImageError(
            f"The slices have {wide} x {high} voxels, too few for the fBIRN figures' ROI of {edge} x {edge}. "
            "Ask for a smaller ROI."
        )
    inside = object_mask(signal) if mask is None else mask
    if not inside.any():
        raise ImageError(f"There is no object in slice {asked.slice} to put the fBIRN figures' ROI on; choose another.")
    centre = [float(places.mean()) for places in np.nonzero(inside)]
    x, y = (round(middle - (edge - 1) / 2) for middle in centre)
    outside = edge**2 - int(inside[max(x, 0) : x + edge, max(y, 0) : y + edge].sum())
    if min(x, y) < 0 or x + edge > wide or y + edge > high or outside > _OUTSIDE * edge**2:
        raise ImageError(
            f"The fBIRN figures' ROI of {edge} x {edge} voxels about the centre of the object in slice {asked.slice} "
            f"({centre[0]:.0f}, {centre[1]:.0f}) leaves the object: {outside} of its {edge**2} voxels are outside. "
            "Ask for a smaller ROI or another slice, or give a mask of the phantom."
        )
    return Place(slice=asked.slice, corner=(x, y), size=edge, object=inside)


class FbirnSums:
    r"""What one pass adds up over a slice for the fBIRN figures; per volume it keeps the mean of each square only.

    Squares of w voxels are nested about the centre of the ROI. All SDs are about a quadratic trend and have T - 3
    degrees of freedom. The static noise is :math:`\sqrt{var(D) / T}`, D being the sum of the odd volumes less that of
    the even ones; the last of an odd number of volumes is left out of it.

    Parameters
    ----------
    place
        From `place_of`.
    volumes
        How many will be added.

    Raises
    ------
    ImageError
        If they are fewer than 10.

    References
    ----------
    Friedman, Glover, J Magn Reson Imaging 23:827-839 (2006). Weisskoff, Magn Reson Med 36:643-645 (1996). DVARS: Power
    et al., NeuroImage 59:2142-2154 (2012).
    """

    def __init__(self, place: Place, volumes: int) -> None:
        if volumes < _ORDER + 2:
            raise ImageError(f"The fBIRN figures need {_FEWEST} volumes at least; there are {volumes}.")
        voxels = place.object.size
        self._place = place
        self._volumes = volumes
        self._trend = TrendSums(voxels, volumes, order=_ORDER)
        self._start, self._difference = np.zeros((2, voxels))
        self._before = np.empty((0, int(place.object.sum())))
        self._courses: list[FloatArray] = []
        self._changes: list[FloatArray] = []

    @np.errstate(invalid="ignore", over="ignore")  # a value that is not finite makes its voxel undefined, and no noise
    def add(self, rows: NDArray[Any], *, first: int) -> None:
        """Add some volumes, shape (volumes, voxels) with x fastest, as to `mrsnr.detrend.TrendSums`."""
        begin = self._place.slice * self._start.size
        values = np.array(rows[:, begin : begin + self._start.size], dtype=np.float64, order="C")
        self._trend.add(values, first=first)
        if first == 0:
            self._start = values.mean(axis=0)
        values -= self._start  # so that sums of squares and of differences lose no digits
        numbers = np.arange(first, first + len(values))
        signs = np.where(numbers < self._paired, 1.0 - 2 * (numbers % 2), 0.0)
        self._difference += signs @ values
        self._courses.append(_squares(self._region(values)) + _squares(self._region(self._start[np.newaxis])))
        joined = np.concatenate([self._before, values[:, self._place.object.ravel(order="F")]])
        self._changes.append(np.sqrt(_finite_means(np.diff(joined, axis=0) ** 2)))
        self._before = joined[-1:]

    @property
    def _paired(self) -> int:
        return self._volumes - self._volumes % 2

    def _region(self, values: FloatArray) -> FloatArray:
        """Return the voxels of the ROI, shape (volumes, y, x)."""
        (x, y), edge = self._place.corner, self._place.size
        slices = values.reshape(len(values), *self._place.object.shape[::-1])
        return slices[:, y : y + edge, x : x + edge]

    @np.errstate(all="ignore")
    def figures(self) -> Fbirn:
        """Return the figures, once all volumes have been added.

        Raises
        ------
        ImageError
            If the ROI holds NaN or infinity, or no signal.
        """
        courses = np.concatenate(self._courses)
        if not np.isfinite(courses).all():
            raise ImageError(
                "The ROI of the fBIRN figures holds voxels that are NaN or infinite; choose another slice."
            )
        mean = float(courses[:, -1].mean())
        if not mean > 0:
            raise ImageError(f"The ROI of the fBIRN figures has no signal: its mean is {mean:.4g}.")
        trend, sds = _residual_sds(courses)
        weisskoff = 100 * sds / courses.mean(axis=0)
        signal, noise, odd_even = (
            self._image(v) for v in (self._trend.mean, self._trend.residual_sd, self._difference)
        )
        static = float(self._region(self._difference[np.newaxis]).std(ddof=1)) / self._paired**0.5
        ratios = self._region((self._trend.mean / self._trend.residual_sd)[np.newaxis])
        defined = np.isfinite(ratios)
        median = float(np.nanmedian(signal[self._place.object]))
        return Fbirn(
            slice=self._place.slice,
            corner=self._place.corner,
            size=self._place.size,
            volumes=self._volumes,
            paired=self._paired,
            signal=signal,
            noise=noise,
            sfnr_map=signal / noise,
            odd_even=odd_even,
            mean_signal=mean,
            sfnr=float(ratios[defined].mean()) if defined.any() else None,
            static_noise=static,
            snr=mean / static if static > 0 else None,
            fluctuation=float(weisskoff[-1]),
            drift=100 * float(np.ptp(trend)) / mean,
            raw_drift=100 * float(np.ptp(courses[:, -1])) / mean,
            weisskoff=weisskoff,
            radius=float(weisskoff[0] / weisskoff[-1]) if weisskoff[-1] > 0 else None,
            course=courses[:, -1],
            trend=trend,
            dvars=np.concatenate(self._changes) * (_SCALE / median),
        )

    def _image(self, values: FloatArray) -> FloatArray:
        return values.reshape(self._place.object.shape, order="F")


def _squares(region: FloatArray) -> FloatArray:
    """Return the mean of each volume in squares of 1, 2, ... voxels about the centre, shape (volumes, widths)."""
    edge = region.shape[-1]
    means = np.empty((len(region), edge))
    for width in range(1, edge + 1):
        part = slice((edge - width) // 2, (edge - width) // 2 + width)
        means[:, width - 1] = region[:, part, part].mean(axis=(1, 2))
    return means


def _residual_sds(courses: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the fit to the last column, and the SD of each about its own; 0 where that is no more than rounding."""
    basis = polynomials(len(courses), _ORDER)
    apart = courses - courses[0]
    fits = basis @ (basis.T @ apart)
    sds = np.sqrt(((apart - fits) ** 2).sum(axis=0) / (len(courses) - _ORDER - 1))
    return fits[:, -1] + courses[0, -1], np.where(sds > _ROUNDING * np.abs(courses).max(axis=0), sds, 0.0)


def _finite_means(rows: FloatArray) -> FloatArray:
    """Return the mean of the finite values of each row, NaN where there are none."""
    finite = np.isfinite(rows)
    counts = finite.sum(axis=1)
    return np.where(counts > 0, np.sum(rows, axis=1, where=finite) / np.maximum(counts, 1), np.nan)
