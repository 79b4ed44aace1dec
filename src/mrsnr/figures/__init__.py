"""Figures from results, as matplotlib `Figure` objects; never shown, never saved.

Slices are shown in radiological convention, found from the affine, with the letters of the patient's directions
at the edges. ``slice`` is the 0-based index along the third voxel axis, the same in every figure.
"""

from mrsnr.figures.answer import summary
from mrsnr.figures.clusters import cluster_maps
from mrsnr.figures.courses import dvars, time_course
from mrsnr.figures.forest import forest
from mrsnr.figures.images import montage, noise_mask
from mrsnr.figures.intensities import histogram
from mrsnr.figures.labels import label_maps
from mrsnr.figures.maps import sigma_map, snr_map, tsnr_maps
from mrsnr.figures.results import draw
from mrsnr.figures.weisskoff import weisskoff_curve

__all__ = [
    "cluster_maps", "draw", "dvars", "forest", "histogram", "label_maps", "montage", "noise_mask", "sigma_map",
    "snr_map", "summary", "time_course", "tsnr_maps", "weisskoff_curve",
]  # fmt: skip
