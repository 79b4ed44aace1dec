"""Results as plain numbers and words: what goes into JSON files and on to stdout."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from mrsnr.model import Check, Image, MixtureNoise, Noise, Snr, Temporal
from mrsnr.normalisation import normalised

if TYPE_CHECKING:  # a name only: what makes it is on a floor above
    from mrsnr.fbirn import Fbirn

SCHEMA_VERSION = 2
_ENDS = (5, 95)  # percentiles of a map of sigma


def document(results: Snr | Temporal | Sequence[Snr]) -> dict[str, Any]:
    """Return everything measured on one image but its maps, ready for JSON: no NaN, no numpy.

    Parameters
    ----------
    results
        One result, or one per volume or method.
    """
    several = [results] if isinstance(results, Snr | Temporal) else list(results)
    image = several[0].image
    identifiers = image.meta.get("identifiers")
    inputs = _inputs(image, several[0].provenance.get("inputs", ()))
    return {
        "schema": SCHEMA_VERSION,
        "software": {"name": "mrsnr", "version": several[0].provenance["version"]},
        "source": source_of(image.meta),
        "inputs": [{"role": role, **source} for role, meta in inputs if (source := source_of(meta)) is not None],
        **({} if identifiers is None else {"identifiers": plain(identifiers)}),
        "kind": image.kind,
        "shape": _shape(several),
        "voxel_size_mm": list(image.voxel_size),
        "results": [plain(_temporal(r) if isinstance(r, Temporal) else _snr(r)) for r in several],
    }


def _inputs(image: Image, beside: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield role and ``meta`` of all files but the first: other volumes of a series, the phase of a complex image."""
    for further in image.meta.get("further_files", ()):
        yield further.get("role", "volume"), further
    for role, meta in beside:
        for one in (meta, *meta.get("further_files", ())):
            yield role, one


def _shape(results: Sequence[Snr | Temporal]) -> list[int]:
    """Return the shape of the image that the results are of: several volumes have been taken apart."""
    shape, volumes = results[0].image.shape, {result.provenance["volume"] for result in results}
    return list(shape if len(volumes) == 1 else (*shape, len(results)))


def source_of(meta: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return name and sha256 of the file that an image of this ``meta`` came from, ``None`` if it came from an array.

    Of a ``.hdr``/``.img`` pair the file of the voxels is hashed, of a folder's series what the sha256 of its files make
    one after the other, slice by slice. The hash is ``None`` when a file has changed since it was loaded, or is no
    longer there. The folder is left out, as it can name a patient, unless identifiers are kept: then there is the path.
    """
    name = source_name(meta)
    if name is None:
        return None
    path = Path(str(meta["source"]))
    kept = {"path": as_text(str(path))} if "identifiers" in meta else {}
    return {"name": as_text(name), "sha256": _hash(meta.get("paths") or [meta.get("voxels", path)], meta), **kept}


def source_name(meta: Mapping[str, Any]) -> str | None:
    """Return what to call where an image came from, ``None`` if it came from an array.

    A file is called by its name, an image of a folder by its series: the folder may name a patient.
    """
    source = meta.get("source")
    return None if source is None else series_name(meta) or Path(str(source)).name


def series_name(meta: Mapping[str, Any]) -> str | None:
    """Return what an image of a folder's series is called, ``None`` where it came from a file with a name.

    Its number, if it has one, and what tells it from others of that series; never the UID, in which scanners write date
    and serial number.
    """
    series = meta.get("series")
    if not meta.get("paths") or series is None:
        return None
    number = [] if series["number"] is None else [str(series["number"])]
    return "-".join(["series", *number, *series["choice"].split(":")[1:]])


def _hash(paths: Sequence[str | Path], meta: Mapping[str, Any]) -> str | None:
    """Return the sha256 of a file, or of those of several files; ``None`` where one is not what it was."""
    digests = []
    try:
        for path in paths:
            with Path(path).open("rb") as file:
                loaded, now = meta.get("modified"), _modified(file)
                if loaded is not None and (now > loaded if len(paths) > 1 else now != loaded):
                    return None
                digests.append(hashlib.file_digest(file, "sha256").digest())
    except OSError:
        return None
    return (digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()).hex()


def _modified(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_mtime_ns


def plain(value: Any) -> Any:
    """Return a value made of what JSON knows; numbers that are not finite become ``None``."""
    if isinstance(value, Mapping):
        return {as_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return as_text(value) if isinstance(value, str) else value


def as_text(words: str) -> str:
    """Return what can be written as UTF-8: a file's name may hold bytes that no text can."""
    return words.encode("utf-8", "replace").decode("utf-8")


def _snr(result: Snr) -> dict[str, Any]:
    return {
        "quantity": "snr",
        "asked": result.provenance["asked"],
        "volume": result.provenance["volume"],
        "repeats": result.provenance["repeats"],
        "value": result.value,
        "signal": _signal(result),
        "of": result.provenance["of"] if result.value is not None else None,
        "interval": result.interval,
        "verdict": str(result.verdict),
        "reasons": _checks(result.reasons),
        "method": result.method,
        "definition": result.provenance["definition"],
        "normalised": None if result.value is None else asdict(normalised(result)),
        "noise": None if result.noise is None else _noise(result.noise),
        "table": [asdict(row) for row in result.table],
    }


def _signal(result: Snr) -> float | None:
    """Return the signal that the value is of: that of the foreground, or the mean of the labels weighted by voxels."""
    sigma = result.noise.sigma if result.noise is not None else None
    if result.value is None:
        return None
    if isinstance(sigma, float):
        return result.value * sigma
    rows = [(row.signal, row.voxels) for row in result.table if row.snr is not None and row.signal is not None]
    return float(np.average([signal for signal, _ in rows], weights=[voxels for _, voxels in rows])) if rows else None


def _noise(noise: Noise) -> dict[str, Any]:
    mapped = isinstance(noise.sigma, np.ndarray)
    described = {
        "sigma": float(np.nanmedian(noise.sigma)) if isinstance(noise.sigma, np.ndarray) else noise.sigma,
        "map": mapped,
        "range": np.nanpercentile(np.asarray(noise.sigma), _ENDS) if mapped else None,
        "interval": noise.interval,
        "channels": noise.channels,
        "correlation": noise.correlation,
        "voxels": int(noise.region.sum()),
        "method": noise.method,
        "parameters": noise.parameters,
        "checks": _checks(noise.checks),
    }
    if isinstance(noise, MixtureNoise):
        described["mixture"] = {
            "means": noise.means,
            "variances": noise.variances,
            "weights": noise.weights,
            "voxels": [int((noise.clusters == k).sum()) for k in range(len(noise.means))],
            "converged": noise.converged,
            "iterations": noise.iterations,
            "snr_by_clusters": noise.by_clusters,
        }
    return described


def _temporal(result: Temporal) -> dict[str, Any]:
    return {
        "quantity": "tsnr",
        "value": result.value,
        "interval": result.interval,
        "uncorrected": result.uncorrected,
        "voxel_factors": list(result.voxel_factors),
        "verdict": str(result.verdict),
        "reasons": _checks(result.reasons),
        "checks": _checks(result.checks),
        "definition": result.provenance["definition"],
        "order": result.order,
        "robust": result.robust,
        "pairs": result.pairs,
        "volumes": result.volumes,
        "dropped": result.dropped,
        "degrees_of_freedom": result.degrees_of_freedom,
        "effective_degrees_of_freedom": result.effective_degrees_of_freedom,
        "autocorrelation": result.autocorrelation,
        "voxels": int(result.mask.sum()),
        "undefined_voxels": int((~np.isfinite(result.map[result.mask])).sum()),
        "fbirn": None if result.fbirn is None else _fbirn(result.fbirn),
    }


def _fbirn(figures: Fbirn) -> dict[str, Any]:
    return {
        "definition": figures.definition,
        "slice": figures.slice,
        "corner": list(figures.corner),
        "size": figures.size,
        "volumes": figures.volumes,
        "paired": figures.paired,
        "mean_signal": figures.mean_signal,
        "sfnr": figures.sfnr,
        "static_noise": figures.static_noise,
        "snr": figures.snr,
        "fluctuation": figures.fluctuation,
        "drift": figures.drift,
        "raw_drift": figures.raw_drift,
        "radius": figures.radius,
        "weisskoff": figures.weisskoff,
        "course": figures.course,
        "dvars": figures.dvars,
    }


def _checks(checks: Sequence[Check]) -> list[dict[str, Any]]:
    return [{**asdict(check), "verdict": str(check.verdict)} for check in checks]
