"""Several volumes: taken apart, or put together as repeats."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from mrsnr.errors import ArgumentError, RegionError
from mrsnr.model import Image

MOST = 32
"""Volumes that are held at once, where there may be any number."""


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
        If the grids differ.
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
        if other.grid != image.grid or not np.allclose(other.affine, image.affine, atol=1e-3):
            raise RegionError(
                f"A repeat has shape {other.grid} and the image {image.grid}, or it lies elsewhere in the patient; "
                "repeats must be on the same grid."
            )
        if other.kind != image.kind:
            raise ArgumentError(
                f"A repeat is a {other.kind} image and the image a {image.kind} one; expected the same."
            )
    volumes = [volume for one in (image, *others) for volume in split_volumes(one)]
    data = np.stack([np.atleast_3d(np.asarray(volume.data)) for volume in volumes], axis=-1)
    return Image(data, image.affine, dict(image.meta))
