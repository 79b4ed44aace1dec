"""Noise estimators, one a file.

An estimator is a function ``(image, *, regions, …options) -> Noise``, marked with `estimator`. A new method is one new
file in this folder: it is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import overload

from mrsnr.errors import ArgumentError
from mrsnr.model import Noise

__all__ = ["Estimator", "estimator", "fewest_volumes", "get", "names"]

Estimator = Callable[..., Noise]


@overload
def estimator(function: Estimator) -> Estimator: ...
@overload
def estimator(*, volumes: int) -> Callable[[Estimator], Estimator]: ...
def estimator(function: Estimator | None = None, *, volumes: int = 1) -> Estimator | Callable[[Estimator], Estimator]:
    """Mark a function as a noise estimator; its name is the method's.

    Parameters
    ----------
    function
        Takes an `Image` of one volume; or of repeats on the last axis, if it needs several.
    volumes
        The fewest repeats it needs.
    """

    def mark(marked: Estimator) -> Estimator:
        marked.is_estimator = True  # type: ignore[attr-defined]
        marked.fewest_volumes = volumes  # type: ignore[attr-defined]
        return marked

    return mark if function is None else mark(function)


def get(name: str) -> Estimator:
    """Return the estimator of that name.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    if not isinstance(name, str) or name not in _estimators():
        raise ArgumentError(f"There is no method {name!r}; the methods are {', '.join(names())}.")
    return _estimators()[name]


def fewest_volumes(name: str) -> int:
    """Return how many repeats a method needs on the last axis; 1 if it measures single volumes."""
    return int(get(name).fewest_volumes)  # type: ignore[attr-defined]


def names() -> tuple[str, ...]:
    """Return the names of all methods."""
    return tuple(sorted(_estimators()))


@cache
def _estimators() -> dict[str, Estimator]:
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    members = [member for module in modules for member in vars(module).values()]
    return {member.__name__: member for member in members if getattr(member, "is_estimator", False)}
