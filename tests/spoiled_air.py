"""What scanners and programs do to the air of a scan, so that it no longer tells the noise."""

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, median_filter


def distance(scan):
    """Voxels from the body, in each slice."""
    return distance_transform_edt(scan.air, sampling=(1, 1, 1e6))


def _in_air(scan, changed):
    return np.where(scan.air, changed, scan.voxels)


def _level(scan):
    """Root mean square of the air."""
    return scan.sigma * np.sqrt(2 * scan.channels)


def _some(scan, share):
    return np.where(scan.air & (np.random.default_rng(9).random(scan.air.shape) < share), 0, scan.voxels)


REMOVED = {
    "zero": lambda scan: _in_air(scan, 0),
    "zero beyond a margin of 2 voxels": lambda scan: np.where(distance(scan) > 2, 0, scan.voxels),
    "zero beyond a margin of 10 voxels": lambda scan: np.where(distance(scan) > 10, 0, scan.voxels),
    "a tenth of it zero": lambda scan: _some(scan, 0.1),
    "half of it zero": lambda scan: _some(scan, 0.5),
    "nine tenths of it zero": lambda scan: _some(scan, 0.9),
    "zero on one side": lambda scan: np.where(np.arange(len(scan.voxels))[:, None, None] < 10, 0, scan.voxels),
    "cut smoothly within 3 voxels": lambda scan: _in_air(scan, scan.voxels * np.exp(-0.5 * (distance(scan) / 3) ** 2)),
    "cut smoothly within 8 voxels": lambda scan: _in_air(scan, scan.voxels * np.exp(-0.5 * (distance(scan) / 8) ** 2)),
    "below its mean set to zero": lambda scan: np.where(scan.voxels < _level(scan), 0, scan.voxels),
    "below twice its mean set to zero": lambda scan: np.where(scan.voxels < 2 * _level(scan), 0, scan.voxels),
    "raised to its mean": lambda scan: np.maximum(scan.voxels, _level(scan)),
    "filled with a constant": lambda scan: np.where(distance(scan) > 2, 0.7 * scan.sigma, scan.voxels),
}
"""By name: voxels of a scan whose air is gone, to a part or altogether."""

FILTERED = {
    "smoothed": lambda scan: _in_air(scan, gaussian_filter(scan.voxels, (1, 1, 0))),
    "smoothed a little": lambda scan: _in_air(scan, gaussian_filter(scan.voxels, (0.5, 0.5, 0))),
    "median filtered": lambda scan: _in_air(scan, median_filter(scan.voxels, (3, 3, 1))),
    "halved": lambda scan: np.where(distance(scan) > 4, 0.5 * scan.voxels, scan.voxels),
    "cut smoothly within 15 voxels": lambda scan: _in_air(
        scan, scan.voxels * np.exp(-0.5 * (distance(scan) / 15) ** 2)
    ),
    "falling off slowly": lambda scan: _in_air(scan, scan.voxels * np.exp(-distance(scan) / 20)),
}
"""By name: voxels of a scan whose air still looks like noise, of a sigma that is not that of the object."""
