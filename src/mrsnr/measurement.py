"""The one door: choose an estimator, run it, divide, and judge the answer."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr import __version__, noise
from mrsnr.checks import confirmation, defined, not_phase, series_length, steady
from mrsnr.detrend import mean_and_residual_sd
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import magnitudes
from mrsnr.model import Check, CheckVerdict, Image, Noise, Regions, Snr, Temporal, Verdict
from mrsnr.noise import Estimator
from mrsnr.regions import Labels, Mask, geometry_checks, mask_of, object_mask, regions_of
from mrsnr.snr import label_table, mean_signal, snr_map

MIXTURE_DEFINITION = "mixture-snr/1"
TEMPORAL_DEFINITION = "temporal-snr/1"
"""Names of the definitions, raised when a change moves a number."""


@np.errstate(all="ignore")  # undefined voxels are NaN on purpose, whatever the caller has set
def measure(
    image: Image,
    method: str = "mixture",
    *,
    clusters: int = 3,
    noise_mask: Mask | None = None,
    labels: Labels | None = None,
) -> Snr | tuple[Snr, ...]:
    r"""Measure the SNR of an image: :math:`mean(foreground) / SD(background) \cdot \sqrt{2 - \pi/2}`.

    Parameters
    ----------
    image
        Magnitude image, one volume or several.
    method
        How the noise is found. ``"mixture"``: the darkest cluster of the intensities is the background.
    clusters
        Number of clusters of the mixture, 2 to 6.
    noise_mask
        Where the background is, shape of one volume; used instead of the darkest cluster.
    labels
        Parts of the object to tabulate: an integer array of the shape of one volume, or masks by name. They do not
        change the value.

    Returns
    -------
    Snr or tuple of Snr
        One result per volume: a tuple when there are several.

    Raises
    ------
    ArgumentError
        If the method is unknown, an option out of range, or ``image`` no `Image`.
    ImageError
        If no voxel is finite, or all are equal; of several volumes, in each of them: one alone is refused.
    RegionError
        If a mask or the labels do not fit the image.

    Notes
    -----
    The value depends on the number of clusters wherever the air is not plain noise; the verdict and
    ``result.noise.by_clusters`` say how much. It is never ``trusted`` before a second method agrees.

    Examples
    --------
    >>> import mrsnr
    >>> image, labels, truth = mrsnr.data.phantom(snr=20)
    >>> result = mrsnr.measure(image, labels=labels)
    >>> result.value, result.verdict, result.table  # doctest: +SKIP
    """
    _expect_image(image)
    estimate = noise.get(method)
    given = {"clusters": clusters}
    options = {name: given[name] for name in inspect.signature(estimate).parameters if name in given}
    regions = regions_of(image, noise_mask=noise_mask, labels=labels)
    placed = geometry_checks(image, noise_mask=noise_mask, labels=labels)
    volumes = _volumes(image)
    if len(volumes) == 1:
        return _snr(volumes[0], estimate(volumes[0], regions=regions, **options), regions, placed)
    found = [_attempt(estimate, volume, regions=regions, **options) for volume in volumes]
    if all(isinstance(one, ImageError) for one in found):
        raise found[0]  # type: ignore[misc]
    return tuple(
        _unusable(volume, one) if isinstance(one, ImageError) else _snr(volume, one, regions, placed)
        for volume, one in zip(volumes, found, strict=True)
    )


@np.errstate(all="ignore")
def temporal(image: Image, *, order: int = 2, mask: Mask | None = None) -> Temporal:
    r"""Measure the temporal SNR of a series: :math:`mean_t / SD_t` about a polynomial trend.

    Parameters
    ----------
    image
        A series, shape (x, y, z, volume).
    order
        Order of the polynomial taken out before the SD: 2 removes quadratic drift; 0 is the plain mean / SD.
    mask
        Where the value (the median of the map) is taken, shape of one volume; by default the bright voxels of the mean.

    Returns
    -------
    Temporal
        Maps over the whole grid, NaN where undefined: constant voxels, NaN in the series. Nothing is clipped.

    Raises
    ------
    ArgumentError
        If the order is not a whole number from 0, or ``image`` no `Image`.
    ImageError
        If there are too few volumes, or no voxel is finite.
    RegionError
        If the mask does not fit.

    Notes
    -----
    The mean is the temporal mean and the variance has T - order - 1 degrees of freedom, so that drift of that order
    biases neither. The median of short series reads high: see the ``series-length`` check. Motion, breathing and
    pulsation are counted as noise; noise that is correlated in time is partly taken for trend in a short series.

    References
    ----------
    Murphy, Bodurka, Bandettini, NeuroImage 34:565-574 (2007). Hutton et al., NeuroImage 57:101-112 (2011).
    """
    _expect_image(image)
    freedom = _degrees_of_freedom(image.volumes, order)
    chosen = None if mask is None else mask_of(image, mask, name="mask")
    series = magnitudes(image)
    mean, sd = mean_and_residual_sd(series, order=order)
    if not np.isfinite(mean).any():
        raise ImageError("No voxel is finite at all times: the series holds only NaN or infinity.")
    tsnr = snr_map(mean, sd)
    where = object_mask(mean) if chosen is None else chosen
    inside = tsnr[where & np.isfinite(tsnr)]
    value = float(np.median(inside)) if inside.size and image.kind != "phase" else None
    checks = [
        not_phase(image),
        *_steadiness(series[where & np.isfinite(mean)]),
        series_length(degrees_of_freedom=freedom),
        *geometry_checks(image, mask=mask),
    ]
    if value is None:
        checks.append(defined(sentence="There is no temporal SNR: nothing in the mask varies, or it is a phase image."))
    else:
        checks.append(confirmation(method="temporal"))
    verdict, reasons = _judge(value, checks)
    return Temporal(
        value=value,
        interval=None,
        map=tsnr,
        mean=mean,
        noise=sd,
        mask=where,
        order=int(order),
        volumes=image.volumes,
        degrees_of_freedom=freedom,
        verdict=verdict,
        reasons=reasons,
        provenance=_provenance(image, TEMPORAL_DEFINITION),
        image=image,
    )


def _expect_image(image: object) -> None:
    if not isinstance(image, Image):
        raise ArgumentError(
            f"An mrsnr.Image is measured, and this is a {type(image).__name__}; make one with mrsnr.load(path) or "
            "mrsnr.Image(array, affine)."
        )


def _steadiness(voxels: NDArray[Any]) -> tuple[Check, ...]:
    """Return whether the volumes are repeats, if there are voxels, shape (voxels, volumes), to see it by."""
    return (steady(voxels.mean(axis=0, dtype=np.float64)),) if len(voxels) else ()


def _degrees_of_freedom(volumes: int, order: int) -> int:
    """Return what a trend of this order leaves of the volumes, if it is enough."""
    try:
        power = operator.index(order)
    except TypeError:
        power = -1
    if power < 0:
        raise ArgumentError(f"order is {order!r}; expected a whole number from 0.")
    freedom = volumes - power - 1
    if freedom < 1:
        raise ImageError(
            f"The image has {volumes} volume{'s' * (volumes != 1)}; temporal SNR with a trend of order {power} needs "
            f"at least {power + 2}. Give a series (x, y, z, volume), or a lower order."
        )
    return freedom


def _volumes(image: Image) -> list[Image]:
    """Split the last axis; the data of a series are read once."""
    if len(image.shape) < 4:
        return [image]
    data = np.asarray(image.data)
    meta = dict(image.meta)
    return [Image(data[..., k], image.affine, {**meta, "volume": k}) for k in range(image.volumes)]


def _snr(image: Image, found: Noise, regions: Regions, placed: Sequence[Check]) -> Snr:
    voxels = magnitudes(image)
    sigma = found.sigma if isinstance(found.sigma, float) else None
    signal = mean_signal(voxels, ~found.region)
    value = None if sigma is None or signal is None else signal / sigma
    checks = [*found.checks, *placed]
    if value is None and image.kind != "phase":  # of a phase image its kind has said it already
        checks.append(defined(sentence=_why_undefined(found, signal)))
    elif value is not None:
        checks.append(confirmation(method=found.method))
    verdict, reasons = _judge(value, checks)
    return Snr(
        value=value,
        interval=None,
        map=None if sigma is None else snr_map(voxels, sigma),
        table=label_table(voxels, regions, sigma=sigma),
        noise=found,
        method=found.method if value is not None else "none",
        verdict=verdict,
        reasons=reasons,
        provenance=_provenance(image, MIXTURE_DEFINITION),
        image=image,
    )


def _attempt(estimate: Estimator, volume: Image, *, regions: Regions, **options: Any) -> Noise | ImageError:
    """Return the noise of one volume of several, or why it has none: the others need not suffer."""
    try:
        return estimate(volume, regions=regions, **options)
    except ImageError as error:
        return error


def _unusable(image: Image, error: ImageError) -> Snr:
    """Return the refused result of a volume that cannot be measured."""
    return Snr(
        value=None,
        interval=None,
        map=None,
        table=(),
        noise=None,
        method="none",
        verdict=Verdict.REFUSED,
        reasons=(defined(sentence=f"There is no SNR. {error}"),),
        provenance=_provenance(image, MIXTURE_DEFINITION),
        image=image,
    )


def _why_undefined(found: Noise, signal: float | None) -> str:
    if signal is None:
        return "There is no SNR: the background covers every voxel, no foreground is left."
    voxels = int(found.region.sum())
    if voxels == 0:
        return "There is no SNR: there is no background to take the noise from."
    return (
        f"There is no SNR: the {voxels} background voxels all have the same value, so there is no noise to divide by."
    )


def _judge(value: float | None, checks: Sequence[Check]) -> tuple[Verdict, tuple[Check, ...]]:
    """Return the verdict, and the checks that did not pass."""
    reasons = tuple(check for check in checks if check.verdict != CheckVerdict.PASS)
    if value is None:
        return Verdict.REFUSED, reasons
    return (Verdict.CAUTION if reasons else Verdict.TRUSTED), reasons


def _provenance(image: Image, definition: str) -> dict[str, Any]:
    source = image.meta.get("source")
    return {
        "software": "mrsnr",
        "version": __version__,
        "definition": definition,
        "source": None if source is None else PurePath(source).name,
        "volume": image.meta.get("volume"),
    }
