"""What lies in the scanner: four objects with edges, voids and several tissues, another one for every seed.

Nothing here is shared with `mrsnr.data.phantom`, so that a mistake there cannot hide here. A scene is painted in the
object's own coordinates (its outline has radius 1) at twice the resolution in the plane or more, and averaged: edges
hold partial volumes, as they do in a voxel. Each tissue is numbered; `UNLABELLED` and above have signal but no label.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import ndimage

UNLABELLED = 10  # codes from here on are structures too small or too mixed for a label
VOID = 20  # inside the outline, without signal: gas, cortical bone, a hole in a phantom
PAINTED = 160  # half the painted voxels along the field of view, at least

AMPLITUDES = {
    "body": {1: 1.4, 2: 0.8, 3: 1.1, 10: 1.8, 11: 0.35, VOID: 0.0},
    "phantom": {1: 1.0, 2: 0.6, 10: 1.25, VOID: 0.0},
    "holdout": {1: 1.5, 2: 0.7, 3: 1.05, 10: 2.0, 11: 0.3, VOID: 0.0},
    "brain": {1: 1.5, 2: 0.75, 3: 1.1, 10: 1.3, VOID: 0.0},
}
ERODED = 2  # voxels between a label and the border of its tissue


@dataclass(frozen=True, eq=False)
class Scene:
    """An object on a grid: ``amplitude`` (float), ``tissue`` (0 where mixed), ``outline`` (all that is not air).

    ``corner`` is where the field of view starts on the grid: the grid is larger where the object is, so that the
    object is cropped, not folded over.
    """

    amplitude: np.ndarray
    tissue: np.ndarray
    outline: np.ndarray
    corner: tuple[int, int]


@lru_cache(maxsize=24)
def scene(name: str, *, shape: tuple[int, int, int], air: float, seed: int) -> Scene:
    """Paint a scene of which ``air`` is the fraction of the field of view without object, 0: none at all.

    Raises
    ------
    ValueError
        If the object cannot fill so much of the field of view.
    """
    scale = _scale(name, shape, air, seed)
    body = _codes(name, shape, 1.0, scale, seed, step=4, outline_only=True)
    touches = any(face.any() for face in (body[0], body[-1], body[:, 0], body[:, -1]))
    factor = 1.5 if touches else 1.0
    codes = _codes(name, shape, factor, scale, seed)
    pooled = _pool(codes, _fine(shape))
    lookup = np.zeros(256, np.float32)
    for code, amplitude in AMPLITUDES[name].items():
        lookup[code] = amplitude
    same = pooled.min(axis=(1, 3)) == pooled.max(axis=(1, 3))
    tissue = np.where(same, pooled[:, 0, :, 0], 0).astype(np.uint8)
    return Scene(
        amplitude=lookup[pooled].mean(axis=(1, 3)),
        tissue=tissue,
        outline=(pooled > 0).any(axis=(1, 3)),
        corner=tuple((large - small) // 2 for large, small in zip(tissue.shape, shape, strict=False))[:2],
    )


def labels_of(tissue: np.ndarray) -> np.ndarray:
    """Return the tissue of each voxel that lies `ERODED` voxels inside it, else 0; tissues of < 200 are left out."""
    found = np.zeros(tissue.shape, np.int16)
    plane = ndimage.generate_binary_structure(3, 1)
    plane[:, :, [0, 2]] = False
    for code in range(1, UNLABELLED):
        inside = ndimage.binary_erosion(tissue == code, plane, iterations=ERODED)
        if inside.sum() >= 200:
            found[inside] = code
    return found


def bias_field(shape: tuple[int, int, int], rng: np.random.Generator, *, amplitude: float = 0.08) -> np.ndarray:
    """Return a smooth field of 1 +- ``amplitude``."""
    x, y, z = (np.linspace(-1, 1, size, dtype=np.float32) for size in shape)
    a, b, c = rng.uniform(0, 2 * np.pi, 3)
    field = np.cos(1.6 * x + a)[:, None, None] + np.sin(1.9 * y + b)[None, :, None] + 0.5 * np.cos(z + c)[None, None, :]
    return 1 + amplitude * (2 * (field - field.min()) / np.ptp(field) - 1)


def texture(shape: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """Return random texture of SD 1, white but for a blur of 1.5 voxels in the plane."""
    grain = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), (1.5, 1.5, 0))
    return grain / grain.std()


def _fine(shape: tuple[int, int, int]) -> int:
    """Return how many painted voxels lie along a voxel's edge."""
    return 2 * -(-PAINTED // min(shape[:2]))


def _pool(codes: np.ndarray, fine: int) -> np.ndarray:
    nx, ny, nz = codes.shape
    return codes.reshape(nx // fine, fine, ny // fine, fine, nz)


def _scale(name: str, shape: tuple[int, int, int], air: float, seed: int) -> float:
    """Find the size of the object (radius in half fields of view) by bisection."""
    low, high = 0.2, 3.0
    for _ in range(22):
        middle = (low + high) / 2
        outline = _codes(name, shape, 1.0, middle, seed, step=4, outline_only=True)
        if outline.mean() < 1 - air:
            low = middle
        else:
            high = middle
    if high > 2.95:
        raise ValueError(f"The scene {name!r} leaves more air than {air:g} of the field of view at any size.")
    return high * 1.03 if air == 0 else high  # the coarse grid misses the last corners


def _codes(name, shape, factor, scale, seed, *, step=1, outline_only=False):
    """Return the codes on the fine grid, ``factor`` times the field of view; coarser by ``step``."""
    rng = np.random.default_rng([seed, 77])
    sizes = [2 * round(size * factor / 2) * _fine(shape) // step for size in shape[:2]]
    half = [2 * round(size * factor / 2) / size for size in shape[:2]]
    x, y = (h * (2 * (np.arange(n, dtype=np.float32) + 0.5) / n - 1) for n, h in zip(sizes, half, strict=True))
    z = np.linspace(-1, 1, shape[2], dtype=np.float32) if shape[2] > 1 else np.zeros(1, np.float32)
    turn, dx, dy = rng.uniform(-0.15, 0.15), *rng.uniform(-0.03, 0.03, 2)
    x, y = (x - dx)[:, None, None], (y - dy)[None, :, None]
    taper = scale * (1 - 0.06 * (z - rng.uniform(-0.5, 0.5)) ** 2)[None, None, :]
    u = (np.cos(turn) * x + np.sin(turn) * y) / taper
    v = (-np.sin(turn) * x + np.cos(turn) * y) / taper
    outline, paint = PAINTERS[name]
    inside = outline(u, v)
    if outline_only:
        return inside
    codes = paint(u, v, z[None, None, :], rng)
    codes[~inside] = 0
    return codes


def _ellipse(u, v, centre, radii, *, power=2.0):
    return np.abs((u - centre[0]) / radii[0]) ** power + np.abs((v - centre[1]) / radii[1]) ** power <= 1


def _body_outline(u, v):
    return _ellipse(u, v, (0, 0), (1, 0.8), power=2.3)


def _body(u, v, z, rng):
    """Abdomen: fat, muscle, two organs, kidneys with bright cortex, a spine, vessels, gas."""
    codes = np.full(np.broadcast_shapes(u.shape, v.shape, z.shape), 1, np.uint8)
    shift = rng.uniform(-0.04, 0.04, (10, 2))
    codes[_ellipse(u, v, (0, 0), (0.88, 0.68), power=2.3)] = 2
    codes[_ellipse(u, v, (-0.38, 0.12) + shift[0], (0.42 - 0.1 * z, 0.42))] = 3
    codes[_ellipse(u, v, (0.5, 0.2) + shift[1], (0.2, 0.26 + 0.06 * z))] = 3
    for side, place in ((-1, shift[2]), (1, shift[3])):
        codes[_ellipse(u, v, np.array((side * 0.42, -0.36)) + place, (0.17, 0.2))] = 1
        codes[_ellipse(u, v, np.array((side * 0.40, -0.36)) + place, (0.09, 0.12 + 0.02 * z))] = 3
    codes[_ellipse(u, v, (0, -0.42) + shift[4], (0.14, 0.13))] = 3
    codes[_ellipse(u, v, (0, -0.6) + shift[4], (0.05, 0.05))] = 10
    codes[_ellipse(u, v, (0.05, -0.22) + shift[5], (0.055, 0.055))] = 10
    codes[_ellipse(u, v, (-0.08, -0.2) + shift[6], (0.07, 0.045))] = 11
    for place in rng.uniform((-0.6, -0.05), (-0.2, 0.3), (7, 2)):
        codes[_ellipse(u, v, place + 0.1 * z[..., None][0, 0, 0], (0.022, 0.03))] = 10
    for place in rng.uniform((0.0, 0.15), (0.3, 0.5), (4, 2)):
        codes[_ellipse(u, v, place, (0.06, 0.045 + 0.02 * z))] = rng.choice([VOID, 11, 1])
    return codes


def _phantom_outline(u, v):
    return _ellipse(u, v, (0, 0), (1, 1))


def _phantom(u, v, z, rng):
    """Cylinder: a uniform fill, an insert, holes from large to small, a comb of thin bars."""
    codes = np.full(np.broadcast_shapes(u.shape, v.shape, z.shape), 1, np.uint8)
    codes[_ellipse(u, v, (-0.45, 0.0), (0.24, 0.24))] = 2
    for k, angle in enumerate(rng.uniform(0, 0.3) + np.linspace(0.3, 2.6, 6)):
        radius = 0.11 - 0.016 * k
        codes[_ellipse(u, v, (0.68 * np.sin(angle), 0.68 * np.cos(angle)), (radius, radius))] = VOID
    comb = (np.abs(u - 0.2) < 0.2) & (np.abs(v + 0.55) < 0.09) & (np.sin(2 * np.pi * u / 0.07) > 0)
    codes[np.broadcast_to(comb, codes.shape)] = VOID
    codes[_ellipse(u, v, (0.35, 0.1), (0.06, 0.06 + 0.02 * z))] = 10
    return codes


_LEGS = ((-0.53, 0.05, 0.45, 0.52), (0.52, -0.06, 0.46, 0.44))  # centre and radii


def _holdout_outline(u, v):
    return np.logical_or(*(_ellipse(u, v, leg[:2], leg[2:], power=2.5) for leg in _LEGS))


def _holdout(u, v, z, rng):
    """Two thighs: fat, muscles between dark fasciae, a bone of void and marrow, vessels of one or two voxels."""
    codes = np.full(np.broadcast_shapes(u.shape, v.shape, z.shape), 1, np.uint8)
    for x, y, a, b in _LEGS:
        s, t = (u - x) / a, (v - y) / b
        inner = _ellipse(s, t, (0, 0), (0.84, 0.84), power=2.5)
        codes[inner] = 2
        bay = np.arctan2(t, s + 0.1 * z) * 2.5 + 3 * np.hypot(s, t) + rng.uniform(0, 6)
        codes[inner & (np.sin(bay) > 0.55)] = 3
        codes[inner & (np.abs(np.sin(bay) - 0.55) < 0.09)] = 11
        bone = rng.uniform(-0.15, 0.15, 2)
        codes[_ellipse(s, t, bone, (0.26, 0.24 + 0.02 * z))] = VOID
        codes[_ellipse(s, t, bone, (0.15, 0.14))] = 1
        for place in rng.uniform(-0.55, 0.55, (8, 2)):
            codes[_ellipse(s, t, place, (0.03, 0.035)) & inner] = 10
        codes[_ellipse(s, t, rng.uniform(-0.5, 0.5, 2), (0.06, 0.06)) & inner] = VOID
    return codes


def _brain_outline(u, v):
    return _ellipse(u, v, (0, 0), (0.82, 1))


def _brain(u, v, z, rng):
    """Head: scalp, a skull without signal, fluid, a folded ribbon of grey matter around white, ventricles."""
    codes = np.full(np.broadcast_shapes(u.shape, v.shape, z.shape), 10, np.uint8)
    radius = np.hypot(u / 0.82, v) + 0 * z
    voxels = 0.042 / float(np.abs(np.diff(v[0, :, 0])).mean())
    folds = ndimage.gaussian_filter(rng.standard_normal(codes.shape, dtype=np.float32), (voxels, voxels, 0.8))
    folds /= folds.std()
    depth = 0.84 - radius
    codes[radius < 0.93] = VOID
    codes[radius < 0.87] = 1
    codes[depth > 0.02] = 3
    codes[(depth > 0.13) & (folds < 0.6)] = 2
    codes[(depth > 0.02) & (depth < 0.34) & (folds > 1.2)] = 1
    codes[(depth > 0.45) & (folds > 0.75)] = 2
    for side in (-1, 1):
        codes[_ellipse(u, v, (side * 0.13, 0.05), (0.075, 0.24 + 0.05 * z), power=1.6)] = 1
        codes[_ellipse(u, v, (side * 0.24, 0.0), (0.07, 0.14))] = 3
    return codes


PAINTERS = {
    "body": (_body_outline, _body),
    "phantom": (_phantom_outline, _phantom),
    "holdout": (_holdout_outline, _holdout),
    "brain": (_brain_outline, _brain),
}
