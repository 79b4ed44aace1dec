"""What detrending leaves of noise that goes on from one volume to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mrsnr.model import FloatArray

_MOST = 0.95  # correlation
_NEGLIGIBLE = 1e-8  # of a correlation some volumes on
_HALVINGS = 40


class Lasting(NamedTuple):
    """``correlation`` of the noise with that of the next volume; ``kept`` of its variance by residuals over theirs."""

    correlation: float
    kept: float


def lasting(ratio: float, basis: FloatArray) -> Lasting:
    r"""Return the correlation of first-order noise behind that of its residuals, and what the trend took of it.

    With :math:`Q = 1 - P P^T` and the noise's correlation :math:`R_{st} = r^{|s-t|}` the sum of squares has the mean
    :math:`\sigma^2 \mathrm{tr}(Q R)`, less than :math:`\sigma^2 (T - p - 1)` where slow noise is taken for trend, and
    that of products with the next is off the diagonal of :math:`Q R Q`. The ratio of both rises with r.

    Parameters
    ----------
    ratio
        Sum of the products of residuals with the next, over that of their squares.
    basis
        From `mrsnr.detrend.polynomials`.

    Returns
    -------
    Lasting
        ``kept`` is :math:`\mathrm{tr}(Q R) / (T - p - 1)`.
    """
    low, high = -_MOST, _MOST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        products, squares = _expected(middle, basis)
        low, high = (middle, high) if products < ratio * squares else (low, middle)
    volumes, parameters = basis.shape
    correlation = (low + high) / 2
    return Lasting(correlation, _expected(correlation, basis)[1] / (volumes - parameters))


def _expected(correlation: float, basis: FloatArray) -> tuple[float, float]:
    """Return the expected sums of products with the next, and of squares, of residuals of noise of SD 1."""
    volumes = len(basis)
    reach = volumes - 1 if correlation == 0 else int(np.log(_NEGLIGIBLE) / np.log(abs(correlation))) + 1
    lags = np.arange(-min(reach, volumes - 1), min(reach, volumes - 1) + 1)
    kernel = np.where(lags == 0, 1.0, np.power(correlation, np.abs(lags)))
    spread = np.stack([np.convolve(column, kernel, mode="full") for column in basis.T], axis=1)
    spread = spread[len(lags) // 2 : len(lags) // 2 + volumes]  # R P
    both = basis.T @ spread
    squares = volumes - float(np.trace(both))
    products = (volumes - 1) * correlation - float((basis[1:] * spread[:-1]).sum() + (spread[1:] * basis[:-1]).sum())
    return products + float(((basis[1:] @ both) * basis[:-1]).sum()), squares
