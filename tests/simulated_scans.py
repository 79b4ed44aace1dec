"""Single scans whose noise is known: one body of three tissues in air, received by n coils through a k-space window."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from mrsnr import Image

SIGMA = 20.0
SHAPE = (96, 96, 5)
AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])

WINDOWS = {
    "full": {},
    "zero-filled x1.5": {"filled": 1.5},
    "zero-filled x2": {"filled": 2.0},
    "Hamming": {"depth": 0.46},
    "elliptical": {"elliptical": True},
    "zero-filled x1.5 and Hamming": {"filled": 1.5, "depth": 0.46},
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan:
    """A simulated image and its truth: amplitude without noise, sigma of each voxel, and where the body is."""

    voxels: np.ndarray
    amplitude: np.ndarray
    sigma: float
    sigma_map: np.ndarray
    body: np.ndarray
    channels: float

    @property
    def image(self):
        return self.of(self.voxels)

    @property
    def air(self):
        return ~self.body

    @property
    def snr(self):
        """Mean over the body."""
        return float((self.amplitude / self.sigma_map)[self.body].mean())

    def of(self, voxels, **meta):
        return Image(voxels, AFFINE, meta)


def coordinates(shape=SHAPE):
    """From -1 to 1 along x and y."""
    return np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")


def outline(shape=SHAPE, air=0.5):
    """An ellipse, cut by the border where it is large; the rest, a fraction ``air`` of the plane, is air."""
    x, y = coordinates(shape)
    radius = np.hypot(x, y / 0.85)
    return np.broadcast_to((radius <= np.quantile(radius, 1 - air))[..., None], shape)


def anatomy(shape=SHAPE, air=0.5):
    """Relative amplitudes: 1 with a bright and a dark disc, under a coil that is 8 % brighter on one side."""
    x, y = coordinates(shape)
    level = np.ones(shape[:2])
    level[(x - 0.25) ** 2 + y**2 < 0.04] = 1.4
    level[(x + 0.3) ** 2 + y**2 < 0.04] = 0.8
    return (level * (1 + 0.08 * x))[..., None] * outline(shape, air)


def fine_anatomy(rng, shape):
    """A pattern of SD 1, some two voxels wide."""
    pattern = gaussian_filter(rng.standard_normal(shape), (1.2, 1.2, 0), mode="wrap")
    return pattern / pattern.std()


def kspace_window(shape=SHAPE, *, filled=1.0, depth=0.0, elliptical=False):
    """Weights of the frequencies of the stored matrix, frequency 0 first: 1 there, rolled off by a cosine."""
    x, y = (np.abs(np.fft.fftfreq(size)) * 2 * filled for size in shape[:2])
    one, other = (np.where(k <= 1, 1 - depth + depth * np.cos(np.pi * np.minimum(k, 1)), 0) for k in (x, y))
    inside = np.hypot(x[:, None], y[None, :]) <= 1 if elliptical else True
    return np.outer(one, other) * inside


def through(window, image):
    """Return an image as it is seen through a k-space window."""
    return np.fft.ifft2(np.fft.fft2(image, axes=(0, 1)) * window[..., None], axes=(0, 1))


def complex_noise(rng, shape, window):
    """Noise through a window, SD 1 in the real and in the imaginary part."""
    white = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return through(window, white) / np.sqrt(np.mean(window**2))


def correlation_of(window, *, reach=4):
    """Return the correlation of noise through a window, by lag, lag 0 in the middle."""
    spectrum = np.fft.ifft2(window**2).real
    lags = np.arange(-reach, reach + 1)
    return spectrum[np.ix_(lags, lags)] / spectrum[0, 0]


def scanned(
    snr=20.0,
    *,
    channels=1,
    air=0.5,
    sigma=SIGMA,
    shape=SHAPE,
    seed=0,
    window=None,
    field=1.0,
    texture=0.0,
    ghost=0.0,
):
    """Scan the body.

    ``snr`` is the body's amplitude over sigma; ``window`` options of `kspace_window`; ``field`` a factor on sigma, a
    number or a map; ``texture`` the relative SD of fine anatomy; ``ghost`` the amplitude of an N/2 ghost along y.
    """
    rng = np.random.default_rng(seed)
    weights = kspace_window(shape, **(window or {}))
    amplitude = sigma * snr * anatomy(shape, air)
    if texture:
        amplitude = amplitude * (1 + texture * fine_anatomy(rng, shape))
    if ghost:
        amplitude = amplitude + 1j * ghost * np.roll(amplitude, shape[1] // 2, axis=1)
    seen = through(weights, amplitude) / np.sqrt(channels)
    power = np.zeros(shape)
    for _ in range(channels):
        power += np.abs(seen + sigma * field * complex_noise(rng, shape, weights)) ** 2
    return Scan(
        voxels=np.sqrt(power),
        amplitude=np.sqrt(channels) * np.abs(seen),
        sigma=sigma,
        sigma_map=np.broadcast_to(np.asarray(sigma * field, dtype=float), shape),
        body=outline(shape, air),
        channels=channels,
    )


def ringing_disc(snr=60.0, *, filled=2.0, sigma=SIGMA, shape=(160, 160, 6), seed=0):
    """Return a sharp disc seen through part of k-space, with noise through the same, and the inside of the disc."""
    rng = np.random.default_rng(seed)
    x, y = (np.arange(size) - size / 2 for size in shape[:2])
    radius = np.hypot(x[:, None] + 0.3, y[None, :] - 0.2)
    disc = snr * sigma * np.clip(0.4 * shape[0] - radius + 0.5, 0, 1)
    window = kspace_window(shape, filled=filled)
    seen = through(window, np.broadcast_to(disc[..., None], shape))
    voxels = np.abs(seen + sigma * complex_noise(rng, shape, window))
    return voxels, np.broadcast_to((radius < 0.4 * shape[0] - 4)[..., None], shape).copy()
