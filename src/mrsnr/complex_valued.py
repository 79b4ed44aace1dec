"""Complex-valued images from what scanners export: magnitude and phase, or real and imaginary part."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.checks.geometry import geometry
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.header import field
from mrsnr.model import Image

PHASE_UNITS: dict[str, tuple[float, float]] = {
    "radians": (2 * math.pi, 0.0),
    "milliradians": (2000 * math.pi, 0.0),
    "degrees": (360.0, 0.0),
    "siemens": (8192.0, 0.0),
    "12-bit": (4096.0, 2048.0),
}
"""What is a full turn, and what is no angle: Siemens has -4096 to 4096, stored numbers 0 to 4095 for -pi to pi."""

_SAID = {"rad": "radians", "radian": "radians", "mrad": "milliradians", "deg": "degrees", "degree": "degrees"}
_FROM_ZERO = ("radians", "milliradians", "degrees")  # these are also written from 0 to a full turn
_MOST_OF_A_TURN = 0.9  # that voxels must span: noise alone has every angle
_BEYOND = 0.01  # of a turn, for rounding
_SAME_TIME = 0.01  # of the echo time
_OF_A_FILE = ("source", "voxels", "modified", "paths", "series")


class ComplexArray:
    """Two images as one of complex numbers, put together when asked for.

    Parameters
    ----------
    first, second
        Of one shape: magnitude and phase, or real and imaginary part.
    turn
        A full turn of the phase and what is no angle, as in `PHASE_UNITS`; ``None`` for real and imaginary part.
    """

    def __init__(self, first: Image, second: Image, *, turn: tuple[float, float] | None) -> None:
        self._parts = (first, second)
        self._turn = turn
        self.shape: tuple[int, ...] = first.shape
        self.dtype: np.dtype[Any] = np.result_type(first.data.dtype, second.data.dtype, np.complex64)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        first, second = (np.asarray(part.data[index]) for part in self._parts)
        return self._combined(first, second)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        first, second = (np.asarray(part.data) for part in self._parts)
        data = self._combined(first, second)
        return data if dtype is None else data.astype(dtype, copy=False)

    def blocks(self, volumes: int) -> Iterator[NDArray[Any]]:
        """Yield so many volumes at a time; see `mrsnr.model.Image.blocks`."""
        first, second = (_blocks(part, volumes) for part in self._parts)
        with closing(first), closing(second):
            for one, other in zip(first, second, strict=True):
                yield self._combined(one, other)

    def _combined(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        data = np.empty(first.shape, self.dtype, order="F")
        if self._turn is None:
            data.real, data.imag = first, second
            return data
        turn, zero = self._turn
        angle = (second - zero) * (2 * math.pi / turn)
        data.real, data.imag = first * np.cos(angle), first * np.sin(angle)
        return data

    def __repr__(self) -> str:
        return f"<complex: {self.shape}, {self.dtype} of two images>"


def complex_image(
    *,
    magnitude: Image | None = None,
    phase: Image | None = None,
    real: Image | None = None,
    imaginary: Image | None = None,
    phase_unit: str | None = None,
) -> Image:
    """Return magnitude and phase, or real and imaginary part, as one complex image; voxels are read when asked for.

    Parameters
    ----------
    magnitude, phase
        Shape (x, y, z[, volume]) both, of one echo.
    real, imaginary
        The same.
    phase_unit
        One of `PHASE_UNITS`: ``"radians"``, ``"milliradians"`` (GE, Philips), ``"degrees"``, ``"siemens"`` (-4096 to
        4096), ``"12-bit"`` (0 to 4095 for -pi to pi, stored numbers without their scale). By default what ``Units`` in
        the sidecar says, else the unit in which the voxels span a full turn: at least 0.9 of one, and no more than 0.01
        beyond -1/2 to 1/2 turn (or, but for the last two, 0 to 1). Where there is air every angle occurs, and no span
        fits two units; where the air was cut off, the unit has to be said. To look, the phase is read once. A unit that
        is given is not doubted: an unwrapped phase has more than a turn.

    Returns
    -------
    Image
        With the affine and ``meta`` of the first; ``meta["further_files"]`` names the other, ``meta["phase_unit"]`` the
        unit that was used.

    Raises
    ------
    ArgumentError
        If it is no pair, or there is no such unit.
    ImageError
        If the two are not of one shape, place and echo; one is of another kind; or the unit cannot be told.

    Notes
    -----
    Real and imaginary parts of Philips lie half a step beside 0 (..., -0.5, 0.5, ... times the rescale slope): none is
    ever 0. They are taken as they are. Rounding to such steps has no bias, and moving them by half a step would give
    one; but air that was set to 0 then reads 0.7 of a step, and not 0.

    Phase from several coils, or after a filter, may have been combined otherwise than the magnitude: the noise of the
    pair is then not that of two independent Gaussian channels. That of a real and an imaginary part is.
    """
    first, second, names = _pair(magnitude=magnitude, phase=phase, real=real, imaginary=imaginary)
    if phase_unit is not None and (phase_unit not in PHASE_UNITS or names[1] != "phase"):
        raise ArgumentError(f"phase_unit is {phase_unit!r}; expected, for a phase, one of {', '.join(PHASE_UNITS)}.")
    _check_pair(first, second, names)
    unit = (phase_unit or _unit_of(second)) if names[1] == "phase" else None
    other = {"role": names[1], **{key: second.meta[key] for key in _OF_A_FILE if key in second.meta}}
    meta = {**first.meta, "kind": "complex"}
    meta["further_files"] = (*first.meta.get("further_files", ()), other, *second.meta.get("further_files", ()))
    if unit is not None:
        meta["phase_unit"] = unit
    data = ComplexArray(first, second, turn=None if unit is None else PHASE_UNITS[unit])
    return Image(data, first.affine, meta)


def _pair(**given: Image | None) -> tuple[Image, Image, tuple[str, str]]:
    """Return the two images and what they were given as."""
    images = {name: image for name, image in given.items() if image is not None}
    for names in (("magnitude", "phase"), ("real", "imaginary")):
        if set(images) == set(names):
            if all(isinstance(image, Image) for image in images.values()):
                return images[names[0]], images[names[1]], names
            raise ArgumentError("A part of the complex image is no mrsnr.Image; load it first.")
    raise ArgumentError(
        f"Given are {', '.join(images) or 'no images'}; expected magnitude and phase, or real and imaginary."
    )


def _check_pair(first: Image, second: Image, names: tuple[str, str]) -> None:
    """Raise `ImageError` if the two are no parts of one image."""
    for image, name in zip((first, second), names, strict=True):
        if image.kind not in {name, "magnitude"} or image.data.dtype.kind == "c":
            raise ImageError(f"The {name} image is of kind {image.kind}; expected {name}. Were two images swapped?")
        if name != "magnitude" and image.kind == "magnitude" and _said_to_be_magnitude(image):
            raise ImageError(f"The header of the {name} image says that it is a magnitude; expected {name}.")
        if name in {"real", "imaginary"} and image.kind == "magnitude" and not _has_negative(image):
            raise ImageError(f"The {name} image has no negative voxel, which a {name} part has; is it a magnitude?")
    one, other = names
    if first.shape != second.shape:
        raise ImageError(f"The {one} image has the shape {first.shape} and the {other} {second.shape}; expected one.")
    place = geometry(first, second, name=other)
    if place.value is not None and place.limit is not None and not place.value <= place.limit:
        raise ImageError(
            f"The {other} image lies up to {place.value:.1f} voxels away from the {one}, by its affine; expected at "
            f"most {place.limit:g}. Give two images of one scan."
        )
    times = [image.meta.get("te") for image in (first, second)]
    if None not in times and not math.isclose(times[0], times[1], rel_tol=_SAME_TIME):  # type: ignore[arg-type]
        raise ImageError(
            f"The {one} image has an echo time of {1000 * times[0]:g} ms and the {other} of {1000 * times[1]:g} ms; "  # type: ignore[operator]
            "expected two images of one echo."
        )


def _has_negative(image: Image) -> bool:
    with closing(image.blocks()) as stream:
        return any(bool((block < 0).any()) for block in stream)


def _said_to_be_magnitude(image: Image) -> bool:
    types = field(image, "ImageType")
    return isinstance(types, list | tuple) and bool({str(word).upper() for word in types} & {"M", "MAGNITUDE"})


def _unit_of(phase: Image) -> str:
    """Return the unit of a phase image: what its sidecar says, else that in which it spans a full turn."""
    low, high = _range(phase)
    seen = next((unit for unit in PHASE_UNITS if _spans_a_turn(unit, low, high)), None)
    said = _SAID.get(str(field(phase, "Units") or "").strip().lower().removesuffix("s"))
    choices = f"say phase_unit={', '.join(map(repr, PHASE_UNITS))}"
    if said is not None and seen not in {said, None}:
        raise ImageError(
            f"The sidecar of the phase says {said}, its voxels run from {low:g} to {high:g}, as {seen} do; {choices}."
        )
    unit = said or seen
    span = f"The phase runs from {low:g} to {high:g}"
    if unit is None:
        raise ImageError(f"{span}, a full turn in no unit; {choices}, whichever it is in.")
    if unit == "12-bit" and phase.kind != "phase":  # a magnitude has such numbers, too
        raise ImageError(f"{span}, and nothing says that it is a phase; if it is one, {choices}.")
    return unit


def _spans_a_turn(unit: str, low: float, high: float) -> bool:
    turn, zero = PHASE_UNITS[unit]
    begins = [zero - turn / 2, *([0.0] if unit in _FROM_ZERO else [])]
    inside = any(low >= begin - _BEYOND * turn and high <= begin + (1 + _BEYOND) * turn for begin in begins)
    return inside and high - low >= _MOST_OF_A_TURN * turn


def _range(image: Image) -> tuple[float, float]:
    """Return the least and the largest voxel that is finite."""
    low, high = math.inf, -math.inf
    with closing(image.blocks()) as stream:
        for block in stream:
            finite = block[np.isfinite(block)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if low > high:
        raise ImageError("No voxel of the phase is finite.")
    return low, high


def _blocks(image: Image, volumes: int) -> Generator[NDArray[Any], None, None]:
    """Yield so many volumes of an image at a time, shape (x, y, z, some)."""
    if hasattr(image.data, "blocks"):
        yield from image.data.blocks(volumes)
        return
    for first in range(0, image.volumes, volumes):
        part = np.asarray(image.data[..., first : first + volumes] if len(image.shape) == 4 else image.data)
        yield part.reshape(*image.grid, *(1,) * (3 - len(image.grid)), -1)
