"""From a noise to a result: the division, and what it is worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mrsnr.checks import defined, detection, not_phase, unbounded
from mrsnr.errors import MrsnrError
from mrsnr.intensities import magnitudes
from mrsnr.judgement import confirmed, counted, doubted
from mrsnr.labels import label_checks
from mrsnr.model import Check, FloatArray, Image, LabelSnr, Noise, Regions, Snr
from mrsnr.objects import foreground, tissue_classes
from mrsnr.snr import label_table, mean_signal, snr_map
from mrsnr.survey import Survey
from mrsnr.tables import below_detection, mean_of_tables, overall, signal_table
from mrsnr.verdicts import judge, merged, provenance
from mrsnr.windows import smoothed

MIXTURE_DEFINITION = "mixture-snr/2"
DEFINITION = "snr/1"
"""Names of the definitions, raised when a change moves a number."""

MIXTURE = "mixture"
"""The method that keeps the tutorial's definition."""

_NEAR = (12.0, 3.0)  # voxels: SD of the windows by whose means a map is carried on
_LEAST_NEAR = 0.01  # of such a window, that the map must fill


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Parts:
    """The table with the regions that it is about, the value that it has together, and what that is ``of``."""

    of: str
    table: tuple[LabelSnr, ...]
    regions: Regions
    value: float | None
    interval: tuple[float, float] | None


def divided(
    volume: Image,
    found: Noise,
    regions: Regions,
    placed: Sequence[Check],
    seen: Survey | None,
    *,
    origin: Mapping[str, Any],
    repeats: Sequence[Image] = (),
    tissues: Regions | None = None,
) -> Snr:
    """Divide the signal by a noise, and judge the answer.

    Parameters
    ----------
    volume
        One volume, the first of repeats.
    found
        The noise.
    regions
        With the labels to measure; without any, tissues are measured.
    placed
        Checks of where masks and labels lie.
    seen
        What the volume shows, if that could be seen.
    origin
        What the provenance of the result is to say beside what the volume says of itself.
    repeats
        The volumes whose mean is the signal, if there are several of the same object.
    tissues
        What is measured where there are no labels; looked for in the volume if it is not given.
    """
    found = doubted(found, confirmed(found, seen))
    if found.method == MIXTURE:
        parts = _tutorial(volume, found, regions)
    else:
        parts = _by_labels(volume, found, regions, repeats=repeats, tissues=tissues, seen=seen)
    checks = _checks(volume, found, parts, placed, seen)
    verdict, reasons = judge(parts.value, checks)
    everything = merged(checks, found.checks if seen is None else (*found.checks, *seen.checks))
    return Snr(
        value=parts.value,
        interval=parts.interval if parts.value is not None else None,
        map=_map(volume, found),
        table=parts.table,
        noise=dataclasses.replace(found, checks=everything),
        method=found.method if parts.value is not None else "none",
        verdict=verdict,
        reasons=reasons,
        provenance={**_provenance(volume, found.method), "repeats": max(len(repeats), 1), "of": parts.of, **origin},
        image=volume,
        regions=parts.regions,
    )


def object_of(volume: Image) -> Regions:
    """Return the tissues in the bright part of a volume, where no noise is known."""
    first = _amplitudes(volume)
    return tissue_classes(first, foreground(first, noise=None))


def refused(volume: Image, checks: Sequence[Check], *, origin: Mapping[str, Any]) -> Snr:
    """Return a result without a value, for the reasons that the checks give.

    Parameters
    ----------
    volume
        What was to be measured.
    checks
        At least one that fails.
    origin
        As in `divided`.
    """
    verdict, reasons = judge(None, merged(checks))
    return Snr(
        value=None,
        interval=None,
        map=None,
        table=(),
        noise=None,
        method="none",
        verdict=verdict,
        reasons=reasons,
        provenance={**_provenance(volume, origin["asked"]), "repeats": 1, "of": None, **origin},
        image=volume,
    )


def unusable(volume: Image, error: MrsnrError, *, origin: Mapping[str, Any]) -> Snr:
    """Return the refused result of a volume that a method cannot measure, with the error's own sentence."""
    return refused(volume, [defined(sentence=f"There is no SNR. {error}")], origin=origin)


def _provenance(volume: Image, method: str) -> dict[str, Any]:
    return provenance(volume, MIXTURE_DEFINITION if method == MIXTURE else DEFINITION)


def _checks(
    volume: Image, found: Noise, parts: _Parts, placed: Sequence[Check], seen: Survey | None
) -> tuple[Check, ...]:
    """Return the checks that the verdict is about."""
    below = [row.name for row in parts.table if below_detection(row)] if found.method != MIXTURE else []
    checks = [*counted(volume, found, seen), *placed, *detection(labels=len(parts.table), below=below)]
    if found.method != MIXTURE and seen is not None and parts.of == "labels":
        checks.extend(label_checks(parts.regions, found, seen))
    if parts.value is not None:
        checks.extend((confirmed(found, seen), *unbounded(parts.interval, method=found.method)))
    elif volume.kind == "phase":
        checks.append(not_phase(volume))
    else:
        checks.append(defined(sentence=_why_undefined(volume, found, parts.table)))
    return merged(checks)


def _tutorial(volume: Image, found: Noise, regions: Regions) -> _Parts:
    """Return the tutorial's table and value: mean of all that is not background, noise floor included, over sigma."""
    voxels = magnitudes(volume)
    sigma = found.sigma if isinstance(found.sigma, float) else None
    signal = mean_signal(voxels, ~found.region)
    value = None if sigma is None or signal is None else signal / sigma
    table = label_table(voxels, regions, sigma=sigma)
    return _Parts(of="foreground", table=table, regions=regions, value=value, interval=None)


def _by_labels(
    volume: Image,
    found: Noise,
    regions: Regions,
    *,
    repeats: Sequence[Image],
    tissues: Regions | None,
    seen: Survey | None,
) -> _Parts:
    """Return the labels, or the tissues of the object that is found, and their mean SNR weighted by voxels."""
    of = "labels" if regions.labels else "tissues"
    if found.sigma is None:
        return _Parts(of=of, table=(), regions=regions, value=None, interval=None)
    first = _amplitudes(volume)
    if not regions.labels:
        regions = tissues or tissue_classes(first, foreground(first, noise=_of_air(found, seen)))
    noise = _within(found, regions)
    tables = [
        signal_table(_amplitudes(one), regions, noise=noise, limits=k == 0)  # the interval is that of the first
        for k, one in enumerate(repeats or (volume,))
    ]
    table = mean_of_tables(tables)
    value, interval = overall(table, noise=noise)
    return _Parts(of=of, table=table, regions=regions, value=value, interval=interval)


def _of_air(found: Noise, seen: Survey | None) -> Noise | None:
    """Return the noise by which air is told from the object, with the median of a map; none where there is no air.

    Without air the number of channels is not sure, and what is outside the object would count as signal.
    """
    if seen is None or not seen.air_holds:
        return None
    if found.sigma is None or isinstance(found.sigma, float):
        return found
    return dataclasses.replace(found, sigma=float(np.nanmedian(found.sigma)))


def _within(found: Noise, regions: Regions) -> Noise:
    """Return the noise with a map that reaches all over the labels: where it does not, the mean near by stands.

    A map ends at the rim of the object and leaves out what is dark. Labels that reach further would be measured in
    their bright part alone: on the digital kidney the SNR of the tissues reads 8 % high so, and 1 % with it.
    """
    if not isinstance(found.sigma, np.ndarray):
        return found
    known = np.isfinite(found.sigma)
    if not known.any() or all(known[region].all() for region in regions.labels.values()):
        return found
    shape = (*known.shape, 1)[:3]
    known, sigma = known.reshape(shape), np.where(known, found.sigma, 0.0).reshape(shape)
    filled = np.where(known, sigma, float(np.median(sigma[known])))
    for width in _NEAR:  # the nearest last
        weight = smoothed(known.astype(np.float64), width=width)
        near = ~known & (weight > _LEAST_NEAR)
        filled[near] = smoothed(sigma, width=width)[near] / weight[near]
    return dataclasses.replace(found, sigma=filled.reshape(found.sigma.shape))


def _amplitudes(volume: Image) -> FloatArray:
    """Return magnitudes, and the absolute values of a real or imaginary part."""
    return np.asarray(np.abs(magnitudes(volume)), dtype=np.float64)


def _map(volume: Image, found: Noise) -> FloatArray | None:
    """Return the SNR of every voxel: with the noise floor taken out, but for the tutorial's method."""
    if found.sigma is None:
        return None
    if found.method == MIXTURE:
        return snr_map(magnitudes(volume), found.sigma)
    return snr_map(_amplitudes(volume), found.sigma, channels=found.channels)


def _why_undefined(volume: Image, found: Noise, table: tuple[LabelSnr, ...]) -> str:
    if found.sigma is None and found.method != MIXTURE:
        return "There is no SNR: there is no noise to divide by."
    if table and not any(row.voxels for row in table):
        return "There is no SNR: no voxel of the labels is finite."
    if found.method != MIXTURE:
        return "There is no SNR: there is no signal above the noise."
    if mean_signal(magnitudes(volume), ~found.region) is None:
        return "There is no SNR: the background covers every voxel, no foreground is left."
    voxels = int(found.region.sum())
    if voxels == 0:
        return "There is no SNR: there is no background to take the noise from."
    return (
        f"There is no SNR: the {voxels} background voxels all have the same value, so there is no noise to divide by."
    )


def inputs_of(**given: Any) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the role, and what is known of it, of each image beside the one that is measured.

    Parameters
    ----------
    given
        By role: images, sequences of images or mappings to them; anything else is left out.
    """
    found: list[tuple[str, Mapping[str, Any]]] = []
    for role, value in given.items():
        parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else [value]
        found += [(role, one.meta) for one in parts if isinstance(one, Image)]
    return tuple(found)
