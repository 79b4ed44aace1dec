"""Every row of docs/formats.md about a file of the shared data is true, and no file is without a row."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import mrsnr
from mrsnr.complex_valued import PHASE_UNITS
from mrsnr.errors import MrsnrError
from mrsnr.io.dicom.tags import IDENTIFYING
from mrsnr.io.loading import READERS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/formats.md").read_text()
SHARED = ROOT.parent / "shared" / "data"
ABOUT_THEM = {"README.md", "MANIFEST.tsv"}
WORDS = set(re.findall(r"`([^`]+)`", TEXT))


def section(name):
    """Return what stands below a heading."""
    (found,) = re.findall(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL)
    return found


ROWS = re.findall(r"^\| `([^`]+)` \|.*\| (\w[^|]*) \|$", section("What was tried: real files"), flags=re.MULTILINE)


@cache
def files():
    found = (path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in ABOUT_THEM)


def meant(pattern):
    """Return the files that a row is about, or the folder."""
    return [pattern] if pattern.endswith("/") else [name for name in files() if fnmatch(name, pattern)]


def what_happens(path):
    """Return the result as the table words it."""
    try:
        image = mrsnr.load(path)
    except MrsnrError as error:
        return f"refused: {error}"
    assert image.volumes == (image.shape[3] if len(image.shape) == 4 else 1)
    try:
        image.data[(0,) * len(image.shape)]
        if path.parent.name == "bad":
            np.asarray(image.data)
    except MrsnrError as error:
        return f"refused when its voxels are read: {error}"
    return f"read: {' x '.join(map(str, image.shape))}, {image.kind}"


@pytest.mark.parametrize(("pattern", "result"), ROWS, ids=[pattern for pattern, _ in ROWS])
def test_a_row_is_true(shared_data, pattern, result):
    shared_data(".")
    assert meant(pattern)
    outcome, said = re.fullmatch(r"(read|refused|refused when its voxels are read): (.+)", result).groups()
    for name in meant(pattern):
        happened = what_happens(shared_data(name))
        if outcome == "read":
            assert happened == result, name
        else:
            assert happened.startswith(f"{outcome}: "), name
            assert said in happened, name


def test_every_file_has_a_row(shared_data):
    shared_data(".")
    folders = tuple(pattern for pattern, _ in ROWS if pattern.endswith("/"))
    patterns = [pattern for pattern, _ in ROWS if not pattern.endswith("/")]
    alone = {name for name in files() if not any(fnmatch(name, pattern) for pattern in patterns)}
    assert {name for name in alone if not name.startswith(folders)} == set()


def test_every_folder_of_the_notes_has_a_row(shared_data):
    notes = shared_data("README.md").read_text()
    named = [name for cell in re.findall(r"^\| ([a-z].*?) \|", notes, flags=re.MULTILINE) for name in cell.split(", ")]
    folders = set(named) - {"folder"}
    assert len(folders) > 10
    assert folders <= {pattern.split("/")[0] for pattern, _ in ROWS}


def test_the_words_of_headers_are_those_that_readers_give(shared_data):
    for name in (
        "phantom-pair-vida/HC_SNR_SAG_1.dcm",
        "phantom-pair-ge/IM-0003-0001.dcm",
        "kidney-t2w/test_sub_02.PAR",
    ):
        sidecar = mrsnr.load(shared_data(name)).meta["sidecar"]
        assert len(sidecar) > 10
        assert set(sidecar) <= WORDS


def test_identifiers_endings_and_units_are_all_named():
    assert set(IDENTIFYING) == {word for word in re.findall(r"`([A-Z]\w+)`", section("Privacy")) if word in IDENTIFYING}
    assert set(PHASE_UNITS) <= WORDS
    assert {ending for ending in READERS if ending.count(".") == 1} - {".dcm", ".ima", ".par", ".rec"} <= WORDS


def test_links_lead_somewhere():
    for page, anchor in re.findall(r"\]\(([a-z.]+)#?([a-z0-9-]*)\)", TEXT):
        headings = re.findall(r"^#+ (.*)$", (ROOT / "docs" / page).read_text(), flags=re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
        assert not anchor or anchor in anchors
