"""The maps of `mrsnr.temporal` against two passes in float64: no timing, but speed must not cost digits."""

from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison
from speed.cases.temporal import FULL, QUICK

STEEP, QUICK_STEEP = (48, 48, 16, 300), (32, 32, 8, 100)


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return two comparisons: the series of the other cases, and float32 of mean 30000 and SD 1."""
    series = scans.write_series(bench.folder / "series.nii.gz", bench.size(FULL, QUICK))
    steep = scans.write_steep_series(bench.folder / "steep.nii.gz", bench.size(STEEP, QUICK_STEEP))
    for size, file in {"int16": series, "float32, mean 30000, SD 1": steep}.items():
        yield Comparison("accuracy", size, (bench.task(OURS, "ours.accuracy", file),))
        file.unlink()
