"""What is said of a result in a few lines, from its document: the same in the command and in the report."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from mrsnr.wording import between, how, number

_OF = {
    "labels": "mean of the labels, noise floor taken out",
    "tissues": "mean of the object, noise floor taken out",
    "foreground": "mean of all that is not background",
}


def image_facts(document: dict[str, Any], result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say of an SNR, which has a value, what the image is, how the noise was found, and signal and sigma."""
    noise = result["noise"]
    yield "image", grid(document)
    if result["repeats"] > 1:
        others = ", ".join(one["name"] for one in document["inputs"] if one["role"] == "repeat")
        yield "repeats", f"{result['repeats']} acquisitions{f', with {others}' if others else ''}"
    yield "method", how(result)
    yield "signal", f"{number(result['signal'])}, {_OF[result['of']]}"
    yield "sigma", f"{_sigma_words(noise)}; SD of one real channel"
    if result["normalised"]["per_mm3"] is not None:
        yield "normalised", _normalised_words(result["normalised"])
    mixture = noise.get("mixture")
    if mixture is not None and "sensitivity" not in codes(result):  # else its sentence has said it
        others = mixture["snr_by_clusters"].items()
        yield "SNR by number of clusters", ", ".join(f"{count}: {number(snr)}" for count, snr in others)


def series_facts(document: dict[str, Any], result: dict[str, Any], *, masked: bool) -> Iterator[tuple[str, str]]:
    """Say of a temporal SNR what the series is, and what was taken out of it."""
    yield "series", grid(document, volumes=True)
    what = "volumes"
    if result["pairs"] is not None:
        first, second = result["pairs"].split("-")
        what = "differences"
        yield "signal", f"control - label; {first} comes first, then {second}"
    trend = f"of order {result['order']} removed" if result["order"] else "not removed: plain mean / SD"
    if result["robust"]:
        yield "noise", f"median change in {result['degrees_of_freedom']} pairs of {what}, which spikes do not move"
    else:
        yield "trend", f"{trend}, {result['degrees_of_freedom']} degrees of freedom"
    if result["dropped"]:
        first = "volume" if result["dropped"] == 1 else f"{result['dropped']} volumes"
        yield "left out", f"the first {first}, before the steady state"
    where = "in the mask" if masked else "above the threshold between dark and bright"
    undefined = f" ({result['undefined_voxels']} of them undefined)" if result["undefined_voxels"] else ""
    yield "tSNR", f"median of {result['voxels']} voxels {where}{undefined}"
    if result["uncorrected"] is not None and not result["robust"]:
        yield "of the map", f"{result['uncorrected']:.4g}; few volumes make it read high, the value is corrected for it"


def stability_rows(figures: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return name, value and meaning of each of the fBIRN figures."""
    edge, (x, y) = figures["size"], figures["corner"]
    signal = f"mean of {edge} x {edge} voxels from ({x}, {y}) of slice {figures['slice']}, {figures['volumes']} volumes"
    unpaired = "" if figures["paired"] == figures["volumes"] else "; the last volume, which has no partner, is left out"
    return (
        ("signal", number(figures["mean_signal"]), signal),
        ("SFNR", number(figures["sfnr"]), "mean over SD in time"),
        ("static noise", number(figures["static_noise"]), f"SD in space, odd minus even volumes{unpaired}"),
        ("SNR", number(figures["snr"]), "signal over static noise"),
        ("fluctuation", f"{number(figures['fluctuation'])} %", "SD in time of the mean, without its trend"),
        (
            "drift",
            f"{number(figures['drift'])} %",
            f"of the trend; {number(figures['raw_drift'])} % of the mean itself",
        ),
        ("decorrelation", number(figures["radius"]), f"radius in voxels; {edge} if all were independent"),
        (
            "DVARS",
            f"{number(_median_dvars(figures['dvars']))} %",
            "change from volume to volume, root mean square; median",
        ),
    )


def grid(document: dict[str, Any], *, volumes: bool = False) -> str:
    """Say the size of an image in voxels and millimetres."""
    size = " x ".join(map(str, document["shape"][:3]))
    edges = " x ".join(f"{edge:.4g}" for edge in document["voxel_size_mm"])
    series = f", {document['shape'][3]} volumes" if volumes else ""
    return f"{size} voxels of {edges} mm{series}, {document['kind']}"


def codes(result: dict[str, Any]) -> list[str]:
    """Return the names of the checks that did not pass."""
    return [check["code"] for check in result["reasons"]]


def _sigma_words(noise: dict[str, Any]) -> str:
    """Say sigma with its interval; of a map, that it is one."""
    interval = None if noise["interval"] is None else between(noise["interval"])
    if not noise["map"]:
        return number(noise["sigma"]) if interval is None else f"{number(noise['sigma'])} ({interval})"
    level = "" if interval is None else f"; its level {interval}"
    return f"a map: median {number(noise['sigma'])}, {between(noise['range'])} over the object{level}"


def _normalised_words(found: dict[str, Any]) -> str:
    """Say the SNR for a cubic millimetre and, where the header has the time, for a second."""
    parts = [f"SNR {number(found['per_mm3'])} per mm³ ({found['voxel_mm3']:.3g} mm³)"]
    for key, time, what in (("s", "scan_s", "scan"), ("sampling_s", "sampling_s", "sampling")):
        value = found[f"per_mm3_per_sqrt_{key}"]
        if value is not None:
            parts.append(f"{number(value)} per mm³ and √s of {what} ({found[time]:.3g} s)")
    return "; ".join(parts)


def _median_dvars(values: list[float | None]) -> float | None:
    """Return the median of DVARS in % of the signal."""
    known = [value for value in values if value is not None]
    return median(known) / 10 if known else None
