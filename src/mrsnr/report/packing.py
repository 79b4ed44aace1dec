"""Volumes made small: values rounded, voxels left out, NIfTI in memory, base64."""

from __future__ import annotations

import base64
import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from mrsnr.model import FloatArray, Image

FINENESS = (13, 11, 10, 9)
"""How fine the steps may be that values are rounded to: bits below the bright voxels."""

_WHOLE = 32767  # steps that fit 16 bits
_UNDEFINED = -32768
_SAMPLE = 2**18  # voxels of a layer by which its size is foreseen
_BAND = 16  # neighbouring rows that stay together in it
_LONGEST = 32767  # voxels along an axis that NIfTI can count
_SMALLEST, _LARGEST = 2.0**-126, 2.0**127  # slopes that its header can hold
_FEWEST = 8  # voxels along an axis that are left where some are left out
_ORDINALS = {2: "2nd", 3: "3rd"}


class Thinned(NamedTuple):
    """Which voxels of a grid are kept along each of its three axes: from ``first`` on, every ``step``-th."""

    first: tuple[int, ...]
    step: tuple[int, ...]

    def of(self, volume: NDArray[Any]) -> NDArray[Any]:
        """Return the voxels that are kept."""
        return volume[tuple(slice(first, None, step) for first, step in zip(*self, strict=True))]

    def affine(self, affine: FloatArray) -> FloatArray:
        """Return where they lie."""
        kept = np.diag([*self.step, 1.0])
        kept[:3, 3] = self.first
        return affine @ kept

    @property
    def words(self) -> str:
        """What is left out."""
        along = zip("ijk", self.step, strict=True)
        kept = [f"every {_ORDINALS.get(n, f'{n}th')} along {axis}" for axis, n in along if n > 1]
        if not kept:
            return ""
        return f"To keep this page small not all voxels are here, but {', '.join(kept)}, each with its own value."


@dataclass(frozen=True, eq=False)
class Part:
    """A volume, shape (x, y, z), with what the viewer says of it and how it shows it.

    ``bright`` is the power of two below the 99th percentile of the size of its values, ``largest`` the largest size.
    Unsigned integers are masks and labels, and stay as they are.
    """

    volume: NDArray[Any]
    says: dict[str, Any]
    note: str = ""
    bright: float = field(init=False)
    largest: float = field(init=False)

    def __post_init__(self) -> None:
        """Find how large the values are."""
        sizes = np.abs(self.volume[np.isfinite(self.volume)])
        largest = float(sizes.max(initial=0.0))
        bright = float(np.percentile(sizes, 99)) if sizes.size else 0.0
        object.__setattr__(self, "bright", 2.0 ** math.floor(math.log2(bright or largest or 1.0)))
        object.__setattr__(self, "largest", largest)

    def step(self, bits: int) -> float:
        """Return the step that values are rounded to: wide enough for 16 bits, unless a few outliers ask too much."""
        if self.volume.dtype.kind == "u":
            return 1.0
        widest = self.bright * 2.0 ** -FINENESS[-1]
        fitting = 2.0 ** math.ceil(math.log2(self.largest / _WHOLE)) if self.largest else widest
        return max(self.bright * 2.0**-bits, min(fitting, widest))

    @property
    def storable(self) -> bool:
        """Return whether steps and values are numbers that NIfTI's header, and 32 bits, can hold."""
        finest, coarsest = (self.bright * 2.0**-bits for bits in (FINENESS[0], FINENESS[-1]))
        return self.volume.dtype.kind == "u" or (finest >= _SMALLEST and coarsest * _WHOLE <= _LARGEST)

    def fits(self, step: float) -> bool:
        """Return whether so many steps go into 16 bits."""
        return self.volume.dtype.kind != "u" and self.largest <= _WHOLE * step


def thinnings(image: Image) -> Iterator[Thinned]:
    """Yield the whole grid, then ever fewer voxels of it: first along the axes where they are close.

    Parameters
    ----------
    image
        With the grid and the size of its voxels; the first two axes are thinned together.
    """
    shape = (*image.grid, 1)[:3]
    x, y, z = image.voxel_size
    plane, slices = 1, 1
    while True:
        step = tuple(min(n, size) for n, size in zip((plane, plane, slices), shape, strict=True))
        if all(-(-size // n) <= _LONGEST for size, n in zip(shape, step, strict=True)):
            yield Thinned(tuple((size - 1) % n // 2 for size, n in zip(shape, step, strict=True)), step)
        more_plane, more_slices = max(shape[:2]) > _FEWEST * plane, shape[2] > _FEWEST * slices
        if more_plane and (plane * min(x, y) <= slices * z or not more_slices):
            plane += 1
        elif more_slices:
            slices += 1
        else:
            return


def foreseen(parts: Sequence[Part], thinned: Thinned, bits: int) -> float:
    """Return about how many bytes of base64 the parts will be, from some of their slices, and bands of these.

    Parameters
    ----------
    parts
        All on one grid.
    thinned, bits
        As in `packed`.
    """
    kept = thinned.of(parts[0].volume)
    slices = slice(None, None, max(4, kept.size // _SAMPLE))
    bands = max(1, kept[..., slices].size // _SAMPLE)
    rows = np.flatnonzero(np.arange(kept.shape[1]) // _BAND % bands == 0)
    some = [thinned.of(part.volume)[..., slices][:, rows] for part in parts]
    factor: float = kept.size / some[0].size
    return factor * math.fsum(len(_file(part, few, np.eye(4), bits)) for part, few in zip(parts, some, strict=True))


def packed(part: Part, affine: FloatArray, thinned: Thinned, bits: int) -> dict[str, Any]:
    """Return a part as a layer of the viewer; see `mrsnr.report.volumes.viewer_layers` for what is in it.

    Parameters
    ----------
    part
        The volume.
    affine
        Shape (4, 4), of the whole grid.
    thinned
        Which of its voxels are kept.
    bits
        One of `FINENESS`.
    """
    step = part.step(bits)
    return {
        **part.says,
        "note": " ".join(filter(None, (part.note, thinned.words))),
        "step": step,
        "undefined": _UNDEFINED if part.fits(step) else None,
        "grid": {"shape": [*part.volume.shape], "first": [*thinned.first], "step": [*thinned.step]},
        "nifti": _file(part, thinned.of(part.volume), thinned.affine(affine), bits),
    }


def _file(part: Part, volume: NDArray[Any], affine: FloatArray, bits: int) -> str:
    """Return the base64 of a ``.nii.gz``, the same on every day."""
    file: Any = nib.Nifti1Image(_stored(part, volume, bits), affine)  # type: ignore[no-untyped-call]
    file.header.set_xyzt_units("mm")
    if volume.dtype.kind != "u":
        slope = part.step(bits) if part.fits(part.step(bits)) else 1.0
        file.header.set_slope_inter(slope, 0.0)
    return base64.b64encode(gzip.compress(file.to_bytes(), compresslevel=1, mtime=0)).decode("ascii")


def _stored(part: Part, volume: NDArray[Any], bits: int) -> NDArray[Any]:
    """Return the numbers for the file: whole steps, or rounded values where there are too many steps."""
    if volume.dtype.kind == "u":
        return volume
    step = part.step(bits)
    steps = np.rint(volume / step)
    if part.fits(step):
        return np.where(np.isfinite(volume), steps, _UNDEFINED).astype(np.int16)
    with np.errstate(over="ignore"):
        return np.where(np.isfinite(volume), steps * step, np.nan).astype(np.float32)
