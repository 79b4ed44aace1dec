"""How time and memory grow: with the number of volumes, and with the number of voxels a side."""

from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison
from speed.cases.process import NIIMATH, niimath

VOLUMES, QUICK_VOLUMES = (100, 300, 1200, 4800), (30, 120, 480)
GRID, QUICK_GRID = (64, 64, 36), (48, 48, 12)
SIDES, QUICK_SIDES = (32, 64, 128, 256, 512), (32, 96)
SERIES_DEPTH, SERIES_VOLUMES = 10, 60
MOST_VOLUMES_OF_UKAT = 300  # it needs 7 MB for each volume of this grid
WIDEST_OF_UKAT = 256


def volumes(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each number of volumes: `mrsnr temporal` as a process."""
    grid = bench.size(GRID, QUICK_GRID)
    for count in bench.size(VOLUMES, QUICK_VOLUMES):
        file = scans.write_series(bench.folder / "series.nii.gz", (*grid, count))
        yield Comparison("volumes", str(count), _series(bench, file, ukat=count <= MOST_VOLUMES_OF_UKAT))
        file.unlink()


def sides(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each number of voxels a side, of a series of 10 slices and 60 volumes."""
    for side in bench.size(SIDES, QUICK_SIDES):
        file = scans.write_series(bench.folder / "series.nii.gz", (side, side, SERIES_DEPTH, SERIES_VOLUMES))
        yield Comparison("sides", str(side), _series(bench, file, ukat=side <= WIDEST_OF_UKAT))
        file.unlink()


def _series(bench, file, *, ukat):
    return (
        bench.command("temporal", file, name=OURS),
        bench.program("niimath", *niimath(file), title=NIIMATH),
        bench.peer("ukat", "peers.ukat_temporal", file) if ukat else None,
    )
