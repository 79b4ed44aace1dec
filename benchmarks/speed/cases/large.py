"""A series that is larger than the memory it may have."""

import shutil
import sys
from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison

FULL, QUICK = (128, 128, 64, 4800), (64, 64, 32, 600)  # 20.1 GB and 0.3 GB of float32
ALLOWED = 2 * 10**9  # bytes: a tool that reads everything into memory fails alone, and does not take the machine along
ON_DISK = 4 * 128 * 128 * 4800 * 2  # bytes of the slice that is there, with room to spare


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return the comparison; none where there is no room, or the file system has no holes (see `scans`)."""
    if shutil.disk_usage(bench.folder).free < ON_DISK:
        print("There is no room for the large series, so it is left out.", file=sys.stderr)
        return
    shape = bench.size(FULL, QUICK)
    file = scans.write_sparse_series(bench.folder / "large.nii", shape)
    if file.stat().st_blocks * 512 > ON_DISK:
        print("The file system stores holes, so the large series is left out.", file=sys.stderr)
    else:
        size = f"{file.stat().st_size / 1e9:.1f} GB"
        yield Comparison("large", size, (bench.command("temporal", file, name=OURS, limit=ALLOWED),))
    file.unlink()
