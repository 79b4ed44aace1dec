"""``--report``: the page beside the other files, or alone."""

import re
import sys

import numpy as np
import pytest

import mrsnr
from mrsnr.io import write_map

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def image(tmp_path, two_levels):
    path = tmp_path / "levels.nii.gz"
    write_map(path, np.asarray(two_levels().data), two_levels())
    return path


@pytest.fixture
def series(tmp_path):
    rng = np.random.default_rng(0)
    x, y = np.indices((64, 64)) - 31.5
    data = 1000.0 * (x**2 + y**2 < 26**2)[..., None, None] + rng.normal(0, 10, (64, 64, 2, 20))
    path = tmp_path / "series.nii.gz"
    write_map(path, np.abs(data), mrsnr.Image(data, np.eye(4)))
    return path


def value_in(page):
    return float(re.search(r'<span class="value">([\d.]+)</span>', page.read_text())[1])


def test_alone_it_is_written_here(run, here, image):
    ended = run("measure", image, "--report", "--json")
    assert ended.status == 0
    assert [path.name for path in here.iterdir()] == ["levels_snr.html"]
    assert value_in(here / "levels_snr.html") == pytest.approx(ended.json["images"][0]["results"][0]["value"], rel=1e-3)


def test_it_goes_with_the_other_files(run, here, image, tmp_path):
    assert run("measure", image, "--report", "--out", tmp_path / "out", "--no-figures").status == 0
    assert list(here.iterdir()) == []
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"levels_snr.html", "levels_snr.json", "levels_snr_map.nii.gz"} <= names


def test_an_earlier_page_is_kept_unless_asked(run, here, image):
    (here / "levels_snr.html").write_text("mine")
    for command in ("measure", "compare"):
        ended = run(command, image, "--report")
        assert ended.status == 2
        assert "levels_snr.html" in ended.err
        assert (here / "levels_snr.html").read_text() == "mine"
    assert run("measure", image, "--report", "--overwrite").status == 0
    assert "<h1>" in (here / "levels_snr.html").read_text()


def test_compare_writes_the_same_answer(run, here, image):
    assert run("compare", image, "--report").status == 0
    one = value_in(here / "levels_snr.html")
    assert run("measure", image, "--report", "--overwrite").status == 0
    assert value_in(here / "levels_snr.html") == one
    assert 'class="forest"' in (here / "levels_snr.html").read_text()


def test_a_method_that_is_named_is_the_answer(run, here, image):
    ended = run("measure", image, "--report", "--method", "mixture", "--json")
    assert value_in(here / "levels_snr.html") == pytest.approx(ended.json["images"][0]["results"][0]["value"], rel=1e-3)


def test_a_series_has_its_stability_figures(run, here, series):
    ended = run("temporal", series, "--report")
    assert ended.status == 0
    page = (here / "series_tsnr.html").read_text()
    assert "Stability of the phantom" in page
    assert value_in(here / "series_tsnr.html") == pytest.approx(100, rel=0.05)


def test_a_series_without_room_for_them_has_a_page_too(run, here, tmp_path):
    data = np.abs(np.random.default_rng(0).normal(0, 1, (12, 12, 2, 20)) + 100)
    write_map(tmp_path / "small.nii.gz", data, mrsnr.Image(data, np.eye(4)))
    assert run("temporal", tmp_path / "small.nii.gz", "--report").status == 0
    assert "Stability" not in (here / "small_tsnr.html").read_text()


def test_a_refused_image_has_a_page(run, here, tmp_path):
    data = np.random.default_rng(0).uniform(-np.pi, np.pi, (32, 32, 3))
    write_map(tmp_path / "angle_ph.nii.gz", data, mrsnr.Image(data, np.eye(4)))
    (tmp_path / "angle_ph.json").write_text('{"ImageType": ["ORIGINAL", "PRIMARY", "P"]}')
    assert run("measure", tmp_path / "angle_ph.nii.gz", "--report").status == 4
    assert "no SNR" in (here / "angle_ph_snr.html").read_text()


def test_without_jinja2_nothing_is_measured(run, here, image, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    ended = run("measure", image, "--report")
    assert ended.status == 2
    assert "pip install 'mrsnr[report]'" in ended.err
    assert list(here.iterdir()) == []


def test_the_demo_makes_two_pages(run, here):
    assert run("demo", "--report").status == 0
    assert {path.name for path in (here / "mrsnr-demo").glob("*.html")} == {"kidney_snr.html", "series_tsnr.html"}


def test_the_command_line_is_told_without_folders(run, here, image):
    assert run("measure", image, "--report", "--channels", "1", f"--noise-mask={image}").status in {0, 3, 4}
    assert run("measure", image, "--report", "--channels", "1", "--overwrite").status == 0
    page = (here / "levels_snr.html").read_text()
    assert "mrsnr measure levels.nii.gz --report --channels 1 --overwrite" in page
    assert str(image.parent) not in page


def told(path):
    """Return the command that stands on a page."""
    return re.search(r"<dt>command</dt><dd>(.*?)</dd>", path.read_text())[1]


def test_a_folder_that_is_made_is_not_named(run, here, image):
    for out in (("--out", "Quibble_Zephyrine"), ("--out=further/Quibble_Zephyrine/",)):
        folder = here / out[-1].removeprefix("--out=")
        assert run("measure", image, "--report", "--no-figures", *out).status == 0
        assert "Zephyrine" not in (folder / "levels_snr.html").read_text()
        assert told(folder / "levels_snr.html").removesuffix("FOLDER").endswith(("--out ", "--out="))


def test_only_what_was_given_as_a_path_is_told_as_a_folder(run, here, image):
    for name in ("air_rms", "measure", "1"):
        (here / name).mkdir()
    assert run("measure", image, "--report", "--method", "air_rms", "--channels", "1").status in {0, 4}
    assert told(here / "levels_snr.html") == "mrsnr measure levels.nii.gz --report --method air_rms --channels 1"


def test_a_name_that_no_text_can_hold_has_a_page(run, here, image):
    odd = here / "p\udcff.nii.gz"
    try:
        odd.write_bytes(image.read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    for command in ("measure", "compare"):
        assert run(command, odd, "--report", "--json", "--overwrite").status == 0
        assert "p?.nii.gz" in told(here / "p\udcff_snr.html")
