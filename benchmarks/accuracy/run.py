"""Measure simulated scans whose SNR is known, and write what was seen beside what is true.

    python benchmarks/accuracy/run.py --short
    python benchmarks/accuracy/run.py --cells "zeroed*,no air*" --seeds 10 --out /tmp/zeroed.csv
    python benchmarks/accuracy/run.py --method mixture --resume

`summary.py` prints the table of goals from it. Everything follows from the cell and the seed.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores among them

import argparse
import itertools
import multiprocessing
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import cases
import numpy as np
import records
from simulate import Scan, simulate

import mrsnr

BATCH = 24  # scans in one task of a process
OUT = Path(__file__).parent / "results" / "accuracy.csv"


def measure_cell(cell: cases.Cell, seed: int, *, method: str, known_channels: bool, labelled: bool) -> records.Record:
    """Simulate one scan, measure it and return the row."""
    scan = simulate(cell.case, seed, draw=cell.draw)
    options = {"labels": scan.labels} if labelled else {}
    if known_channels:
        options["channels"] = scan.channels
    if len(scan.images) > 1:
        options["repeat"] = scan.images[1] if len(scan.images) == 2 else scan.images[1:]
    begin = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result, error = mrsnr.measure(scan.images[0], method, **options), ""
    except Exception as failure:  # noqa: BLE001 - a failure is a row of the table
        result, error = None, f"{type(failure).__name__}: {failure}"
    seconds = time.perf_counter() - begin
    return _record(cell, seed, scan, result, seconds=seconds, error=error, labelled=labelled)


def _record(cell, seed, scan, result, *, seconds, error, labelled):
    case = cell.case
    low, high = _pair(result and result.interval)
    sigma, sigma_true, sigma_object, kind = _sigma(scan, result)
    sigma_low, sigma_high = _pair(result and result.noise and result.noise.interval)
    return records.Record(
        cell=cell.name,
        group=cell.group,
        seed=seed,
        half=cases.half(seed),
        snr=case.snr,
        coils=case.coils,
        correlation=case.correlation,
        air=0.0 if case.background == "none" else case.air,
        background=case.background,
        kspace=case.kspace,
        n_eff=scan.channels,
        verdict="error" if result is None else str(result.verdict),
        method="" if result is None else result.method,
        value=_number(result and result.value),
        low=low,
        high=high,
        true=scan.snr_overall if labelled else case.snr,
        true_object=scan.snr_object if labelled else case.snr * scan.sigma / scan.sigma_object,
        sigma=sigma,
        sigma_low=sigma_low,
        sigma_high=sigma_high,
        sigma_true=sigma_true,
        sigma_object=sigma_object,
        sigma_kind=kind,
        n_found=_number(result and result.noise and result.noise.channels),
        seconds=seconds,
        reasons=" ".join(f"{check.code}:{check.verdict}" for check in result.reasons) if result else "",
        error=error,
    )


def _sigma(scan: Scan, result):
    """Return sigma, its truths, and whether it is a number or a map: a map is compared by its mean over the labels."""
    found = result.noise.sigma if result is not None and result.noise is not None else None
    if isinstance(found, np.ndarray) and found.size > 1:
        inside = (scan.labels > 0) & np.isfinite(np.reshape(found, scan.labels.shape))
        if not inside.any():
            return np.nan, scan.sigma, scan.sigma_object, "map"
        true = float(scan.sigma_map[inside].mean())
        return float(np.reshape(found, inside.shape)[inside].mean()), true, true * scan.sigma_object / scan.sigma, "map"
    return _number(found), scan.sigma, scan.sigma_object, "number" if found is not None else ""


def _number(value) -> float:
    return np.nan if value is None else float(value)


def _pair(interval):
    return (np.nan, np.nan) if interval is None else (float(interval[0]), float(interval[1]))


def run_group(tasks, *, method, known_channels, labelled):
    """Measure scans that share an anatomy, in one process."""
    options = {"method": method, "known_channels": known_channels, "labelled": labelled}
    return [measure_cell(cell, seed, **options) for cell, seed in tasks]


def grouped(chosen, *, seeds: int | None, done: set[tuple[str, int]]):
    """Return lists of (cell, seed) that share an anatomy, first seeds first: an unfinished run holds all cells."""

    def anatomy(task):
        cell, seed = task
        case = cell.case
        return seed, case.scene, 0.0 if case.background == "none" else case.air

    tasks = [(cell, seed) for cell in chosen for seed in range(seeds or cell.seeds) if (cell.name, seed) not in done]
    groups = [list(group) for _, group in itertools.groupby(sorted(tasks, key=anatomy), key=anatomy)]
    return [group[start : start + BATCH] for group in groups for start in range(0, len(group), BATCH)]


def main(arguments: list[str] | None = None) -> int:
    """Run the bench."""
    options = _parser().parse_args(arguments)
    chosen = cases.short() if options.short else cases.full()
    if options.cells:
        chosen = cases.matching(chosen, options.cells)
    earlier = records.read(options.out) if options.resume and options.out.exists() else []
    groups = grouped(chosen, seeds=options.seeds, done={(row.cell, row.seed) for row in earlier})
    total, done, begin = sum(map(len, groups)), 0, time.perf_counter()
    work = partial(
        run_group, method=options.method, known_channels=options.known_channels, labelled=not options.no_labels
    )
    with records.writer(options.out, append=options.resume) as table, _Processes(options.workers) as spread:
        for rows in spread(work, groups):
            records.write(table, rows)
            done += len(rows)
            print(f"\r{done} of {total} scans, {time.perf_counter() - begin:.0f} s", end="", file=sys.stderr)
    print(f"\nwrote {options.out}", file=sys.stderr)
    return 0


class _Processes:
    """A context that gives a function like ``map``, spread over processes; in this one where it is alone."""

    def __init__(self, workers):
        self.pool = multiprocessing.get_context("spawn").Pool(workers) if workers > 1 else None

    def __enter__(self):
        return map if self.pool is None else self.pool.imap_unordered

    def __exit__(self, failed, *_):
        if self.pool is not None:
            self.pool.terminate() if failed else self.pool.close()
            self.pool.join()


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="the quick run: 28 cells, 4 seeds each")
    parser.add_argument("--cells", metavar="PATTERN", help="only cells whose name or group fits; several with commas")
    parser.add_argument("--seeds", type=int, metavar="N", help="scans of each cell (default: what the cell says)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--method", default="auto", help="what to measure with (default auto)")
    parser.add_argument("--known-channels", action="store_true", help="tell the method the true number of coils")
    parser.add_argument("--no-labels", action="store_true", help="let the method find the tissues")
    parser.add_argument("--resume", action="store_true", help="keep the rows that the file has")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.csv", help="default results/accuracy.csv here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
