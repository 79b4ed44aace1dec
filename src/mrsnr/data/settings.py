"""The options of the digital phantom, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.errors import ArgumentError
from mrsnr.model import FloatArray

AIR = ("noise", "zero", "smooth")
FIELD_OF_VIEW = (420.0, 420.0, 78.0)
DEFAULT_SNR = 20.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was asked of `mrsnr.data.phantom`, with its defaults filled in; see there."""

    shape: tuple[int, int, int]
    voxel_size: tuple[float, float, float]
    sigma: float | None
    snr: float | None
    channels: int
    scale: float
    bias_field: float
    noise_map: FloatArray
    air: str
    acquired: tuple[int, int]
    ghost: float
    phase_axis: int
    volumes: int
    drift: float
    fluctuation: float
    tr: float
    integer: bool
    seed: int


def checked_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Give the grid's shape, or say why it is none."""
    try:
        sizes = tuple(whole("size of the grid", size, low=1) for size in shape)
    except TypeError:
        sizes = ()
    if len(sizes) != 3:
        raise ArgumentError(f"The shape is {shape!r}; expected three whole numbers: (x, y, z).")
    return sizes[0], sizes[1], sizes[2]


def checked_voxel_size(voxel_size: Sequence[float] | None, shape: tuple[int, int, int]) -> tuple[float, float, float]:
    """Give the edge lengths of a voxel in mm; without any, those that share out the usual field of view."""
    if voxel_size is None:
        x, y, z = (length / size for length, size in zip(FIELD_OF_VIEW, shape, strict=True))
        return x, y, z
    try:
        sizes = tuple(number("voxel size", size, low=0, above=True) for size in voxel_size)
    except TypeError:
        sizes = ()
    if len(sizes) != 3:
        raise ArgumentError(f"The voxel size is {voxel_size!r}; expected three lengths in mm: (x, y, z).")
    return sizes[0], sizes[1], sizes[2]


def checked_noise(sigma: float | None, snr: float | None) -> tuple[float | None, float | None]:
    """Give sigma or the SNR, one of them ``None``."""
    if sigma is not None and snr is not None:
        raise ArgumentError(f"Both sigma ({sigma}) and snr ({snr}) are given; give one, the other follows from it.")
    if sigma is not None:
        return number("sigma", sigma, low=0), None
    return None, number("snr", DEFAULT_SNR if snr is None else snr, low=0, above=True)


def checked_acquired(zero_fill: float, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Give the acquired matrix: the stored one over ``zero_fill``, rounded."""
    factor = number("zero_fill", zero_fill, low=1)
    x, y = (round(size / factor) for size in shape[:2])
    if min(x, y) < 1:
        raise ArgumentError(
            f"The zero_fill is {zero_fill}, which leaves no k-space of a matrix of {shape[0]} x {shape[1]}; "
            f"expected at most {min(shape[:2])}."
        )
    return x, y


def checked_noise_map(sigma_map: ArrayLike | None, shape: tuple[int, int, int]) -> FloatArray:
    """Give the factor on sigma of every voxel, shape of the grid."""
    if sigma_map is None:
        return np.ones(shape)
    if np.ndim(sigma_map) == 0:
        middle = np.ones(shape)
        for axis in (0, 1):
            place = (np.arange(shape[axis]) + 0.5) / shape[axis]
            middle = middle * np.expand_dims(np.sin(np.pi * place) ** 2, tuple({0, 1, 2} - {axis}))
        return 1 + number("sigma_map", sigma_map, low=0) * middle
    factors = np.array(sigma_map, dtype=np.float64)
    if factors.shape != shape:
        raise ArgumentError(f"The sigma_map has shape {factors.shape}; expected a number or the grid's shape {shape}.")
    if not (np.isfinite(factors).all() and (factors > 0).all()):
        raise ArgumentError("The sigma_map holds values that are not above 0; expected positive factors on sigma.")
    return factors


def checked_ghost(ghost: float, phase_axis: int, shape: tuple[int, int, int]) -> tuple[float, int]:
    """Give the ghost's relative amplitude and the axis along which it is shifted."""
    axis = whole("phase_axis", phase_axis, low=0, high=1)
    fraction = number("ghost", ghost, low=0, high=1)
    if fraction and shape[axis] % 2:
        raise ArgumentError(
            f"The matrix has {shape[axis]} voxels along the phase-encoding axis {axis}; "
            "a ghost shifted by half of it needs an even number."
        )
    return fraction, axis


def checked_series(volumes: int, drift: float, fluctuation: float) -> tuple[int, float, float]:
    """Give the number of volumes and what changes over them."""
    count = whole("number of volumes", volumes, low=1)
    slope = number("drift", drift, low=-1, high=1)
    change = number("fluctuation", fluctuation, low=0, high=0.2)
    if count == 1 and (slope or change):
        raise ArgumentError(
            f"One volume cannot drift ({drift}) or fluctuate ({fluctuation}); ask for at least two with volumes=."
        )
    return count, slope, change


def checked_air(air: str) -> str:
    """Give what happens to the air."""
    if air not in AIR:
        raise ArgumentError(f"The air is {air!r}; expected one of {', '.join(AIR)}.")
    return air


def number(name: str, value: Any, *, low: float, high: float = np.inf, above: bool = False) -> float:
    """Give a finite number in a range, or say what was expected; ``above`` leaves the lower end out."""
    expected = f"above {low:g}" if above else f"at least {low:g}"
    if high < np.inf:
        expected = f"from {low:g} to {high:g}"
    try:
        result = float(value)
    except (TypeError, ValueError):
        result = np.nan
    if not low <= result <= high or not np.isfinite(result) or (above and result == low):
        raise ArgumentError(f"The {name} is {value!r}; expected a number {expected}.")
    return result


def whole(name: str, value: Any, *, low: int, high: int | None = None) -> int:
    """Give a whole number in a range, or say what was expected."""
    fits = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not fits or value < low or (high is not None and value > high):
        expected = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise ArgumentError(f"The {name} is {value!r}; expected a whole number {expected}.")
    return int(value)
