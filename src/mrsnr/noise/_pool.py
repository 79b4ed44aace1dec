"""One sigma from images of noise: all classes of brightness together, with the noise floor taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsnr.distributions import air_sd, chi_interval, variance_factor
from mrsnr.intensities import IntArray
from mrsnr.inversion import invert_mean
from mrsnr.model import FloatArray, Regions
from mrsnr.noise._classes import brightness_classes
from mrsnr.noise._repeats import Differences

_STEP = 0.01  # relative, of the numerical derivative
_TWO_SIDED = 1.96  # SE of a 95 % interval


@dataclass(frozen=True, eq=False)
class Floor:
    """What magnitudes of several amplitudes do to a variance: each class's mean and weight, and n.

    ``channels`` is ``None`` for Gaussian data, whose variance is sigma² whatever the mean.
    """

    means: FloatArray
    weights: FloatArray
    channels: float | None

    def sigma(self, variance: float) -> float:
        r"""Return sigma where the mean variance of all classes is this: sigma² times the mean of xi(theta).

        theta of each class follows from its mean and sigma, so that the equation is solved by bisection between the
        SD (high SNR) and SD / air_sd(n) (air).
        """
        sd = float(np.sqrt(variance))
        if self.channels is None or sd == 0:
            return sd
        from scipy.optimize import brentq  # noqa: PLC0415 - scipy costs more to import than all of this package

        n, shares = self.channels, self.weights / self.weights.sum()

        def excess(factor: float) -> float:
            """Return the variance that sigma = factor SD explains, less what was seen, in units of it."""
            xi = variance_factor(invert_mean(self.means / (factor * sd), n), n)
            return factor**2 * float(shares @ xi) - 1

        highest = 1 / float(air_sd(n))
        if excess(1.0) >= 0:
            return sd
        return sd * (highest if excess(highest) <= 0 else float(brentq(excess, 1.0, highest, xtol=1e-14, rtol=1e-13)))

    def interval(self, variance: float, degrees_of_freedom: float) -> tuple[float, float]:
        """Return the 95 % interval of sigma: the error of the variance, and that of the means."""
        sigma = self.sigma(variance)
        ends = (self.sigma(sd**2) for sd in chi_interval(float(np.sqrt(variance)), degrees_of_freedom))
        level = float(self.weights @ self.means / self.weights.sum())
        shifted = Floor(self.means * (1 + _STEP), self.weights, self.channels).sigma(variance)
        gain = float(np.log(shifted / sigma)) / _STEP  # relative change of sigma per relative change of the means
        error = _TWO_SIDED * gain * sigma / level / float(np.sqrt(degrees_of_freedom)) if level > 0 else 0.0
        low, high = (float(np.hypot(np.log(end / sigma), error)) for end in ends)
        return float(sigma * np.exp(-low)), float(sigma * np.exp(high))


def pooled(found: Differences, regions: Regions, channels: float) -> tuple[float | None, tuple[float, float] | None]:
    """Return sigma and its 95 % interval from all classes together.

    The interval has the chi-square error of the independent residuals and the error of the means, and reaches as high
    as the SD before the slow part was taken out would: few repeats cannot say whether that was noise.

    Parameters
    ----------
    found
        From `differences`.
    regions
        Its labels are the classes (the last one, where they overlap); without them, equally bright parts of the
        object.
    channels
        Number n; of no account where the data are Gaussian.
    """
    if found.variance <= 0:
        return None, None
    classes = _classes(found, regions)
    used = found.squares.used.astype(np.float64)
    weights = np.bincount(classes, used).astype(np.float64)
    levels = np.bincount(classes, used * found.mean[found.where])
    seen = weights > 0
    floor = Floor(levels[seen] / weights[seen], weights[seen], None if found.gaussian else channels)
    low, high = floor.interval(found.variance, found.degrees_of_freedom)
    return floor.sigma(found.variance), (low, high * max(found.widening, 1.0))


def _classes(found: Differences, regions: Regions) -> IntArray:
    """Return the class of each voxel: its label, or its brightness."""
    if not regions.labels:
        return brightness_classes(found.mean, found.where)
    numbers = np.zeros(found.where.shape, dtype=np.intp)
    for place, label in enumerate(regions.labels.values()):
        numbers[label] = place
    return np.asarray(numbers[found.where])
