"""Repeats whose noise is known: one body of three tissues in air, received by n coils."""

import numpy as np
from scipy.ndimage import binary_erosion

from mrsnr import Image, Regions

SIGMA = 20.0
SHAPE = (96, 96, 4)


def amplitudes(shape):
    """An ellipse with a bright and a dark disc, and a coil that is brighter on one side."""
    x, y = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    body = np.where((x / 0.8) ** 2 + (y / 0.7) ** 2 < 1, 1.0, 0.0)
    body[(x - 0.35) ** 2 + y**2 < 0.05] = 1.4
    body[(x + 0.35) ** 2 + y**2 < 0.05] = 0.8
    return np.repeat((body * (1 + 0.08 * x))[:, :, None], shape[2], axis=2)


def white(rng, shape):
    return rng.standard_normal(shape, dtype=np.float32)


def zero_filled(rng, shape, factor=1.5):
    """Noise of an image whose k-space was zero-filled in both directions in the plane: unit SD, correlated."""
    spectrum = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    kept = np.zeros(shape[-4:-2])
    margins = [round(size * (1 - 1 / factor) / 2) for size in shape[-4:-2]]
    kept[tuple(slice(margin, size - margin) for margin, size in zip(margins, shape[-4:-2], strict=True))] = 1
    spectrum = np.fft.ifftshift(spectrum * kept[:, :, None, None], axes=(-4, -3))
    return np.fft.ifft2(spectrum, axes=(-4, -3), norm="ortho").real / np.sqrt(kept.mean())


def scanned(snr, *, channels=1, volumes=2, seed=0, shape=SHAPE, sigma=SIGMA, noise=white, gain=1.0, body=None):
    """Magnitudes of ``volumes`` repeats, shape (x, y, z, volumes)."""
    rng = np.random.default_rng(seed)
    amplitude = sigma * snr * (amplitudes(shape) if body is None else body)
    signal = amplitude[..., None] * np.broadcast_to(gain, (volumes,))
    noises = np.asarray(sigma, dtype=np.float32)[..., None] * noise(rng, (2 * channels, *shape, volumes))
    noises[::2] += signal / np.sqrt(channels)
    return Image(
        np.sqrt(np.einsum("c...,c...->...", noises, noises)).astype(np.float64), np.eye(4), {"channels": channels}
    )


def sigma_of(noise):
    """Sigma, or the mean of its map."""
    return float(np.nanmean(noise.sigma))


def half_width(noise):
    """Of the interval, relative."""
    low, high = noise.interval
    return (high - low) / 2 / sigma_of(noise)


def agrees(noise, truth=SIGMA):
    """Whether the truth is within four standard errors: one draw in twenty is outside two."""
    low, high = noise.interval
    return low < sigma_of(noise) < high and abs(sigma_of(noise) - truth) < high - low


def tissues(shape=SHAPE):
    """The body's three tissues, three voxels from their edges and from each other's."""
    level = np.round(amplitudes(shape) / (1 + 0.08 * np.linspace(-1, 1, shape[0]))[:, None, None], 6)
    cube = np.ones((7, 7, 1), dtype=bool)
    return Regions(labels={n: binary_erosion(level == value, cube) for n, value in enumerate((0.8, 1.0, 1.4), start=1)})
