"""What README.md shows can be typed, and what it links to is there."""

import ast
import re
from pathlib import Path

import pytest

from mrsnr.cli.main import build_parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
WRITTEN_BY_MAKE = {"docs/accuracy.md", "accuracy.md"}


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/definitions.md", "docs/design.md", "docs/json.md"]
)
def test_links_lead_somewhere(page):
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text()))
    missing = {link for link in links - WRITTEN_BY_MAKE if not (ROOT / page).parent.joinpath(link).exists()}
    assert missing == set()


def test_its_commands_and_options_exist():
    parsers = build_parser()._subparsers._group_actions[0].choices
    shown = set(re.findall(r"`?mrsnr ([a-z]+)", README))
    assert set(parsers) <= shown
    for command, options in re.findall(r"^\| `mrsnr ([a-z]+)[^|]*\|([^|]*)\|", README, flags=re.MULTILINE):
        for option in re.findall(r"`(--[a-z-]+)`", options):
            assert option in parsers[command]._option_string_actions, (command, option)


def test_its_example_is_python():
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ast.parse(code)
