"""Noise estimators, one a file.

An estimator is a function ``(image, *, regions, …options) -> Noise`` on one volume, marked with `estimator`. A new
method is one new file in this folder: it is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from mrsnr.errors import ArgumentError
from mrsnr.model import Noise

__all__ = ["Estimator", "estimator", "get", "names"]

Estimator = Callable[..., Noise]


def estimator(function: Estimator) -> Estimator:
    """Mark a function as a noise estimator; its name is the method's."""
    function.is_estimator = True  # type: ignore[attr-defined]
    return function


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


def names() -> tuple[str, ...]:
    """Return the names of all methods."""
    return tuple(sorted(_estimators()))


@cache
def _estimators() -> dict[str, Estimator]:
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    members = [member for module in modules for member in vars(module).values()]
    return {member.__name__: member for member in members if getattr(member, "is_estimator", False)}
