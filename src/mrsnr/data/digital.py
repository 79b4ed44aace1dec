"""A digital kidney phantom: a coronal abdomen whose noise and SNR are known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from mrsnr.data.scan import scan
from mrsnr.data.settings import (
    Settings,
    checked_acquired,
    checked_air,
    checked_ghost,
    checked_noise,
    checked_noise_map,
    checked_series,
    checked_shape,
    checked_voxel_size,
    number,
    whole,
)
from mrsnr.data.truth import Truth
from mrsnr.model import Image

__all__ = ["Phantom", "Truth", "phantom"]


class Phantom(NamedTuple):
    """An image whose SNR is known: ``image, labels, truth = phantom()``."""

    image: Image
    labels: Image
    truth: Truth


def phantom(
    shape: Sequence[int] = (192, 192, 13),
    *,
    voxel_size: Sequence[float] | None = None,
    sigma: float | None = None,
    snr: float | None = None,
    channels: int = 1,
    scale: float = 1000.0,
    bias_field: float = 0.2,
    sigma_map: ArrayLike | None = None,
    air: str = "noise",
    zero_fill: float = 1.0,
    ghost: float = 0.0,
    phase_axis: int = 0,
    volumes: int = 1,
    drift: float = 0.0,
    fluctuation: float = 0.0,
    tr: float = 2.0,
    integer: bool = False,
    seed: int = 0,
) -> Phantom:
    r"""Draw a coronal abdomen with kidneys, scan it with known noise, and tell the truth about it.

    Voxel axes run to the patient's left, head and back, as in most kidney scans. All options compose.

    Parameters
    ----------
    shape
        Number of voxels (x, y, z): left-right, foot-head, front-back.
    voxel_size
        In mm; by default 420 x 420 x 78 mm are shared out, so every shape shows the same anatomy.
    sigma
        SD of one real channel in units of the stored image, whatever ``zero_fill`` and ``scale``.
    snr
        Instead of sigma: the SNR of the renal cortex, both kidneys together (mean of the noise-free amplitude over
        all their voxels, over the root mean square of sigma there). 20 when neither is given.
    channels
        Number n of coils, combined by root sum of squares; their noise is independent and equal.
    scale
        Image units of the renal cortex before the bias field.
    bias_field
        Largest relative deviation of the smooth receive field, below 1; it multiplies signal, not noise.
    sigma_map
        Factor on sigma that varies in space. An array of the grid's shape is that factor; a number a lets it grow
        smoothly from 1 at the edges of the field of view to 1 + a in the middle, as parallel imaging does.
    air
        "noise" leaves it alone; "zero" makes it exactly 0; "smooth" lets it fall off within 3 cm of the body, slice
        by slice, as a filter does.
    zero_fill
        Stored over acquired matrix, at least 1, in both in-plane directions: brings blur, ringing and correlated
        noise.
    ghost
        Amplitude of the N/2 ghost over that of the object, which loses the energy that its ghost has.
    phase_axis
        The phase-encoding axis, 0 or 1: the ghost is half a field of view away along it.
    volumes
        Number of repetitions; more than one make the image 4-D.
    drift
        Relative change of all signal from the first to the last volume, linear, -1 to 1; the mean stays.
    fluctuation
        Relative SD over time of the kidneys' signal (with the breath) and of the vessels' (with the pulse), up to
        0.2; about a quadratic trend, which it has no part in, so that detrending leaves it.
    tr
        Time between volumes, in seconds.
    integer
        Round to whole numbers (uint16).
    seed
        Of the noise and of breath and pulse. Same seed, same phantom.

    Raises
    ------
    ArgumentError
        If an option has a value it cannot have, or the grid is too coarse to hold the renal cortex that ``snr`` is
        about.

    Notes
    -----
    Labels hold only voxels of one tissue: the transition between two belongs to none. So a label is homogeneous
    but for the bias field and, when zero-filled or ghosted, ringing and ghost. In air the magnitude M has
    :math:`M^2 / \sigma^2` distributed as chi-squared with 2n degrees of freedom, in the object as its noncentral
    kin. With zero-filling or a ghost some signal leaks into the air next to the body: ``truth.signal`` has it.
    There is no texture, no motion of anatomy and no correlation between coils: real images are harder.

    References
    ----------
    Constantinides, Atalar, McVeigh, Magn Reson Med 38:852-857 (1997).

    Examples
    --------
    >>> image, labels, truth = phantom((96, 96, 5), snr=30, channels=8)
    >>> image.shape, truth.channels, labels.meta["names"][5]
    ((96, 96, 5), 8, 'liver')
    """
    grid = checked_shape(shape)
    asked_sigma, asked_snr = checked_noise(sigma, snr)
    fraction, axis = checked_ghost(ghost, phase_axis, grid)
    count, slope, change = checked_series(volumes, drift, fluctuation)
    settings = Settings(
        shape=grid,
        voxel_size=checked_voxel_size(voxel_size, grid),
        sigma=asked_sigma,
        snr=asked_snr,
        channels=whole("number of channels", channels, low=1),
        scale=number("scale", scale, low=0, above=True),
        bias_field=number("bias_field", bias_field, low=0, high=0.99),
        noise_map=checked_noise_map(sigma_map, grid),
        air=checked_air(air),
        acquired=checked_acquired(zero_fill, grid),
        ghost=fraction,
        phase_axis=axis,
        volumes=count,
        drift=slope,
        fluctuation=change,
        tr=number("tr", tr, low=0, above=True),
        integer=bool(integer),
        seed=whole("seed", seed, low=0),
    )
    return Phantom(*scan(settings))
