"""Several things at once, each by itself: which of them run together changes no result."""

from __future__ import annotations

import operator
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from mrsnr.errors import ArgumentError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_MOST = 4  # by itself: every one more is one more image in memory


def procs_of(n_procs: int | None) -> int:
    """Return how many things are done at once: as many as asked for, by default one for each core, but no more than 4.

    Parameters
    ----------
    n_procs
        From 1; ``None`` for the default. Cores that the process may not use do not count.

    Raises
    ------
    ArgumentError
        If it is no whole number from 1.
    """
    if n_procs is None:
        return min(_MOST, _cores())
    try:
        number = 0 if isinstance(n_procs, bool) else operator.index(n_procs)
    except TypeError:
        number = 0
    if number < 1:
        raise ArgumentError(f"n_procs is {n_procs!r}; it must be a whole number from 1, or None for all cores.")
    return number


def in_order(
    function: Callable[[_Item], _Result], items: Sequence[_Item], *, n_procs: int | None = None
) -> Iterator[_Result]:
    """Yield what a function returns for each item, in the order of the items.

    Some are worked on at once, in threads: numpy works without Python's lock. No others begin before the first of these
    is asked for, so that memory does not grow with the number of items.

    Parameters
    ----------
    function
        Must not depend on what it did with other items. Threads begin with numpy's own ``errstate``, not the caller's.
    items
        What it is called with.
    n_procs
        As in `procs_of`; 1 for no threads.

    Raises
    ------
    ArgumentError
        If ``n_procs`` is no whole number from 1.
    """
    number = procs_of(n_procs)
    return map(function, items) if min(number, len(items)) < 2 else _threaded(function, items, number)


def _threaded(function: Callable[[_Item], _Result], items: Sequence[_Item], number: int) -> Iterator[_Result]:
    with pool_of(number) as pool:
        coming: deque[Future[_Result]] = deque()
        for item in items:
            coming.append(pool.submit(function, item))
            if len(coming) > number:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


@contextmanager
def pool_of(number: int) -> Iterator[ThreadPoolExecutor]:
    """Give so many threads, for generators: at the end what has not begun is dropped, and nothing is waited for.

    A generator that is left before its end is closed when its memory is collected. That may be in any thread and within
    any call, also while that thread holds a lock which other threads need in order to end: to wait for them there may
    be to wait for ever, and ``with ThreadPoolExecutor()`` waits.
    """
    pool = ThreadPoolExecutor(number, "mrsnr")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _cores() -> int:
    """Return how many cores the process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
