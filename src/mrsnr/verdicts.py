"""From checks to a verdict, and where a result comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from mrsnr import __version__
from mrsnr.errors import ArgumentError
from mrsnr.model import Check, CheckVerdict, Image, Verdict


def judge(value: float | None, checks: Sequence[Check]) -> tuple[Verdict, tuple[Check, ...]]:
    """Return the verdict, and the checks that did not pass; one that could not be made says nothing either way."""
    reasons = tuple(check for check in checks if check.verdict in {CheckVerdict.WARN, CheckVerdict.FAIL})
    if value is None:
        return Verdict.REFUSED, reasons
    return (Verdict.CAUTION if reasons else Verdict.TRUSTED), reasons


def merged(*groups: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checks of several groups, one of each code: the first."""
    first: dict[str, Check] = {}
    for group in groups:
        for check in group:
            first.setdefault(check.code, check)
    return tuple(first.values())


def expect_image(image: object) -> None:
    """Refuse what is no image.

    Raises
    ------
    ArgumentError
        If it is something else.
    """
    if not isinstance(image, Image):
        raise ArgumentError(
            f"An mrsnr.Image is measured, and this is a {type(image).__name__}; make one with mrsnr.load(path) or "
            "mrsnr.Image(array, affine)."
        )


def provenance(image: Image, definition: str) -> dict[str, Any]:
    """Return where a result comes from."""
    source = image.meta.get("source")
    return {
        "software": "mrsnr",
        "version": __version__,
        "definition": definition,
        "source": None if source is None else PurePath(source).name,
        "volume": image.meta.get("volume"),
    }
