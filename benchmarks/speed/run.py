"""Run the speed bench: ours, the other tools and the floor in turn, several times; print medians and ratios.

    make bench
    python benchmarks/speed/run.py --quick                        # small sizes, under a minute
    python benchmarks/speed/run.py --cases temporal,process       # some of the cases; the others stay as they were

`document.py` makes docs/performance.md from what this writes.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

import mrsnr
from speed import peers, records
from speed.bench import Bench, compare
from speed.cases import CASES
from speed.tables import comparison_table

OUT = Path(__file__).parent / "results" / "speed.json"
QUICK_OUT = OUT.with_name("quick.json")


def about(bench: Bench) -> dict:
    """Return what a reader must know about a run: the machine, the versions, its size."""
    blas = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS") if name in os.environ}
    versions = {"mrsnr": mrsnr.__version__, "Python": platform.python_version(), "numpy": np.__version__}
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "settings": ", ".join(f"{name}={value}" for name, value in blas.items()),
        "versions": {**versions, **bench.peers.versions},
        "quick": bench.quick,
        "rounds": bench.rounds,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def run_cases(bench: Bench, names: list[str]) -> list[records.Row]:
    """Run cases and print each comparison as soon as it is there."""
    rows = []
    for name in names:
        for comparison in CASES[name](bench):
            print(f"\r{comparison.case} {comparison.size}".ljust(60), end="", file=sys.stderr, flush=True)
            rows += compare(comparison, rounds=bench.rounds, cwd=bench.folder)
            print(f"\r{'':60}\r", end="", file=sys.stderr, flush=True)
            table = comparison_table(records.Results(rows, {}, []), comparison.case, comparison.size)
            print(f"{comparison.case} {comparison.size}\n{table}\n", flush=True)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the bench."""
    options = _parser().parse_args(arguments)
    names = options.cases.split(",") if options.cases else list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        _parser().error(f"there is no case {unknown[0]}; the cases are {', '.join(CASES)}")
    found = peers.find()
    for sentence in found.sentences():
        print(sentence, file=sys.stderr)
    out = options.out or (QUICK_OUT if options.quick else OUT)
    with tempfile.TemporaryDirectory(prefix="mrsnr-speed-", dir=options.folder) as folder:
        rounds = options.rounds or (1 if options.quick else 5)
        bench = Bench(Path(folder), found, quick=options.quick, rounds=rounds)
        rows = run_cases(bench, names)
    if options.cases and out.exists():
        done = {row.case for row in rows}
        rows = [row for row in records.read(out).rows if row.case not in done] + rows
    rows.sort(key=lambda row: list(CASES).index(row.case))
    records.write(out, records.Results(rows, about(bench), found.sentences()))
    print(f"wrote {out}", file=sys.stderr)
    return 0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes and one round: under a minute")
    parser.add_argument("--cases", metavar="NAMES", help=f"only these, with commas: {', '.join(CASES)}")
    parser.add_argument("--rounds", type=int, metavar="N", help="times that each is run (default 5; quick: 1)")
    parser.add_argument("--folder", type=Path, help="where the files are made, 3 GB (default: the temporary folder)")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="default results/speed.json or quick.json here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
