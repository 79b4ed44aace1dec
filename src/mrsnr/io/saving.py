"""One verb for results: `save`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from mrsnr import __version__
from mrsnr.errors import ArgumentError, OutputError
from mrsnr.io.compression import open_compressed
from mrsnr.io.document import document, plain, series_name
from mrsnr.io.loading import expanded, stem
from mrsnr.io.staging import staging
from mrsnr.model import Image, MixtureNoise, Snr, Temporal

Result = Snr | Temporal | Sequence[Snr]

_SNR_MAPS = ("snr_map", "sigma_map", "noise_mask", "clusters")
_SNR_PICTURES = ("montage", "labels", "clusters", "snr_map", "sigma_map", "histogram", "noise_mask")
_TEMPORAL_MAPS = ("tsnr_map", "mean_map", "noise_map")
_TEMPORAL_PICTURES = ("mean", "tsnr_map", "weisskoff")
_SLAB_BYTES = 4 * 2**20  # of a map that are converted and written at a time


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
        files = sorted(file.name for file in stage.iterdir())
    return tuple(expanded(folder) / file for file in files)


def name_of(image: Image) -> str:
    """Return what the files of an image's results begin with, unless something else is asked for."""
    source = image.meta.get("source")
    return "image" if source is None else series_name(image.meta) or stem(str(source))


def written_by(result: Result | type[Snr | Temporal], *, name: str) -> tuple[str, ...]:
    """Return the names of all files that `save` may write for results of this type."""
    series = isinstance(result, Temporal) or result is Temporal
    maps, pictures = (_TEMPORAL_MAPS, _TEMPORAL_PICTURES) if series else (_SNR_MAPS, _SNR_PICTURES)
    files = [f"{name}_{part}{ending}" for part in maps for ending in (".nii.gz", ".json")]
    files += [f"{name}_{key}.png" for key in pictures]
    return (*files, f"{name}_{'tsnr' if series else 'snr'}.json")


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


def _suffix(result: Result) -> str:
    return "tsnr" if isinstance(result, Temporal) else "snr"


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
        return np.moveaxis(np.stack(volumes, dtype=_stored(np.result_type(*volumes))), 0, -1)
    return volumes[0][..., 0] if volumes[0].ndim == 4 else volumes[0]


def write_map(path: Path, data: NDArray[Any], image: Image) -> None:
    """Write voxels where an image lies: its affine, qform and sform with their codes, and its units.

    Parameters
    ----------
    path
        Ends in ``.nii`` or ``.nii.gz``.
    data
        Floats are stored in single precision, integers as they are.
    image
        Whose geometry is repeated.
    """
    header = _header(data, image)
    with _opened(path) as file:
        header.write_to(file)
        for slab in _slabs(data, header.get_data_dtype()):
            file.write(slab.data)


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return open_compressed(path) if path.suffix == ".gz" else path.open("wb")


def _slabs(data: NDArray[Any], stored: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Yield the voxels in the order of the file, a few slices at a time: a whole map would be in memory twice."""
    volumes = data.T if data.ndim == 4 else data.T[np.newaxis]  # the last axis, which goes slowest in the file, first
    for volume in volumes:
        step = max(1, _SLAB_BYTES // volume[0].nbytes)
        for first in range(0, len(volume), step):
            yield np.ascontiguousarray(volume[first : first + step], dtype=stored)


def _stored(computed: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that voxels computed in another have in a file."""
    return np.dtype(np.float32) if computed.kind == "f" else computed


def _header(data: NDArray[Any], image: Image) -> Any:
    """Return the header of a file of its own for these voxels."""
    import nibabel  # noqa: PLC0415 - slower to import than to write a map

    kept: dict[str, Any] = image.meta.get("nifti", {})
    made = nibabel.Nifti2Image if kept.get("version") == 2 else nibabel.Nifti1Image
    shape_only = np.broadcast_to(np.zeros((), _stored(data.dtype)), data.shape)
    written: Any = made(shape_only, image.affine)  # type: ignore[no-untyped-call]
    space, time = kept.get("xyzt_units", ("mm", "sec"))
    written.header.set_xyzt_units(xyz=space, t=time)
    if kept:
        written.set_sform(kept["sform"], code=kept["sform_code"])
        written.set_qform(kept["qform"], code=kept["qform_code"])
        written.header["pixdim"][1 : data.ndim + 1] = kept["pixdim"][: data.ndim]
    if not np.allclose(written.affine, image.affine, rtol=1e-5, atol=1e-4):  # the image was moved since it was read
        written.set_sform(image.affine, code="aligned")
        written.set_qform(image.affine, code="aligned")
    written.header["descrip"] = f"mrsnr {__version__}"
    written.update_header()
    written.header.set_slope_inter(1, 0)
    return written.header


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
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
