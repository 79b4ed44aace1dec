"""What is known about a digital phantom, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mrsnr.data.acquisition import autocorrelation, residual_freedom
from mrsnr.data.anatomy import Body
from mrsnr.data.settings import Settings
from mrsnr.model import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Truth:
    """What is known about a phantom.

    Parameters
    ----------
    sigma
        SD of one real channel in units of the stored image, where the factor of ``sigma_map=`` is 1. Rounding to
        integers comes on top: it adds 1/12 to the variance.
    sigma_map
        Sigma of every voxel, shape (x, y, z). NaN where the air was zeroed or cut, since no sigma is left there to be
        measured; the object keeps its own.
    channels
        Number n of coils of equal noise; 1 is Rician, more noncentral chi with 2n degrees of freedom.
    signal
        Noise-free amplitude A of every voxel as stored, shape (x, y, z): bias field, ringing of the zero-filling,
        ghost and cut air included; drift and fluctuation not. Where sigma is not NaN, the mean of the squared image
        is A^2 + 2 n sigma^2.
    air
        Voxels without any object in them, shape (x, y, z). Ghost and ringing may reach there: see ``signal``.
    snr
        By label: mean of A in the label over the root mean square of sigma there.
    tsnr
        Temporal SNR of every voxel about a quadratic trend: A over the SD of noise and fluctuation together, shape
        (x, y, z); NaN in air; ``None`` for one volume. It takes the noise of a magnitude as Gaussian of SD sigma,
        which for one channel is 1 % off at an SNR of 5 and more below. Detrending with another order
        changes the share of the fluctuation.
    courses
        What is added to the relative signal of each volume, shape (volumes,): ``drift`` in the whole body, ``breath``
        in the kidneys, ``pulse`` in the vessels.
    autocorrelation
        Correlation of the noise at 0, 1, 2, ... voxels along x, and along y; its square is that of squared air.
    """

    sigma: float
    sigma_map: FloatArray
    channels: int
    signal: FloatArray
    air: BoolArray
    snr: Mapping[str, float]
    tsnr: FloatArray | None
    courses: Mapping[str, FloatArray]
    autocorrelation: tuple[FloatArray, FloatArray]

    @property
    def snr_map(self) -> FloatArray:
        """SNR of every voxel, shape (x, y, z); NaN where sigma is."""
        return _ratio(self.signal, self.sigma_map)


def tell(
    settings: Settings,
    *,
    amplitudes: FloatArray,
    sigma: float,
    weights: FloatArray,
    changes: Mapping[str, FloatArray],
    tissue: Body,
) -> Truth:
    """Put the truth together.

    Parameters
    ----------
    settings
        What was asked for.
    amplitudes
        Shape (3, x, y, z), in image units: of all signal, of what breathes, of what pulses.
    sigma
        In image units.
    weights
        Shape (x, y, z): below 1 where the air is cut.
    changes
        Courses over the volumes.
    tissue
        Labels and air.
    """
    sigma_map = np.where(weights < 1, np.nan, sigma * settings.noise_map)
    signal = amplitudes[0] * weights
    inside = np.where(tissue.air, np.nan, sigma_map)
    return Truth(
        sigma=sigma,
        sigma_map=sigma_map,
        channels=settings.channels,
        signal=signal,
        air=tissue.air,
        snr={name: _label_snr(signal, sigma_map, tissue.labels == label) for label, name in tissue.names.items()},
        tsnr=_temporal_snr(amplitudes, inside, changes) if settings.volumes > 1 else None,
        courses=changes,
        autocorrelation=autocorrelation(settings),
    )


def _label_snr(signal: FloatArray, sigma_map: FloatArray, label: BoolArray) -> float:
    return float(_ratio(signal[label].mean(), np.sqrt(np.mean(sigma_map[label] ** 2))))


def _temporal_snr(amplitudes: FloatArray, sigma_map: FloatArray, changes: Mapping[str, FloatArray]) -> FloatArray:
    """Amplitude over the SD of what is independent of time, exact for courses without mean and trend."""
    whole, breathing, pulsing = amplitudes
    breath, pulse = changes["breath"], changes["pulse"]
    freedom = residual_freedom(len(breath))
    variance = sigma_map**2
    variance = variance + (breath @ breath) / freedom * breathing**2 + (pulse @ pulse) / freedom * pulsing**2
    variance = variance + 2 * (breath @ pulse) / freedom * breathing * pulsing
    return _ratio(whole, np.sqrt(variance))


def _ratio(signal: ArrayLike, sigma: ArrayLike) -> FloatArray:
    """Divide; without noise the SNR is infinite, and without signal and noise undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(signal, sigma))
