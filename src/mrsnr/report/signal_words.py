"""What was divided by the noise, and how sure the ratio is, in the words of a methods section."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mrsnr.model import CheckVerdict, LabelSnr, Noise, Snr
from mrsnr.normalisation import normalised
from mrsnr.repeats import MOST
from mrsnr.report.citing import Cited
from mrsnr.report.plain import listed, quoted
from mrsnr.tables import below_detection
from mrsnr.wording import between, many, number

_MOST_NAMED = 6  # labels
_NOTABLE = 1.05  # voxels that share a sample of noise

_GAUSSIAN = 0.75  # channels, below which it is a real or imaginary part


def signal_sentences(result: Snr, noise: Noise, cited: Cited) -> Iterator[str]:
    """Yield what the signal is, the SNR with its interval, and what that is made of.

    Parameters
    ----------
    result
        With a value.
    noise
        Its noise.
    cited
        Is given the papers.
    """
    if result.provenance["of"] == "foreground":
        yield "The signal was the mean of all voxels outside the background, noise floor included."
        yield f"The SNR was {number(result.value)}; this definition has no interval."
        return
    seen = [row for row in result.table if row.snr is not None]
    yield from _regions(result, cited)
    yield from _floor(noise, cited)
    yield from _averaged(result)
    yield from _value(result, seen)
    yield from _interval(result, noise)
    yield from _left_out(result)
    if result.map is not None and noise.channels > _GAUSSIAN:
        floor = "√(M² − (2n − 1)σ²) / σ for every magnitude M, 0 where that is below the floor"
        yield f"The SNR map, for looking at, shows {floor}{cited('gudbjartsson1995')}."
    yield from _per_volume(result, cited)


def _regions(result: Snr, cited: Cited) -> Iterator[str]:
    if result.provenance["of"] == "labels":
        yield f"The signal was measured in {_named(result.table)}."
        return
    count = len(result.table)
    found = "The object was found by its brightness, as no labels were given"
    if count == 1:
        yield f"{found}, and was taken as one tissue of {many(result.table[0].voxels)} voxels."
    else:
        sizes = listed([many(row.voxels) for row in result.table])
        by = f"by k-means of the local mean{cited('wang2011')}"
        yield f"{found}, and was divided {by} into {count} tissues of {sizes} voxels, darkest first."


def _named(table: tuple[LabelSnr, ...]) -> str:
    """Name the labels, with their size where they are few."""
    if len(table) > _MOST_NAMED:
        return f"{len(table)} labels of {many(sum(row.voxels for row in table))} voxels together"
    names = [f"{quoted(row.name)} ({many(row.voxels)} voxels)" for row in table]
    return f"the label{'s' * (len(names) > 1)} {listed(names)}"


def _floor(noise: Noise, cited: Cited) -> Iterator[str]:
    papers = cited("koay2009a")
    what = "the folding of negative values" if noise.channels < _GAUSSIAN else "the noise floor"
    if isinstance(noise.sigma, np.ndarray):
        yield (
            f"The amplitude was taken from the mean over 5 × 5 voxels of a region, with {what} taken out by inverting "
            f"that mean for the local σ{papers}; the SNR of a region was the mean of the local ratios."
        )
    else:
        yield (
            "The mean amplitude of each region was taken from mean and mean square of its voxels together, with "
            f"{what} taken out by inverting both{papers}, never voxel by voxel."
        )


def _averaged(result: Snr) -> Iterator[str]:
    count = int(result.provenance["repeats"])
    if count > MOST:
        yield f"The signal was the mean over {MOST} of the {count} acquisitions, spread from the first to the last."
    elif count > 1:
        yield f"The signal was the mean over the {count} acquisitions; the SNR is that of one."


def _value(result: Snr, seen: list[LabelSnr]) -> Iterator[str]:
    interval = "" if result.interval is None else f" (95 % interval {between(result.interval)})"
    mean = f", the mean over the {'labels' if _labelled(result) else 'tissues'} weighted by their voxels,"
    yield f"The SNR{mean if len(seen) > 1 else ''} was {number(result.value)}{interval}."
    if 1 < len(seen) <= _MOST_NAMED:
        each = [f"{number(row.snr)}{_ends(row)}" for row in seen]
        names = f" of {listed([quoted(row.name) for row in seen])}" if _labelled(result) else " of the tissues"
        yield f"That{names} was {listed(each)}{', respectively' if _labelled(result) else ''}."


def _labelled(result: Snr) -> bool:
    return bool(result.provenance["of"] == "labels")


def _ends(row: LabelSnr) -> str:
    return "" if row.low is None else f" ({between((row.low, row.high))})"


def _interval(result: Snr, noise: Noise) -> Iterator[str]:
    if result.interval is None:
        yield "The method gives no interval."
        return
    shared = f" ({noise.correlation:.1f} voxels shared one sample of noise)" if noise.correlation > _NOTABLE else ""
    parts = ["the error of σ (by counting, and of the method)", f"that of the signal in independent voxels{shared}"]
    if _disagreed(noise):
        parts.append("a third of what a second estimate of σ differed by")
    yield f"The interval is log-normal and combines {listed(parts)}."


def _disagreed(noise: Noise) -> bool:
    """Return whether the interval was widened because a second estimate of the noise differed."""
    checks = [check for check in noise.checks if check.code == "agreement"]
    return any(check.verdict != CheckVerdict.PASS and check.value is not None for check in checks)


def _left_out(result: Snr) -> Iterator[str]:
    below = [quoted(row.name) for row in result.table if below_detection(row)]
    if below:
        some = listed(below) if len(below) <= _MOST_NAMED else f"{len(below)} regions"
        yield f"The signal of {some} could not be told from noise and was left out, so that the mean reads high."


def _per_volume(result: Snr, cited: Cited) -> Iterator[str]:
    found = normalised(result)
    if found.per_mm3 is None or found.voxel_mm3 is None:
        return
    per = f"{number(found.per_mm3)} per mm³ of the acquired voxel ({found.voxel_mm3:.3g} mm³)"
    if found.per_mm3_per_sqrt_s is not None and found.scan_s is not None:
        per += f", {number(found.per_mm3_per_sqrt_s)} per mm³ and √s of scan ({found.scan_s:.3g} s)"
    yield f"Normalised{cited('edelstein1986')} it was {per}."
