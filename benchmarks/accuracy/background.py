"""What a scanner does to the air, and to sigma, after or around the reconstruction."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.special import gammaln

BACKGROUNDS = (
    "plain",
    "none",
    "zeroed",
    "cut",
    "thresholded",
    "ghosted",
    "g-factor",
    "ramp",
    "normalised",
)
GHOST = 0.05  # of the body
KEPT = 4  # voxels of air left around the body where the rest is zeroed
ROLL_OFF = 15.0  # voxels
THRESHOLD = 1.25  # sigma, for one coil: nearly the mean of the air


@dataclass(frozen=True, eq=False)
class Fields:
    """Smooth maps of a background, each (x, y, z) or ``None`` for 1 everywhere.

    ``shading`` multiplies the object, ``noise`` the noise before, and ``gain`` both after the magnitude is taken.
    """

    shading: np.ndarray | None = None
    noise: np.ndarray | None = None
    gain: np.ndarray | None = None


def fields(background: str, shape: tuple[int, int, int], rng: np.random.Generator, *, g_factor: float) -> Fields:
    """Return the maps of a background; ``g_factor`` is the highest value of the g-factor map."""
    if background not in BACKGROUNDS:
        raise ValueError(f"There is no background {background!r}; expected one of {', '.join(BACKGROUNDS)}.")
    x, y = (np.linspace(-1, 1, size, dtype=np.float32) for size in shape[:2])
    x, y = x[:, None, None], y[None, :, None]
    if background == "g-factor":
        cx, cy = rng.uniform(-0.15, 0.15, 2)
        return Fields(noise=1 + (g_factor - 1) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 0.4**2)))
    if background == "ramp":
        return Fields(noise=1 + 0.25 * x + 0 * y)
    if background == "normalised":
        angle = rng.uniform(0, 2 * np.pi)
        seen = np.exp(0.5 * (x * np.cos(angle) + y * np.sin(angle)) + 0.35 * (x**2 + y**2))
        return Fields(shading=seen, gain=1 / seen)
    return Fields()


def ghosted(images: np.ndarray, *, lines: int) -> np.ndarray:
    """Add the N/2 ghost to coil images (coil, x, y, z): a copy half a field of view away along y."""
    return images + np.complex64(GHOST) * np.roll(images, lines // 2, axis=2)


def air_gain(background: str, outline: np.ndarray) -> np.ndarray | None:
    """Return what the air is multiplied by where it was cut, (x, y, z); ``None`` where it was left alone."""
    if background not in {"zeroed", "cut"}:
        return None
    distance = np.stack(
        [ndimage.distance_transform_edt(~outline[:, :, k]) for k in range(outline.shape[2])], axis=2
    ).astype(np.float32)
    if background == "zeroed":
        return (distance <= KEPT).astype(np.float32)
    return np.exp(-(distance**2) / (2 * ROLL_OFF**2))


def thresholded(image: np.ndarray, outline: np.ndarray, *, sigma: np.ndarray, channels: float) -> np.ndarray:
    """Set the air below the threshold to 0: 1.25 sigma for one coil, as near the mean of the air for more."""
    limit = THRESHOLD * np.exp(gammaln(channels + 0.5) - gammaln(channels) - gammaln(1.5) + gammaln(1.0))
    return np.where(~outline & (image < np.float32(limit) * sigma), np.float32(0), image)
