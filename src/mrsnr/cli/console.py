"""What people see: rich on a terminal, plain text elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 160  # in a file or a pipe nothing should wrap

VERDICT_STYLES = {"trusted": "bold green", "caution": "bold yellow", "refused": "bold red"}


def output() -> Console:
    """Return the console of standard output."""
    return _console(error=False)


def messages() -> Console:
    """Return the console of standard error, for progress."""
    return _console(error=True)


def _console(*, error: bool) -> Console:
    from rich.console import Console

    terminal = (sys.stderr if error else sys.stdout).isatty()
    return Console(stderr=error, width=None if terminal else _PLAIN_WIDTH, highlight=False, soft_wrap=not terminal)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number for reading, ``n/a`` where there is none."""
    return "n/a" if value is None else f"{value:.{digits}g}"
