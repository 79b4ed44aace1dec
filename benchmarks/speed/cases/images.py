"""`mrsnr measure --method auto` on one volume as a process: with air as it is, and with air that was set to 0."""

from collections.abc import Iterator

from speed import scans
from speed.bench import OURS, Bench, Comparison

SIDES, QUICK_SIDES = (32, 64, 128, 256, 512), (32, 96)
DEPTH, SMALL = 17, (24, 24, 6)
GOAL_SIDE = 256
AIR, ZEROED = "air", "air zeroed"


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return one comparison for each number of voxels a side, and one for zeroed air; its size is "side, air"."""
    sides = bench.size(SIDES, QUICK_SIDES)
    small = scans.write_image(bench.folder / "small.nii.gz", SMALL)
    for side, air in [*((side, AIR) for side in sides), (bench.size(GOAL_SIDE, QUICK_SIDES[-1]), ZEROED)]:
        file = scans.write_image(bench.folder / "image.nii.gz", (side, side, DEPTH), zeroed=air == ZEROED)
        yield Comparison(
            "measure",
            f"{side}, {air}",
            (
                bench.command("measure", file, "--method", "auto", name=OURS),
                bench.task("mrsnr, in process", "ours.measure", file, warm=[small]),
                bench.peer("ukat", "peers.ukat_measure", file, warm=[small]),
                bench.peer("dipy", "peers.dipy_measure", file, warm=[small], title="dipy estimate_sigma"),
            ),
        )
        file.unlink()
