"""All the figures that fit a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from mrsnr.errors import ArgumentError
from mrsnr.figures.clusters import cluster_maps
from mrsnr.figures.courses import dvars, time_course
from mrsnr.figures.images import mean_montage, montage, noise_mask
from mrsnr.figures.intensities import histogram
from mrsnr.figures.labels import label_maps
from mrsnr.figures.maps import sigma_map, snr_map, tsnr_maps
from mrsnr.figures.weisskoff import weisskoff_curve
from mrsnr.model import MixtureNoise, Snr, Temporal


def draw(
    result: Snr | Temporal | Sequence[Snr],
    *,
    slice: int | None = None,  # noqa: A002 - the field's word
) -> dict[str, Figure]:
    """Draw every figure that fits a result; what it lacks (a refused one has no map) is left out.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`. Of several volumes, the SNR maps are drawn side by side and the
        other figures show the first volume, which their titles say.
    slice
        0-based index along the third axis, the same in every figure; all slices, or up to 16 evenly spaced
        ones, when `None`.

    Returns
    -------
    dict
        Figures by short names that suit a file: ``montage``, ``labels``, ``histogram``, ``clusters``, ``noise_mask``,
        ``sigma_map`` and ``snr_map`` of an image, ``mean`` and ``tsnr_map`` of a series, ``course``, ``dvars`` and
        ``weisskoff`` of one with the fBIRN figures.

    Raises
    ------
    ArgumentError
        If there is no such slice, or no result.
    """
    if isinstance(result, Temporal):
        drawn = {"mean": mean_montage(result, slice=slice), "tsnr_map": tsnr_maps(result, slice=slice)}
        if result.fbirn is None:
            return drawn
        return {**drawn, "course": time_course(result), "dvars": dvars(result), "weisskoff": weisskoff_curve(result)}
    results = (result,) if isinstance(result, Snr) else tuple(result)
    if not results:
        raise ArgumentError("There is no result to draw; expected one of mrsnr.measure or mrsnr.temporal.")
    if len(results) > 1:
        results = tuple(_numbered(each, n, len(results)) for n, each in enumerate(results))
    figures = _of_first(results[0], index=slice)
    if any(each.map is not None for each in results):
        figures["snr_map"] = snr_map(*results, slice=slice)
    return figures


def _of_first(result: Snr, *, index: int | None) -> dict[str, Figure]:
    figures = {"montage": montage(result.image, slice=index), "histogram": histogram(result)}
    if result.regions is not None and result.regions.labels:
        figures["labels"] = label_maps(result, slice=index)
    if isinstance(result.noise, MixtureNoise):
        figures["clusters"] = cluster_maps(result, slice=index)
    if result.noise is not None:
        figures["noise_mask"] = noise_mask(result, slice=index)
        if isinstance(result.noise.sigma, np.ndarray):
            figures["sigma_map"] = sigma_map(result, slice=index)
    return figures


def _numbered(result: Snr, volume: int, volumes: int) -> Snr:
    """Let the figures say which of how many volumes they show."""
    meta = {"volume": volume, **result.image.meta, "volumes": volumes}
    return replace(result, image=replace(result.image, meta=meta))
