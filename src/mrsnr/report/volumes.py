"""The volumes of a result as layers of the viewer: small NIfTI files inside the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from mrsnr.figures.slices import Scale, as_volume, grey_scale, snr_scale, volume_of
from mrsnr.model import FloatArray, Regions, Snr, Temporal
from mrsnr.report.packing import FINENESS, Part, foreseen, packed, thinnings

BUDGET = 4_000_000
"""Bytes of base64, all layers together."""


def viewer_layers(result: Snr | Temporal, *, budget: int = BUDGET) -> list[dict[str, Any]]:
    r"""Return the volumes of a result as the viewer reads them, together no larger than the budget.

    Of an `Snr`: the image, the SNR map, sigma if it is a map, the noise mask (but that of a noise scan, which lies in
    another image) and the labels. Of a `Temporal`: mean, temporal SNR, temporal noise and mask. What a refused result
    does not have is left out.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`.
    budget
        Bytes of base64, all layers together.

    Returns
    -------
    list of dict
        In the order in which they are laid over each other, all on one grid.

        - ``name``, ``role`` (``image``, ``snr``, ``sigma``, ``noise_mask`` or ``labels``), ``unit``, ``note``, and the
          ``names`` of labels by their numbers in the file;
        - ``colormap``, ``low``, ``high``, ``opacity``, ``shown``: how it looks at first;
        - ``nifti``, the base64 of a ``.nii.gz``; the ``step`` that its values are rounded to; the number that stands in
          the file, before its slope, for ``undefined`` (``None``: NaN);
        - ``grid``: the ``shape`` of the whole grid; voxel n of the file is voxel ``first`` + n ``step`` of it.

        Empty if even a few voxels are too many, or values are too large or too small for a NIfTI file.

    Notes
    -----
    Values are rounded to steps of :math:`2^{-13}` of the bright voxels (the power of two below the 99th percentile of
    their size), if that is too large of :math:`2^{-11}` to :math:`2^{-9}`: off by 0.1 % of that percentile at most.
    If that is too large still, every 2nd, 3rd, ... voxel is kept, first along the axes where voxels are close. Voxels
    are never averaged: the SNR of a voxel is not that of several.
    """
    parts = _of_series(result) if isinstance(result, Temporal) else _of_snr(result)
    affine = result.image.affine
    if not all(part.storable for part in parts):
        return []
    for thinned in thinnings(result.image):
        for bits in FINENESS:
            if foreseen(parts, thinned, bits) > budget:
                continue
            layers = [packed(part, affine, thinned, bits) for part in parts]
            if sum(len(layer["nifti"]) for layer in layers) <= budget:
                return layers
    return []


def _of_snr(result: Snr) -> list[Part]:
    noise, regions = result.noise, result.regions
    image = volume_of(result.image)
    parts = [Part(image, _map_says("Image", "image", "image units", "gray", grey_scale(image)))]
    if result.map is not None:
        parts.append(_snr_part("SNR", as_volume(result.map)))
    if noise is not None and isinstance(noise.sigma, np.ndarray):
        parts.append(_sigma_part("Sigma", as_volume(noise.sigma)))
    if noise is not None and noise.method != "noise_scan":
        parts.append(Part(as_volume(noise.region).astype(np.uint8), _mask_says("Noise mask", "noise_mask")))
    if regions is not None and regions.labels:
        given = result.provenance.get("of") != "tissues"
        parts.append(_labels_part("Labels" if given else "Tissues", regions))
    return parts


def _of_series(result: Temporal) -> list[Part]:
    mean = as_volume(result.mean)
    mask = Regions(labels={1: result.mask}, names={1: "in the mask"})
    return [
        Part(mean, _map_says("Temporal mean", "image", "image units", "gray", grey_scale(mean))),
        _snr_part("Temporal SNR", as_volume(result.map)),
        _sigma_part("Temporal noise", as_volume(result.noise)),
        _labels_part("Mask", mask),
    ]


def _snr_part(name: str, volume: FloatArray) -> Part:
    return Part(volume, _map_says(name, "snr", "", "viridis", snr_scale([volume]), opacity=0.7))


def _sigma_part(name: str, volume: FloatArray) -> Part:
    return Part(volume, _map_says(name, "sigma", "image units", "magma", snr_scale([volume]), shown=False))


def _map_says(
    name: str, role: str, unit: str, colormap: str, scale: Scale, *, opacity: float = 1.0, shown: bool = True
) -> dict[str, Any]:
    ends = {"low": scale.low, "high": scale.high}
    return {"name": name, "role": role, "unit": unit, "colormap": colormap, **ends, "opacity": opacity, "shown": shown}


def _mask_says(name: str, role: str, *, highest: int = 1) -> dict[str, Any]:
    ends = {"low": 0, "high": highest}
    return {"name": name, "role": role, "unit": "", "colormap": role, **ends, "opacity": 0.5, "shown": False}


def _labels_part(name: str, regions: Regions) -> Part:
    """Return one volume of labels, numbered from 1 in their order; later ones cover earlier ones."""
    masks = [as_volume(np.asarray(mask)) for mask in regions.labels.values()]
    volume = np.zeros(masks[0].shape, np.min_scalar_type(len(masks)))
    overlap = False
    for number, mask in enumerate(masks, start=1):
        overlap = overlap or bool(volume[mask].any())
        volume[mask] = number
    names = [regions.names.get(label, f"label {label}") for label in regions.labels]
    says = {
        **_mask_says(name, "labels", highest=len(masks)),
        "names": {str(number): text for number, text in enumerate(names, start=1)},
    }
    return Part(volume, says, note="Where labels overlap, the later one is shown." if overlap else "")
