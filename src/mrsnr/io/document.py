"""Results as plain numbers and words: what goes into JSON files and on to stdout."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mrsnr.model import Check, Image, MixtureNoise, Noise, Snr, Temporal

SCHEMA_VERSION = 1


def document(results: Snr | Temporal | Sequence[Snr]) -> dict[str, Any]:
    """Return everything measured on one image but its maps, ready for JSON: no NaN, no numpy.

    Parameters
    ----------
    results
        One result, or one per volume.
    """
    several = [results] if isinstance(results, Snr | Temporal) else list(results)
    image = several[0].image
    return {
        "schema": SCHEMA_VERSION,
        "software": {"name": "mrsnr", "version": several[0].provenance["version"]},
        "source": source_of(image),
        "kind": image.kind,
        "shape": list(image.shape if len(several) == 1 else (*image.shape, len(several))),
        "voxel_size_mm": list(image.voxel_size),
        "results": [plain(_temporal(r) if isinstance(r, Temporal) else _snr(r)) for r in several],
    }


def source_of(image: Image) -> dict[str, Any] | None:
    """Return name and sha256 of the file an image came from, ``None`` if it came from an array.

    Of a ``.hdr``/``.img`` pair the file of the voxels is hashed. The hash is ``None`` when the file has changed since
    it was loaded, or is no longer there. The folder is left out: a path can name a patient.
    """
    source = image.meta.get("source")
    if source is None:
        return None
    path = Path(str(source))
    try:
        with Path(image.meta.get("voxels", path)).open("rb") as file:
            changed = image.meta.get("modified", _modified(file)) != _modified(file)
            digest = None if changed else hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        digest = None
    return {"name": as_text(path.name), "sha256": digest}


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
    sigma = result.noise.sigma if result.noise is not None else None
    return {
        "quantity": "snr",
        "volume": result.provenance["volume"],
        "value": result.value,
        "signal": result.value * sigma if result.value is not None and isinstance(sigma, float) else None,
        "interval": result.interval,
        "verdict": str(result.verdict),
        "reasons": _checks(result.reasons),
        "method": result.method,
        "definition": result.provenance["definition"],
        "noise": None if result.noise is None else _noise(result.noise),
        "table": [asdict(row) for row in result.table],
    }


def _noise(noise: Noise) -> dict[str, Any]:
    described = {
        "sigma": noise.sigma if isinstance(noise.sigma, float) else None,
        "interval": noise.interval,
        "channels": noise.channels,
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
        "verdict": str(result.verdict),
        "reasons": _checks(result.reasons),
        "definition": result.provenance["definition"],
        "order": result.order,
        "volumes": result.volumes,
        "degrees_of_freedom": result.degrees_of_freedom,
        "voxels": int(result.mask.sum()),
        "undefined_voxels": int((~np.isfinite(result.map[result.mask])).sum()),
    }


def _checks(checks: Sequence[Check]) -> list[dict[str, Any]]:
    return [{**asdict(check), "verdict": str(check.verdict)} for check in checks]
