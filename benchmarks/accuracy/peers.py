"""The same scans through other packages: one row each in one table.

    make accuracy-peers

Each peer is told the true number of coils where it asks for it, and, if it wants a series, gets 30 noisy
repeats of the same object. A peer that is not installed is left out with a sentence. ukat's method is `mrsnr.ukat`'s
`Isnr`, the same idea fitted to all voxels instead of a sample.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import importlib.util
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cases
import numpy as np
import records
from run import measure_cell
from simulate import Scan, simulate
from summary import markdown, percent, share

OUT = Path(__file__).parent / "results" / "peers.csv"
INSTALL = "pip install -r benchmarks/accuracy/requirements-peers.txt"
VOLUMES = 30
SERIES_SHAPE = (64, 64, 5)  # what a local PCA ends in some seconds
KINDS = ("plain air50", "plain air10", "zeroed", "cut", "no air", "zf2", "hamming", "ghosted", "ramp", "texture10")
SNRS = (5, 20, 50)
HEADER = [
    *("method", "scans", "answered", "median error of sigma", "90th", "worst", "within 10 %"),
    "wrong by > 10 % without a warning",
]


@dataclass(frozen=True)
class Peer:
    """Another estimator: ``sigma`` takes a scan and returns one number or a map; ``series`` if it needs repeats."""

    name: str
    package: str
    sigma: Callable[[Scan], float | np.ndarray]
    series: bool = False


def _first(scan):
    return np.asarray(scan.images[0].data, np.float64)


def _series(scan):
    return np.stack([np.asarray(image.data, np.float64) for image in scan.images], axis=-1)


def _coils(scan):
    return max(round(scan.channels), 1)


def _ukat(clusters):
    def sigma(scan):
        from mrsnr.ukat.snr import Isnr  # noqa: PLC0415

        voxels = _first(scan)
        found = Isnr(voxels, np.eye(4), n_clusters=clusters)
        return voxels[~found.noise_mask].mean() / found.isnr  # its SNR is a mean over this

    return sigma


def _skimage(scan):
    from skimage.restoration import estimate_sigma  # noqa: PLC0415

    return float(estimate_sigma(_first(scan)))


def _dipy_sigma(scan):
    from dipy.denoise.noise_estimate import estimate_sigma  # noqa: PLC0415

    return float(np.mean(estimate_sigma(_first(scan), N=_coils(scan))))


def _piesno(scan):
    from dipy.denoise.noise_estimate import piesno  # noqa: PLC0415

    return float(np.mean(piesno(_series(scan), N=_coils(scan))))


def _mppca(scan):
    from dipy.denoise.localpca import mppca  # noqa: PLC0415

    return mppca(_series(scan), patch_radius=2, return_sigma=True)[1]


def _pca(scan):
    from dipy.core.gradients import gradient_table  # noqa: PLC0415
    from dipy.denoise.pca_noise_estimate import pca_noise_estimate  # noqa: PLC0415

    gradients = gradient_table(np.zeros(VOLUMES), bvecs=np.zeros((VOLUMES, 3)))
    return pca_noise_estimate(_series(scan), gradients, correct_bias=True, smooth=2)


PEERS = (
    Peer("ukat's mixture, 3 clusters", "mrsnr", _ukat(3)),
    Peer("ukat's mixture, 4 clusters", "mrsnr", _ukat(4)),
    Peer("scikit-image estimate_sigma", "skimage", _skimage),
    Peer("dipy estimate_sigma, true N", "dipy", _dipy_sigma),
    Peer("dipy piesno, true N, 30 volumes", "dipy", _piesno, series=True),
    Peer("dipy mppca, 30 volumes", "dipy", _mppca, series=True),
    Peer("dipy pca_noise_estimate, 30 volumes", "dipy", _pca, series=True),
)


def measure_peer(peer: Peer, cell: cases.Cell, seed: int, scan: Scan) -> records.Record:
    """Return one row: sigma over the labels, and the SNR one makes of it: mean of each label over sigma."""
    begin, error = time.perf_counter(), ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = peer.sigma(scan)
    except Exception as failure:  # noqa: BLE001 - a failure is a row of the table
        found, error = np.nan, f"{type(failure).__name__}: {failure}"
    inside = scan.labels > 0
    sigma = float(np.mean(found[inside])) if isinstance(found, np.ndarray) else float(found)
    nothing = dict.fromkeys(("low", "high", "sigma_low", "sigma_high", "n_found"), np.nan)
    case = cell.case
    return records.Record(
        cell=cell.name, group=cell.group, seed=seed, half=cases.half(seed), snr=case.snr, coils=case.coils,
        correlation=case.correlation, air=case.air, background=case.background, kspace=case.kspace,
        n_eff=scan.channels, verdict="error" if error else "caution", method=peer.name,
        value=float(_first(scan)[inside].mean() / sigma) if sigma > 0 else np.nan, true=scan.snr_overall,
        true_object=scan.snr_object, sigma=sigma, sigma_true=scan.sigma, sigma_object=scan.sigma_object,
        sigma_kind="map" if isinstance(found, np.ndarray) else "number", seconds=time.perf_counter() - begin,
        reasons="", error=error, **nothing,
    )  # fmt: skip


def peer_cells(pattern: str | None = None) -> list[cases.Cell]:
    """Return the cells that the peers are run on."""
    wanted = {f"{kind} n{coils} snr{snr}" for kind in KINDS for coils in (1, 8) for snr in SNRS}
    chosen = [cell for cell in cases.full() if cell.name in wanted]
    return cases.matching(chosen, pattern) if pattern else chosen


def available() -> list[Peer]:
    """Return the peers that can be imported, and say which cannot."""
    missing = sorted({peer.package for peer in PEERS if importlib.util.find_spec(peer.package) is None})
    for package in missing:
        print(f"{package} is not installed, so its estimators are left out; to run them: {INSTALL}", file=sys.stderr)
    return [peer for peer in PEERS if peer.package not in missing]


def table(rows: list[records.Record]) -> str:
    """Return one line per method: errors of sigma over all cells and SNRs, and how often it was wrong unsaid."""
    names = dict.fromkeys(row.method for row in rows)
    return markdown(
        [HEADER, *(_line(name, records.Table([row for row in rows if row.method == name])) for name in names)]
    )


def _line(name, part):
    ours = name.startswith("mrsnr")
    answered = part.answered & np.isfinite(part["sigma"])
    error = np.abs(part.sigma_error)[answered]
    silent = part["verdict"] == "trusted" if ours else answered
    wrong = int((silent & ~(np.abs(part.sigma_error) <= 0.1)).sum())
    levels = [np.quantile(error, level) if error.size else np.nan for level in (0.5, 0.9, 1)]
    return [
        name,
        str(len(part)),
        share(answered),
        *map(percent, levels),
        share(error <= 0.1),
        f"{wrong} of {len(part)}",
    ]


def run_cells(chosen: list[cases.Cell], seeds: int, found: list[Peer]) -> list[records.Record]:
    """Run every peer, and mrsnr beside them, on every cell."""
    rows = []
    for cell in chosen:
        small = replace(cell, case=replace(cell.case, shape=SERIES_SHAPE, repeats=VOLUMES))
        for seed in range(seeds):
            ours = measure_cell(cell, seed, method="auto", known_channels=False, labelled=True)
            rows.append(replace(ours, method="mrsnr auto"))
            one = simulate(cell.case, seed)
            rows += [measure_peer(peer, cell, seed, one) for peer in found if not peer.series]
            several = simulate(small.case, seed)
            rows += [measure_peer(peer, cell, seed, several) for peer in found if peer.series]
        print(f"\r{cell.name:40}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the peers and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", metavar="PATTERN", help="only cells whose name fits")
    parser.add_argument("--seeds", type=int, default=2, metavar="N")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.csv")
    options = parser.parse_args(arguments)
    rows = run_cells(peer_cells(options.cells), options.seeds, available())
    with records.writer(options.out, append=False) as file:
        records.write(file, rows)
    print(table(rows))
    for error in sorted({f"{row.method}: {row.error}" for row in rows if row.error})[:10]:
        print(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
