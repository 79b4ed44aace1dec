"""What the differences between repeats say: sigma or its map, its interval and the checks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks import drift, identical, motion, not_phase
from mrsnr.model import Check, CheckVerdict, FloatArray, Image, Noise, Regions
from mrsnr.noise._local import interval_of_mean, local_sigma
from mrsnr.noise._mask import channels_of
from mrsnr.noise._pool import pooled
from mrsnr.noise._reading import successive
from mrsnr.noise._repeats import Differences


def noise_of_repeats(
    image: Image, found: Differences, regions: Regions, *, channels: float | None, local: bool, method: str
) -> Noise:
    """Return the noise that differences of repeats have, as one sigma or as a map.

    Parameters
    ----------
    image
        Repeats, shape (x, y, z, repeat).
    found
        From `differences` of them, ``local`` if that is asked for.
    regions
        Its labels are the classes that are equally bright.
    channels
        Number n, ``None`` where it is to be found.
    local
        Return a map.
    method
        The estimator's name.
    """
    n = channels_of(image, channels)
    sigma: float | FloatArray | None
    if local and found.variance > 0:
        sigma = local_sigma(found, n)
        level = float(found.mean[found.where].mean())
        floor = None if found.gaussian else n
        interval = interval_of_mean(sigma, found.degrees_of_freedom, level=level, channels=floor)
    else:
        sigma, interval = pooled(found, regions, n)
    angle = image.kind == "phase"
    return Noise(
        sigma=None if angle else sigma,
        channels=n,
        interval=None if angle else interval,
        region=np.isfinite(sigma) if isinstance(sigma, np.ndarray) else found.where,
        checks=repeat_checks(image, found),
        method=method,
        parameters={"local": local, "repeats": image.volumes, "left_out": found.outliers, "widening": found.widening},
        correlation=found.correlation,
    )


def repeat_checks(image: Image, found: Differences) -> tuple[Check, ...]:
    """Return whether repeats are independent, in the same place and of the same strength.

    Parameters
    ----------
    image
        Repeats, shape (x, y, z, repeat).
    found
        From `differences` of them.
    """
    pairs = successive(image.volumes)
    copies = [identical(_magnitude(found.volumes[k]), _magnitude(found.volumes[k + 1])) for k in pairs]
    order = [CheckVerdict.PASS, CheckVerdict.WARN, CheckVerdict.FAIL]
    worst = max(copies, key=lambda check: (order.index(check.verdict), check.value or 0.0))
    first, last = _magnitude(found.volumes[0]), _magnitude(found.volumes[image.volumes - 1])
    return (
        not_phase(image),
        worst,
        motion(last - first, found.mean, found.where, correlation=found.correlation),
        drift(first, last, found.where, widening=found.widening, correlation=found.correlation),
    )


def _magnitude(volume: NDArray[Any]) -> FloatArray:
    """Return the magnitudes of one repeat, NaN where it is not finite."""
    found = np.abs(volume).astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)
