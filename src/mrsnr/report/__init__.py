"""The report: one HTML page that a person would rather look at than a table.

What draws is imported when a page is made: to ask whether one can be made costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mrsnr.report.jinja import check_installed

if TYPE_CHECKING:
    from mrsnr.report.html import page as page

__all__ = ["check_installed", "page"]


def __getattr__(name: str) -> Any:
    if name == "page":
        return importlib.import_module("mrsnr.report.html").page
    raise AttributeError(f"module 'mrsnr.report' has no attribute {name!r}")
