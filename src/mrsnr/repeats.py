"""Several volumes: taken apart, or put together as repeats."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from mrsnr.checks import geometry
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.model import Image

MOST = 32
"""Volumes that are held at once, where there may be any number."""

_SETTINGS = {"te": "echo time", "tr": "repetition time"}
_SAME = 0.01  # relative


def split_volumes(image: Image) -> list[Image]:
    """Split the last axis; the data of a series are read once."""
    if len(image.shape) < 4:
        return [image]
    data = np.asarray(image.data)
    meta = dict(image.meta)
    return [Image(data[..., k], image.affine, {**meta, "volume": k}) for k in range(image.volumes)]


def some_volumes(image: Image) -> list[Image]:
    """Return all volumes if they are no more than 32, else 32 of them, spread from the first to the last.

    A series is read once, and of a long one no more is held than is returned.

    Parameters
    ----------
    image
        Shape (x, y, z, volume).
    """
    if image.volumes <= MOST:
        return split_volumes(image)
    wanted = np.unique(np.linspace(0, image.volumes - 1, MOST).round().astype(int))
    found, first = [], 0
    with closing(image.blocks()) as stream:
        for block in stream:
            for k in wanted[(wanted >= first) & (wanted < first + block.shape[-1])].tolist():
                data = block[..., k - first].copy(order="K")
                found.append(Image(data, image.affine, {**image.meta, "volume": k}))
            first += block.shape[-1]
    return found


def stacked(image: Image, repeat: Image | Sequence[Image] | None, *, repeats: bool) -> Image:
    """Return an image and its repeats as one, on the last axis; the image itself where there are none.

    Parameters
    ----------
    image
        The first acquisition; of several volumes if ``repeats``.
    repeat
        Further acquisitions.
    repeats
        Whether several volumes of the first are repeats of each other.

    Raises
    ------
    ArgumentError
        If a repeat is no `Image`, or the image has several volumes that are not said to be repeats.
    RegionError
        If the grids differ, or lie more than half a voxel apart.
    ImageError
        If a repeat is of another kind, or was acquired with another echo time or repetition time.
    """
    if repeat is None:
        return image
    others = [repeat] if isinstance(repeat, Image) else list(repeat)
    if not others or not all(isinstance(other, Image) for other in others):
        raise ArgumentError("repeat holds something else than images; expected an mrsnr.Image, or several.")
    if image.volumes > 1 and not repeats:
        raise ArgumentError(
            f"The image has {image.volumes} volumes and a repeat is given; say repeats=True if its volumes are repeats "
            "too, or give one volume."
        )
    for other in others:
        _check_like(image, other)
    volumes = [volume for one in (image, *others) for volume in split_volumes(one)]
    data = np.stack([np.atleast_3d(np.asarray(volume.data)) for volume in volumes], axis=-1)
    return Image(data, image.affine, dict(image.meta))


def _check_like(image: Image, other: Image) -> None:
    """Raise if another acquisition is none of the same object with the same settings."""
    name = Path(str(other.meta.get("source", "The repeat"))).name
    if other.grid != image.grid:
        raise RegionError(f"{name} has the shape {other.grid} and the image {image.grid}; repeats must be on one grid.")
    place = geometry(image, other, name="repeat")
    if place.value is not None and place.limit is not None and place.value > place.limit:
        raise RegionError(
            f"{name} lies up to {place.value:.1f} voxels away from the image, by its affine; expected at most "
            f"{place.limit:g}. Repeats must be on one grid."
        )
    if other.kind != image.kind:
        raise ImageError(f"{name} is of kind {other.kind} and the image of kind {image.kind}; expected the same.")
    for key, what in _SETTINGS.items():
        one, two = (part.meta.get(key) for part in (image, other))
        if one is not None and two is not None and abs(one - two) > _SAME * abs(one):
            raise ImageError(
                f"{name} has a {what} of {1000 * two:.4g} ms and the image one of {1000 * one:.4g} ms; expected an "
                "acquisition with the same settings."
            )
