"""Did the object move between two repeats?"""

from __future__ import annotations

import numpy as np

from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray

_LIMIT = 0.1  # raises sigma by some 4 %
_FAILS_AT = 0.3  # by some 15 %
_ERRORS = 4  # SE of a correlation
_SMOOTHING = 1.0  # voxels: of the mean image before its gradient is taken
_OUTLIER = 6.0  # robust SDs: what is beyond counts as that much
_FEWEST = 50  # voxels


def motion(difference: FloatArray, mean: FloatArray, where: BoolArray, *, correlation: float = 1.0) -> Check:
    """Correlate the size of the difference with the steepness of the image: noise does not know where edges are.

    Parameters
    ----------
    difference
        Of two repeats, shape (x, y, z).
    mean
        Their mean, same shape.
    where
        The voxels that the noise is taken from, same shape.
    correlation
        How many of them share one independent sample of noise.

    Notes
    -----
    An object that moved by t leaves t times the gradient in the difference. The value is the larger of the
    correlations with the gradient in the plane and across slices. On a kidney phantom 0.1 stands for a sigma 4 % too
    high and 0.3 for 15 %: at an SNR of 50 that is a shift by a tenth and a fifth of a voxel. Motion that only moves
    edges outside the region is not looked for: it does not change the noise there. The limit is 0.1, or four standard
    errors.
    """
    voxels = int(where.sum())
    limit = max(_LIMIT, _ERRORS * float(np.sqrt(correlation / max(voxels, 1))))
    seen = np.abs(difference[where]) if voxels else np.zeros(0)
    typical = 1.4826 * float(np.median(seen)) if voxels else 0.0
    if voxels < _FEWEST or typical == 0:
        sentence = "Whether the object moved cannot be seen: too few voxels differ between the repeats."
        return Check("motion", None, limit, CheckVerdict.WARN, sentence)
    size = np.minimum(seen, _OUTLIER * typical)
    value = max(_correlation(size, steepness[where]) for steepness in _steepness(mean))
    if value <= limit:
        sentence = f"The difference is no larger at edges than elsewhere (correlation {value:.2f}): nothing moved."
        return Check("motion", value, limit, CheckVerdict.PASS, sentence)
    verdict = CheckVerdict.FAIL if value > max(_FAILS_AT, limit) else CheckVerdict.WARN
    sentence = (
        f"The difference is largest where the image is steep (correlation {value:.2f}): the object moved between the "
        "repeats, and sigma reads high. Register them, or give homogeneous labels."
    )
    return Check("motion", value, limit, verdict, sentence)


def _steepness(mean: FloatArray) -> tuple[FloatArray, ...]:
    """Return the size of the gradient in the plane, and across slices where there are several."""
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - scipy costs more to import than all of this package

    smooth = gaussian_filter(np.nan_to_num(mean), (_SMOOTHING, _SMOOTHING, 0))
    slopes = [np.gradient(smooth, axis=axis) if smooth.shape[axis] > 1 else np.zeros_like(smooth) for axis in range(3)]
    return np.hypot(slopes[0], slopes[1]), np.abs(slopes[2])


def _correlation(one: FloatArray, two: FloatArray) -> float:
    """Return the correlation of two samples; 0 where one of them does not vary."""
    a, b = one - one.mean(), two - two.mean()
    power = float((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / np.sqrt(power)) if power > 0 else 0.0
