"""Whole pages in a browser: nothing is asked for, tables sort and copy, switches switch, everybody can read it."""

import io
import re

import numpy as np
import pytest
from PIL import Image as Picture

import mrsnr
from mrsnr import Image
from mrsnr.report import page

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")

CATCH_COPIES = """
  window.copied = [];
  Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied.push(text); }}});
"""


@pytest.fixture(scope="module")
def kidney():
    image, labels, _ = mrsnr.data.phantom((96, 96, 5), snr=30, seed=3)
    best, *others = mrsnr.compare(image, labels=labels)
    return best, page(best, compared=others)


@pytest.fixture(scope="module")
def stable():
    rng = np.random.default_rng(1)
    x, y = np.indices((64, 64)) - 31.5
    signal = 1000.0 * (x**2 + y**2 < 25**2)[..., None, None]
    data = np.hypot(signal + rng.normal(0, 10, (64, 64, 3, 20)), rng.normal(0, 10, (64, 64, 3, 20)))
    return page(mrsnr.temporal(Image(data, np.eye(4)), fbirn=True))


@pytest.fixture(scope="module")
def refused():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, (32, 32, 3))
    result = mrsnr.measure(Image(angles, np.eye(4), {"kind": "phase"}))
    return result, page(result)


@pytest.fixture(params=["kidney", "stable", "refused"])
def any_page(request):
    found = request.getfixturevalue(request.param)
    return found if isinstance(found, str) else found[1]


def column(one, name):
    """Return the cells of a column of the table of labels."""
    headers = one.page.locator("#labels thead th").all_inner_texts()
    index = next(k for k, words in enumerate(headers) if words.strip().startswith(name))
    return one.page.locator(f"#labels tbody tr > :nth-child({index + 1})").all_inner_texts()


def shot(locator):
    return np.asarray(Picture.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)


def test_it_opens_without_a_word_or_a_request(opened, any_page):
    one = opened(any_page)
    assert one.page.locator("h1").is_visible()
    one.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    one.page.wait_for_timeout(500)  # what starts when it is scrolled to


def test_the_policy_is_in_force(opened, any_page):
    one = opened(any_page)
    asked = "fetch('http://127.0.0.1:9/').then(() => 'came', (error) => 'blocked')"
    assert one.page.evaluate(asked) == "blocked"
    assert any("Content Security Policy" in words for words in one.said)
    one.said.clear()
    one.asked.clear()


def test_the_table_sorts_by_what_is_clicked(opened, kidney):
    result, text = kidney
    one = opened(text)
    values = [row.snr for row in result.table]
    assert [float(cell) for cell in column(one, "SNR")] == pytest.approx(values, rel=1e-3)
    button = one.page.locator("#labels thead button", has_text="SNR")
    button.click()
    assert [float(cell) for cell in column(one, "SNR")] == pytest.approx(sorted(values), rel=1e-3)
    button.press("Enter")
    assert [float(cell) for cell in column(one, "SNR")] == pytest.approx(sorted(values, reverse=True), rel=1e-3)
    one.page.locator("#labels thead button", has_text="name").click()
    assert column(one, "name") == sorted((row.name for row in result.table), key=str.lower)


def test_the_table_is_copied_as_tsv(opened, kidney):
    result, text = kidney
    one = opened(text, before=CATCH_COPIES)
    one.page.locator("button[data-copy-table=labels]").click()
    (copied,) = one.page.evaluate("window.copied")
    header, *rows = [line.split("\t") for line in copied.split("\n")]
    assert header == ["label", "name", "voxels", "signal", "sigma", "SNR", "95 %"]
    assert [row[:3] for row in rows] == [[str(row.label), row.name, str(row.voxels)] for row in result.table]
    assert one.page.locator(".done", has_text="Copied").is_visible()


def test_the_paragraph_and_bibtex_are_copied(opened, kidney):
    one = opened(kidney[1], before=CATCH_COPIES)
    one.page.locator("button[data-copy-text=paragraph]").click()
    one.page.locator("summary", has_text="BibTeX").click()
    one.page.locator("button[data-copy-text=bibtex]").click()
    paragraph, bibtex = one.page.evaluate("window.copied")
    assert f"{kidney[0].value:.4g}" in paragraph
    assert bibtex.count("@") >= 2


def test_a_switch_takes_its_layer_away(opened, kidney):
    one = opened(kidney[1])
    plate = one.page.locator(".still .plate").first
    before = shot(plate)
    switch = one.page.locator(".switch-labels").first
    switch.uncheck()
    assert np.abs(shot(plate) - before).max() > 50
    switch.check()
    np.testing.assert_array_equal(shot(plate), before)


def test_a_refused_image_shows_its_reasons(opened, refused):
    result, text = refused
    one = opened(text)
    assert one.page.locator(".answer").get_by_text("refused", exact=True).is_visible()
    for check in result.reasons:
        assert one.page.get_by_text(check.sentence).first.is_visible()


@pytest.mark.parametrize("width", [360, 768])
def test_it_fits_a_phone(opened, any_page, width):
    one = opened(any_page, width=width)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_read_it(opened, any_page, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe: pip install axe-playwright-python")
    one = opened(any_page, dark=dark)
    one.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = axe.Axe().run(one.page).response["violations"]
    serious = {
        f"{fault['id']}: {node['html'][:100]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    }
    assert serious == set()


def test_the_dark_page_is_dark(opened, kidney):
    light, dark = (shot(opened(kidney[1], dark=dark).page.locator("footer")).mean() for dark in (False, True))
    assert light > 200
    assert dark < 60


def test_it_prints_without_the_viewer(opened, kidney):
    one = opened(kidney[1])
    one.page.emulate_media(media="print")
    assert not one.page.locator("#viewer").is_visible()
    assert one.page.locator(".still").first.is_visible()
    pages = len(re.findall(rb"/Type\s*/Page\b", one.page.pdf()))
    assert 2 <= pages <= 12


def test_the_viewer_shows_the_image_and_a_click_reads_its_snr(opened, kidney, viewer):
    one = opened(kidney[1])
    canvas = one.page.locator("#viewer canvas")
    canvas.scroll_into_view_if_needed()
    one.page.wait_for_timeout(3000)
    assert shot(canvas).std() > 10
    box = canvas.bounding_box()
    read = one.page.locator("#viewer")
    before = read.inner_text()
    one.page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    one.page.wait_for_timeout(300)
    assert read.inner_text() != before


@pytest.mark.parametrize(
    "name",
    [
        "kidney-t2w/test_sub_02.nii.gz",
        "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz",
        "phantom-pair-ge/IM-0003-0001.dcm",
        "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz",
    ],
)
def test_real_images_open(opened, shared_data, name):
    result = mrsnr.measure(mrsnr.load(shared_data(name)))
    text = page(result)
    assert len(text.encode()) < 8e6
    assert opened(text).page.locator("h1").is_visible()
