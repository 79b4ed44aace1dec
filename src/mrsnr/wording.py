"""What methods are called, and numbers as people read them: the same in the command and in the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

AUTO = "auto"

METHODS = {
    "auto": "what the data support: repeats, else a noise scan, else a noise mask, else air, else tissue; or refuses",
    "air": "air around the object, found by itself: root mean square of its quiet part",
    "air_mean": "air, from its mean; with --noise-mask there",
    "air_rms": "air, from its root mean square; with --noise-mask there",
    "air_std": "air, from its SD; with --noise-mask there",
    "difference": "two acquisitions: SD of their difference",
    "mixture": "the darkest cluster of intensities: the tutorial's method",
    "mppca": "ten or more volumes: their small principal components",
    "noise_scan": "a scan without excitation, --noise-scan",
    "piesno": "four or more volumes: the air that they share",
    "replicas": "three or more acquisitions: variance over them",
    "temporal": "ten or more volumes: fluctuation over time",
    "tissue": "differences of neighbours inside the object",
}
"""Name and help of every method."""

_SHORT = {
    "air": "root mean square of {voxels} voxels of air",
    "air_mean": "mean of {voxels} voxels of air",
    "air_rms": "root mean square of {voxels} voxels of air",
    "air_std": "SD of {voxels} voxels of air",
    "difference": "difference of two acquisitions in {voxels} voxels",
    "mixture": "SD of {voxels} voxels in the darkest cluster",
    "mppca": "principal components in {voxels} voxels",
    "noise_scan": "root mean square of {voxels} voxels of the noise scan",
    "piesno": "{voxels} voxels of air that the volumes share",
    "replicas": "variance over {repeats} acquisitions in {voxels} voxels",
    "temporal": "fluctuation over {repeats} volumes in {voxels} voxels",
    "tissue": "differences of neighbours in {voxels} voxels of the object",
}
_OF_THE_AIR = frozenset({"zeros", "amount", "shape", "ratio", "channels", "darker-than-air", "stationarity"})
_ONE = 0.05  # from a whole number, within which channels are written as one


def how(result: dict[str, Any]) -> str:
    """Say in one line what the noise of a result was taken from, why from there, and what confirms it."""
    return "; ".join(_parts(result))


def many(count: int) -> str:
    """Write a number of voxels so that it can be read."""
    return f"{count:,}".replace(",", " ")


def _parts(result: dict[str, Any]) -> Iterator[str]:
    noise, name = result["noise"], result["method"]
    pattern = "SD of {voxels} voxels of air" if _masked_mixture(noise) else _SHORT.get(name, "{voxels} voxels")
    found = pattern.format(voxels=many(noise["voxels"]), repeats=result["repeats"])
    yield f"{name}: {found}, {_channels(noise)}"
    if name == "mixture" and "clusters" in noise["parameters"]:
        yield f"{noise['parameters']['clusters']} clusters"
    if result["asked"] == AUTO:
        yield from _why(result)
    yield from (_clause(check["sentence"]) for check in noise["checks"] if _confirms(check))


def _masked_mixture(noise: dict[str, Any]) -> bool:
    return bool(noise["method"] == "mixture" and noise["parameters"].get("noise_mask") == "given")


def _why(result: dict[str, Any]) -> Iterator[str]:
    """Say why ``auto`` took tissue; the other choices need no reason."""
    if result["method"] != "tissue":
        return
    air = [check for check in result["noise"]["checks"] if check["code"] in _OF_THE_AIR]
    if not air:
        yield "no air was found"
    elif any(check["verdict"] == "fail" for check in air):
        yield "the air cannot be believed"
    else:
        yield "the noise of the object is not that of the air"


def _channels(noise: dict[str, Any]) -> str:
    n = noise["channels"]
    if n < 1 - _ONE:
        return "Gaussian"
    whole = abs(n - round(n)) < _ONE
    return f"{n:.0f} channel{'s' * (round(n) != 1)}" if whole else f"as of {n:.1f} channels"


def _confirms(check: dict[str, Any]) -> bool:
    return bool(check["code"] == "agreement" and check["verdict"] == "pass")


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def number(value: float | None, digits: int = 4) -> str:
    """Return a number for reading with so many significant digits, ``n/a`` where there is none."""
    if value is None:
        return "n/a"
    if value and not 1e-3 <= abs(value) < 1e7:
        return f"{value:.{digits - 1}e}"
    return f"{value:.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:#.{digits}g}".rstrip(".")


def between(limits: Sequence[float | None] | None) -> str:
    """Return the two ends of an interval, ``n/a`` where there is none."""
    if limits is None or None in limits:
        return "n/a"
    return " to ".join(map(number, limits))
