"""One verb for results: `save`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mrsnr.errors import ArgumentError, OutputError
from mrsnr.io.document import document, plain, series_name
from mrsnr.io.loading import expanded, stem
from mrsnr.io.maps import stored_type, write_map
from mrsnr.io.staging import staging
from mrsnr.model import Image, MixtureNoise, Snr, Temporal

Result = Snr | Temporal | Sequence[Snr]

_SNR_MAPS = ("snr_map", "sigma_map", "noise_mask", "clusters")
_SNR_PICTURES = ("montage", "labels", "clusters", "snr_map", "sigma_map", "histogram", "noise_mask")
_TEMPORAL_MAPS = ("tsnr_map", "mean_map", "noise_map")
_TEMPORAL_PICTURES = ("mean", "tsnr_map", "course", "dvars", "weisskoff")


class Drawing(Protocol):
    """A picture that can write itself, such as matplotlib's ``Figure``."""

    def savefig(self, fname: Any) -> None:
        """Write to a file; its ending says the format."""


@dataclass(frozen=True, eq=False)
class _Map:
    name: str
    data: NDArray[Any]
    description: str
    units: str


def save(
    result: Result,
    folder: str | Path,
    *,
    name: str | None = None,
    overwrite: bool = False,
    figures: Mapping[str, Drawing] | None = None,
    numbers: dict[str, Any] | None = None,
    page: str | None = None,
) -> tuple[Path, ...]:
    """Write a result's maps as NIfTI with JSON beside each, and every number as ``NAME_snr.json``.

    The numbers of a series are ``NAME_tsnr.json``. A refused result writes its JSON with the reasons, and no map; sigma
    is written as a map where it is one, and clusters where there are any. All files appear together or not at all.

    Parameters
    ----------
    result
        From `mrsnr.measure` (also a tuple: the volumes go into one 4-D file) or `mrsnr.temporal`.
    folder
        Made if it is not there.
    name
        What the files begin with; by default the source file's name without its ending, else ``image``.
    overwrite
        Whether files of an earlier run may be replaced; those that this result does not have are removed.
    figures
        Pictures to write as ``NAME_KEY.png``, as `mrsnr.figures.draw` gives them.
    numbers
        What `mrsnr.io.document` said of this result, if it has been asked: the source file, which may be large, is then
        not read once more for its hash.
    page
        A report to write as ``NAME_snr.html`` or ``NAME_tsnr.html``, as `mrsnr.report.page` gives it.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    ArgumentError
        If it is no such result, or several for one volume.
    OutputError
        If a file is there and may not be replaced, the folder cannot be written, or the name has a folder in it.
    """
    image = _first(result).image
    begin = name or name_of(image)
    if PurePath(begin).name != begin or begin == "..":
        raise OutputError(f"The name {begin!r} leads out of the folder; expected a file name without a path.")
    if numbers is None:
        numbers = document(result)
    drawings = figures or {}
    may_write = {*written_by(result, name=begin), *(f"{begin}_{key}.png" for key in drawings)}
    with staging(folder, sorted(may_write), overwrite=overwrite) as stage:
        for part in _maps(result):
            write_map(stage / f"{begin}_{part.name}.nii.gz", part.data, image)
            _write_json(stage / f"{begin}_{part.name}.json", _sidecar(result, part, numbers))
        for key, figure in drawings.items():
            figure.savefig(stage / f"{begin}_{key}.png")
        _write_json(stage / f"{begin}_{_suffix(result)}.json", numbers)
        if page is not None:
            _write_text(stage / page_name(result, name=begin), page)
        files = sorted(file.name for file in stage.iterdir())
    return tuple(expanded(folder) / file for file in files)


def save_page(page: str, folder: str | Path, file: str, *, overwrite: bool = False) -> Path:
    """Write a report alone, whole or not at all.

    Parameters
    ----------
    page
        From `mrsnr.report.page`.
    folder
        Made if it is not there.
    file
        Its name, as `page_name` gives it.
    overwrite
        Whether an earlier one may be replaced.

    Raises
    ------
    OutputError
        If it is there and may not be replaced, or cannot be written.
    """
    with staging(folder, [file], overwrite=overwrite) as stage:
        _write_text(stage / file, page)
    return expanded(folder) / file


def page_name(result: Result | type[Snr | Temporal], *, name: str) -> str:
    """Return the name of a report's file."""
    return f"{name}_{_suffix(result)}.html"


def name_of(image: Image) -> str:
    """Return what the files of an image's results begin with, unless something else is asked for."""
    source = image.meta.get("source")
    return "image" if source is None else series_name(image.meta) or stem(str(source))


def written_by(result: Result | type[Snr | Temporal], *, name: str) -> tuple[str, ...]:
    """Return the names of all files that `save` may write for results of this type."""
    series = _suffix(result) == "tsnr"
    maps, pictures = (_TEMPORAL_MAPS, _TEMPORAL_PICTURES) if series else (_SNR_MAPS, _SNR_PICTURES)
    files = [f"{name}_{part}{ending}" for part in maps for ending in (".nii.gz", ".json")]
    files += [f"{name}_{key}.png" for key in pictures]
    return (*files, f"{name}_{_suffix(result)}.json", page_name(result, name=name))


def _first(result: Result) -> Snr | Temporal:
    if isinstance(result, Snr | Temporal):
        return result
    if not isinstance(result, Sequence) or not result or not all(isinstance(one, Snr) for one in result):
        raise ArgumentError("Only what mrsnr.measure and mrsnr.temporal return can be saved.")
    if len({one.provenance["volume"] for one in result}) < len(result):
        raise ArgumentError(
            "These are several answers for one volume, as mrsnr.compare returns them: save one of them."
        )
    return result[0]


def _suffix(result: Result | type[Snr | Temporal]) -> str:
    return "tsnr" if isinstance(result, Temporal) or result is Temporal else "snr"


def _maps(result: Result) -> Iterator[_Map]:
    """Yield one map after the other, so that those of several volumes are not all in memory at once."""
    if isinstance(result, Temporal):
        if result.value is not None:
            yield _Map("tsnr_map", result.map, "temporal SNR: temporal mean / residual SD", "dimensionless")
            yield _Map("mean_map", result.mean, "temporal mean", "image intensity")
            yield _Map("noise_map", result.noise, "temporal SD of the residuals", "image intensity")
        return
    several = [result] if isinstance(result, Snr) else list(result)
    if not _measured(several):
        return
    snr = _stack([_or_nan(one.map, one.image) for one in several])
    yield _Map("snr_map", snr, _snr_words(_measured(several)[0]), "dimensionless")
    del snr
    yield _Map("noise_mask", _stack([_region(one) for one in several]), "1: where the noise was measured", "boolean")
    noises = [one.noise for one in several if one.noise is not None]
    if any(isinstance(noise.sigma, np.ndarray) for noise in noises):
        sigma = _stack([_sigma(one) for one in several])
        yield _Map("sigma_map", sigma, "sigma: SD of the noise of one real channel", "image intensity")
        del sigma
    mixtures = [noise for noise in noises if isinstance(noise, MixtureNoise)]
    if len(mixtures) == len(several):
        clusters = _stack([noise.clusters for noise in mixtures])
        yield _Map("clusters", clusters, "0: darkest cluster, the background; -1: not finite", "label")


def _measured(results: Sequence[Snr]) -> list[Snr]:
    """Return the results that were not refused."""
    return [one for one in results if one.value is not None]


def _snr_words(result: Snr) -> str:
    if result.provenance["of"] == "foreground":
        return "SNR: image / sigma"
    return "SNR: image with the noise floor taken out / sigma"


def _region(result: Snr) -> NDArray[Any]:
    if result.noise is None:
        return np.zeros(result.image.grid, np.uint8)
    return result.noise.region.astype(np.uint8)


def _sigma(result: Snr) -> NDArray[Any]:
    """Return sigma as a map: the same everywhere, if it is one number."""
    sigma = np.nan if result.noise is None or result.noise.sigma is None else result.noise.sigma
    return np.broadcast_to(np.asarray(sigma, dtype=np.float64), result.image.grid)


def _or_nan(values: NDArray[Any] | None, image: Image) -> NDArray[Any]:
    return np.full(image.grid, np.nan) if values is None else values


def _stack(volumes: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Join volumes on a fourth axis, as they will be stored; a single one stays as it is, but for a last axis of 1."""
    if len(volumes) > 1:
        return np.moveaxis(np.stack(volumes, dtype=stored_type(np.result_type(*volumes))), 0, -1)
    return volumes[0][..., 0] if volumes[0].ndim == 4 else volumes[0]


def _sidecar(result: Result, part: _Map, numbers: dict[str, Any]) -> dict[str, Any]:
    if isinstance(result, Temporal):
        first: Snr | Temporal = result
        method = "temporal"
        parameters = {"order": result.order, "robust": result.robust, "pairs": result.pairs}
    else:
        several = _measured([result] if isinstance(result, Snr) else result)
        first = several[0]
        method = ", ".join(dict.fromkeys(one.method for one in several))
        parameters = dict(several[0].noise.parameters if several[0].noise else {})
    sources = ([] if numbers["source"] is None else [numbers["source"]]) + numbers["inputs"]
    return {
        "Description": part.description,
        "Units": part.units,
        "Method": method,
        "Parameters": plain(parameters),
        "Definition": first.provenance["definition"],
        "Sources": [{key: one[key] for key in ("name", "sha256")} for one in sources],
        "GeneratedBy": [{"Name": "mrsnr", "Version": numbers["software"]["version"]}],
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    _write_text(path, json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
