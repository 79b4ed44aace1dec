"""What a case is made of: comparisons of contenders, which are run in turn."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from speed.measure import TIMEOUT, Run, run
from speed.peers import Peers

WORKER = Path(__file__).with_name("worker.py")
ENOUGH = 60.0  # seconds that one contender may take for all its rounds; it has one in any case
WARM_UP = 5.0  # seconds: who took less in the first round has one more, and the first does not count
OURS = "mrsnr"


@dataclass(frozen=True)
class Contender:
    """A name and the commands that do the job; ``limit`` is the memory in bytes that they may ask for, 0: any."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    limit: int = 0


@dataclass(frozen=True)
class Comparison:
    """The same job done by several contenders; ``case`` and ``size`` name it."""

    case: str
    size: str
    contenders: tuple[Contender | None, ...]  # `None` for a tool that is not here


@dataclass(frozen=True)
class Row:
    """What one contender of one comparison did: a number for each round, seconds and MB."""

    case: str
    size: str
    name: str
    wall: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    inside: list[float | None] = field(default_factory=list)
    said: dict = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Bench:
    """What the cases need to know: where files may be put, how large they may be, and which tools there are."""

    folder: Path
    peers: Peers
    quick: bool = False
    rounds: int = 5

    def size(self, full, quick):
        """Return the size of a full or of a quick run."""
        return quick if self.quick else full

    def task(self, name: str, task: str, *arguments, warm: Sequence = (), python: str = sys.executable) -> Contender:
        """Return a contender that does one of `tasks/` in a process and says how long that took."""
        given = json.dumps({"arguments": _plain(arguments), "warm": _plain(warm)})
        return Contender(name, ((python, str(WORKER), task, given),))

    def peer(self, name: str, task: str, *arguments, warm: Sequence = (), title: str = "") -> Contender | None:
        """Return the same for a package of the peers, `None` if it is not here."""
        python = self.peers.pythons.get(name)
        return python and self.task(title or name, task, *arguments, warm=warm, python=python)

    def command(self, *arguments, name: str = OURS, limit: int = 0) -> Contender:
        """Return a contender that runs the command `mrsnr`."""
        script = Path(sys.executable).with_name("mrsnr")
        start = (str(script),) if script.exists() else (sys.executable, "-m", "mrsnr")
        return Contender(name, ((*start, *map(str, arguments)),), limit)

    def program(self, name: str, *commands: Sequence, title: str = "") -> Contender | None:
        """Return a contender that runs a program of the peers, once for each of the commands; `None` if not here.

        Each command starts with the name of a program of that tool; the others of it lie beside the one that was found.
        """
        path = self.peers.programs.get(name)
        if path is None:
            return None
        made = tuple((str(Path(path).with_name(first)), *map(str, others)) for first, *others in commands)
        return Contender(title or name, made)


def compare(comparison: Comparison, *, rounds: int, cwd: Path, runner=run) -> list[Row]:
    """Run all contenders in turn, several times, and return a row for each.

    Who is quick has a first round that does not count; who is slow has fewer rounds, one at least.
    """
    contenders = [contender for contender in comparison.contenders if contender]
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    warm: set[str] = set()
    for _ in range(rounds + 1):
        for contender in contenders:
            if _has_enough(runs[contender.name], rounds):
                continue
            done = runner(contender.commands, timeout=TIMEOUT, limit=contender.limit, cwd=cwd)
            quick = rounds > 1 and not done.error and done.wall < WARM_UP
            if contender.name not in warm and quick:
                warm.add(contender.name)
            else:
                runs[contender.name].append(done)
    return [_row(comparison, name, done) for name, done in runs.items()]


def _has_enough(runs: list[Run], rounds: int) -> bool:
    if any(run.error for run in runs):
        return True
    return len(runs) >= rounds or (bool(runs) and sum(run.wall for run in runs) + runs[-1].wall > ENOUGH)


def _row(comparison: Comparison, name: str, runs: list[Run]) -> Row:
    error = next((run.error for run in runs if run.error), "")
    good = [] if error else runs
    return Row(
        comparison.case, comparison.size, name, [run.wall for run in good], [run.peak for run in good],
        [run.inside for run in good], good[-1].said if good else {}, error,
    )  # fmt: skip


def _plain(values):
    return [str(value) if isinstance(value, Path) else value for value in values]
