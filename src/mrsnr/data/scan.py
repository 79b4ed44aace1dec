"""From the options of the digital phantom to its image, its labels and its truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.data.acquisition import Scanner, air_weights, courses
from mrsnr.data.anatomy import CORTEX, Body, body
from mrsnr.data.settings import Settings
from mrsnr.data.shapes import Points
from mrsnr.data.truth import Truth, tell
from mrsnr.errors import ArgumentError
from mrsnr.model import FloatArray, Image

_ECHO_TIME = 0.0023  # s
_LARGEST_INTEGER = 65535


def scan(settings: Settings) -> tuple[Image, Image, Truth]:
    """Draw the body, receive it, find sigma, add noise, label. Signals are in units of ``scale`` on the way."""
    points = _points(settings)
    tissue = _body(points, settings)
    layers = np.stack([tissue.signal, tissue.breathing, tissue.pulsing]) * _bias(settings)
    scanner = Scanner(points, settings)
    amplitudes = scanner.amplitudes(layers)
    sigma = _sigma(amplitudes[0], tissue, settings)
    noise_seed, course_seed = np.random.SeedSequence(settings.seed).spawn(2)
    changes = courses(settings, np.random.default_rng(course_seed))
    weights = air_weights(tissue.air, settings)
    data = _magnitude(scanner, layers, changes, sigma * settings.noise_map, rng=np.random.default_rng(noise_seed))
    truth = tell(
        settings,
        amplitudes=settings.scale * amplitudes,
        sigma=settings.scale * sigma,
        weights=weights,
        changes=changes,
        tissue=tissue,
    )
    note = f"digital kidney phantom, seed {settings.seed}"
    meta = {"kind": "magnitude", "tr": settings.tr, "te": _ECHO_TIME, "phantom": note}
    image = Image(_stored(data * (settings.scale * weights), settings), _affine(settings), meta)
    labels = Image(tissue.labels, _affine(settings), {"names": tissue.names, "phantom": note})
    return image, labels, truth


def _points(settings: Settings) -> Points:
    """RAS millimetres of the voxels; the middle of the grid is the origin."""
    left, head, back = (
        (np.arange(size, dtype=np.float64) - (size - 1) / 2) * length
        for size, length in zip(settings.shape, settings.voxel_size, strict=True)
    )
    return -left[:, None, None], -back[None, None, :], head[None, :, None]


def _affine(settings: Settings) -> FloatArray:
    """Voxel axes to the patient's left, head and back."""
    x, y, z = settings.voxel_size
    affine = np.array([[-x, 0, 0, 0], [0, 0, -z, 0], [0, y, 0, 0], [0, 0, 0, 1]], dtype=np.float64)
    affine[:3, 3] = -affine[:3, :3] @ (np.array(settings.shape) - 1) / 2
    return affine


def _body(points: Points, settings: Settings) -> Body:
    tissue = body(points, edge=max(settings.voxel_size[:2]))
    if tissue.air.all():
        raise ArgumentError(
            f"No voxel of the grid of shape {settings.shape} is in the body; expected a smaller voxel size "
            f"than {settings.voxel_size} mm."
        )
    return tissue


def _bias(settings: Settings) -> FloatArray:
    """Smooth receive field, within 1 +- ``bias_field``."""
    u, v, w = (
        np.expand_dims((2 * np.arange(size) + 1) / size - 1, tuple({0, 1, 2} - {axis}))
        for axis, size in enumerate(settings.shape)
    )
    return np.asarray(1 + settings.bias_field * (0.5 * np.cos(np.pi * v) - 0.25 * u + 0.25 * w))


def _sigma(amplitude: FloatArray, tissue: Body, settings: Settings) -> float:
    """Sigma as given, or such that the renal cortex has the SNR asked for."""
    if settings.sigma is not None:
        return settings.sigma / settings.scale
    cortex = np.isin(tissue.labels, CORTEX)
    if not cortex.any() or settings.snr is None:
        raise ArgumentError(
            f"The grid of shape {settings.shape} and {settings.voxel_size} mm holds no voxel that is all renal "
            "cortex, so it cannot be given an SNR; expected smaller voxels, or sigma= instead of snr=."
        )
    relative = np.sqrt(np.mean(settings.noise_map[cortex] ** 2))
    return float(amplitude[cortex].mean() / settings.snr / relative)


def _magnitude(
    scanner: Scanner,
    layers: FloatArray,
    changes: Mapping[str, FloatArray],
    sigma_map: FloatArray,
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """Add noise to every coil's image, combine them by root sum of squares; shape (volume, x, y, z)."""
    power = np.zeros((len(changes["drift"]), *sigma_map.shape), dtype=np.float32)
    sigma = sigma_map.astype(np.float32)
    moving = 3 if changes["breath"].any() else 1
    for coil in range(scanner.channels):
        still, *parts = (scanner.receive(layer, coil).astype(np.complex64) for layer in layers[:moving])
        for volume in range(len(power)):
            image = scanner.noise(rng) * sigma + still * np.float32(1 + changes["drift"][volume])
            for name, part in zip(("breath", "pulse"), parts, strict=False):
                image += part * np.float32(changes[name][volume])
            power[volume] += image.real**2 + image.imag**2
    return np.sqrt(power, dtype=np.float64)


def _stored(data: FloatArray, settings: Settings) -> NDArray[Any]:
    """Put the volumes last, and round if asked."""
    volumes_last = data[0] if settings.volumes == 1 else np.moveaxis(data, 0, -1)
    image = np.ascontiguousarray(volumes_last, dtype=np.float32)
    if not settings.integer:
        return image
    largest = float(image.max())
    if largest > _LARGEST_INTEGER:
        raise ArgumentError(
            f"The largest magnitude is {largest:.0f}, more than the {_LARGEST_INTEGER} that an integer image holds; "
            "expected a smaller scale or sigma."
        )
    return np.rint(image).astype(np.uint16)
