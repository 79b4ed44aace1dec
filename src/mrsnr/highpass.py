"""What is left of an image when its slow part is taken out: noise, and a little fine anatomy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    return np.asarray(voxels[:-a, :-b] - voxels[a:, :-b] - voxels[:-a, b:] + voxels[a:, b:]) / 2


def corners(mask: BoolArray, *, stride: tuple[int, int] = (1, 1), every: bool = True) -> BoolArray:
    """Return where all (or any) of the four voxels of a difference are in a mask."""
    a, b = stride
    four = (mask[:-a, :-b], mask[a:, :-b], mask[:-a, b:], mask[a:, b:])
    return np.asarray(np.logical_and.reduce(four) if every else np.logical_or.reduce(four))


def shared_out(values: FloatArray, where: BoolArray | None = None) -> FloatArray:
    """Give every voxel the sum of what was found for the differences of neighbours that it takes part in.

    Parameters
    ----------
    values
        From `differences` of stride 1, shape (x - 1, y - 1, z).
    where
        The differences that count, same shape.

    Returns
    -------
    FloatArray
        Shape (x, y, z): no corner comes first, so that a flipped image is treated alike.
    """
    counted = values if where is None else np.where(where, values, 0.0)
    x, y, z = values.shape
    result = np.zeros((x + 1, y + 1, z))
    for i in (0, 1):
        for j in (0, 1):
            result[i : i + x, j : j + y] += counted
    return result


def gain(correlation: FloatArray, *, stride: tuple[int, int] = (1, 1)) -> float:
    """Return the variance of `differences` of noise of SD 1 that is correlated between voxels.

    Parameters
    ----------
    correlation
        Of the noise, shape (2 r + 1, 2 r + 1), lag 0 in the middle.
    stride
        As for `differences`.
    """
    a, b = stride
    c = correlation.shape[0] // 2
    diagonal = (correlation[c + a, c + b] + correlation[c + a, c - b]) / 2
    return float(1 - correlation[c + a, c] - correlation[c, c + b] + diagonal)


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
    variance = np.maximum(local_mean(smooth**2, width=_NEIGHBOURHOOD) - mean**2, 0)
    squared = shared_out(differences(voxels) ** 2)
    limit = _CLIPPED * float(np.median(squared[inside])) if inside.any() else 0.0
    near = smoothed(np.where(inside, np.minimum(squared, limit), 0), width=_WIDE)
    weight = smoothed(inside, width=_WIDE)
    noise = near / np.maximum(weight, 1e-6)
    return np.asarray(variance / np.maximum(noise, 1e-12 * float(variance.max()) + 1e-300))
