"""`mrsnr.temporal` in process, on a compressed series and on one that is not, beside reading it alone."""

from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison

FULL, QUICK, SMALL = (64, 64, 36, 300), (48, 48, 12, 60), (16, 16, 6, 30)
FLOORS = {"read alone, isal": "isal", "read alone, zlib-ng": "zlib_ng", "read alone, gzip": "stdlib"}
PLAIN_FLOOR = "read alone"


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each kind of file; the process first does a small series that is not timed."""
    shape = bench.size(FULL, QUICK)
    for ending in (".nii.gz", ".nii"):
        small = scans.write_series(bench.folder / f"small{ending}", SMALL)
        file = scans.write_series(bench.folder / f"series{ending}", shape)
        floors = FLOORS if ending == ".nii.gz" else {PLAIN_FLOOR: "plain"}
        yield Comparison(
            "temporal",
            ending,
            (
                *(bench.task(name, f"floor.{library}", file, warm=[small]) for name, library in floors.items()),
                bench.task(OURS, "ours.temporal", file, warm=[small]),
                bench.peer("ukat", "peers.ukat_temporal", file, warm=[small]),
                bench.peer("nipype", "peers.nipype_temporal", file, warm=[small]),
            ),
        )
        file.unlink()
