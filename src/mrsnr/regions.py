"""Masks and labels as people give them, made into `Regions` on the image's grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsnr.checks import geometry
from mrsnr.errors import RegionError
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray, Image, Regions
from mrsnr.threshold import otsu

Mask = ArrayLike | Image
Labels = ArrayLike | Image | Mapping[str, Mask]

_MOST_LABELS = 512


def regions_of(image: Image, *, noise_mask: Mask | None = None, labels: Labels | None = None) -> Regions:
    """Return the regions that a noise mask and labels describe.

    Parameters
    ----------
    image
        Whose grid they must have.
    noise_mask
        True (not 0) where there is no signal.
    labels
        An integer array, 0 outside every label; or masks by name. An `Image` of labels may say what they are in
        ``meta["names"]``, a mapping from number to name.

    Raises
    ------
    RegionError
        If a shape is not the image's, a mask has no voxel, or labels are not whole numbers.
    """
    background = None if noise_mask is None else mask_of(image, noise_mask, name="noise mask")
    if labels is None:
        return Regions(background=background)
    if isinstance(labels, Mapping):
        masks = {n: mask_of(image, mask, name=name) for n, (name, mask) in enumerate(labels.items(), start=1)}
        return Regions(background=background, labels=masks, names=dict(enumerate(map(str, labels), start=1)))
    numbers = _on_grid(image, labels, name="label image")
    masks = {number: numbers == number for number in label_numbers(numbers)}
    return Regions(background=background, labels=masks, names=_names(labels))


def mask_of(image: Image, mask: Mask, *, name: str) -> BoolArray:
    """Return a mask as booleans on the image's grid.

    Raises
    ------
    RegionError
        If its shape is not the image's, it has no voxel, holds NaN, or has more than 512 values, as an image has.
    """
    array = _on_grid(image, mask, name=name)
    if array.dtype.kind not in "biuf":
        raise RegionError(f"The {name} holds values of type {array.dtype}; expected 0 outside and 1 inside.")
    if not np.isfinite(array).all():
        raise RegionError(f"The {name} holds NaN or infinity; expected 0 outside and 1 inside.")
    chosen = array != 0
    if not chosen.any():
        raise RegionError(f"The {name} has no voxel: it is 0 everywhere.")
    different = 1 if array.dtype == bool else np.unique(array[chosen]).size
    if different > _MOST_LABELS:
        raise RegionError(
            f"The {name} has {different} different values; expected 0 outside and 1 inside. Is it an image?"
        )
    return np.asarray(chosen)


def geometry_checks(image: Image, **given: Any) -> tuple[Check, ...]:
    """Return a check for each mask or label image whose affine puts it elsewhere than the image."""
    parts: dict[str, Any] = {}
    for name, value in given.items():
        parts.update(value if isinstance(value, Mapping) else {name.replace("_", " "): value})
    checks = [geometry(image, part, name=name) for name, part in parts.items() if isinstance(part, Image)]
    return tuple(check for check in checks if check.verdict != CheckVerdict.PASS)


def object_mask(mean: FloatArray) -> BoolArray:
    """Return the bright voxels: those above Otsu's threshold between two classes of intensity.

    The brightest thousandth counts as equally bright, so that a spike does not move the threshold.

    Parameters
    ----------
    mean
        Intensities of one volume; NaN is outside.

    References
    ----------
    Otsu, IEEE Trans Syst Man Cybern 9:62-66 (1979).
    """
    threshold = otsu(mean[np.isfinite(mean)])
    if threshold is None:
        return np.asarray(np.isfinite(mean))
    return np.asarray(np.nan_to_num(mean, nan=-np.inf) > threshold)


def label_numbers(labels: ArrayLike) -> list[int]:
    """Return the numbers of the labels in an array, 0 left out.

    Raises
    ------
    RegionError
        If there are none or too many, or they are not whole numbers.
    """
    array = np.asarray(labels)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise RegionError("The label image holds values that are not numbers; expected whole numbers, 0 outside.")
    numbers = np.unique(array)
    numbers = numbers[numbers != 0]
    if (numbers != np.round(numbers)).any():
        raise RegionError("The label image holds fractions; expected whole numbers, 0 outside. Is it a probability?")
    if numbers.size == 0:
        raise RegionError("The label image has no voxel: it is 0 everywhere.")
    if numbers.size > _MOST_LABELS:
        raise RegionError(
            f"The label image has {numbers.size} different labels, more than {_MOST_LABELS}. Is it an image?"
        )
    return [int(number) for number in numbers]


def _on_grid(image: Image, region: Mask, *, name: str) -> NDArray[Any]:
    given = region.data if isinstance(region, Image) else region
    array = np.asarray(given.filled(0) if isinstance(given, np.ma.MaskedArray) else given)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.shape != image.grid:
        raise RegionError(
            f"The {name} has shape {array.shape}, the image {image.grid}; they must be on the same grid. "
            "Resample it to the image first."
        )
    return array


def _names(labels: object) -> dict[int, str]:
    names = labels.meta.get("names") if isinstance(labels, Image) else None
    if not isinstance(names, Mapping):
        return {}
    return {int(number): str(name) for number, name in names.items() if str(number).isdecimal()}
