"""Moments of the noise of magnitude images, in units of the SD of one real channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.model import FloatArray


def air_mean(channels: ArrayLike = 1) -> FloatArray:
    r"""Mean of pure noise, :math:`\sqrt{2}\,\Gamma(n + 1/2) / \Gamma(n)`.

    Parameters
    ----------
    channels
        Number n of channels combined by sum of squares; 1 gives Rayleigh's :math:`\sqrt{\pi/2}`.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997).
    """
    from scipy.special import gammaln  # noqa: PLC0415 - scipy costs more to import than all of this package

    n = np.asarray(channels, dtype=np.float64)
    return np.asarray(np.sqrt(2) * np.exp(gammaln(n + 0.5) - gammaln(n)))


def air_sd(channels: ArrayLike = 1) -> FloatArray:
    r"""SD of pure noise, :math:`\sqrt{2n - \mu^2}`; 1 channel gives :math:`\sqrt{2 - \pi/2} = 0.655`.

    Dividing the SD of air by it gives sigma. Wrong for air that was masked, filtered, or combined with
    weights that vary in space.

    Parameters
    ----------
    channels
        Number n of channels combined by sum of squares.

    References
    ----------
    Henkelman, Med Phys 12:232-233 (1985).
    """
    n = np.asarray(channels, dtype=np.float64)
    return np.asarray(np.sqrt(2 * n - air_mean(n) ** 2))


RAYLEIGH_SD = float(np.sqrt(2 - np.pi / 2))
"""`air_sd` of one channel, in closed form."""


def median_inverse_sd(degrees_of_freedom: ArrayLike) -> FloatArray:
    r"""Return the median of sigma / SD of a sample, :math:`\sqrt{\nu / \mathrm{median}(\chi^2_\nu)}`.

    By this factor the median over many voxels of mean / SD reads high.

    Parameters
    ----------
    degrees_of_freedom
        Of the SD, at least 1.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - as above

    nu = np.asarray(degrees_of_freedom, dtype=np.float64)
    return np.asarray(np.sqrt(nu / (2 * gammaincinv(nu / 2, 0.5))))
