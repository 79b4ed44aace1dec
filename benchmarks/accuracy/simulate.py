"""One simulated scan whose sigma and SNR are known.

    from simulate import Case, simulate
    scan = simulate(Case(snr=20, coils=8, kspace="zf2"), seed=3)
    scan.images[0], scan.labels, scan.sigma, scan.snr_overall

Object, coil sensitivities, noise in k-space, window and zero-filling, root sum of squares, what the scanner does to the
air, rounding: in that order (`scene`, `receive`, `background`). Independent of `mrsnr` but for the `Image` it returns.
"""

from dataclasses import dataclass

import background as backgrounds
import numpy as np
import receive
import scene as scenes

from mrsnr import Image

SIGMA = 20.0  # of the image, where no integer_sigma is asked for
VOXEL = (1.5, 1.5, 5.0)  # mm


@dataclass(frozen=True)
class Case:
    """What is simulated.

    Parameters
    ----------
    snr
        Mean over the body of the noise-free amplitude over the local sigma (`Scan.sigma_map`).
    coils, correlation
        Coils of the root sum of squares, and the correlation of the noise between each two of them.
    background
        One of `background.BACKGROUNDS`.
    air
        Fraction of the field of view without object; ignored where the background is ``"none"``.
    kspace
        One of `receive.WINDOWS`.
    integer, integer_sigma
        Whether the voxels are rounded to uint16; and the sigma in grey levels, then rounded in any case.
    texture
        SD of a fine random texture of the object, as a fraction.
    g_factor
        Highest value of the g-factor map.
    scene
        ``"body"``, ``"phantom"``, ``"holdout"`` or ``"brain"``.
    shape
        Voxels of the final image (x, y, z).
    repeats
        Acquisitions of the same object.
    """

    snr: float
    coils: int = 1
    correlation: float = 0.0
    background: str = "plain"
    air: float = 0.5
    kspace: str = "full"
    integer: bool = False
    integer_sigma: float | None = None
    texture: float = 0.0
    g_factor: float = 1.5
    scene: str = "body"
    shape: tuple[int, int, int] = (192, 192, 9)
    repeats: int = 1


@dataclass(frozen=True, eq=False)
class Scan:
    """An acquisition and its truth, all (x, y, z) on the images' grid and in their units.

    ``labels`` number homogeneous tissue away from its borders; ``body`` is all that has signal; ``outline`` also the
    voids inside. ``sigma_map`` is the true SD of one real channel (for correlated coils the effective one of methods
    1.4), NaN where the air was zeroed or thresholded; ``sigma`` its root mean square over the labels;
    ``sigma_object`` the SD along the signal over the labels, which differs from it for correlated coils alone;
    ``signal`` the noise-free amplitude; ``snr`` the mean over each label of ``signal / sigma_map`` and
    ``snr_overall`` their mean by voxels; ``snr_object`` the same with the SD along the signal.
    """

    images: tuple[Image, ...]
    labels: np.ndarray
    body: np.ndarray
    outline: np.ndarray
    sigma: float
    sigma_object: float
    sigma_map: np.ndarray
    channels: float
    signal: np.ndarray
    snr: dict[int, float]
    snr_overall: float
    snr_object: float


def simulate(case: Case, seed: int, *, draw: int = 0) -> Scan:
    """Return one scan; the same case, seed and draw give the same voxels.

    The anatomy depends on the seed alone, so that cases differ in nothing else; the noise on seed and draw.
    """
    found, acquired = _object(case, seed)
    rng = np.random.default_rng([seed, 1])
    crop = tuple(slice(start, start + size) for start, size in zip(found.corner, case.shape, strict=False))
    gridded = receive.window(case.kspace, acquired.shape)
    maps = backgrounds.fields(case.background, case.shape, rng, g_factor=case.g_factor)
    signal = _received(case, acquired, maps, gridded=gridded, crop=crop, rng=rng)
    channels, effective = receive.effective(receive.covariance(case.coils, case.correlation))
    outline = found.outline[crop]
    body = found.amplitude[crop] > 0
    gain = _product(maps.gain, backgrounds.air_gain(case.background, outline))
    unit = _product(maps.noise, gain, np.full(case.shape, effective, np.float32))
    amplitude = np.sqrt((np.abs(signal) ** 2).sum(axis=0)) * (1 if gain is None else gain)
    scale = np.float32(case.snr / (amplitude[body] / unit[body]).mean())
    grey = np.float32((case.integer_sigma or SIGMA) / _rms(unit[body]))
    signal *= scale
    noise_rng = np.random.default_rng([seed, 2, draw])
    images = []
    for _ in range(case.repeats):
        voxels = receive.magnitude(
            signal, maps.noise, gridded=gridded, grid=acquired.shape, crop=crop, correlation=case.correlation,
            rng=noise_rng,
        )  # fmt: skip
        if gain is not None:
            voxels *= gain
        if case.background == "thresholded":
            voxels = backgrounds.thresholded(voxels, outline, sigma=unit, channels=channels)
        images.append(_image(case, voxels * grey))
    labels = scenes.labels_of(found.tissue)[crop]
    along = _along(signal, case.correlation) * unit / effective
    if case.background == "thresholded":
        unit = np.where(outline, unit, np.nan)
    return _scan(
        tuple(images), labels, body, outline, sigma_map=np.where(unit > 0, unit, np.nan) * grey, along=along * grey,
        channels=channels, signal=amplitude * scale * grey,
    )  # fmt: skip


def _object(case, seed):
    """Return the scene and its amplitude with bias field and texture."""
    air = 0.0 if case.background == "none" else case.air
    found = scenes.scene(case.scene, shape=case.shape, air=air, seed=seed)
    rng = np.random.default_rng([seed, 3])
    amplitude = found.amplitude * scenes.bias_field(found.amplitude.shape, rng)
    if case.texture:
        amplitude = amplitude * np.maximum(1 + case.texture * scenes.texture(amplitude.shape, rng), 0)
    return found, amplitude


def _received(case, acquired, maps, *, gridded, crop, rng):
    """Return the noise-free coil images in the field of view, after window and zero-filling."""
    reach = case.shape[0] / acquired.shape[0]
    images = receive.coil_images(acquired, coils=case.coils, rng=rng, reach=reach)
    if maps.shading is not None:
        images = images * _spread(maps.shading, acquired.shape, crop)
    if case.background == "ghosted":
        images = backgrounds.ghosted(images, lines=case.shape[1])
    if gridded.weights is not None:
        images = np.stack([gridded.apply(receive.spectrum(image)) for image in images])
    return np.ascontiguousarray(images[(slice(None), *crop)])


def _spread(field, shape, crop):
    """Continue a field beyond the field of view by its value at the border."""
    pad = [(part.start, size - part.stop) for part, size in zip(crop, shape, strict=False)]
    field = np.broadcast_to(field, (*(part.stop - part.start for part in crop), field.shape[2]))
    return np.pad(field, [*pad, (0, 0)], mode="edge")


def _product(*factors):
    known = [factor for factor in factors if factor is not None]
    product = known[0] if known else None
    for factor in known[1:]:
        product = product * factor
    return product


def _along(signal, correlation):
    """Return the SD of the noise along the signal, s^H C s / |s|^2, for an SD of 1 in each coil."""
    if not correlation:
        return np.float32(1)
    power = np.maximum((np.abs(signal) ** 2).sum(axis=0), 1e-30)
    return np.sqrt(1 - correlation + correlation * np.abs(signal.sum(axis=0)) ** 2 / power)


def _image(case, voxels):
    if case.integer or case.integer_sigma is not None:
        voxels = np.clip(np.rint(voxels), 0, 65535).astype(np.uint16)
    return Image(voxels, np.diag([-VOXEL[0], VOXEL[1], VOXEL[2], 1.0]))


def _rms(values):
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _scan(images, labels, body, outline, *, sigma_map, along, channels, signal):
    inside = labels > 0
    local = signal[inside] / sigma_map[inside]
    return Scan(
        images=images,
        labels=labels,
        body=body,
        outline=outline,
        sigma=_rms(sigma_map[inside]),
        sigma_object=_rms(along[inside]),
        sigma_map=sigma_map,
        channels=channels,
        signal=signal,
        snr={int(label): float(local[labels[inside] == label].mean()) for label in np.unique(labels[inside])},
        snr_overall=float(local.mean()),
        snr_object=float((signal[inside] / along[inside]).mean()),
    )
