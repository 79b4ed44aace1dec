"""What people see: rich on a terminal, plain text elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO, TextIOWrapper

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mrsnr.cli.streams import emit, shown

_WIDE = 150  # columns
_NEVER_WRAPS = 100_000  # columns of a file or a pipe

_STYLES = {
    "trusted": "bold green",
    "caution": "bold yellow",
    "refused": "bold red",
    "no result": "bold red",
    "warn": "yellow",
    "fail": "red",
}


def messages() -> Console:
    """Return the console of standard error, for progress."""
    return Console(stderr=True, highlight=False)


def wide() -> bool:
    """Return whether there is room for a table of many columns: on a wide terminal, and where there is none."""
    return not _on_terminal() or Console().width >= _WIDE


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def show(*parts: RenderableType) -> None:
    """Print to standard output, one part below the other."""
    terminal = _on_terminal()
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # rich draws lines with what it has
    page = BytesIO()
    console = Console(
        file=TextIOWrapper(page, encoding=encoding, errors="backslashreplace", newline="\n"),
        force_terminal=terminal or None,  # None: let rich decide, which heeds FORCE_COLOR
        width=None if terminal else _NEVER_WRAPS,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part)
    console.file.flush()
    lines = page.getvalue().decode(encoding).splitlines()
    emit("\n".join(line.rstrip() for line in lines))


def words(text: str, style: str = "") -> Text:
    """Return text that is shown letter by letter: nothing in it is markup, steers the terminal or breaks the line."""
    return Text(shown(text), style=_STYLES.get(style, style))


def headline(*parts: str | Text) -> Text:
    """Return the answer: parts with two blanks between them."""
    return Text("  ").join([words(part) if isinstance(part, str) else part for part in parts])


def reasons(checks: Iterable[tuple[str, str]]) -> RenderableType:
    """Return sentences below each other, each after its verdict.

    Parameters
    ----------
    checks
        Verdict (``warn``, ``fail``) and sentence of each.
    """
    return facts((words(verdict, verdict), words(sentence)) for verdict, sentence in checks)


def facts(rows: Iterable[tuple[str | Text, str | Text]]) -> RenderableType:
    """Return names and what belongs to them in two columns, set in from the left."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, value in rows:
        grid.add_row(*(words(cell) if isinstance(cell, str) else cell for cell in (name, value)))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def table(columns: Iterable[str], rows: Iterable[Iterable[str | Text]], *, left: Iterable[str] = ()) -> RenderableType:
    """Return a table with its numbers flush right.

    Parameters
    ----------
    columns
        Their names.
    rows
        Cells.
    left
        Names of the columns of words, flush left.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        made.add_column(words(column), justify="left" if column in left else "right", overflow="fold")
    for row in rows:
        made.add_row(*(words(cell) if isinstance(cell, str) else cell for cell in row))
    return Padding(made, (1, 0, 0, 2), expand=False)
