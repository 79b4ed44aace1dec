"""The command ``mrsnr``: one file a subcommand."""

from mrsnr.cli.main import main

__all__ = ["main"]
