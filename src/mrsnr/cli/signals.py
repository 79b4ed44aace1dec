"""Ctrl-C and its kin: a run that is stopped cleans up behind itself, however often the key is hit."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_CLEANING = 2.0  # seconds in which a second Ctrl-C does not interrupt the cleaning up after the first


@contextmanager
def heeded() -> Iterator[None]:
    """Turn SIGINT into one `KeyboardInterrupt`, SIGTERM and SIGHUP into `SystemExit` with the shell's status.

    A signal that was ignored when the command began (``nohup``, ``&`` in a script) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {signal.SIGINT: _interrupter(), signal.SIGTERM: _stop, signal.SIGHUP: _stop}
    before = {number: signal.getsignal(number) for number in handlers}
    heeded_ones = [n for n in handlers if before[n] in (signal.SIG_DFL, signal.default_int_handler)]
    for number in heeded_ones:
        signal.signal(number, handlers[number])
    try:
        yield
    finally:
        for number in heeded_ones:
            signal.signal(number, before[number])


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _interrupter() -> Callable[[int, FrameType | None], None]:
    last = -math.inf

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before > _CLEANING:
            raise KeyboardInterrupt

    return interrupt
