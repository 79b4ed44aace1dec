"""What docs/definitions.md says of methods and checks is what the code does."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from mrsnr import checks, noise

TEXT = (Path(__file__).parents[2] / "docs/definitions.md").read_text()
SOURCES = {
    module.name: (Path(checks.__path__[0]) / f"{module.name}.py") for module in pkgutil.iter_modules(checks.__path__)
}
CODES = {
    code: name
    for name, source in SOURCES.items()
    for code in re.findall(r'(?:Check\(|graded\(|code=)\s*"([a-z-]+)"', source.read_text())
}


def row(name):
    """Return the cells of a name's row of a table."""
    (line,) = re.findall(rf"^\| `{name}` \|(.*)\|$", TEXT, flags=re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


@pytest.mark.parametrize("method", noise.names())
def test_every_method_is_defined(method):
    assert row(method)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_check_is_explained_with_the_limits_it_has(code):
    words, limit, fails = row(code)
    assert words
    module = importlib.import_module(f"mrsnr.checks.{CODES[code]}")
    for names, said in ((("_LIMIT", "LIMIT"), limit), (("_FAILS_AT",), fails)):
        for value in (getattr(module, name, None) for name in names):
            if isinstance(value, int | float):
                assert f"{value:.10f}".rstrip("0").rstrip(".") == said.split(" ")[0]


def test_nothing_is_explained_that_is_not_there():
    explained = set(re.findall(r"^\| `([a-z_-]+)` \|", TEXT, flags=re.MULTILINE))
    assert explained == {*CODES, *noise.names(), "trusted", "caution", "refused"}
