"""Temporal SNR in two passes of float64, written without any code of `mrsnr`: what the maps are compared with."""

import numpy as np

_VOXELS = 2**14  # at a time


def tsnr(series: np.ndarray, *, order: int) -> np.ndarray:
    """Return the temporal mean over the SD about a polynomial trend, T - order - 1 degrees of freedom.

    Parameters
    ----------
    series
        Shape (..., T), real.
    order
        Order of the polynomial that is taken out, by least squares.
    """
    volumes = series.shape[-1]
    design = np.polynomial.legendre.legvander(np.linspace(-1, 1, volumes), order)
    rows = series.reshape(-1, volumes)
    found = np.empty(len(rows))
    for first in range(0, len(rows), _VOXELS):
        part = rows[first : first + _VOXELS].astype(np.float64)
        mean = part.mean(axis=1)
        apart = (part - mean[:, None]).T
        residuals = apart - design @ np.linalg.lstsq(design, apart, rcond=None)[0]
        with np.errstate(all="ignore"):
            found[first : first + _VOXELS] = mean / np.sqrt((residuals**2).sum(axis=0) / (volumes - order - 1))
    return found.reshape(series.shape[:-1])


def compared(found: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    """Return the largest relative difference, and in how many voxels one of both is defined and the other is not."""
    both = np.isfinite(found) & np.isfinite(expected)
    with np.errstate(all="ignore"):
        apart = np.abs(found - expected)[both] / np.abs(expected)[both]
    return {
        "difference": float(apart.max()) if apart.size else float("nan"),
        "voxels": int(both.sum()),
        "only_one": int((np.isfinite(found) != np.isfinite(expected)).sum()),
    }
