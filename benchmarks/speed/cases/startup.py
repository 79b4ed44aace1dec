"""What it costs to start: the command's help, beside Python alone and Python with numpy."""

import sys
from collections.abc import Iterator

from speed.bench import Bench, Comparison, Contender

HELP = "mrsnr --help"


def comparisons(bench: Bench) -> Iterator[Comparison]:
    """Return the comparison."""
    yield Comparison(
        "startup",
        "",
        (
            Contender("python", ((sys.executable, "-c", "pass"),)),
            Contender("python, import numpy", ((sys.executable, "-c", "import numpy"),)),
            Contender("python, import mrsnr", ((sys.executable, "-c", "import mrsnr"),)),
            bench.command("--help", name=HELP),
            bench.command("temporal", "--help", name="mrsnr temporal --help"),
        ),
    )
