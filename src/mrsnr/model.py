"""The nouns: frozen dataclasses that hold an image, its noise and its SNR.

Axes are ``(x, y, z[, volume])``, affines map voxels to RAS millimetres, times are seconds, ``sigma`` is
always the SD of one real channel in image units, and SNR is an amplitude ratio. Undefined voxels are NaN and
undefined numbers are ``None``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mrsnr.affine import checked_affine
from mrsnr.errors import ImageError
from mrsnr.showing import Shown

if TYPE_CHECKING:  # a name only: what makes it stands on these nouns
    from mrsnr.fbirn import Fbirn

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LabelArray = NDArray[np.integer[Any]]

KINDS = ("magnitude", "phase", "real", "imaginary", "complex")
_BLOCK = 2**21  # voxels


class LazyArray(Protocol):
    """Anything with a shape that numpy can turn into an array: an array, or a file not yet read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of voxels along each axis."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the voxels, on disk if they are there."""

    def __getitem__(self, index: Any) -> Any:
        """Read a part."""

    def __array__(self, dtype: Any = None) -> NDArray[Any]:
        """Read everything."""


class CheckVerdict(StrEnum):
    """What one check found; ``NOT_MADE`` where there was nothing that it could look at, which is no doubt by itself."""

    PASS = "pass"  # noqa: S105 - the verdict of a check, not a password
    WARN = "warn"
    FAIL = "fail"
    NOT_MADE = "n/a"


class Verdict(StrEnum):
    """What a whole measurement is worth."""

    TRUSTED = "trusted"
    CAUTION = "caution"
    REFUSED = "refused"


@dataclass(frozen=True)
class Check:
    """One test of one assumption.

    ``value`` is what was seen and ``limit`` what would still have passed; both are ``None`` where the
    check is not about a number. ``sentence`` says it to a person.
    """

    code: str
    value: float | None
    limit: float | None
    verdict: CheckVerdict
    sentence: str


@dataclass(frozen=True, eq=False)
class Image:
    """An MR image: voxels, where they are in the patient, and what is known about them.

    Parameters
    ----------
    data
        Shape (x, y), (x, y, z) or (x, y, z, volume); integer, float or complex. A file's data stay on disk
        until they are asked for (``np.asarray(image.data)``).
    affine
        Shape (4, 4), voxel indices to RAS millimetres.
    meta
        What else is known. The keys this package uses: ``source`` (path), ``tr`` and ``te`` (seconds),
        ``vendor``, ``coil``, ``channels`` (effective number n of those in the noise), ``kind`` (one of `KINDS`),
        ``sidecar`` (the JSON beside the file), ``identifiers`` (only if asked for: who, where and when), ``files`` and
        ``further_files`` (of a series in several), ``nifti`` (what a NIfTI file written from this image must repeat).

    Raises
    ------
    ImageError
        If the array is not 2-D to 4-D, is empty or not numeric, or the affine is not an invertible 4x4 matrix.
    """

    data: LazyArray
    affine: FloatArray
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be an image."""
        if not hasattr(self.data, "shape") or not hasattr(self.data, "dtype"):
            object.__setattr__(self, "data", np.asarray(self.data))
        if "numpy.ma" in sys.modules and isinstance(self.data, np.ma.MaskedArray):  # what is masked is undefined
            wide = np.promote_types(self.data.dtype, np.float64)
            object.__setattr__(self, "data", np.ma.filled(self.data.astype(wide), np.nan))
        object.__setattr__(self, "affine", checked_affine(self.affine))
        object.__setattr__(self, "meta", dict(self.meta or {}))
        shape = self.shape
        if not 2 <= len(shape) <= 4:
            raise ImageError(
                f"The array has {len(shape)} dimensions, shape {shape}; an image has 2 to 4: (x, y, z, volume)."
            )
        if 0 in shape:
            raise ImageError(f"The array is empty: its shape is {shape}.")
        dtype = np.dtype(getattr(self.data, "dtype", np.float64))
        if dtype.kind not in "biufc":
            raise ImageError(f"The voxels are of type {dtype}; expected integer, float or complex numbers.")
        if self.kind not in KINDS:
            raise ImageError(f"The image's kind is {self.kind!r}; expected one of {', '.join(KINDS)}.")

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of voxels along each axis."""
        return tuple(int(size) for size in self.data.shape)

    @property
    def grid(self) -> tuple[int, ...]:
        """The shape of one volume."""
        return self.shape[:3]

    @property
    def volumes(self) -> int:
        """How many volumes there are on the last axis; 1 for a 2-D or 3-D image."""
        return self.shape[3] if len(self.shape) == 4 else 1

    @property
    def kind(self) -> str:
        """One of `KINDS`; magnitude unless the file says otherwise."""
        return str(self.meta.get("kind", "magnitude"))

    def blocks(self) -> Generator[NDArray[Any], None, None]:
        """Yield the volumes of a series a few at a time, shape (x, y, z, some); each good until the next is asked for.

        Data that have ``blocks(volumes)``, as those of files, are read once and never held whole. How many make a block
        follows from the grid alone, so that sums are the same to the last bit wherever the voxels come from.
        """
        count = max(1, _BLOCK // math.prod(self.grid))
        if hasattr(self.data, "blocks"):
            yield from self.data.blocks(count)
            return
        for first in range(0, self.volumes, count):
            part = np.asarray(self.data[..., first : first + count] if len(self.shape) == 4 else self.data)
            yield part.reshape(*self.grid, *(1,) * (3 - len(self.grid)), -1)

    @property
    def voxel_size(self) -> tuple[float, float, float]:
        """Edge lengths of a voxel in mm."""
        x, y, z = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))
        return float(x), float(y), float(z)


@dataclass(frozen=True, eq=False)
class Regions:
    """Parts of an image's grid.

    ``background`` holds no signal (air); ``labels`` are numbered parts of the object, one boolean array each, so
    that they may overlap; ``names`` says what they are.
    """

    background: BoolArray | None = None
    labels: Mapping[int, BoolArray] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class Noise:
    """How strong the noise is, where that was seen, and whether the assumptions behind it held.

    ``sigma`` is the SD of one real channel in image units (a number or a map), ``None`` where undefined;
    ``channels`` the effective number of receive channels n (1: Rician; 0.5: a real or imaginary part, which is
    Gaussian); ``interval`` the 95 % interval of sigma (of its median, if it is a map); ``region`` the voxels
    it was taken from; ``correlation`` the number of voxels that share one independent sample of noise.
    """

    sigma: float | FloatArray | None
    channels: float
    interval: tuple[float, float] | None
    region: BoolArray
    checks: tuple[Check, ...]
    method: str
    parameters: Mapping[str, Any]
    correlation: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class MixtureNoise(Noise):
    """Noise from the darkest component of a Gaussian mixture over the intensities.

    ``clusters`` numbers each voxel's component, darkest first (0 is the background, -1 a voxel that is not
    finite); ``means``, ``variances`` and ``weights`` are the components' in image units, in the same order.
    ``by_clusters`` is the SNR that the same image has with other numbers of clusters: how far it moves is how
    much of it is choice.
    """

    clusters: LabelArray
    means: FloatArray
    variances: FloatArray
    weights: FloatArray
    converged: bool
    iterations: int
    by_clusters: Mapping[int, float | None]


@dataclass(frozen=True)
class LabelSnr:
    """One row of the table: a label's mean signal over sigma, ``low`` and ``high`` its 95 % interval."""

    label: int
    name: str
    voxels: int
    signal: float | None
    sigma: float | None
    snr: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Snr(Shown):
    """The answer: a signal-to-noise ratio, or the reasons why there is none.

    ``value`` is ``None`` when the verdict is ``refused``. ``reasons`` are the checks that did not pass.
    ``map`` is the SNR of every voxel, shape of the image, NaN where undefined. ``regions`` holds the labels that
    ``table`` is about: those that were given, or the tissues that were found.
    """

    value: float | None
    interval: tuple[float, float] | None
    map: FloatArray | None
    table: tuple[LabelSnr, ...]
    noise: Noise | None
    method: str
    verdict: Verdict
    reasons: tuple[Check, ...]
    provenance: Mapping[str, Any]
    image: Image
    regions: Regions | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Temporal(Shown):
    """The stability of a series: temporal mean over residual SD, voxel by voxel.

    ``uncorrected`` is the median of ``map`` in ``mask``, ``value`` the same without what short series make it read
    high; both are ``None`` where nothing in the mask is defined. ``degrees_of_freedom`` is what is left of the volumes
    after the first ``dropped`` and the polynomial of order ``order`` are taken out; ``effective_degrees_of_freedom``
    what that is worth, noise having ``autocorrelation`` with that of the next volume. A voxel of the map times the two
    ``voxel_factors`` is its 95 % interval. With ``robust`` the noise is the median change between neighbours in time,
    of ``degrees_of_freedom`` pairs. With ``pairs`` (``"control-label"`` or ``"label-control"``) all is of differences
    control - label. ``reasons`` are those of the ``checks`` that did not pass. ``fbirn`` holds the stability
    figures of a phantom, if they were asked for.
    """

    value: float | None
    interval: tuple[float, float] | None
    uncorrected: float | None
    voxel_factors: tuple[float, float]
    map: FloatArray
    mean: FloatArray
    noise: FloatArray
    mask: BoolArray
    order: int
    robust: bool
    pairs: str | None
    volumes: int
    dropped: int
    degrees_of_freedom: int
    effective_degrees_of_freedom: float
    autocorrelation: float
    verdict: Verdict
    reasons: tuple[Check, ...]
    provenance: Mapping[str, Any]
    image: Image
    checks: tuple[Check, ...] = ()
    fbirn: Fbirn | None = None
