"""What figures say: the same words for the same facts on all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mrsnr.figures.lettering import shortened
from mrsnr.figures.orientation import Display
from mrsnr.figures.slices import slice_count
from mrsnr.io.document import source_name as name_of_source
from mrsnr.judgement import OF_AIR
from mrsnr.model import CheckVerdict, Image, MixtureNoise, Snr, Temporal
from mrsnr.wording import number


def source_name(image: Image) -> str:
    """Return the name of the file, or of a folder's series, shortened in its middle; nothing for an array."""
    return shortened(name_of_source(image.meta) or "")


def geometry(image: Image, display: Display, shown: Sequence[int]) -> tuple[str, ...]:
    """Say where the slices lie: plane, voxel size and slice numbers."""
    sizes = " × ".join(f"{size:.3g}" for size in image.voxel_size)
    return (display.words, f"voxels {sizes} mm", slices_shown(slice_count(image), shown))


def convention(display: Display) -> str:
    """Say what is on the left of the page."""
    return "radiological: patient's right is on the left" if display.left == "R" else "anterior is on the left"


def slices_shown(count: int, shown: Sequence[int]) -> str:
    """Say which slices these are, counted from 0 along the third voxel axis."""
    if len(shown) == 1:  # said above the panel
        return ""
    if len(shown) == count:
        return f"slices 0-{count - 1}"
    some = ", ".join(map(str, shown)) if len(shown) <= 4 else f"{shown[0]}, {shown[1]}, …, {shown[-1]}"
    return f"slices {some} of 0-{count - 1}"


def panel_label(index: int, image: Image, shown: Sequence[int]) -> str:
    """Name the slice of a panel: in full where it is the only one."""
    count = slice_count(image)
    if count == 1:
        return "the only slice"
    return f"slice {index}" if len(shown) > 1 else f"slice {index} of 0-{count - 1}"


def tick(value: float) -> str:
    """Write the number at a tick: without zeros at its end, and without an exponent where nobody needs one."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3e}"
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")


def volume_label(image: Image, volume: int = 0) -> str:
    """Name one volume of several; nothing where there is only one."""
    if image.volumes > 1:
        return f"volume {volume} of 0-{image.volumes - 1}"
    if "volume" not in image.meta:
        return ""
    several = f" of 0-{image.meta['volumes'] - 1}" if "volumes" in image.meta else ""
    return f"volume {image.meta['volume']}{several}"


def method_words(result: Snr) -> str:
    """Name the method and the choice that matters."""
    noise = result.noise
    if isinstance(noise, MixtureNoise):
        unfinished = f", not converged in {noise.iterations} iterations"
        ending = "" if noise.converged else unfinished
        return f"Gaussian mixture of {len(noise.means)} clusters{ending}"
    if noise is None:
        return ""
    mapped = ", sigma is a map" if isinstance(noise.sigma, np.ndarray) else ""
    coils = "" if noise.channels in {0.5, 1} else f", {noise.channels:.3g} channels"
    given = noise.parameters.get("noise_mask") == "given"
    return f"{'noise mask as given' if given else f'method {noise.method}'}{coils}{mapped}"


def value_words(result: Snr) -> str:
    """Say the SNR with its interval, or that there is none and why."""
    if result.value is None:
        failed = [check.code for check in result.reasons if check.verdict is CheckVerdict.FAIL]
        return f"SNR refused: {', '.join(failed)}" if failed else "SNR refused"
    return f"SNR {number(result.value)}{_interval(result.interval)}, {result.verdict.value}"


def short_value(result: Snr) -> str:
    """Say the SNR alone."""
    return "SNR refused" if result.value is None else f"SNR {number(result.value)}"


def all_made(result: Snr | Temporal) -> bool:
    """Return whether every check that bears on the method could be made."""
    if isinstance(result, Temporal):
        checks = result.checks
    else:
        checks = result.noise.checks if result.noise is not None and result.method in OF_AIR else ()
    return all(check.verdict != CheckVerdict.NOT_MADE for check in checks)


def temporal_value(result: Temporal) -> str:
    """Say the median tSNR with its interval, or that there is none."""
    if result.value is None:
        return "undefined in the mask"
    return f"median {number(result.value)}{_interval(result.interval)}, {result.verdict.value}"


def detrending(result: Temporal) -> str:
    """Say what tSNR is here: what was taken out of how many volumes before the SD."""
    how = f"SD after detrending of order {result.order}" if result.order else "SD over time"
    if result.robust:
        how = "robust SD of neighbours in time"
    left_out = f", the first {result.dropped} left out" if result.dropped else ""
    signal = "mean" if result.pairs is None else "mean of control - label"
    return f"{signal} / {how}, {result.volumes} volumes{left_out}"


def other_choices(noise: MixtureNoise) -> str:
    """Say what the SNR would be with other numbers of clusters."""
    if not noise.by_clusters:
        return ""
    each = ", ".join(
        f"{count}: {'none' if value is None else number(value)}" for count, value in sorted(noise.by_clusters.items())
    )
    return f"SNR by number of clusters: {each}"


def _interval(interval: tuple[float, float] | None) -> str:
    return f" (95 %: {number(interval[0])} to {number(interval[1])})" if interval else ""
