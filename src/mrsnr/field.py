"""How the noise varies over the object: parallel imaging, prescan normalisation and filters make it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsnr.highpass import between, corners, differences, shared_out, visible_variance
from mrsnr.interior import Interior, Smoothest
from mrsnr.inversion import invert_mean
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import smoothed

_LOG_OF_GAUSSIAN = -0.6351814227307392  # mean of ln |x| of SD 1
_LOG_SPREAD = np.pi / np.sqrt(8)  # SD of ln |x|
_PART, _BLURRED = 0.35, 0.12  # of the object: the smoothest, which the map is from; where edges are blurred and ring
_SHARED = 1.5  # voxels to one independent sample, from which on edges are blurred
_WIDTH = 0.05  # of the field of view: SD of the smoothing
_FEWEST = 600  # voxels that a place of the map is the mean of
_THROUGH = 1.0  # slices: SD of the smoothing
_SMALLEST = 1e-6  # weight, below which there is nothing near


@dataclass(frozen=True, eq=False)
class Field:
    """Sigma at every voxel of the object, NaN outside; ``uneven`` is its relative SD beyond the error of the map."""

    sigma: FloatArray
    uneven: float


def sigma_field(
    voxels: FloatArray,
    inside: BoolArray,
    part: Smoothest,
    found: Interior,
    *,
    channels: float,
    step: float = 0.0,
) -> Field:
    r"""Map sigma inside the object by the smoothed logarithm of the differences of neighbours.

    Edges and outliers count little in a logarithm, and :math:`E \ln |x| = \ln \sigma - 0.635` for a Gaussian. The level
    of the map is that of ``found``; the map adds where it is higher and where lower.

    Parameters
    ----------
    voxels
        Magnitudes, shape (x, y, z), finite.
    inside
        The object, same shape.
    part
        What `smoothest_part` said of it.
    found
        What `interior_noise` said of that.
    channels
        Number n of channels.
    step
        Distance of the stored intensities, 0 if they are not quantised.

    References
    ----------
    Aja-Fernandez, Pieciak, Vegas-Sanchez-Ferrero, Med Image Anal 20:184-197 (2015).
    """
    logarithms, usable = _logarithms(voxels, inside, part, found, channels=channels, step=step)
    weight = shared_out(usable, stride=found.stride)
    near, widths = weight > 0, _widths(voxels.shape, weight)
    _smooth(weight, widths)
    mean = shared_out(_placed(logarithms, usable), stride=found.stride)
    _smooth(mean, widths)
    samples = np.pi * widths[0] * widths[1] * max(1.0, np.sqrt(4 * np.pi) * widths[2]) * weight[near]
    error = _LOG_SPREAD * float(np.sqrt(_shared(found) * np.mean(1 / np.maximum(samples, 1))))
    mean[~inside | (weight <= _SMALLEST)] = np.nan
    mean /= np.maximum(weight, _SMALLEST, out=weight)
    mean -= np.log(np.nanmean(np.exp(mean[found.region])))
    spread = float(np.nanvar(mean[near])) if near.any() else 0.0
    sigma = np.exp(mean, out=mean)
    sigma *= found.sigma
    return Field(sigma=sigma, uneven=float(np.sqrt(max(spread - error**2, 0.0))))


def _logarithms(
    voxels: FloatArray, inside: BoolArray, part: Smoothest, found: Interior, *, channels: float, step: float
) -> tuple[FloatArray, BoolArray]:
    """Return the log of sigma that each difference of neighbours that counts speaks of, and which those are."""
    share = _BLURRED if _shared(found) > _SHARED else _PART
    chosen = inside & (part.rough <= np.quantile(part.rough[inside], share))
    stride = found.stride
    usable = corners(inside, stride=stride) & corners(chosen, stride=stride, every=False)
    squares = differences(voxels, stride=stride)[usable] ** 2
    level = float(np.median(squares)) or 1.0
    ratio = between(part.around, stride=stride)[usable] / found.sigma
    known = np.geomspace(0.1, 1000, 500)
    seen = visible_variance(invert_mean(known, channels), channels, gain=found.gain, squared_gain=found.squared_gain)
    logarithms = np.log(np.maximum(squares, 1e-6 * level) + step**2 / 16) / 2 - _LOG_OF_GAUSSIAN
    return logarithms - np.interp(ratio, known, np.log(seen) / 2), usable


def _placed(values: FloatArray, where: BoolArray) -> FloatArray:
    """Return a volume with these values where a mask is true, and 0 elsewhere."""
    volume = np.zeros(where.shape)
    volume[where] = values
    return volume


def _shared(found: Interior) -> float:
    """Return how many voxels share one independent sample."""
    return max(1.0, float((found.correlation**2).sum()))


def _smooth(values: FloatArray, widths: tuple[float, float, float]) -> None:
    """Smooth a volume in place: in the plane, slice by slice, and through the slices."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - scipy costs more to import than all of this package

    for k in range(values.shape[2]):
        values[:, :, k] = smoothed(values[:, :, k], width=widths[0])
    if widths[2] > 0:
        gaussian_filter1d(values, widths[2], axis=2, output=values)


def _widths(shape: tuple[int, ...], number: FloatArray) -> tuple[float, float, float]:
    """Return the SD of the smoothing in voxels: wider where few slices or voxels are there to be averaged."""
    seen = number.any(axis=2)
    density = float(seen.mean() * number.sum() / 4 / max(np.count_nonzero(seen), 1))
    plain = _WIDTH * float(np.sqrt(shape[0] * shape[1]))
    needed = np.sqrt(_FEWEST / (4 * np.pi * max(density, 1e-3) / max(shape[2], 1) * min(shape[2], 3.5)))
    width = float(min(max(plain, needed), 3 * plain))
    return width, width, _THROUGH if shape[2] > 1 else 0.0
