"""The parser, and what an error means for the shell."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence

from mrsnr import __version__
from mrsnr.cli import compare, completion, demo, fetch, info, measure, series, temporal
from mrsnr.cli.signals import heeded
from mrsnr.cli.status import FAULT, INPUT, INTERRUPTED, USAGE
from mrsnr.cli.streams import encode_anything, flush, say, warnings_shown
from mrsnr.errors import ArgumentError, MissingExtraError, MrsnrError, OutputError

_COMMANDS = (info, series, measure, compare, temporal, fetch, demo, completion)
_EPILOG = """\
exit status:
  0    measured, with or without caution
  2    wrong arguments, or the results cannot be written where they were to go
  3    an input is missing, unreadable or unusable; nothing is written for it
  4    refused: there is no SNR, and the reasons are given
  70   a fault of mrsnr
  130  interrupted
With several images, the worst of theirs: 3 before 4 before 0."""


class _Parser(argparse.ArgumentParser):
    """A parser that knows no shortened options: a script must not break when another option gets the same start."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"allow_abbrev": False, **options})  # type: ignore[arg-type]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = _Parser(
        prog="mrsnr",
        description="The signal-to-noise ratio of MR images, and whether to believe it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mrsnr {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
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
    encode_anything()
    with heeded(), warnings_shown():
        try:
            args = build_parser().parse_args(argv)
            args.argv = list(sys.argv[1:] if argv is None else argv)
        except SystemExit as stop:  # argparse has already said what is wrong, or printed the help
            status = stop.code if isinstance(stop.code, int) else USAGE
            return _ended(lambda: status)
        return _ended(lambda: args.run(args), debug=args.debug)


def _ended(run: Callable[[], int], *, debug: bool = False) -> int:
    """Return the status of a run, whatever becomes of it."""
    try:
        status = run()
        flush()
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: every fault ends in a sentence and a status
        if debug:
            traceback.print_exc()
        return _explain(error)
    return status


def _explain(error: Exception) -> int:
    if isinstance(error, ArgumentError | OutputError | MissingExtraError):
        say(str(error))
        return USAGE
    if isinstance(error, MrsnrError):
        say(str(error))
        return INPUT
    say(f"This is a fault of mrsnr, please report it: {type(error).__name__}: {error} (mrsnr --debug ... shows where).")
    return FAULT
