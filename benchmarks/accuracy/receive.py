"""How the object is received: coils around it, k-space of which a part is sampled, noise, magnitude.

The noise enters in k-space, per coil, before window and zero-filling, with an orthonormal transform; one scale makes
the SD of each real channel 1 in the final image.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft

WINDOWS = ("full", "zf1.5", "zf2", "hamming", "elliptical", "zf2hamming")
NOISE_BLOCK = np.complex64


@dataclass(frozen=True, eq=False)
class Window:
    """What is done to k-space: ``weights`` (x, y) on the grid of the final image, 0 where nothing was sampled."""

    weights: np.ndarray | None

    @property
    def noise_gain(self) -> float:
        """SD of the noise in the image over its SD in a sample of k-space."""
        return 1.0 if self.weights is None else float(np.sqrt((self.weights**2).mean()))

    def apply(self, spectrum: np.ndarray) -> np.ndarray:
        """Return the image of a centred spectrum, shape (x, y, z)."""
        if self.weights is not None:
            spectrum = spectrum * self.weights[:, :, None]
        return fft.ifft2(fft.ifftshift(spectrum, axes=(0, 1)), axes=(0, 1), norm="ortho", overwrite_x=True)


def spectrum(image: np.ndarray) -> np.ndarray:
    """Return the centred spectrum of an image, shape (x, y, z)."""
    return fft.fftshift(fft.fft2(image, axes=(0, 1), norm="ortho"), axes=(0, 1))


def window(kind: str, shape: tuple[int, ...]) -> Window:
    """Return the window of that name, one of `WINDOWS`."""
    if kind not in WINDOWS:
        raise ValueError(f"There is no k-space {kind!r}; expected one of {', '.join(WINDOWS)}.")
    if kind == "full":
        return Window(None)
    factor = {"zf1.5": 1.5, "zf2": 2.0, "zf2hamming": 2.0}.get(kind, 1.0)
    lines = [_sampled(size, factor) for size in shape[:2]]
    x, y = (np.where(np.abs(line) <= 1, line, np.nan) for line in lines)
    if kind == "elliptical":
        weights = (x[:, None] ** 2 + y[None, :] ** 2 <= 1).astype(np.float32)
    elif "hamming" in kind:
        weights = np.multiply.outer(*(0.54 + 0.46 * np.cos(np.pi * line) for line in (x, y)))
    else:
        weights = np.multiply.outer(x * 0 + 1, y * 0 + 1)
    return Window(np.nan_to_num(weights).astype(np.float32))


def _sampled(size: int, factor: float) -> np.ndarray:
    """Return the position of each line of k-space over the highest sampled one; beyond 1 nothing was sampled."""
    kept = 2 * round(size / factor / 2)
    return (np.arange(size) - size // 2) / (kept / 2 - 0.5 * (kept < size))


def coil_images(amplitude: np.ndarray, *, coils: int, rng: np.random.Generator, reach: float = 1.0) -> np.ndarray:
    """Return the noise-free complex images of a ring of coils, shape (coil, x, y, z).

    One coil is a volume coil. Several sit on a ring ``1.35 reach`` half grids from the middle, in two rows from 16 on;
    each sees less with distance and turns the phase, and has a phase of its own. Their root sum of squares is
    smooth but not flat, as before any correction on a scanner.
    """
    x, y, z = (np.linspace(-1, 1, size, dtype=np.float32) if size > 1 else np.zeros(1) for size in amplitude.shape)
    x, y, z = x[:, None, None], y[None, :, None], z[None, None, :]
    a, b, c = rng.uniform(-1.5, 1.5, 3)
    phase = (a * x + b * y + c * x * y + 0.3 * z).astype(np.float32)
    if coils == 1:
        return (amplitude * np.exp(1j * phase)).astype(NOISE_BLOCK)[None]
    images = np.empty((coils, *amplitude.shape), NOISE_BLOCK)
    start = rng.uniform(0, 2 * np.pi)
    own = rng.uniform(0, 2 * np.pi, coils)
    rows = 2 if coils >= 16 else 1
    for k in range(coils):
        angle = start + 2 * np.pi * k / coils
        px, py = x - 1.35 * reach * np.cos(angle), y - 1.35 * reach * np.sin(angle)
        pz = 0.5 * z - (0.4 * (-1) ** k if rows == 2 else 0.0)
        seen = 1 / (1 + (px**2 + py**2 + pz**2) / (0.9 * reach) ** 2)
        turned = np.arctan2(py, px + 1e-6) + own[k]
        images[k] = amplitude * seen * np.exp(1j * (phase + turned))
    return images


def covariance(coils: int, correlation: float) -> np.ndarray:
    """Return the covariance of the coils' noise for one real channel, SD 1 in each coil."""
    return (1 - correlation) * np.eye(coils) + correlation * np.ones((coils, coils))


def effective(matrix: np.ndarray) -> tuple[float, float]:
    """Return the effective number of coils and the effective sigma of a covariance (methods 1.4)."""
    channels = np.trace(matrix) ** 2 / (matrix**2).sum()
    return float(channels), float(np.sqrt(np.trace(matrix) / channels))


def magnitude(
    signal: np.ndarray,
    noise_map: np.ndarray | None,
    *,
    gridded: Window,
    grid: tuple[int, ...],
    crop: tuple[slice, ...],
    correlation: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Add noise of SD 1 per coil and real channel to the coil images and return the root sum of squares.

    ``noise_map`` multiplies the noise in the image, as unfolding with a g-factor does. ``grid`` is the shape that is
    acquired, ``crop`` the part of it that the coil images show.
    """
    shape = signal.shape[1:]
    if gridded.weights is None:
        grid, crop = shape, ()  # white noise is made where it is looked at
    shared = _noise(grid, gridded, rng)[crop] * np.float32(np.sqrt(correlation)) if correlation else None
    total = np.zeros(shape, np.float32)
    for coil in signal:
        noise = _noise(grid, gridded, rng)[crop]
        if shared is not None:
            noise = noise * np.float32(np.sqrt(1 - correlation)) + shared
        if noise_map is not None:
            noise *= noise_map
        received = noise + coil
        total += received.real**2 + received.imag**2
    return np.sqrt(total)


def _noise(shape, gridded, rng):
    """Return one coil's noise in the image, SD 1 per real channel."""
    white = rng.standard_normal((*shape, 2), dtype=np.float32).view(NOISE_BLOCK)[..., 0]
    if gridded.weights is None:
        return white  # the transform is unitary: white noise of k-space is white noise of the image
    return gridded.apply(white) / np.float32(gridded.noise_gain)
