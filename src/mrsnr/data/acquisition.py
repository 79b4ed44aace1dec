"""The scanner of the digital phantom: coils, k-space, ghost, noise.

Everything but the noise is linear, works on the complex image of one coil, and comes before the magnitude is taken, as
in a scanner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mrsnr.data.settings import Settings
from mrsnr.data.shapes import Points
from mrsnr.model import BoolArray, FloatArray

ComplexArray = NDArray[np.complexfloating]

_COIL_DISTANCE = 200.0  # mm from the middle of the body
_COIL_CONTRAST = 0.9  # of the squared sensitivity, far away on a coil's own side
_PHASE_SLOPE = 0.8  # rad over the coil's distance
_CUT_LENGTH = 12.0  # mm over which smoothly cut air falls off
_OUT_OF_REACH = 1e5  # mm
_BREATH, _PULSE = 0.25, 1.1  # Hz
_JITTER = 0.15  # relative SD of the length of a breath or a heart beat


class Scanner:
    """The linear way from an object to the image of one coil, and the noise added to it.

    Parameters
    ----------
    points
        RAS millimetres of the voxels, broadcasting to the grid.
    settings
        Of these: the grid's shape, the acquired matrix, the channels, the ghost and its axis.
    """

    def __init__(self, points: Points, settings: Settings) -> None:
        self.points = points
        self.grid = settings.shape
        self.acquired = settings.acquired
        self.channels = settings.channels
        self.ghost = settings.ghost
        self.phase_axis = settings.phase_axis

    @property
    def ideal(self) -> bool:
        """Whether the amplitude of the object comes through unchanged."""
        return self.ghost == 0 and self.acquired == self.grid[:2]

    def receive(self, amplitude: FloatArray, coil: int) -> ComplexArray:
        """Give the noise-free complex image that one coil makes of an object, shape of the grid."""
        image = amplitude * sensitivity(self.points, coil, self.channels)
        if self.acquired != self.grid[:2]:
            image = np.fft.ifft2(np.fft.fft2(image, axes=(0, 1)) * self._window(), axes=(0, 1))
        if self.ghost:
            # Lines of alternate phase +-angle: the image times cos(angle), and i sin(angle) of it half a field away.
            angle = np.arctan(self.ghost)
            shifted = np.roll(image, self.grid[self.phase_axis] // 2, axis=self.phase_axis)
            image = np.cos(angle) * image + 1j * np.sin(angle) * shifted
        return image

    def noise(self, rng: np.random.Generator) -> ComplexArray:
        """Draw complex Gaussian noise, SD 1 in the real and in the imaginary part of every voxel."""
        columns, rows = self.acquired
        drawn = rng.standard_normal((columns, rows, self.grid[2], 2), dtype=np.float32)
        white: ComplexArray = drawn.view(np.complex64)[..., 0]
        if self.acquired == self.grid[:2]:
            return white  # the Fourier transform of white noise is white noise
        spectrum = np.zeros(self.grid, dtype=np.complex64)
        spectrum[np.broadcast_to(self._window(), self.grid)] = white.ravel()
        scale = self.grid[0] * self.grid[1] / np.sqrt(columns * rows)
        return np.asarray(np.fft.ifft2(spectrum, axes=(0, 1)) * scale, dtype=np.complex64)

    def amplitudes(self, layers: FloatArray) -> FloatArray:
        """Give what root-sum-of-squares makes of the object, and to first order of its moving parts.

        Parameters
        ----------
        layers
            Shape (n, x, y, z): the whole object first, then parts whose signal changes by little.
        """
        if self.ideal:
            return layers
        energy = np.zeros_like(layers)
        for coil in range(self.channels):
            images = [self.receive(layer, coil) for layer in layers]
            for part, image in enumerate(images):
                energy[part] += (images[0].conj() * image).real
        amplitude = np.sqrt(energy[0])
        energy[1:] /= np.where(amplitude > 0, amplitude, np.inf)
        energy[0] = amplitude
        return energy

    def _window(self) -> BoolArray:
        """Tell which samples of the k-space of the stored matrix were acquired, shape (x, y, 1)."""
        kept = []
        for stored, acquired in zip(self.grid, self.acquired, strict=False):
            index = np.round(np.fft.fftfreq(stored) * stored)
            kept.append((index >= -(acquired // 2)) & (index < acquired - acquired // 2))
        return np.asarray(kept[0][:, None, None] & kept[1][None, :, None])


def sensitivity(points: Points, coil: int, channels: int) -> ComplexArray:
    """Give the sensitivity of one of several coils on a ring; their squares add up to 1 everywhere.

    The squared sensitivity is (1 + a cos(angle to the coil)) / n: cosines at equal angles add up to 0.
    """
    x, _, z = (values / _COIL_DISTANCE for values in points)
    angle = 2 * np.pi * coil / channels
    along = x * np.cos(angle) + z * np.sin(angle)
    across = x * np.sin(angle) - z * np.cos(angle)
    contrast = _COIL_CONTRAST if channels > 1 else 0.0
    size = np.sqrt((1 + contrast * along / np.sqrt(1 + x**2 + z**2)) / channels)
    return np.asarray(size * np.exp(1j * _PHASE_SLOPE * across))


def autocorrelation(settings: Settings) -> tuple[FloatArray, FloatArray]:
    """Give the correlation of the noise with itself at 0, 1, 2, ... voxels along x, and along y."""
    columns, rows = settings.acquired
    return _dirichlet(settings.shape[0], columns), _dirichlet(settings.shape[1], rows)


def _dirichlet(stored: int, acquired: int) -> FloatArray:
    """Give sin(pi a d / s) / (a sin(pi d / s)) at the lags d: noise with a of s frequencies present."""
    lag = np.arange(1, stored)
    tail = np.sin(np.pi * acquired * lag / stored) / (acquired * np.sin(np.pi * lag / stored))
    return np.concatenate([[1.0], tail if acquired < stored else np.zeros(stored - 1)])


def air_weights(air: BoolArray, settings: Settings) -> FloatArray:
    """Give the factor on the magnitude of every voxel: 1 in the object, less in air that is cut."""
    if settings.air == "noise":
        return np.ones(air.shape)
    if settings.air == "zero":
        return np.where(air, 0.0, 1.0)
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415 - slower to import than to draw a phantom

    # Slices are filtered one by one: the next slice counts as out of reach.
    distance = distance_transform_edt(air, sampling=(*settings.voxel_size[:2], _OUT_OF_REACH))
    return np.asarray(np.exp(-0.5 * (distance / _CUT_LENGTH) ** 2))


def courses(settings: Settings, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Give what is added to the relative signal of every volume: by drift, breath and pulse."""
    volumes = settings.volumes
    if volumes == 1:
        return {name: np.zeros(1) for name in ("drift", "breath", "pulse")}
    return {
        "drift": settings.drift * np.linspace(-0.5, 0.5, volumes),
        "breath": settings.fluctuation * _waveform(rng, volumes, settings.tr * _BREATH),
        "pulse": settings.fluctuation * _waveform(rng, volumes, settings.tr * _PULSE),
    }


def _waveform(rng: np.random.Generator, volumes: int, cycles: float) -> FloatArray:
    """Draw a quasi-periodic course of SD 1 about a quadratic trend, without mean, slope or curvature.

    Detrending to second order leaves it as it is, so its part in the residuals is known.
    """
    steps = cycles * (1 + _JITTER * rng.standard_normal(volumes))
    wave = np.sin(2 * np.pi * (rng.random() + np.cumsum(steps)))
    freedom = residual_freedom(volumes)
    trend, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, volumes), volumes - freedom))
    wave = wave - trend @ (trend.T @ wave)
    return np.asarray(wave / np.sqrt(np.sum(wave**2) / freedom))


def residual_freedom(volumes: int) -> int:
    """Give the degrees of freedom that a quadratic trend leaves; two or three volumes lose less than three."""
    return max(volumes - 3, 1)
