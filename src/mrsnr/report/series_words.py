"""How the temporal SNR of a series was made, and the stability figures of a phantom, in words for a paper."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import numpy as np

from mrsnr.fbirn import Fbirn
from mrsnr.model import Temporal
from mrsnr.regions import object_mask
from mrsnr.report.citing import Cited
from mrsnr.report.plain import times
from mrsnr.wording import between, many, number

_NOTABLE = 0.02  # relative: degrees of freedom that correlated noise has taken


def series_sentences(result: Temporal, cited: Cited) -> Iterator[str]:
    """Yield what was done to the series, the temporal SNR and the figures of the fBIRN protocol.

    Parameters
    ----------
    result
        With or without a value.
    cited
        Is given the papers.
    """
    if result.dropped:
        yield f"The first {'volume was' if result.dropped == 1 else f'{result.dropped} volumes were'} left out."
    if result.pairs is not None:
        first, second = result.pairs.split("-")
        yield f"Everything is of the differences control − label of successive volumes, {first} before {second}."
    yield from _noise(result, cited)
    if result.value is not None:
        yield from _value(result, cited)
    if result.fbirn is not None:
        yield from _stability(result.fbirn, cited)


def _noise(result: Temporal, cited: Cited) -> Iterator[str]:
    freedom = result.degrees_of_freedom
    if result.robust:
        pairs = f"{freedom} pairs of {'neighbours in time' if result.pairs is None else 'successive differences'}"
        yield (
            f"The SD of each voxel was 1.048 times the median absolute change in {pairs} that have no volume in "
            "common, which neither drift nor single spikes move."
        )
        return
    trend = f"a polynomial of order {result.order} in time" if result.order else "the mean"
    degrees = f"{times(freedom, 'degree')} of freedom"
    yield f"The SD of each voxel was that about {trend}{cited('hutton2011')}, with {degrees}."
    if result.effective_degrees_of_freedom < (1 - _NOTABLE) * freedom:
        yield (
            f"The noise of successive volumes was correlated by {result.autocorrelation:.2f}, so that these were worth "
            f"{result.effective_degrees_of_freedom:.1f}."
        )


def _value(result: Temporal, cited: Cited) -> Iterator[str]:
    undefined = int((~np.isfinite(result.map[result.mask])).sum())
    without = f", of which {many(undefined)} had none" if undefined else ""
    interval = "" if result.interval is None else f" (95 % interval {between(result.interval)})"
    where = f"{many(int(result.mask.sum()))} voxels {_where(result, cited)}{without}"
    yield f"The tSNR was {number(result.value)}{interval}, the median over {where}."
    if not result.robust:
        as_it_is = f"the median of the map itself was {number(result.uncorrected)}"
        yield f"What the SD of few volumes makes it read high was taken out; {as_it_is}."
    if result.interval is not None:
        yield "The interval holds the noise of these voxels, not fluctuations that they have in common."


def _where(result: Temporal, cited: Cited) -> str:
    """Say which voxels: those of a mask, unless they are just the bright ones."""
    given = any(role == "mask" for role, _ in result.provenance.get("inputs", ()))
    if not given and result.pairs is None and np.array_equal(result.mask, object_mask(result.mean)):
        return f"above Otsu's threshold{cited('otsu1979')} in the temporal mean"
    return "of the mask that was given" if given else "of the mask"


def _stability(figures: Fbirn, cited: Cited) -> Iterator[str]:
    edge, (x, y) = figures.size, figures.corner
    protocol = f"fBIRN protocol{cited('friedman2006')} (definition {figures.definition})"
    yield (
        f"The stability figures of the {protocol} were taken in a square of {edge} × {edge} voxels from ({x}, {y}) of "
        f"slice {figures.slice}, counted from 0, over {figures.volumes} volumes about a quadratic trend."
    )
    paired = "" if figures.paired == figures.volumes else f", of {figures.paired} volumes"
    radius = f"the radius of decorrelation{cited('weisskoff1996')} {number(figures.radius)} voxels"
    yield (
        f"The signal-to-fluctuation-noise ratio was {number(figures.sfnr)}; the SNR {number(figures.snr)}, with a "
        f"static noise of {number(figures.static_noise)} from odd minus even volumes{paired}; the fluctuation "
        f"{number(figures.fluctuation)} %; the drift {number(figures.drift)} % of the fit and "
        f"{number(figures.raw_drift)} % of the volumes; and {radius}."
    )
    known = [float(value) for value in figures.dvars if np.isfinite(value)]
    if known:
        yield f"The median change from volume to volume (DVARS{cited('power2012')}) was {number(median(known) / 10)} %."
