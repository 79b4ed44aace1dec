"""The methods as the help lists them."""

from __future__ import annotations

import textwrap

from mrsnr.wording import METHODS


def epilog() -> str:
    """Return the list of methods for the help, in lines of less than 80 letters."""
    lines = ["methods:"]
    for name, what in METHODS.items():
        lines += textwrap.wrap(what, 78, initial_indent=f"  {name:<12}", subsequent_indent=" " * 14)
    return "\n".join(lines)
