"""Time and memory of whole processes, and what several runs come to: medians and ratios."""

import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
TIMEOUT = 1200.0  # seconds, after which a command is ended
_LAST_WORDS = 200  # characters of an error that are kept


@dataclass(frozen=True)
class Run:
    """One run of one contender.

    ``wall`` is the time in seconds from the start of its processes to their end, ``peak`` the most memory that one of
    them had in MB (10**6 bytes), ``inside`` the time in seconds that it took itself without starting and importing,
    ``None`` where it does not say. ``said`` is what else it found. Where ``error`` is not empty nothing else counts.
    """

    wall: float = math.nan
    peak: float = math.nan
    inside: float | None = None
    said: dict = field(default_factory=dict)
    error: str = ""


def run(commands: Sequence[Sequence[str]], *, timeout: float = TIMEOUT, limit: int = 0, cwd: Path | None = None) -> Run:
    """Run commands one after the other as processes of their own, and measure them.

    Parameters
    ----------
    commands
        Programs with their arguments. If the last one ends its output with a line of JSON, it is read: its ``seconds``
        are the time in the process.
    timeout
        Seconds after which they are ended.
    limit
        Bytes of data that each process may have, so that one which asks for all memory fails alone; 0: no limit.
    cwd
        Folder in which they run.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(report), json.dumps(commands), str(limit)]
        process = subprocess.Popen(
            launcher, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, start_new_session=True
        )
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the group is its own: the launcher and what it started
            process.communicate()
            return Run(error=f"ended after {timeout:.0f} s")
        if not report.exists():
            return Run(error=_last_words(errors) or "the launcher failed")
        seen = json.loads(report.read_text(encoding="utf-8"))
    if seen["code"]:
        return Run(error=_last_words(errors) or f"exit code {seen['code']}")
    said = _last_line(output)
    return Run(wall=seen["seconds"], peak=megabytes(seen["peak"]), inside=said.pop("seconds", None), said=said)


def megabytes(peak: float, *, platform: str = sys.platform) -> float:
    """Return ``ru_maxrss`` in MB (10**6 bytes): Linux counts it in KiB, macOS in bytes."""
    return peak / 1e6 if platform == "darwin" else peak * 1024 / 1e6


def median(values: Iterable[float | None]) -> float:
    """Return the median of what is known; NaN where nothing is."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    return statistics.median(known) if known else math.nan


def ratio(these: Iterable[float | None], those: Iterable[float | None]) -> float:
    """Return the median of these over the median of those; NaN where one of them is unknown or 0."""
    below = median(those)
    return median(these) / below if below else math.nan


def _last_line(output: str) -> dict:
    lines = output.strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _last_words(errors: str) -> str:
    lines = errors.strip().splitlines()
    return lines[-1].strip()[-_LAST_WORDS:] if lines else ""
