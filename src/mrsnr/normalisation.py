"""SNR for the volume of the voxel and the time it took, to compare scans of different settings."""

from __future__ import annotations

from dataclasses import dataclass

from mrsnr.header import field, number, parallel_imaging, phase_encoding_axis
from mrsnr.model import Image, Snr

DEFINITION = "normalised-snr/1"
"""Name of the definition, raised when a change moves a number."""

_LEAST_FRACTION = 0.5  # of k-space, that partial Fourier can do with
_REDUCTIONS = ("ParallelReductionFactorInPlane", "ParallelReductionFactorOutOfPlane")


@dataclass(frozen=True, kw_only=True)
class Normalised:
    """An SNR for one cubic millimetre, and for a second of scan or of sampling.

    ``per_mm3`` is the SNR over ``voxel_mm3``; ``per_mm3_per_sqrt_s`` that over the square root of the ``scan_s`` that
    the acquisition took; ``per_mm3_per_sqrt_sampling_s`` that over the root of the ``sampling_s`` during which the
    receiver was on for one slice. What the header does not allow is ``None``, and ``missing`` says why.
    """

    per_mm3: float | None
    per_mm3_per_sqrt_s: float | None
    per_mm3_per_sqrt_sampling_s: float | None
    voxel_mm3: float | None
    scan_s: float | None
    sampling_s: float | None
    missing: tuple[str, ...]
    definition: str = DEFINITION


def normalised(result: Snr) -> Normalised:
    r"""Return an SNR divided by voxel volume, and by the root of the time, where the header allows.

    Thermal SNR grows with the volume of the voxel V and with the root of the time during which signal was sampled:

    .. math::
        \frac{SNR}{V}, \qquad \frac{SNR}{V\sqrt{T}}, \qquad
        \frac{SNR}{V\sqrt{t}}, \quad t = \frac{N_{averages} N_{lines} N_{partitions}}{\Delta f}

    Parameters
    ----------
    result
        From `mrsnr.measure`; of repeats its SNR is that of one acquisition.

    Returns
    -------
    Normalised
        In 1 / mm3, 1 / (mm3 sqrt(s)) and again 1 / (mm3 sqrt(s)).

    Notes
    -----
    V is that of the voxel as acquired: ``AcquisitionVoxelSize``, else the stored voxel in the plane, enlarged by how
    far k-space was zero-filled (``ReconMatrixPE``, ``AcquisitionMatrixPE``, ``BaseResolution``), times
    ``SliceThickness``. T is ``AcquisitionDuration`` of a scan of one volume. In t, ``PixelBandwidth`` is the bandwidth
    of one pixel, so that its inverse is the time of one readout; lines are ``AcquisitionMatrixPE``, with
    ``PhaseOversampling``, times ``PartialFourier`` over the factor of parallel imaging, reference lines not counted;
    averages are 1 where the header has no ``NumberOfAverages``. Relaxation, flip angle and coils are not corrected for,
    nor is a filter of k-space.

    References
    ----------
    Edelstein, Glover, Hardy, Redington, Magn Reson Med 3:604-618 (1986).
    """
    missing: list[str] = []
    voxel = _voxel(result.image, missing)
    scan = _scan(result, missing)
    sampling = _sampling(result.image, missing)
    if result.value is None:
        missing = ["There is no SNR to normalise."]
    per_mm3 = None if voxel is None or result.value is None else result.value / voxel
    return Normalised(
        per_mm3=per_mm3,
        per_mm3_per_sqrt_s=_per_root(per_mm3, scan),
        per_mm3_per_sqrt_sampling_s=_per_root(per_mm3, sampling),
        voxel_mm3=voxel,
        scan_s=scan,
        sampling_s=sampling,
        missing=tuple(missing),
    )


def _per_root(value: float | None, seconds: float | None) -> float | None:
    return None if value is None or seconds is None else value / float(seconds**0.5)


def _voxel(image: Image, missing: list[str]) -> float | None:
    """Return the volume of the acquired voxel in mm3."""
    acquired = field(image, "AcquisitionVoxelSize")
    if isinstance(acquired, list | tuple) and len(acquired) == 3 and all(_is_edge(edge) for edge in acquired):
        return float(acquired[0]) * float(acquired[1]) * float(acquired[2])
    thickness = number(image, "SliceThickness")
    if thickness is None:
        missing.append("The header does not say how thick a slice is; the distance of slices may hold a gap.")
        return None
    filled = _zero_filling(image)
    if filled is None:
        missing.append("The header does not say how far k-space was zero-filled, and so not how large a voxel is.")
        return None
    return image.voxel_size[0] * image.voxel_size[1] * filled * thickness


def _is_edge(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e3


def _zero_filling(image: Image) -> float | None:
    """Return how many stored voxels there are in the plane for each that was acquired."""
    axis, acquired = phase_encoding_axis(image), number(image, "AcquisitionMatrixPE")
    stored, base = number(image, "ReconMatrixPE"), number(image, "BaseResolution")
    across = None
    if axis in (0, 1):
        stored, across = stored or image.grid[axis], image.grid[1 - axis]
    if stored is None or acquired is None:
        return None
    if stored == acquired:
        return 1.0
    return None if across is None or base is None else stored / acquired * across / base


def _scan(result: Snr, missing: list[str]) -> float | None:
    """Return how long the acquisition of what was measured took, in s."""
    duration = number(result.image, "AcquisitionDuration")
    roles = [role for role, _ in result.provenance.get("inputs", ())]
    single = result.provenance.get("volume") is None
    if duration is None:
        missing.append("The header does not say how long the acquisition took.")
    elif not single or result.provenance.get("repeats", 1) > 1 + roles.count("repeat"):
        missing.append("The time of acquisition in the header may be that of all volumes, and one was measured.")
        return None
    return duration


def _sampling(image: Image, missing: list[str]) -> float | None:
    """Return how long the receiver was on for one slice, or for all partitions of a slab, in s."""
    bandwidth, lines = number(image, "PixelBandwidth"), _lines(image)
    if bandwidth is None or lines is None:
        missing.append("The header does not say how many lines were acquired, or with what bandwidth.")
        return None
    partitions: float | None = 1.0
    if str(field(image, "MRAcquisitionType")).upper() != "2D":
        partitions = number(image, "PhaseEncodingStepsOutOfPlane")
    if partitions is None:
        missing.append("The header does not say how many partitions of a slab were acquired.")
        return None
    return (number(image, "NumberOfAverages") or 1.0) * lines * partitions / bandwidth


def _lines(image: Image) -> float | None:
    """Return how many lines of k-space were acquired for one slice or partition."""
    matrix, share = number(image, "AcquisitionMatrixPE"), _fraction(image)
    oversampling = number(image, "PhaseOversampling") or 0.0
    accelerated = parallel_imaging(image)
    unknown = accelerated is not None and accelerated.factor is None
    if matrix is None or share is None or oversampling > 1 or unknown:
        return None
    within, across = (max(1.0, number(image, name) or 1.0) for name in _REDUCTIONS)
    return matrix * (1 + oversampling) * share / (within * across)


def _fraction(image: Image) -> float | None:
    """Return the fraction of k-space that was acquired, 1 where nothing is said of it."""
    if field(image, "PartialFourier") is None:
        return None if str(field(image, "PartialFourierEnabled")).upper() == "YES" else 1.0
    share = number(image, "PartialFourier")
    return share if share is not None and _LEAST_FRACTION <= share <= 1 else None  # converters have written others
