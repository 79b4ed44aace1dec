"""What must not move the answer: scale, flips, integers, cropping, the number of clusters; and how long it takes.

python benchmarks/accuracy/invariance.py
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import cases
import nibabel
import numpy as np
from real import DATA
from simulate import Case, Scan, simulate
from summary import MET, markdown

import mrsnr
from mrsnr import Image

CELLS = ("plain air50 n1 snr20", "plain air20 n8 snr5", "zeroed n1 snr20", "no air n1 snr20", "zf2 n8 snr10")
EXACT = 1e-6
CROPPED = 12  # voxels of each side
VOLUME = (256, 256, 17)


def measured(voxels: np.ndarray, labels: np.ndarray | None, **options) -> mrsnr.Snr:
    """Measure an array."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mrsnr.measure(Image(voxels, np.diag([-1.5, 1.5, 5.0, 1.0])), labels=labels, **options)


def change(one: mrsnr.Snr, other: mrsnr.Snr) -> float:
    """Return the relative change of the SNR; 0 where both have none, infinite where one has none."""
    if one.value is None or other.value is None:
        return 0.0 if one.value is other.value else np.inf
    return abs(other.value / one.value - 1)


def exact_changes(scan: Scan) -> dict[str, float]:
    """Return by how much each change that loses nothing moves the SNR."""
    voxels, labels = np.asarray(scan.images[0].data), scan.labels
    first, whole = measured(voxels, labels), np.rint(voxels).astype(np.uint16)
    by_clusters = [measured(voxels, labels, clusters=clusters) for clusters in (2, 4, 6)]
    exact = voxels.astype(np.float64)
    return {
        "multiplied by 0.001": change(first, measured(exact * 1e-3, labels)),
        "multiplied by 1000": change(first, measured(exact * 1e3, labels)),
        "flipped": max(change(first, measured(np.flip(voxels, k), np.flip(labels, k))) for k in range(3)),
        "integers as floats": change(measured(whole, labels), measured(whole.astype(np.float64), labels)),
        "2, 4 or 6 clusters": max(change(first, one) for one in by_clusters),
    }


def cropped_inside(scan: Scan) -> bool | None:
    """Return whether the cropped image's sigma lies in the interval of the whole one's; ``None`` without either."""
    part = (slice(CROPPED, -CROPPED), slice(CROPPED, -CROPPED))
    voxels = np.asarray(scan.images[0].data)
    whole, cropped = measured(voxels, scan.labels), measured(voxels[part], scan.labels[part])
    if whole.noise is None or whole.value is None or cropped.value is None or whole.noise.interval is None:
        return None
    low, high = whole.noise.interval
    sigma = np.nanmean(cropped.noise.sigma)
    return bool(low <= sigma <= high)


def requantised(data: Path) -> float | None:
    """Return how far the SNR of a PAR/REC file is from that of its NIfTI copy, which was rounded again."""
    stored, copy = data / "kidney-t2w" / "test_sub_02.PAR", data / "kidney-t2w" / "test_sub_02.nii.gz"
    if not (stored.exists() and copy.exists()):
        return None
    voxels = np.asarray(nibabel.load(stored, scaling="fp").dataobj)
    other = np.asarray(nibabel.load(copy).dataobj)
    return change(measured(np.squeeze(voxels), None), measured(np.squeeze(other), None))


def seconds_of_a_volume(*, repeats: int = 3) -> float:
    """Return the median time of a measurement of 256x256x17 voxels with 8 coils."""
    scan = simulate(Case(20.0, coils=8, shape=VOLUME), seed=1)
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        measured(np.asarray(scan.images[0].data), scan.labels)
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def table(data: Path) -> str:
    """Return everything as a Markdown table."""
    chosen = [cell for cell in cases.full() if cell.name in CELLS]
    scans = [simulate(cell.case, 1) for cell in chosen]
    found = [exact_changes(scan) for scan in scans]
    rows = [["change", "wanted", "seen", "met"]]
    for name in found[0]:
        worst = max(one[name] for one in found)
        rows.append([name, "the same SNR (1e-6)", f"{worst:.1e}", MET[worst <= EXACT]])
    inside = [one for one in map(cropped_inside, scans) if one is not None]
    rows.append([f"{CROPPED} voxels cropped off each side", "sigma within the interval",
                 f"{sum(inside)} of {len(inside)}", MET[all(inside) if inside else None]])  # fmt: skip
    moved = requantised(data)
    if moved is not None:
        rows.append(
            ["PAR/REC and its NIfTI, rounded again", "the same SNR (0.2 %)", f"{moved:.1e}", MET[moved <= 2e-3]]
        )
    seconds = seconds_of_a_volume()
    rows.append(["time of 256x256x17", "<= 2 s", f"{seconds:.2f} s", MET[seconds <= 2]])
    return markdown(rows)


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real images")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    options = parser.parse_args(arguments)
    text = table(options.data)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
