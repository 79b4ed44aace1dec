"""Templates: Jinja2, which is an extra."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mrsnr.errors import MissingExtraError

if TYPE_CHECKING:
    from jinja2 import Environment

_PLUS_MINUS = re.compile(r"\+-(?=\d)")
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")


def check_installed() -> None:
    """Raise `MissingExtraError` if a page cannot be made."""
    environment()


def environment() -> Environment:
    """Return Jinja's environment for the package's templates: everything that is put in is escaped.

    Raises
    ------
    MissingExtraError
        If Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("The report needs Jinja2; install it with: pip install 'mrsnr[report]'") from None
    made = Environment(
        loader=PackageLoader("mrsnr.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["coded"] = _coded
    return made


def _coded(words: str) -> Any:
    """Return a sentence with a plus-minus sign, and the options in it in letters of a fixed width, not broken."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with Jinja2

    return Markup(_OPTION.sub(r"<code>\1</code>", str(escape(_PLUS_MINUS.sub("±", words)))))  # noqa: S704 - escaped before
