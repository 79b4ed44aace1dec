"""The truth of a real image: what the difference of two acquisitions of the same thing says about the noise.

Nothing of `mrsnr`'s own difference method is used: the bench must be able to find it wrong.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from mrsnr import Image

ERODED = 8  # voxels between the region and the object's border


@dataclass(frozen=True, eq=False)
class Truth:
    """What repeats say: ``sigma`` with slow drift removed, ``sigma_raw`` with it, the SNR, and where (x, y, z).

    Drift moves the whole object a little from one acquisition to the next; it is no noise, and the difference without
    it is the better truth. Both are shown, and a single image may agree with either or lie between.
    """

    sigma: float
    sigma_raw: float
    snr: float
    snr_raw: float
    region: np.ndarray

    def error(self, sigma: float) -> float:
        """Return by how much a sigma misses the range between both truths, over the nearer one, with sign."""
        low, high = sorted((self.sigma, self.sigma_raw))
        return sigma / float(np.clip(sigma, low, high)) - 1


def read_dicom(path: Path) -> Image:
    """Read the one slice of a DICOM file, shape (x, y, 1), values rescaled.

    Raises
    ------
    ImportError
        If pydicom is not installed.
    """
    try:
        import pydicom  # noqa: PLC0415 - the rest of the bench does without
    except ImportError as missing:
        raise ImportError(
            "DICOM is read with pydicom: pip install -r benchmarks/accuracy/requirements.txt"
        ) from missing
    found = pydicom.dcmread(path)
    slope, intercept = float(found.get("RescaleSlope") or 1), float(found.get("RescaleIntercept") or 0)
    voxels = found.pixel_array.T[:, :, None]
    if (slope, intercept) != (1, 0):
        voxels = voxels.astype(np.float64) * slope + intercept
    rows, columns = (float(size) for size in found.PixelSpacing)
    meta = {"source": str(path), "kind": "magnitude", "image_type": tuple(found.ImageType)}
    return Image(voxels, np.diag([-columns, -rows, float(found.SliceThickness), 1.0]), meta)


def object_region(mean: np.ndarray, *, eroded: int = ERODED) -> np.ndarray:
    """Return the largest object brighter than half its median, filled and eroded in the plane, shape (x, y, z)."""
    bright = mean > 0.5 * np.median(mean[mean > 0.1 * np.quantile(mean, 0.999)])
    parts, count = ndimage.label(bright)
    largest = parts == 1 + np.argmax(ndimage.sum_labels(bright, parts, np.arange(1, count + 1)))
    plane = ndimage.generate_binary_structure(2, 1)[:, :, None]
    filled = np.stack([ndimage.binary_fill_holes(largest[:, :, k]) for k in range(mean.shape[2])], axis=2)
    return ndimage.binary_erosion(filled, plane, iterations=eroded) & bright


def of_pair(first: np.ndarray, second: np.ndarray, *, region: np.ndarray | None = None) -> Truth:
    """Return the truth of two acquisitions, shape (x, y, z) each: SD of the difference over sqrt(2) in the object."""
    mean = (first.astype(np.float64) + second) / 2
    where = object_region(mean) if region is None else region
    difference = first.astype(np.float64) - second
    raw = float(difference[where].std(ddof=1) / np.sqrt(2))
    parts = [_without_trend(difference[:, :, k], where[:, :, k]) for k in range(mean.shape[2]) if where[:, :, k].any()]
    steady = float(np.sqrt(sum(squares for squares, _ in parts) / sum(freedom for _, freedom in parts) / 2))
    signal = mean[where].mean()
    return Truth(sigma=steady, sigma_raw=raw, snr=signal / steady, snr_raw=signal / raw, region=where)


def _without_trend(difference, where):
    """Return the sum of squares of one slice about a quadratic trend, and its degrees of freedom."""
    x, y = (np.linspace(-1, 1, size) for size in difference.shape)
    x, y = x[:, None] + 0 * y, y[None, :] + 0 * x[:, None]
    terms = np.stack([x[where] ** i * y[where] ** j for i in range(3) for j in range(3 - i)], axis=1)
    rest = difference[where] - terms @ np.linalg.lstsq(terms, difference[where], rcond=None)[0]
    return float(rest @ rest), max(rest.size - terms.shape[1], 1)
