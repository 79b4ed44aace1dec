"""Open thousands of spoiled files with each reader: no crash, no hang, no other error than one that says what is wrong.

    python benchmarks/fuzz/run.py --inputs 10000 --readers nifti dicom

Each input is made from its number, so that what fails can be made again: ``--only READER NUMBER``. A worker process has
500 MB beyond what Python takes; the parent starts another one where it dies or takes too long.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import mrsnr
from fuzz.mutate import spoiled
from fuzz.seeds import readers, seeds
from mrsnr.errors import MrsnrError

_MEMORY = 500 * 2**20  # bytes that an input may take
_SECONDS = 2.0
_HANGS = 20.0  # seconds after which a worker is stopped


def make(reader: str, number: int, folder: Path) -> Path:
    """Write input ``number`` and return what to open."""
    rng = np.random.default_rng([number, *reader.encode()])
    known = seeds(reader)
    seed = known[int(rng.integers(len(known)))]
    which = int(rng.integers(len(seed)))
    for old in folder.iterdir():
        old.unlink()
    for k, (name, content) in enumerate(seed.items()):
        (folder / name).write_bytes(spoiled(content, rng) if k == which else content)
    return folder / next(iter(seed))


def attempt(path: Path) -> str:
    """Open a file and read its voxels, and return what came of it."""
    try:
        image = mrsnr.load(path)
        np.asarray(image.data)
        for block in image.blocks():
            block.sum()
    except MrsnrError as error:
        said = str(error)
        if "\n" in said or str(path.parent) in said:
            return f"FAILED the message has several lines or a folder in it: {said!r}"
        return f"refused: {type(error).__name__}"
    except BaseException:  # noqa: BLE001 - which is what is looked for
        return "FAILED " + traceback.format_exc()
    return "read"


def work(reader: str, first: int, last: int, answers: Connection) -> None:
    """Do inputs first to last, and say before each that it begins."""
    warnings.simplefilter("error")
    logging.disable()

    with tempfile.TemporaryDirectory() as folder:
        attempt(make(reader, 0, Path(folder)))  # what is imported late is there before the limit, too
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (pages + _MEMORY, resource.RLIM_INFINITY))
        for number in range(first, last):
            answers.send((number, None, 0.0))
            path = make(reader, number, Path(folder))
            began = time.perf_counter()
            outcome = attempt(path)
            answers.send((number, outcome, time.perf_counter() - began))
    answers.send((last, None, 0.0))


def fuzz(reader: str, inputs: int) -> int:
    """Open so many spoiled files; print what came of them and return how many failed."""
    outcomes: Counter[str] = Counter()
    failed: list[tuple[int, str]] = []
    slowest, number = 0.0, 0
    while number < inputs:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=work, args=(reader, number, inputs, theirs))
        process.start()
        theirs.close()
        while True:
            try:
                if not ours.poll(_HANGS + 40 * (number == 0)):
                    failed.append((number, f"hangs for more than {_HANGS:.0f} s"))
                    break
                number, outcome, seconds = ours.recv()
            except EOFError:
                if number < inputs:
                    process.join()
                    failed.append((number, f"the process died with {process.exitcode}"))
                break
            if outcome is None:
                continue
            slowest = max(slowest, seconds)
            outcomes[outcome.split(" ", 1)[0] if outcome.startswith("FAILED") else outcome] += 1
            if outcome.startswith("FAILED"):
                failed.append((number, outcome))
            elif seconds > _SECONDS:
                failed.append((number, f"took {seconds:.1f} s"))
        process.kill()
        process.join()
        number += 1
    print(f"{reader}: {inputs} inputs, slowest {slowest:.2f} s, {dict(outcomes)}, {len(failed)} failed")
    for which, why in failed[:20]:
        print(f"  {reader} {which}: {why.strip().splitlines()[-1]}")
    return len(failed)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000, metavar="N")
    parser.add_argument("--readers", nargs="+", choices=readers(), default=readers())
    parser.add_argument("--only", nargs=2, metavar=("READER", "NUMBER"), help="make one input again and keep it")
    args = parser.parse_args()
    if args.only:
        folder = Path(tempfile.mkdtemp())
        path = make(args.only[0], int(args.only[1]), folder)
        print(path, attempt(path))
        return 0
    failures = 0
    for reader in args.readers:
        if not seeds(reader):
            print(f"{reader}: no whole files to spoil; they are in the shared data")
            continue
        failures += fuzz(reader, args.inputs)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
