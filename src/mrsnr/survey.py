"""One look at a volume for everything that estimators and checks ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.airsearch import find_air
from mrsnr.anatomy import interior_beside_anatomy
from mrsnr.background import Background
from mrsnr.bright import bright_object
from mrsnr.checks import clipping, evenness, kind, not_phase
from mrsnr.checks.evenness import LIMIT as UNEVEN
from mrsnr.darkness import dark_border
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.fading import channels_by_fading
from mrsnr.field import Field, sigma_field
from mrsnr.header import phase_encoding_axis
from mrsnr.intensities import magnitudes, step_of
from mrsnr.interior import Interior, smoothest_part
from mrsnr.model import BoolArray, Check, CheckVerdict, FloatArray, Image

GAUSSIAN = 0.5
"""Channels of a real or imaginary part, whose absolute value is half-normal in air."""

_RINGING = 1.2  # of the unevenness of sigma in the object
_RIM = 3  # voxels between the object's edge and where its noise is looked at


@dataclass(frozen=True, eq=False, kw_only=True)
class Survey:
    """What one volume shows.

    ``kind`` is the check of what kind of image it is; ``voxels`` are magnitudes (absolute values of a real part)
    of shape (x, y, z), 0 where they are not ``finite``; ``background`` the best candidate for air with its
    ``air_checks``, ``None`` where nothing looks like a level of noise; ``interior`` and ``field`` the noise inside
    the object, ``None`` where that is too small; ``channels`` the number n that these were measured with,
    ``known`` whether it was given, ``channels_doubt`` the log of the ratio of the largest to the smallest SNR that
    the possible numbers of channels give, where neither it nor the air told.
    """

    kind: Check
    voxels: FloatArray
    finite: BoolArray
    step: float
    channels: float
    known: bool
    channels_doubt: float
    background: Background | None
    air_checks: tuple[Check, ...]
    interior: Interior | None
    field: Field | None

    @property
    def air_holds(self) -> bool:
        """Whether the air passed every check or failed none."""
        return self.background is not None and all(c.verdict != CheckVerdict.FAIL for c in self.air_checks)

    @property
    def inside_error(self) -> float:
        """Relative SE of sigma inside the object; where edges ring, noise that varies may be ringing."""
        if self.interior is None or self.field is None:
            return np.inf
        return float(np.hypot(self.interior.error, _RINGING * self.field.uneven * self.interior.abrupt))

    @property
    def unconfirmed_error(self) -> float:
        """That, and what anatomy may add to it, where no air that agrees shows that it does not."""
        return self.inside_error if self.interior is None else float(np.hypot(self.inside_error, self.interior.anatomy))

    @property
    def uneven(self) -> bool:
        """Whether the noise varies over the object."""
        return self.field is not None and self.field.uneven > UNEVEN

    @cached_property
    def dark_border(self) -> BoolArray:
        """What is dark and connected with the border, for methods that need some air at any price."""
        return dark_border(self.voxels, self.finite)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What is to be said of the volume, whatever method measures it."""
        inside = () if self.field is None else (evenness(self.field.uneven),)
        return (self.kind, *self.air_checks, *inside, clipping(self.voxels[self.finite]))


def survey(image: Image, *, channels: float | None = None) -> Survey:
    """Look for air and at the object.

    Parameters
    ----------
    image
        One volume.
    channels
        Number n of channels; ``None`` to take it from ``image.meta["channels"]``, or from the air.

    Raises
    ------
    ArgumentError
        If ``channels`` is not a positive number.
    ImageError
        If no voxel is finite, or all are equal.
    """
    data = magnitudes(image)
    voxels, finite = _volume(data)
    claimed = kind(image, data[finite.reshape(data.shape)]) if image.kind == "magnitude" else not_phase(image)
    del data  # a volume, like those to come
    known = known_channels(image, channels)
    step = step_of(voxels[finite])
    air, checks = find_air(voxels, finite, channels=known, step=step, phase_axis=phase_encoding_axis(image))
    holds = air is not None and all(check.verdict != CheckVerdict.FAIL for check in checks)
    believed = air if holds else None
    n = known or (1.0 if believed is None else believed.channels)
    inside = _inside(voxels, finite, believed)
    part = smoothest_part(voxels, inside, step=step)
    doubt = 0.0
    if part is not None and known is None and believed is None:
        faded = channels_by_fading(voxels, inside, part, step=step)
        n, doubt = faded.channels, faded.spread
    found = field = None
    if part is not None:
        part, found = interior_beside_anatomy(voxels, inside, part, channels=n, step=step, **_shown_by(believed))
        field = sigma_field(voxels, inside, part, found, channels=n, step=step)
    return Survey(
        kind=claimed,
        voxels=voxels,
        finite=finite,
        step=step,
        channels=n,
        known=known is not None,
        channels_doubt=doubt,
        background=air,
        air_checks=checks,
        interior=found,
        field=field,
    )


def volume_of(image: Image) -> tuple[FloatArray, BoolArray]:
    """Return magnitudes of shape (x, y, z), 0 where they are not finite, and where they are.

    Raises
    ------
    ImageError
        If no voxel is finite, or all are equal.
    """
    return _volume(magnitudes(image))


def _volume(data: NDArray[Any]) -> tuple[FloatArray, BoolArray]:
    """Return the same of voxels that may be negative."""
    data = np.abs(np.atleast_3d(data)).astype(np.float64, order="C", copy=False)
    finite = np.isfinite(data)
    if not finite.any():
        raise ImageError("No voxel is finite: the image holds only NaN or infinity.")
    voxels = data if finite.all() else np.where(finite, data, 0.0)
    if voxels[finite].min() == voxels[finite].max():
        raise ImageError(f"All voxels have the same value, {voxels[finite][0]:g}; there is no noise to measure.")
    return voxels, finite


def known_channels(image: Image, channels: float | None) -> float | None:
    """Return n as given, as the kind of image says, or as its file says; ``None`` where nothing does.

    Raises
    ------
    ArgumentError
        If ``channels`` is not a positive number.
    """
    if channels is not None:
        number = isinstance(channels, int | float | np.integer | np.floating) and not isinstance(channels, bool)
        if not number or not 0 < channels < np.inf:
            raise ArgumentError(f"channels is {channels!r}; expected a positive number of receive channels, 1 for one.")
        return float(channels)
    if image.kind in {"real", "imaginary"}:
        return GAUSSIAN
    if image.kind == "complex" and "phase_unit" not in image.meta:  # the magnitude of such a pair may be of many
        return 1.0
    stated = image.meta.get("channels")
    return None if stated is None else float(stated)


def _shown_by(air: Background | None) -> dict[str, Any]:
    """Return what air says of how noise is correlated."""
    if air is None:
        return {}
    return {"air": air.autocorrelation, "air_error": float(np.count_nonzero(air.region)) ** -0.5}


def _inside(voxels: FloatArray, finite: BoolArray, air: Background | None) -> BoolArray:
    """Return the object without its rim, and without what is air or was set to zero."""
    magnitude = voxels if finite.all() else np.where(finite, voxels, np.nan)
    inside = bright_object(magnitude, erode=_RIM) & (voxels > 0)
    return inside if air is None else inside & ~air.whole
