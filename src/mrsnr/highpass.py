"""What is left of an image when its slow part is taken out: noise, and a little fine anatomy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.distributions import variance_factor
from mrsnr.model import BoolArray, FloatArray
from mrsnr.windows import local_mean, smoothed

_MEDIAN = 0.6744897501960817  # of |x|, for a Gaussian of SD 1
_FINE, _NEIGHBOURHOOD, _WIDE = 1.5, 7, 10.0  # voxels
_COARSE = 8.0  # SD in steps of quantisation, below which the steps are reckoned with
_CLIPPED = 12.0  # times the median squared residual: edges must not count as noise


def differences(voxels: FloatArray, *, stride: tuple[int, int] = (1, 1)) -> FloatArray:
    """Return half the mixed second difference: the diagonal detail of a Haar wavelet, at every voxel.

    White noise keeps its SD; anything linear along x or along y vanishes.

    Parameters
    ----------
    voxels
        Shape (x, y, z).
    stride
        Voxels between the samples along x and along y.

    Returns
    -------
    FloatArray
        Shape (x - stride, y - stride, z).
    """
    a, b = stride
    result = np.asarray(voxels[:-a, :-b] - voxels[a:, :-b])
    result -= voxels[:-a, b:]
    result += voxels[a:, b:]
    result /= 2
    return result


def corners(mask: BoolArray, *, stride: tuple[int, int] = (1, 1), every: bool = True) -> BoolArray:
    """Return where all (or any) of the four voxels of a difference are in a mask."""
    a, b = stride
    four = (mask[:-a, :-b], mask[a:, :-b], mask[:-a, b:], mask[a:, b:])
    return np.asarray(np.logical_and.reduce(four) if every else np.logical_or.reduce(four))


def between(values: FloatArray, *, stride: tuple[int, int] = (1, 1)) -> FloatArray:
    """Return the mean of the four voxels of a difference."""
    a, b = stride
    result = np.asarray(values[:-a, :-b] + values[a:, :-b])
    result += values[:-a, b:]
    result += values[a:, b:]
    result /= 4
    return result


def shared_out(values: FloatArray | BoolArray, *, stride: tuple[int, int] = (1, 1)) -> FloatArray:
    """Give every voxel the sum of what was found for the differences that it takes part in.

    Parameters
    ----------
    values
        From `differences`, shape (x - stride, y - stride, z); or which of them count, to be counted.
    stride
        That of these differences.

    Returns
    -------
    FloatArray
        Shape (x, y, z): no corner comes first, so that a flipped image is treated alike.
    """
    x, y, z = values.shape
    result = np.zeros((x + stride[0], y + stride[1], z))
    for i in (0, stride[0]):
        for j in (0, stride[1]):
            result[i : i + x, j : j + y] += values
    return result


def gain(correlation: FloatArray, *, stride: tuple[int, int] = (1, 1)) -> FloatArray:
    """Return the variance of `differences` of noise of SD 1 that is correlated between voxels.

    Parameters
    ----------
    correlation
        Of the noise, shape (..., 2 r + 1, 2 r + 1), lag 0 in the middle.
    stride
        As for `differences`.

    Returns
    -------
    FloatArray
        Shape (...).
    """
    a, b = stride
    c = correlation.shape[-1] // 2
    diagonal = (correlation[..., c + a, c + b] + correlation[..., c + a, c - b]) / 2
    return np.asarray(1 - correlation[..., c + a, c] - correlation[..., c, c + b] + diagonal)


def visible_variance(theta: FloatArray, channels: float, *, gain: float, squared_gain: float) -> FloatArray:
    r"""Return the variance of `differences` of magnitude noise, in units of sigma squared.

    The magnitude's variance is Koay's factor. Of it :math:`n/(n + \theta^2)` is from the square of the complex noise,
    which is less correlated between voxels, and which differences therefore see better. (Right to 5 % of the variance
    for noise of one or more channels, to 12 % below a theta of 2, and worse through narrow windows, where cubes count.)

    Parameters
    ----------
    theta
        SNR, any shape.
    channels
        Number n of channels.
    gain, squared_gain
        What differences leave of the variance of the complex noise, and of that of its square.

    References
    ----------
    Koay, Basser, J Magn Reson 179:317-322 (2006), for the factor.
    """
    squared = channels / (channels + theta**2)
    return np.asarray(variance_factor(theta, channels) * (gain + squared * (squared_gain - gain)))


def median_sd(residuals: FloatArray, *, step: float = 0.0) -> float:
    """Return the SD of Gaussian residuals by the median of their absolute values: outliers hardly count.

    Parameters
    ----------
    residuals
        From `differences`, any shape.
    step
        Distance of the stored intensities, 0 if they are not quantised. The median of a few steps would jump: each is
        spread over its width, and what rounding and spreading add is taken off.
    """
    sizes = np.abs(residuals).ravel()
    rough = float(np.median(sizes)) / _MEDIAN
    if step <= 0 or rough > _COARSE * step:
        return rough
    levels, counts = np.unique(np.round(2 * sizes / step), return_counts=True)  # differences come in half steps
    below = (np.cumsum(counts) - np.where(levels == 0, 0, counts)) / sizes.size
    edges = np.maximum(levels - 0.5, 0)
    median = float(np.interp(0.5, np.append(np.where(levels == 0, 0, below), 1.0), np.append(edges, levels[-1] + 0.5)))
    variance = (median * step / 2 / _MEDIAN) ** 2 - step**2 / 12 - step**2 / 48
    return float(np.sqrt(max(variance, 0.0)))


def roughness(voxels: NDArray[Any], inside: BoolArray) -> FloatArray:
    """Return how much the anatomy varies about each voxel, against the noise around it.

    The variance of the smoothed image in a 7 x 7 window over the mean squared difference in a wide one. Smoothing has
    taken out what `differences` keep, so that choosing by it does not choose low noise; the ratio makes a
    quiet corner of the image count no more than a noisy one.

    Parameters
    ----------
    voxels
        Shape (x, y, z).
    inside
        The object, same shape.
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - scipy costs more to import than all of this package

    smooth = gaussian_filter(voxels, (_FINE, _FINE, 0))
    mean = local_mean(smooth, width=_NEIGHBOURHOOD)
    variance = local_mean(np.square(smooth, out=smooth), width=_NEIGHBOURHOOD)
    variance -= np.square(mean, out=mean)
    np.maximum(variance, 0, out=variance)
    del smooth, mean  # volumes, like those to come
    floor = 1e-12 * float(variance.max()) + 1e-300
    squared = differences(voxels)
    squared = shared_out(np.square(squared, out=squared))
    limit = _CLIPPED * float(np.median(squared[inside])) if inside.any() else 0.0
    for k in range(voxels.shape[2]):  # by slices, to save memory
        near = smoothed(np.where(inside[:, :, k], np.minimum(squared[:, :, k], limit), 0), width=_WIDE)
        weight = smoothed(inside[:, :, k], width=_WIDE)
        variance[:, :, k] /= np.maximum(near / np.maximum(weight, 1e-6), floor)
    return variance
