"""Noise from the principal components of a series that hold no signal."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mrsnr.bright import bright_object
from mrsnr.checks import not_phase, whiteness
from mrsnr.errors import ImageError
from mrsnr.intensities import magnitudes
from mrsnr.model import BoolArray, FloatArray, Image, Noise, Regions
from mrsnr.noise import estimator
from mrsnr.noise._local import interval_of_mean, without_floor
from mrsnr.noise._mask import channels_of
from mrsnr.noise._repeats import Differences, differences, in_memory, region_of, series_of
from mrsnr.survey import GAUSSIAN

_EDGES = range(5, 17, 2)  # voxels of a patch
_VOXELS_PER_VOLUME = 2  # of a patch
_MOST_VOLUMES = 40  # more only cost time
_RIM = 2  # voxels of the object that may be partly air
_PATCHES = 1000  # about as many are looked at
_AT_ONCE = 128
_FLUCTUATION = 0.06  # by which the largest eigenvalue of noise may be above the law's edge, which is that of its mean


@estimator(volumes=10)
def mppca(image: Image, *, regions: Regions, channels: float | None = None) -> Noise:
    r"""Estimate a map of sigma from the small eigenvalues of patches, with the noise floor of magnitudes taken out.

    1. Patches of 5x5x5 voxels (flat where there are few slices, and as large as there are volumes), as matrices of
       voxels by volumes, centred. Some 1000 of them, in the object.
    2. The eigenvalues of pure noise follow the Marchenko-Pastur law: from the smallest, as many as are spread no wider
       than it allows are noise; sigma² is their mean, freed from what the other components took of the noise.
    3. Each voxel: mean variance of the patches that hold it, over xi(theta), which follows from their mean signal.

    Parameters
    ----------
    image
        Ten or more volumes, best 20 or more, of equal or different contrast, shape (x, y, z, volume).
    regions
        ``regions.labels``: where the map is; by default the bright object.
    channels
        Number n of receive channels combined by sum of squares; by default as the file says, else from the air,
        else 1. It matters below an SNR of 5 n.

    Raises
    ------
    ArgumentError
        If ``channels`` is not positive.
    ImageError
        If there are fewer than ten volumes, no voxel is finite, or the image is smaller than a patch.
    RegionError
        If a label does not fit the image.

    Notes
    -----
    The noise must be independent between voxels: after interpolation, zero-filling, a filter, motion correction or
    smoothing sigma reads low, by 10 % after zero-filling by 1.5 and by 41 % by 2; the check ``whiteness`` looks for it.
    Fluctuations that neighbouring voxels share, such as breathing, count as signal.

    References
    ----------
    Veraart, Fieremans, Novikov, Magn Reson Med 76:1582-1593 (2016). Veraart et al., NeuroImage 142:394-406 (2016).
    """
    image = in_memory(image)
    series_of(image, fewest=10)
    values = _values(image)
    mean = np.abs(values).mean(axis=-1)
    body, labels = bright_object(mean, erode=_RIM), region_of(mean, regions)
    varies = np.asarray(np.ptp(np.nan_to_num(values), axis=-1) > 0)
    variance, level = _patch_map(values, (body | labels) & varies)
    region = np.asarray(np.isfinite(variance) & varies & (labels if regions.labels else body))
    n = channels_of(image, channels)
    pair = _quietest_pair(image, values, regions)
    floor = None if n == GAUSSIAN else n
    sigma, interval = None, None
    if region.any() and image.kind != "phase":
        sd = np.where(region, np.sqrt(variance), np.nan)
        sigma = without_floor(sd, level, region, floor)
        freedom = int(region.sum()) * (values.shape[-1] - 1) / pair.correlation
        interval = interval_of_mean(sigma, freedom, level=float(level[region].mean()), channels=floor)
    return Noise(
        sigma=sigma,
        channels=n,
        interval=interval,
        region=region,
        checks=(not_phase(image), whiteness(pair.neighbours)),
        method="mppca",
        parameters={"patch": _patch(values.shape), "volumes": values.shape[-1]},
        correlation=pair.correlation,
    )


def _values(image: Image) -> FloatArray:
    """Return up to 40 volumes, evenly spaced; complex ones by their magnitude."""
    chosen = np.unique(np.linspace(0, image.volumes - 1, _MOST_VOLUMES).round().astype(int))
    return magnitudes(image)[..., chosen].astype(np.float64)


def _patch(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the edges of a patch of at least twice as many voxels as there are volumes.

    Raises
    ------
    ImageError
        If the image is too small.
    """
    for edge in _EDGES:
        patch = (min(edge, shape[0]), min(edge, shape[1]), min(_EDGES[0], shape[2]))
        if np.prod(patch) >= _VOXELS_PER_VOLUME * shape[3]:
            return patch
    raise ImageError(
        f"The image has {shape[:3]} voxels, too few for patches of twice as many voxels as volumes ({shape[3]})."
    )


def _patch_map(values: FloatArray, where: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the variance and the mean of the patches that hold each voxel, NaN where none does."""
    patch = _patch(values.shape)
    variance, level, number = np.zeros(where.shape), np.zeros(where.shape), np.zeros(where.shape)
    corners = _corners(where, np.asarray(np.isfinite(values).all(axis=-1)), patch)
    for first in range(0, len(corners), _AT_ONCE):
        boxes = [
            tuple(slice(c, c + e) for c, e in zip(corner, patch, strict=True))
            for corner in corners[first : first + _AT_ONCE]
        ]
        stack = np.stack([values[box].reshape(-1, values.shape[-1]) for box in boxes])
        for box, found, mean in zip(boxes, noise_variance(stack), np.abs(stack).mean(axis=(1, 2)), strict=True):
            variance[box] += found
            level[box] += mean
            number[box] += 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return variance / number, level / number


def _corners(where: BoolArray, finite: BoolArray, patch: tuple[int, int, int]) -> list[tuple[int, ...]]:
    """Return the first voxels of some 1000 patches in the region, the same ones when the image is flipped."""
    last = [size - edge for size, edge in zip(where.shape, patch, strict=True)]
    step = max(1, round((float(where.sum()) / _PATCHES) ** (1 / (3 if last[2] > 0 else 2))))
    halves = [np.arange(0, end // 2 + 1, step) for end in last]
    grid = [np.unique(np.r_[half, end - half]) for half, end in zip(halves, last, strict=True)]
    first = np.ix_(*grid)
    whole = _in_patches(finite, patch)[first] == np.prod(patch)
    inside = np.where(whole, _in_patches(where, patch)[first], 0)
    most = int(inside.max())  # all of a patch, unless the object is smaller than that
    if most == 0:
        raise ImageError(f"The object holds no patch of {patch} voxels that are all finite; this method needs one.")
    return [tuple(map(int, corner)) for corner, count in zip(product(*grid), inside.flat, strict=True) if count == most]


def _in_patches(mask: BoolArray, patch: tuple[int, int, int]) -> NDArray[np.int_]:
    """Return how many voxels of a mask each patch has, by its first voxel."""
    counts: NDArray[np.int_] = mask.astype(np.int_)
    for axis, edge in enumerate(patch):
        counts = sliding_window_view(counts, edge, axis).sum(axis=-1)
    return counts


def noise_variance(patches: NDArray[np.float64]) -> FloatArray:
    r"""Return the variance of the noise in matrices of voxels by volumes.

    Of the ascending eigenvalues of the covariance, the first c + 1 are noise for the largest c with
    :math:`\lambda_c - \lambda_0 \le 4\sqrt{(c + 1) / N}\,\bar\lambda`, with 6 % of leeway. The p others
    took p of the N - 1 degrees of freedom of every volume with them.

    Parameters
    ----------
    patches
        Shape (patches, N voxels, volumes), N above the number of volumes.
    """
    voxels, volumes = patches.shape[1:]
    centred = patches - patches.mean(axis=1, keepdims=True)
    eigenvalues = np.linalg.eigvalsh(np.swapaxes(centred, 1, 2) @ centred / (voxels - 1))
    number = np.arange(1, volumes + 1)
    means = np.cumsum(eigenvalues, axis=1) / number
    widest = 4 * (1 + _FLUCTUATION) * np.sqrt(number / (voxels - 1)) * means
    noise = eigenvalues - eigenvalues[:, :1] <= widest
    last = volumes - 1 - np.argmax(noise[:, ::-1], axis=1)
    signal = volumes - 1 - last
    return np.asarray(means[np.arange(len(means)), last] * (voxels - 1) / np.maximum(voxels - 1 - signal, 1))


def _quietest_pair(image: Image, values: FloatArray, regions: Regions) -> Differences:
    """Return the difference of the two successive volumes that differ least: of a diffusion series, two alike."""
    apart = [float(np.nanmedian(np.abs(np.diff(values[..., k : k + 2])))) for k in range(values.shape[-1] - 1)]
    k = int(np.argmin(apart))
    return differences(Image(values[..., k : k + 2], image.affine, image.meta), regions, order=0)
