"""The matrix of the bench: which scans are simulated, and to which row of the table of goals each belongs.

The full product of all axes would be millions of scans. It is taken over the main ones (SNR, coils, air) on plain
images; every other axis is crossed with SNR and with 1 and 8 coils; a few combinations that scanners make are added.
"""

import zlib
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from itertools import product

from simulate import Case

SNRS = (2, 3, 5, 10, 20, 50, 100)
AIRS = (0.5, 0.2, 0.1, 0.05)
COILS = (1, 2, 4, 8, 16, 32)
CORRELATED = ((4, 0.3), (8, 0.1), (8, 0.3), (16, 0.1), (32, 0.1))
SHAPE = (160, 160, 8)

PLAIN = "plain"  # at least 10 % air, nothing done to it
PROCESSED = "processed"  # ghosted, zero-filled, filtered, integer, with at least 10 % air
CORRELATED_COILS = "correlated"
LITTLE_AIR = "little air"  # 5 %
DESTROYED = "air destroyed"  # zeroed, cut, thresholded
UNEVEN = "uneven"  # no air, g-factor map, sigma ramp, normalised, fine texture
COARSE_GRID = "coarse grid"  # 64 to 128 voxels across, any background
REPEATED = "repeated"  # two acquisitions or more, given as repeats
GROUPS = (PLAIN, PROCESSED, CORRELATED_COILS, LITTLE_AIR, DESTROYED, UNEVEN, COARSE_GRID, REPEATED)


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; ``seeds`` is how many scans of it the full run makes."""

    name: str
    group: str
    case: Case
    seeds: int = 20

    @property
    def draw(self) -> int:
        """A number of its own for the noise: the coverage of cells that share their noise is that of a few scans."""
        return zlib.crc32(self.name.encode())


def half(seed: int) -> str:
    """Return which half of the bench a seed belongs to: intervals are calibrated on one and judged on the other."""
    return "calibration" if seed % 2 == 0 else "judged"


def full() -> list[Cell]:
    """Return all cells."""
    cells = [*_plain(), *_correlated(), *_axes(), *_combined(), *_coarse(), *_repeated()]
    names = [cell.name for cell in cells]
    if len(set(names)) != len(names):
        raise AssertionError("Two cells have the same name.")
    return cells


def short() -> list[Cell]:
    """Return the cells of the quick run: every group and every axis once or twice."""
    found = {cell.name: cell for cell in full()}
    return [replace(found[name], seeds=4) for name in SHORT]


def without_snr(name: str) -> str:
    """Return a cell's name without its SNR."""
    return " ".join(word for word in name.split() if word[:3] != "snr")


def kind_of(name: str) -> str:
    """Return a cell's name without its coils and SNR."""
    return " ".join(word for word in without_snr(name).split() if not (word[0] == "n" and word[1:].isdigit()))


def matching(cells: list[Cell], pattern: str) -> list[Cell]:
    """Return the cells whose name or group fits a pattern with ``*`` and ``?``, or contains it.

    Raises
    ------
    ValueError
        If there is none.
    """
    names = pattern.split(",")
    kept = [
        cell
        for cell in cells
        if any(fnmatch(text, name) or name in text for name in names for text in (cell.name, cell.group))
    ]
    if not kept:
        raise ValueError(f"No cell fits {pattern!r}; the first names are {', '.join(c.name for c in cells[:5])}.")
    return kept


def _plain():
    for air in AIRS:
        for coils in COILS:
            for snr in SNRS:
                group = PLAIN if air >= 0.1 else LITTLE_AIR
                yield _cell(f"plain air{100 * air:.0f}", group, snr=snr, coils=coils, air=air, seeds=_seeds(coils))


def _correlated():
    for air in AIRS:
        for coils, correlation in CORRELATED:
            for snr in SNRS:
                name = f"correlated{correlation:g} air{100 * air:.0f}"
                group = CORRELATED_COILS if air >= 0.1 else LITTLE_AIR
                yield _cell(
                    name, group, snr=snr, coils=coils, air=air, correlation=correlation, seeds=min(10, _seeds(coils))
                )


def _seeds(coils: int) -> int:
    """Many coils take long to simulate, and differ little from half as many."""
    return {1: 20, 8: 20, 2: 10, 4: 10, 16: 6, 32: 4}[coils]


AXES = (
    ("no air", UNEVEN, {"background": "none"}),
    ("zeroed", DESTROYED, {"background": "zeroed"}),
    ("cut", DESTROYED, {"background": "cut"}),
    ("thresholded", DESTROYED, {"background": "thresholded"}),
    ("ghosted", PROCESSED, {"background": "ghosted"}),
    ("g-factor", UNEVEN, {"background": "g-factor"}),
    ("ramp", UNEVEN, {"background": "ramp"}),
    ("normalised", UNEVEN, {"background": "normalised"}),
    ("zf1.5", PROCESSED, {"kspace": "zf1.5"}),
    ("zf2", PROCESSED, {"kspace": "zf2"}),
    ("hamming", PROCESSED, {"kspace": "hamming"}),
    ("elliptical", PROCESSED, {"kspace": "elliptical"}),
    ("zf2hamming", PROCESSED, {"kspace": "zf2hamming"}),
    ("integer sigma1", PROCESSED, {"integer_sigma": 1.0}),
    ("integer sigma2", PROCESSED, {"integer_sigma": 2.0}),
    ("integer sigma5", PROCESSED, {"integer_sigma": 5.0}),
    ("texture5", UNEVEN, {"texture": 0.05}),
    ("texture10", UNEVEN, {"texture": 0.1}),
    ("phantom", PLAIN, {"scene": "phantom"}),
    ("holdout", PLAIN, {"scene": "holdout"}),
    ("brain", PLAIN, {"scene": "brain"}),
)


def _axes():
    for name, group, options in AXES:
        for coils in (1, 8):
            for snr in SNRS:
                yield _cell(name, group, snr=snr, coils=coils, **options)


COMBINED = (
    ("zeroed zf2", DESTROYED, {"background": "zeroed", "kspace": "zf2"}),
    ("zeroed hamming", DESTROYED, {"background": "zeroed", "kspace": "hamming"}),
    ("cut zf1.5", DESTROYED, {"background": "cut", "kspace": "zf1.5"}),
    ("zeroed phantom", DESTROYED, {"background": "zeroed", "scene": "phantom"}),
    ("cut holdout", DESTROYED, {"background": "cut", "scene": "holdout"}),
    ("zeroed brain integer", DESTROYED, {"background": "zeroed", "scene": "brain", "integer_sigma": 5.0}),
    ("no air zf2hamming", UNEVEN, {"background": "none", "kspace": "zf2hamming"}),
    ("no air elliptical", UNEVEN, {"background": "none", "kspace": "elliptical"}),
    ("normalised hamming phantom", UNEVEN, {"background": "normalised", "kspace": "hamming", "scene": "phantom"}),
    ("normalised zf1.5 air20", UNEVEN, {"background": "normalised", "kspace": "zf1.5", "air": 0.2}),
    ("g-factor2 air20", UNEVEN, {"background": "g-factor", "g_factor": 2.0, "air": 0.2}),
    ("g-factor holdout", UNEVEN, {"background": "g-factor", "scene": "holdout"}),
    ("ramp zf1.5 brain", UNEVEN, {"background": "ramp", "kspace": "zf1.5", "scene": "brain"}),
    ("ghosted air20 hamming", PROCESSED, {"background": "ghosted", "air": 0.2, "kspace": "hamming"}),
    ("ghosted phantom", PROCESSED, {"background": "ghosted", "scene": "phantom"}),
    ("zf2 air10", PROCESSED, {"kspace": "zf2", "air": 0.1}),
    ("zf2 integer sigma2 phantom", PROCESSED, {"kspace": "zf2", "integer_sigma": 2.0, "scene": "phantom"}),
    ("hamming holdout air40", PROCESSED, {"kspace": "hamming", "scene": "holdout", "air": 0.4}),
    ("elliptical brain air20", PROCESSED, {"kspace": "elliptical", "scene": "brain", "air": 0.2}),
)


def _combined():
    for name, group, options in COMBINED:
        for coils in (1, 8):
            for snr in (3, 10, 50):
                yield _cell(name, group, snr=snr, coils=coils, seeds=10, **options)


COARSE = (("plain", "plain"), ("zeroed", "zeroed"), ("no air", "none"), ("normalised", "normalised"))
GRIDS = ((64, 64, 24), (96, 96, 16), (128, 128, 12))  # as echo-planar and diffusion images have


def _coarse():
    """On a coarse grid anatomy changes from voxel to voxel, as noise does."""
    for grid, scene, coils, snr in product(GRIDS, ("body", "holdout", "brain"), (1, 8), (5, 20, 100)):
        for name, background in COARSE:
            if (scene, background) != ("holdout", "none"):  # legs leave air between them
                options = {"scene": scene, "background": background, "shape": grid}
                yield _cell(
                    f"grid{grid[0]} {name} {scene}", COARSE_GRID, snr=snr, coils=coils, seeds=10, **options
                )  # fmt: skip


REPEATS = (
    ("pair", {"repeats": 2}),
    ("pair zeroed zf2", {"repeats": 2, "background": "zeroed", "kspace": "zf2"}),
    ("pair g-factor texture", {"repeats": 2, "background": "g-factor", "texture": 0.1}),
    ("pair no air correlated0.3", {"repeats": 2, "background": "none", "correlation": 0.3}),
    ("five cut brain", {"repeats": 5, "background": "cut", "scene": "brain"}),
)


def _repeated():
    for name, options in REPEATS:
        for coils in (8,) if "correlation" in options else (1, 8):
            for snr in SNRS:
                yield _cell(name, REPEATED, snr=snr, coils=coils, seeds=10, **options)


def _cell(name, group, *, snr, coils, seeds=20, **options):
    case = Case(float(snr), coils=coils, **{"shape": SHAPE, **options})
    return Cell(f"{name} n{coils} snr{snr}", group, case, seeds)


SHORT = (
    "plain air50 n1 snr2",
    "plain air50 n1 snr20",
    "plain air50 n8 snr5",
    "plain air20 n4 snr10",
    "plain air10 n1 snr50",
    "plain air5 n1 snr10",
    "plain air20 n32 snr10",
    "correlated0.1 air50 n8 snr10",
    "correlated0.3 air50 n8 snr20",
    "no air n1 snr20",
    "zeroed n1 snr20",
    "zeroed n8 snr5",
    "cut n1 snr10",
    "thresholded n1 snr20",
    "ghosted n1 snr20",
    "g-factor n1 snr20",
    "ramp n1 snr20",
    "normalised n8 snr20",
    "zf1.5 n1 snr10",
    "zf2 n8 snr20",
    "hamming n1 snr50",
    "elliptical n1 snr10",
    "integer sigma1 n1 snr10",
    "texture10 n1 snr50",
    "phantom n1 snr100",
    "holdout n1 snr10",
    "brain n8 snr20",
    "grid64 zeroed body n1 snr5",
    "pair n1 snr10",
)
