"""Sigma of a series by the two methods that others have too: principal components of patches, and shared air."""

from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison

FULL, QUICK, SMALL = (64, 64, 12, 30), (32, 32, 8, 20), (16, 16, 6, 20)


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each method."""
    file = scans.write_series(bench.folder / "series.nii.gz", bench.size(FULL, QUICK))
    small = scans.write_series(bench.folder / "small.nii.gz", SMALL)
    out, noise = (bench.folder / f"dwidenoise_{name}.nii.gz" for name in ("out", "noise"))
    denoise = ("dwidenoise", file, out, "-noise", noise, "-force", "-quiet")
    for method in ("mppca", "piesno"):
        yield Comparison(
            "noise",
            method,
            (
                bench.task(OURS, "ours.series_noise", file, method, warm=[small, method]),
                bench.peer("dipy", "peers.dipy_series_noise", file, method, warm=[small, method]),
                bench.program("MRtrix", denoise, title="MRtrix dwidenoise") if method == "mppca" else None,
            ),
        )
    file.unlink()
