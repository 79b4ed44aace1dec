"""The command `mrsnr temporal`, maps written, beside the programs that make the map without detrending."""

from collections.abc import Iterator

from speed import scans
from speed.bench import Bench, Comparison
from speed.cases.temporal import FULL, QUICK

OURS_WITH_MAPS = "mrsnr temporal --out --no-figures"
OURS_WITH_PICTURES = "mrsnr temporal --out"
OURS_WITHOUT = "mrsnr temporal"
NIIMATH, MRTRIX = "niimath, three calls", "MRtrix, three calls"


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return the comparison: everything from the start of the process to its end."""
    file = scans.write_series(bench.folder / "series.nii.gz", bench.size(FULL, QUICK))
    write = ("temporal", file, "--out", bench.folder / "maps", "--overwrite")
    yield Comparison(
        "process",
        ".nii.gz",
        (
            bench.command(*write, "--no-figures", name=OURS_WITH_MAPS),
            bench.command(*write, name=OURS_WITH_PICTURES),
            bench.command("temporal", file, name=OURS_WITHOUT),
            bench.program("niimath", *niimath(file), title=NIIMATH),
            bench.program("MRtrix", *mrtrix(file), title=MRTRIX),
        ),
    )
    file.unlink()


def niimath(file):
    """Return the three calls that give the map without detrending."""
    mean, sd, tsnr = (file.with_name(f"niimath_{name}.nii.gz") for name in ("mean", "sd", "tsnr"))
    yield "niimath", file, "-Tmean", mean
    yield "niimath", file, "-Tstd", sd
    yield "niimath", mean, "-div", sd, tsnr


def mrtrix(file):
    """Return the same for MRtrix."""
    mean, sd, tsnr = (file.with_name(f"mrtrix_{name}.nii.gz") for name in ("mean", "sd", "tsnr"))
    yield "mrmath", file, "mean", mean, "-axis", 3, "-force", "-quiet"
    yield "mrmath", file, "std", sd, "-axis", 3, "-force", "-quiet"
    yield "mrcalc", mean, sd, "-div", tsnr, "-force", "-quiet"
