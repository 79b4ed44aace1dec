"""Where there is signal, and the tissues in it, when nobody has drawn them."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mrsnr.distributions import air_mean, air_sd
from mrsnr.intensities import assign, binned, count
from mrsnr.model import BoolArray, FloatArray, Noise, Regions
from mrsnr.partition import best_partition
from mrsnr.threshold import otsu
from mrsnr.windows import local_mean

_CERTAIN = 4.5  # SD of air: what a 3 x 3 square of voxels is above is signal
_WIDTHS = (5, 9, 15)  # voxels: windows in which ever fainter signal stands out
_FAINT = 3.5  # SD of the window's mean in air
_DARKEST = 0.05  # of the bright voxels' level: ghosts and ringing are below it
_BRIGHT = 90  # percentile of the voxels that are certainly not air
_LEVEL = 15  # voxels: window over which the object is taken as equally bright, to place its edge
_SEPARATED = 2.5  # SD of the window's mean, from air to half of the object's level, that decide about an edge
_EDGE_WIDTHS = (1, 3, 5, 7, 9)
_FAINT_BELOW = 5  # voxels: where the window needed is larger, the edge is made smooth
_SMOOTH_EDGE = 9  # voxels
_REACH = 15  # voxels: the widest window of all
_PASSES = 2  # the second from where the first has come to
_SLICES = 9  # that are worked on at once
_SPECK = 20  # voxels in the plane: smaller pieces and holes are noise
_AIR = 0.02  # of a region of noise that may look like signal, if the region is air
_TISSUE_WIDTH = 3  # voxels
_CONTRAST = 2.5  # SD of a local mean, by which tissues must differ
_SMALLEST = 0.05  # of the region, that is a tissue


def foreground(voxels: NDArray[np.generic], *, noise: Noise | None) -> BoolArray:
    """Return where there is signal: the object, as far as it is above the noise and above a twentieth of its own level.

    1. Certain: 3 x 3 voxels that are all far above air; and places where the mean over 5 x 5, 9 x 9 or 15 x 15 voxels
       is above that of air, stepped back by half a window, so that bright edges do not bleed.
    2. The edge about it: voxels whose own mean, over as few neighbours as the noise allows, is above half of the
       object's level there.
    3. Holes and specks of less than 20 voxels in the plane are noise.

    Without one sigma for the whole image: Otsu's threshold on the local mean of the square root.

    Parameters
    ----------
    voxels
        Magnitudes, shape of one volume; what is not finite is outside.
    noise
        Its ``sigma`` and ``channels`` say what air looks like; its ``region`` is outside, if that is air.

    Notes
    -----
    Ghosts and ringing above a twentieth of the object's level are taken for signal, and so is air where sigma is too
    low for it. An edge is placed to a voxel or two at an SNR of 2: see the tests for how well.
    """
    volume = np.asarray(np.atleast_3d(voxels), dtype=np.float64)
    finite = np.isfinite(volume)
    if not finite.all():
        volume = np.where(finite, volume, 0.0)
    if noise is None or noise.sigma is None or np.asarray(noise.sigma, dtype=np.float64).ndim:
        found = _bright(volume, finite)
    else:
        found = _above_noise(np.divide(volume, float(noise.sigma), order="C"), finite, noise)
    return np.asarray((_tidy(found) & finite).reshape(voxels.shape))


def tissue_classes(voxels: NDArray[np.generic], where: BoolArray, *, classes: int = 3) -> Regions:
    """Split a region by brightness, by k-means of the mean over 3 x 3 of its voxels in the plane.

    Parameters
    ----------
    voxels
        Magnitudes, shape of one volume.
    where
        The region, same shape.
    classes
        The most classes; fewer where two of them would differ by no more than the noise of the local mean, which is
        taken from its difference between neighbouring windows.

    Returns
    -------
    Regions
        Disjoint ``labels`` from 1, darkest first, that cover the region; none for an empty one.
    """
    means = local_mean(voxels.astype(np.float64, order="C"), width=_TISSUE_WIDTH, where=np.isfinite(voxels) & where)
    chosen = where & np.isfinite(means)
    if not chosen.any():
        return Regions(labels={1: where}, names={1: "tissue 1"}) if where.any() else Regions()
    numbers = np.zeros(voxels.shape, dtype=np.uint8)
    numbers[chosen] = _classes(means[chosen], noise=_noise_of_means(means, chosen), most=classes)
    last = int(numbers.max())
    ends = {0: " (darkest)", last: " (brightest)"} if last else {}
    return Regions(
        labels={k + 1: where & (numbers == k) for k in range(last + 1)},
        names={k + 1: f"tissue {k + 1}{ends.get(k, '')}" for k in range(last + 1)},
    )


def _above_noise(ratio: FloatArray, finite: BoolArray, noise: Noise) -> BoolArray:
    """Return the voxels whose neighbourhood says that they are no air."""
    air, spread = float(air_mean(noise.channels)), float(air_sd(noise.channels))
    sharing = float(np.sqrt(max(noise.correlation, 1.0)))
    strong = ratio[ratio > air + _CERTAIN * spread]
    least = _DARKEST * (float(np.percentile(strong, _BRIGHT)) - air) if strong.size else 0.0
    certain = np.empty(ratio.shape, dtype=bool)
    for some in _some_slices(ratio.shape[2]):
        means = _LocalMeans(ratio[some], finite[some])
        found = _dilated(_eroded(ratio[some] > air + max(_CERTAIN * spread, least), 3), 3)
        for width in _WIDTHS:
            found |= _eroded(means.over(width) > air + max(_FAINT * spread * sharing / width, least), width)
        certain[some] = found
    seen = finite
    known = noise.region.reshape(ratio.shape) if noise.region.size == ratio.size else np.zeros_like(finite)
    if np.count_nonzero(certain & known) < _AIR * np.count_nonzero(known):  # not where tissue gave the noise
        certain, finite = certain & ~known, finite & ~known
    for some in _some_slices(ratio.shape[2]):
        means = _LocalMeans(ratio[some], seen[some])
        for _ in range(_PASSES):
            found = certain[some] & finite[some]
            certain[some] = _with_edge(means, found, finite[some], air=air, spread=spread * sharing)
    return certain


def _some_slices(count: int) -> Iterator[tuple[EllipsisType, slice]]:
    """Return a few slices at a time: what lies in the plane need not be in memory for all of them."""
    return ((..., slice(first, first + _SLICES)) for first in range(0, count, _SLICES))


def _with_edge(means: _LocalMeans, certain: BoolArray, finite: BoolArray, *, air: float, spread: float) -> BoolArray:
    """Add the voxels about a certain part that are nearer to its level than to air."""
    contrast = _LocalMeans(means.values, certain).over(_LEVEL) - air
    found = certain.copy()
    undecided = finite & ~certain & (contrast > 0)
    for width in _EDGE_WIDTHS:
        last = width == _EDGE_WIDTHS[-1]
        decided = undecided if last else undecided & (width * contrast > 2 * _SEPARATED * spread)
        if decided.any():
            found |= decided & (means.over(width) > air + contrast / 2)
            undecided = undecided & ~decided
    faint = finite & (contrast * _FAINT_BELOW < 2 * _SEPARATED * spread)  # only some voxels know where the edge is
    if faint.any():
        straight = _LocalMeans(found.astype(np.float64), np.ones_like(found)).over(_SMOOTH_EDGE) > 0.5
        found = np.where(faint, straight | certain, found)
    return np.asarray(found)


class _LocalMeans:
    """Means over square windows of any width, slice by slice, from one table of running sums.

    Only the voxels ``where`` is true count; NaN where a window holds none.
    """

    def __init__(self, values: FloatArray, where: BoolArray) -> None:
        self.values = values
        everywhere = bool(where.all())
        self._sums = _running_sums(values if everywhere else np.where(where, values, 0.0))
        self._counts = _running_sums(where[..., :1] if everywhere else where, dtype=np.uint16)

    def over(self, width: int) -> FloatArray:
        """Return the means over windows of an odd width up to `_REACH`."""
        counts = _window(self._counts, width)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(counts > 0, _window(self._sums, width) / counts, np.nan))


def _eroded(mask: BoolArray, width: int) -> BoolArray:
    """Return where all voxels of the window are true; what is outside the image is not."""
    return np.asarray(_window(_running_sums(mask, dtype=np.uint16), width) == width**2)


def _dilated(mask: BoolArray, width: int) -> BoolArray:
    """Return where any voxel of the window is true."""
    return np.asarray(_window(_running_sums(mask, dtype=np.uint16), width) > 0)


def _running_sums(values: NDArray[Any], *, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return the sums from the corner to each voxel; whole numbers may wrap round, their differences are right."""
    x, y, z = values.shape
    first = _REACH // 2 + 1
    sums = np.zeros((x + _REACH, y + _REACH, z), dtype)
    sums[first : first + x, first : first + y] = values
    for row in range(first + 1, x + _REACH):  # row by row is several times faster than np.cumsum across rows
        sums[row] += sums[row - 1]
    for column in range(first + 1, y + _REACH):
        sums[:, column] += sums[:, column - 1]
    return sums


def _window(sums: NDArray[Any], width: int) -> NDArray[Any]:
    """Return the sum over the window about each voxel from running sums."""
    half, middle = width // 2, _REACH // 2
    x, y = sums.shape[0] - _REACH, sums.shape[1] - _REACH
    low, high = middle - half, middle + half + 1
    along = sums[high : high + x] - sums[low : low + x]
    return np.asarray(along[:, high : high + y] - along[:, low : low + y])


def _bright(volume: FloatArray, finite: BoolArray) -> BoolArray:
    """Return the bright part; the root, so that a coil's bright side does not hide the far side of the object."""
    roots = _LocalMeans(np.sqrt(np.maximum(volume, 0)), finite).over(_TISSUE_WIDTH)
    threshold = otsu(roots[finite])
    return finite if threshold is None else finite & (np.nan_to_num(roots, nan=-np.inf) > threshold)


def _tidy(mask: BoolArray) -> BoolArray:
    """Drop specks, and fill pinholes, in the plane."""
    square = np.ones((3, 3), dtype=bool)
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
    return ~_without_specks(~_without_specks(mask, square), cross)


def _without_specks(mask: BoolArray, neighbours: BoolArray) -> BoolArray:
    from scipy.ndimage import label  # noqa: PLC0415 - as above

    pieces, _ = label(mask, np.pad(neighbours[..., None], ((0, 0), (0, 0), (1, 1))))
    large = np.bincount(pieces.ravel()) >= _SPECK
    large[0] = False
    return np.asarray(large[pieces])


def _classes(means: FloatArray, *, noise: float, most: int) -> NDArray[np.intp]:
    """Return the class of each local mean, in as many classes as differ by more than the noise."""
    counts = binned(count(means))
    for classes in range(min(most, counts.values.size), 1, -1):
        parts = best_partition(counts, clusters=classes)
        total = np.bincount(parts, counts.counts, minlength=classes)
        levels = np.bincount(parts, counts.counts * counts.values, minlength=classes) / total
        if np.diff(levels).min() > _CONTRAST * noise and total.min() > _SMALLEST * means.size:
            return assign(means, counts, parts)
    return np.zeros(means.size, dtype=np.intp)


def _noise_of_means(means: FloatArray, where: BoolArray) -> float:
    """Robust SD of a local mean, from windows beside each other; edges and slow changes count little."""
    w = _TISSUE_WIDTH
    pairs = where[w:] & where[:-w]
    steps = np.abs(means[w:][pairs] - means[:-w][pairs])
    return float(1.4826 * np.median(steps) / np.sqrt(2)) if steps.size else 0.0
