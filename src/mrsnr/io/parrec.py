"""PAR/REC files of Philips scanners: one type of image and one echo of all that a file may hold."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.parrec import PSL_TO_RAS, PARRECHeader
from numpy.typing import NDArray

from mrsnr.errors import ArgumentError, ImageError, UnreadableError
from mrsnr.io.broken import check_length, reading
from mrsnr.io.par_header import IDENTIFYING, ParHeader, read_header
from mrsnr.io.par_parts import Part, choose
from mrsnr.io.par_sidecar import image_type, sidecar
from mrsnr.io.rec_array import RecArray
from mrsnr.model import FloatArray, Image

SUFFIXES = (".par", ".rec")
SCALINGS = ("dv", "fp")

_log = logging.getLogger("mrsnr")
_SAME = ("slice orientation", "slice thickness", "slice gap", "pixel spacing")  # in all slices of a volume
_PROMISES = {
    "echoes": ("echo number", "max. number of echoes"),
    "dynamics": ("dynamic scan number", "max. number of dynamics"),
}
_SAME_SCALE = 1e-3  # of the ratio of displayed and floating-point value
_APART = 0.5  # voxels


def read(path: Path, *, part: str | None = None, scaling: str = "dv") -> Image:
    """Open a PAR/REC file by either half; voxels stay on disk until they are asked for.

    Parameters
    ----------
    path
        The ``.PAR`` or the ``.REC`` file, in capitals or not.
    part
        Which of its images: ``"phase"``, ``"e2"``, ``"real-e2"``, ``"label1"``, ``"b1000"``. By default the magnitude
        of the first echo, all dynamics, labels and diffusion weightings of it on the last axis, in this order.
        ``meta["part"]`` is what was read, ``meta["parts"]`` what there is, ``meta["varies"]`` what tells volumes apart.
    scaling
        ``"dv"``, the value displayed on the console and exported as DICOM: stored value × rescale slope + rescale
        intercept. ``"fp"``, the floating-point value: that, divided by rescale slope × scale slope. The scanner chooses
        the rescale slope image by image, so where this product differs (between types, echoes, scans, rarely between
        slices) only ``"fp"`` can be compared. An SNR within one scale is the same in both.

    Raises
    ------
    ArgumentError
        If there is no such part or scaling.
    UnreadableError
        If a half is missing, too short or too long for the other, or damaged; if the version is not 4, 4.1 or 4.2; if
        no volume is complete.
    ImageError
        If its position in the scanner makes no affine.

    Notes
    -----
    Volumes for which the recording lacks slices are left out, and ``meta["problems"]`` says so, as it says whatever
    else is odd. Voxels and affine are those of nibabel, which does not tell the parts apart.
    """
    if scaling not in SCALINGS:
        raise ArgumentError(f"scaling is {scaling!r}; expected one of {', '.join(SCALINGS)}.")
    text, voxels = _halves(path)
    header = read_header(text)
    plane, dtype = _layout(header, path)
    positions = _positions(header, voxels, plane[0] * plane[1] * dtype.itemsize, path)
    chosen = choose(header.images, part, slices=_slices(header), file=path.name)
    affine = _affine(header, chosen, path)
    slope, intercept = _scale(header.images[chosen.rows], scaling, path)
    wanted = np.s_[:, :] if chosen.rows.shape[1] > 1 else np.s_[:, 0]
    data = RecArray(
        voxels,
        plane=plane,
        dtype=dtype,
        positions=positions[chosen.rows][wanted],
        slope=slope[wanted],
        intercept=intercept[wanted],
    )
    longer = voxels.stat().st_size > plane[0] * plane[1] * dtype.itemsize * len(positions)
    problems = tuple(_problems(header, chosen, affine, scaling, longer=longer))
    _say(path, chosen, problems, asked=part is not None)
    meta = {
        "source": str(path),
        "voxels": str(voxels),
        "modified": voxels.stat().st_mtime_ns,
        "kind": chosen.kind,
        "vendor": "Philips",
        "part": chosen.name,
        "parts": chosen.names,
        "varies": dict(chosen.varies) or None,
        "scaling": scaling,
        "problems": problems or None,
        **_physics(sidecar(header, chosen, affine, scaling=scaling)),
    }
    try:
        return Image(data, affine, {key: value for key, value in meta.items() if value is not None})
    except ImageError as error:
        raise ImageError(f"{path.name}: {error}") from error


def identifiers(image: Image) -> dict[str, str]:
    """Return what the ``.PAR`` file of an image says of who was scanned, and when, as it stands there."""
    text, _ = _halves(Path(image.meta["source"]))
    said = read_header(text, identifying=True).general
    found = {keyword: said[name] for name, keyword in IDENTIFYING.items() if said.get(name)}
    date, slash, time = found.get("StudyDate", "").partition("/")
    return {**found, "StudyDate": date.strip(), "StudyTime": time.strip()} if slash else found


def _physics(found: dict[str, Any]) -> dict[str, Any]:
    return {"sidecar": found, "tr": found.get("RepetitionTime"), "te": found.get("EchoTime")}


def _halves(path: Path) -> tuple[Path, Path]:
    """Return the files of the header and of the voxels, of which one was named."""
    text = path.suffix.lower() == ".par"
    ending = ".rec" if text else ".par"
    spellings = [ending.upper(), ending] if path.suffix.isupper() else [ending, ending.upper()]
    others = [path.with_suffix(spelling) for spelling in (*spellings, ending[:2].upper() + ending[2:])]
    other = next((file for file in others if file.is_file()), None)
    if other is not None:
        return (path, other) if text else (other, path)
    instead = "; an .xml header is not read, export PAR/REC or DICOM" if path.with_suffix(".xml").is_file() else ""
    raise UnreadableError(
        f"{path.name} is only half of the image: there is no file {others[0].name} beside it{instead}."
    )


def _layout(header: ParHeader, path: Path) -> tuple[tuple[int, int], np.dtype[Any]]:
    """Return how many voxels a slice has along x and y, and their type, which all slices share."""
    for name in ("recon resolution", "image pixel size"):
        if (header.images[name] != header.images[name][0]).any():
            raise UnreadableError(f"{path.name} holds slices of different {name}; export the scans one by one.")
    bits = int(header.images["image pixel size"][0])
    if bits not in {8, 16}:
        raise UnreadableError(f"{path.name} has voxels of {bits} bits; expected 8 or 16.")
    x, y = header.images["recon resolution"][0].tolist()
    if x < 1 or y < 1:
        raise UnreadableError(f"{path.name} is damaged: its slices have {x} x {y} voxels.")
    return (x, y), np.dtype(f"<u{bits // 8}")


def _positions(header: ParHeader, voxels: Path, size: int, path: Path) -> NDArray[np.intp]:
    """Return which slice of the ``.REC`` file each image is, of so many bytes each."""
    count = len(header.images)
    with reading(voxels, form="REC"):
        check_length(voxels, expected=count * size, said=path.name)
        surplus = voxels.stat().st_size % size
    if surplus:
        raise UnreadableError(
            f"{voxels.name} has {voxels.stat().st_size} bytes, no multiple of the {size} of a slice; expected the file "
            f"that {path.stem}.PAR was written with."
        )
    stated = header.images["index in REC file"].astype(np.intp)
    numbered = np.array_equal(np.sort(stated), np.arange(count))  # not so where somebody took a part of the file
    return stated if numbered else np.arange(count)


def _slices(header: ParHeader) -> int:
    promised = header.numbers("max. number of slices/locations")
    return int(promised[0]) if promised else int(header.images["slice number"].max())


def _scale(images: NDArray[Any], scaling: str, path: Path) -> tuple[FloatArray, FloatArray]:
    """Return slope and intercept of each slice."""
    slope, intercept, scale = (images[name] for name in ("rescale slope", "rescale intercept", "scale slope"))
    if scaling == "dv":
        return slope, intercept
    if (slope * scale == 0).any():
        raise UnreadableError(f"{path.name} has a scale of 0, and no floating-point values; read it with scaling='dv'.")
    return 1 / scale, intercept / (slope * scale)


def _affine(header: ParHeader, part: Part, path: Path) -> FloatArray:
    """Return nibabel's affine of the first volume."""
    images = header.images[part.rows[:, 0]]
    for name in _SAME:
        if (images[name] != images[name][0]).any():
            raise UnreadableError(f"{path.name} holds slices of different {name} in a volume; export them one by one.")
    angulation, centre = header.numbers("angulation midslice"), header.numbers("off centre midslice")
    if len(angulation) != 3 or len(centre) != 3 or not 1 <= images["slice orientation"][0] <= 3:
        raise UnreadableError(f"{path.name} does not say where its slices lie; export it again.")
    general = {
        "max_slices": len(images),
        "angulation": np.array(angulation),
        "off_center": np.array(centre),
        "dyn_scan": 0,
        "repetition_time": (0.0,),
    }
    with reading(path, form="PAR"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: Any = PARRECHeader
        affine: FloatArray = np.asarray(made(general, images, permit_truncated=True).get_affine())
    return affine


def _problems(header: ParHeader, part: Part, affine: FloatArray, scaling: str, *, longer: bool) -> Iterator[str]:
    """Yield a sentence for everything that is not as it should be."""
    images = header.images[part.rows]
    if part.incomplete:
        yield f"{part.incomplete} incomplete volume{'s were' if part.incomplete > 1 else ' was'} left out."
    for name, (column, key) in _PROMISES.items():
        promised = header.numbers(key)
        number = np.unique(header.images[column]).size
        if promised and number != promised[0]:
            yield f"The header promises {promised[0]:g} {name}, the file has {number}: the recording was cut short."
    if longer:
        yield "The .REC file has more slices than the .PAR file lists."
    code, sequence = int(images["image_type_mr"].flat[0]), int(images["scanning sequence"].flat[0])
    if image_type(code, sequence)[0] == "DERIVED":
        yield "These images were computed by the scanner (a map); they have no noise of an acquisition."
    ratio = images["rescale slope"] * images["scale slope"]
    if scaling == "dv" and np.ptp(ratio) > _SAME_SCALE * np.abs(ratio).max():
        yield "The displayed values of its slices have different scales; read it with scaling='fp' to compare them."
    if _displaced(images, affine):
        yield "The slices do not lie where the affine puts them: several stacks, or slices in another order."


def _displaced(images: NDArray[Any], affine: FloatArray) -> bool:
    """Return whether the centres that the header gives for each slice are elsewhere than the affine has them."""
    x, y = images["recon resolution"][0, 0]
    middle = np.array([[(x - 1) / 2, (y - 1) / 2, k, 1] for k in range(len(images))])
    expected = middle @ affine.T
    stated = images["image offcentre"][:, 0] @ PSL_TO_RAS[:3, :3].T
    apart = (stated - expected[:, :3]) @ np.linalg.pinv(affine[:3, :3]).T
    return bool((np.abs(apart) > _APART).any())


def _say(path: Path, part: Part, problems: tuple[str, ...], *, asked: bool) -> None:
    for problem in problems:
        _log.warning("%s: %s", path.name, problem)
    if not asked and len(part.names) > 1:
        _log.warning("%s holds %s; read was %s.", path.name, ", ".join(part.names), part.name)
