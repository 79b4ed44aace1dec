"""``mrsnr completion``: the script that lets a shell complete the command."""

from __future__ import annotations

import argparse
from typing import Any

from mrsnr.cli.status import OK
from mrsnr.cli.streams import emit
from mrsnr.errors import MissingExtraError


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "completion",
        help="print the script that completes this command in a shell",
        description='Print a completion script, to be sourced: eval "$(mrsnr completion bash)".',
    )
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    from mrsnr.cli.main import build_parser

    try:
        import shtab
    except ImportError as error:
        raise MissingExtraError(
            "Completion scripts need the package shtab; install it with: pip install 'mrsnr[completion]'."
        ) from error
    emit(shtab.complete(build_parser(), shell=args.shell))
    return OK
