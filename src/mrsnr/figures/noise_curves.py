"""How many voxels of air a noise expects at each intensity, drawn over how many there are."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from mrsnr.distributions import air_cdf, air_mean, air_sd
from mrsnr.judgement import OF_AIR
from mrsnr.model import FloatArray, Image, MixtureNoise, Noise
from mrsnr.wording import number

_COLOUR = "#d55e00"
_POINTS = 400
_REACH = 8.0  # SDs of air beyond its mean that are drawn
_GAUSSIAN = 0.5  # channels
_ONE = 0.01  # from it, within which a number of channels is one


def is_of_air(noise: Noise | None) -> bool:
    """Return whether a noise says how air is distributed, and was taken from it."""
    if noise is None or isinstance(noise, MixtureNoise) or not isinstance(noise.sigma, float):
        return False
    return noise.method in OF_AIR - {"mixture"}


def dark_end(noise: Noise) -> float:
    """Return the intensity above which there is practically no air."""
    sigma = float(np.max(np.asarray(noise.sigma)))
    return sigma * float(air_mean(noise.channels) + _REACH * air_sd(noise.channels))


def expected_air(noise: Noise, image: Image, at: FloatArray, *, width: float) -> FloatArray:
    """Return how many of the noise's voxels are expected in bins of `width` centred `at` these intensities.

    Parameters
    ----------
    noise
        Taken from air, see `is_of_air`.
    image
        Of a real or imaginary part air is to either side of 0.
    at, width
        In image units.
    """
    signed = image.kind in {"real", "imaginary"}
    above, below = (_probability(noise, at + side * width / 2, signed=signed) for side in (1, -1))
    return np.asarray(np.count_nonzero(noise.region) * (above - below))


def draw_air(axes: Axes, noise: Noise, image: Image, *, width: float) -> None:
    """Draw what noise of this sigma and number of channels expects in each bin."""
    top = dark_end(noise) + width
    at = np.linspace(-top if image.kind in {"real", "imaginary"} else 0.0, top, _POINTS)
    axes.plot(at, expected_air(noise, image, at, width=width), color=_COLOUR, linewidth=2, label=_words(noise))


def _probability(noise: Noise, intensity: FloatArray, *, signed: bool) -> FloatArray:
    """Return the probability that air is below an intensity."""
    below = air_cdf(np.abs(intensity) / np.max(np.asarray(noise.sigma)), noise.channels)
    if signed:
        return np.asarray((1 + np.sign(intensity) * below) / 2)
    return np.where(intensity > 0, below, 0.0)


def _words(noise: Noise) -> str:
    if abs(noise.channels - 1) < _ONE:
        kind = "Rayleigh noise"
    elif noise.channels == _GAUSSIAN:
        kind = "Gaussian noise"
    else:
        kind = f"noise of {noise.channels:.3g} channels"
    return f"{kind} of sigma {number(float(np.max(np.asarray(noise.sigma))))}, expected in these voxels"
