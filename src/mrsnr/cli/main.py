"""The parser, and what an error means for the shell."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Sequence

from mrsnr import __version__
from mrsnr.cli import completion, demo, fetch, info, measure, temporal
from mrsnr.cli.status import FAULT, INPUT, INTERRUPTED, OK, USAGE
from mrsnr.errors import ArgumentError, DownloadError, InputError, MissingExtraError, MrsnrError, OutputError

_COMMANDS = (info, measure, temporal, fetch, demo, completion)
_EPILOG = """\
exit status: 0 measured (with or without caution), 2 wrong arguments, 3 an input is missing, unreadable or unusable,
4 refused, 70 a fault of mrsnr, 130 interrupted. With several images, the worst of theirs."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="mrsnr",
        description="The signal-to-noise ratio of MR images, and whether to believe it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mrsnr {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status.

    Parameters
    ----------
    argv
        Arguments without the program's name; by default the shell's.
    """
    logging.basicConfig(stream=sys.stderr, format="mrsnr: %(message)s", level=logging.WARNING)
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as stop:  # argparse has already said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else USAGE
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone: that is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: every fault ends in a sentence and a status
        if args.debug:
            traceback.print_exc()
        return _explain(error)
    return status


def _explain(error: Exception) -> int:
    if isinstance(error, ArgumentError | OutputError | MissingExtraError):
        _say(str(error))
        return USAGE
    if isinstance(error, InputError | DownloadError | MrsnrError):
        _say(str(error))
        return INPUT
    if isinstance(error, MemoryError):
        _say("The image does not fit into memory.")
        return INPUT
    _say(f"This is a fault of mrsnr, please report it: {type(error).__name__}: {error} (--debug shows where).")
    return FAULT


def _say(sentence: str) -> None:
    print(f"mrsnr: {sentence}", file=sys.stderr)
