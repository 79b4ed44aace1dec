"""The viewer in a browser, on pages whose every voxel the test knows; what is drawn is judged by screenshots."""

import base64
import hashlib
import io
import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image as Picture

from mrsnr.model import Image, Regions
from mrsnr.report.volumes import viewer_layers

TEMPLATES = files("mrsnr.report") / "templates"
CSS = "".join((TEMPLATES / name).read_text("utf-8") for name in ("page.css", "viewer.css"))
PLANES = ("Axial", "Coronal", "Sagittal")
NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null"


def digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def show(opened, viewer):
    """Return a function that opens a page with these layers and waits for the viewer."""

    def open_viewer(layers, *, policy="default-src 'none'; script-src {}; style-src {}; img-src data:", **options):
        policy = policy.format(digest(viewer), digest(CSS))
        html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>viewer</title><style>{CSS}</style></head>
<body><main><h1>A page</h1><section id="viewer"></section></main>
<script type="application/json" id="viewer-layers">{json.dumps({"layers": layers})}</script>
<script>{viewer}</script></body></html>"""
        one = opened(html, **options)
        one.page.wait_for_selector(".viewer-value:not(:empty), .viewer-message", timeout=60_000)
        return one

    return open_viewer


def told(page):
    """Return what stands in the table of values, by name."""
    rows = page.locator(".viewer-values tr").all()
    return {row.locator("th").inner_text(): row.locator(".viewer-value").inner_text() for row in rows}


def voxel(page):
    return tuple(int(n) for n in told(page)["Voxel i, j, k"].split(","))


def place(page):
    return np.array([float(n) for n in told(page)["Place R, A, S"].split(",")])


def drawn(page):
    """Return the pixels of the canvas, shape (rows, columns, 3)."""
    page.wait_for_timeout(300)
    shot = page.locator(".viewer-canvas").screenshot()
    return np.asarray(Picture.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def click(page, x, y):
    page.locator(".viewer-canvas").click(position={"x": x, "y": y})


def go_to(page, wanted):
    for axis, n in enumerate(wanted):
        page.locator(".viewer-slices input").nth(axis).fill(str(n))


def alone(result, data):
    """Return the layers of an image without anything else."""
    return viewer_layers(replace(result, image=Image(data, result.image.affine), map=None, noise=None, regions=None))


def test_it_draws_and_asks_for_nothing(show, result):
    page = show(viewer_layers(result)).page  # the fixture looks at the console and the requests
    pixels = drawn(page)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50


def test_a_click_reads_the_voxel_that_is_there(show, result):
    page = show(viewer_layers(result)).page
    box = page.locator(".viewer-canvas").bounding_box()
    seen = set()
    for plane in PLANES:
        page.get_by_role("button", name=plane).click()
        for x, y in ((0.5, 0.5), (0.4, 0.3), (0.62, 0.6), (0.55, 0.4)):
            click(page, x * box["width"], y * box["height"])
            i, j, k = voxel(page)
            seen.add((i, j, k))
            values = told(page)
            assert float(values["SNR"]) == pytest.approx(100 * i + 10 * j + k, rel=1e-3)
            assert float(values["Image"]) == pytest.approx(1000 - 100 * i - 10 * j - k, rel=1e-3)
            assert values["Noise mask"] == ("inside" if i < 2 else "outside")
            assert values["Labels"] == ("label 7" if i >= 6 and i < 9 else "cortex" if 4 <= i < 6 else "none")
            truth = result.image.affine[:3, :3] @ (i, j, k) + result.image.affine[:3, 3]
            np.testing.assert_allclose(place(page), truth, atol=0.051)
    assert len(seen) > 6


@pytest.mark.parametrize("plane", PLANES)
def test_what_is_bright_on_the_screen_is_the_bright_voxel(show, result, plane):
    data = np.zeros((16, 12, 10))
    data[11, 3, 6] = 900
    page = show(alone(result, data)).page
    page.get_by_role("button", name=plane).click()
    go_to(page, (11, 3, 6))
    # In the plane, away from the bright voxel, so that the cross does not cover it.
    aside = {"Axial": (5, 3, 2), "Coronal": (11, 8, 2), "Sagittal": (5, 8, 6)}[plane]
    go_to(page, aside)
    pixels = drawn(page)
    rows, columns = np.nonzero((pixels > 200).all(axis=-1) & (np.ptp(pixels, axis=-1) < 10))
    inner = (rows > 40) & (columns > 30)  # not the letters of the sides
    click(page, int(np.median(columns[inner])), int(np.median(rows[inner])))
    assert voxel(page) == (11, 3, 6)
    assert float(told(page)["Image"]) == 900


def test_radiological_convention(show, result):
    page = show(viewer_layers(result)).page
    box = page.locator(".viewer-canvas").bounding_box()
    x, y = box["width"] / 2, box["height"] / 2
    for plane, across, upward in (("Axial", 0, 1), ("Coronal", 0, 2), ("Sagittal", 1, 2)):
        page.get_by_role("button", name=plane).click()
        click(page, x, y)
        middle = place(page)
        click(page, x + 60, y)
        assert place(page)[across] < middle[across]  # patient's left, or posterior, is on the right
        click(page, x, y - 60)
        assert place(page)[upward] > middle[upward]


def test_keys_go_where_they_point(show, result):
    page = show(viewer_layers(result)).page
    for plane, across, upward, through in (("Axial", 0, 1, 2), ("Coronal", 0, 2, 1), ("Sagittal", 1, 2, 0)):
        page.get_by_role("button", name=plane).click()
        go_to(page, (5, 4, 4))
        page.locator(".viewer-canvas").focus()
        for key, axis, sign in (
            ("ArrowRight", across, -1), ("ArrowLeft", across, 1), ("ArrowUp", upward, 1), ("ArrowDown", upward, -1),
            ("PageUp", through, 1), ("PageDown", through, -1),
        ):  # fmt: skip
            before = place(page)
            page.keyboard.press(key)
            step = place(page) - before
            assert np.argmax(np.abs(step)) == axis
            assert np.sign(step[axis]) == sign
    assert voxel(page) == (5, 4, 4)


def test_the_wheel_goes_through_slices_only_in_focus(show, result):
    page = show(viewer_layers(result), height=500).page
    page.get_by_role("button", name="Sagittal").click()
    page.locator(".viewer-canvas").hover()
    before = voxel(page)
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(200)
    assert voxel(page) == before
    assert page.evaluate("scrollY") > 0
    page.locator(".viewer-canvas").click()
    before, scrolled = voxel(page), page.evaluate("scrollY")
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(200)
    assert abs(voxel(page)[2] - before[2]) == 1  # k runs through sagittal slices
    assert page.evaluate("scrollY") == scrolled


def test_undefined_voxels_are_said_to_be(show, result):
    page = show(viewer_layers(result)).page
    go_to(page, (9, 8, 7))
    assert told(page)["SNR"] == "undefined"
    assert float(told(page)["Image"]) == 13


def test_colours_are_those_of_the_values(show, result):
    snr = np.full((10, 9, 8), 100.0)
    snr[:, :5] = 0.0
    snr[:5] = np.nan
    image = Image(np.zeros((10, 9, 8)), np.diag([3.0, 3.0, 3.0, 1.0]))
    layers = viewer_layers(replace(result, image=image, map=snr, noise=None, regions=Regions()))
    page = show(layers).page
    page.get_by_role("button", name="Axial").click()
    page.get_by_label("Opacity").nth(1).fill("100")
    page.locator(".viewer-canvas").focus()
    pixels = drawn(page)
    found = {tuple(colour) for colour in np.unique(pixels.reshape(-1, 3), axis=0)}
    counts = {colour: int((pixels == colour).all(axis=-1).sum()) for colour in found}
    purple, yellow = (68, 1, 84), (253, 231, 37)  # the ends of viridis
    for end in (purple, yellow):
        assert max(count for colour, count in counts.items() if np.abs(np.subtract(colour, end)).max() <= 6) > 5000
    rows, columns = np.nonzero(np.abs(pixels - yellow).max(axis=-1) <= 6)
    dark_rows, dark_columns = np.nonzero(np.abs(pixels - purple).max(axis=-1) <= 6)
    assert rows.mean() < dark_rows.mean()  # the high half is anterior: above
    half = pixels.shape[1] / 2
    assert max(columns.max(), dark_columns.max()) < half + 25  # undefined on the right of the patient's middle: i < 5


def test_controls_change_the_picture(show, result):
    page = show(viewer_layers(result)).page
    page.get_by_role("button", name="Sagittal").click()
    first = drawn(page)
    page.get_by_role("checkbox", name="SNR").uncheck()
    without = drawn(page)
    assert np.ptp(without[..., :2], axis=-1)[200:300, 200:300].mean() < 5  # grey but for the cross
    assert (first != without).any()
    page.get_by_label("Image: high end of the colours").fill("100")
    brighter = drawn(page)
    assert brighter.mean() > without.mean() + 5
    page.get_by_label("Image: high end of the colours").fill("-5")  # below the low end: nothing changes
    assert page.get_by_label("Image: high end of the colours").get_attribute("aria-invalid") == "true"
    assert np.abs(drawn(page) - brighter).mean() < 1
    page.get_by_label("Colours of Image").select_option("magma")
    page.get_by_role("checkbox", name="Labels").check()
    assert np.abs(drawn(page) - brighter).mean() > 2


def test_a_mask_covers_its_own_voxels_alone(show, result, known):
    page = show(viewer_layers(replace(result, map=None, regions=None))).page
    page.get_by_role("button", name="Sagittal").click()
    page.get_by_role("checkbox", name="Image image units", exact=True).uncheck()
    page.get_by_role("checkbox", name="Noise mask").check()
    pixels = drawn(page)
    blue = (pixels[..., 2] > 60) & (pixels[..., 0] < 40)
    page.get_by_role("checkbox", name="Image image units", exact=True).check()
    grey = drawn(page).sum(axis=-1) > 0
    share = np.nonzero(blue)[1].size / grey.sum()
    assert share == pytest.approx(known.air.mean(), abs=0.03)  # i, which it lies along, runs from left to right


def test_thinned_layers_tell_the_voxels_of_the_whole_grid(show, result):
    shape = (60, 50, 8)
    i, j, _ = np.indices(shape)
    noise = np.random.default_rng(4).normal(0, 0.2, shape)
    snr = 16.0 * i + 0.3 * j + noise
    image = Image(500 + noise, result.image.affine)
    big = replace(result, image=image, map=snr, noise=None, regions=None)
    layers = viewer_layers(big, budget=20_000)
    step = layers[0]["grid"]["step"]
    assert step[0] > 1
    page = show(layers).page
    assert f"every {step[0]}" in page.inner_text(".viewer-below")
    page.get_by_role("button", name="Sagittal").click()
    for x, y in ((200, 200), (300, 250)):
        click(page, x, y)
        here = voxel(page)
        assert float(told(page)["SNR"]) == pytest.approx(snr[here], abs=1.5)
        truth = image.affine[:3, :3] @ here + image.affine[:3, 3]
        np.testing.assert_allclose(place(page), truth, atol=0.051)


def test_one_slice_is_shown_in_its_plane(show, result):
    data = np.arange(30.0).reshape(6, 5)
    flat = replace(result, image=Image(data, result.image.affine), map=data, noise=None, regions=None)
    page = show(viewer_layers(flat)).page
    assert page.get_by_role("button", name="Sagittal").get_attribute("aria-pressed") == "true"
    assert len(np.unique(drawn(page).reshape(-1, 3), axis=0)) > 10


def test_a_finger_taps_and_a_phone_is_wide_enough(show, result):
    one = show(viewer_layers(result), width=360, height=740, touch=True)
    box = one.page.locator(".viewer-canvas").bounding_box()
    go_to(one.page, (0, 0, 0))
    one.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    i, j, k = voxel(one.page)
    assert i > 1
    assert float(told(one.page)["SNR"]) == pytest.approx(100 * i + 10 * j + k, rel=1e-3)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_zoom_keeps_the_voxel_and_enlarges_it(show, result):
    data = np.zeros((16, 12, 10))
    data[5:8, 4:7, 5] = 900
    page = show(alone(result, data)).page
    page.get_by_role("button", name="Sagittal").click()
    go_to(page, (6, 5, 5))
    small = (drawn(page) > 200).all(axis=-1).sum()
    page.get_by_label("Zoom").fill("2")
    assert (drawn(page) > 200).all(axis=-1).sum() > 2.5 * small
    assert voxel(page) == (6, 5, 5)


def test_without_webgl_it_says_so(show, result):
    page = show(viewer_layers(result), before=NO_WEBGL).page
    assert "WebGL" in page.inner_text(".viewer-message")
    assert page.inner_text("h1") == "A page"


def test_without_layers_it_says_so(show):
    assert "small enough" in show([]).page.inner_text(".viewer-message")


def test_the_bundle_carries_its_licences_and_no_address(viewer):
    notice, code = viewer.split("*/", 1)
    assert "Copyright (c) 2021, Niivue" in notice
    assert "fflate" in notice
    assert "http" + "://" not in code
    assert "https" + "://" not in code


def test_names_are_text_and_not_markup(show, result):
    hostile = "<img src=x onerror=alert(1)>"
    regions = Regions(labels=result.regions.labels, names={3: hostile})
    page = show(viewer_layers(replace(result, regions=regions))).page
    assert hostile in page.inner_text(".viewer-names >> nth=1")
    assert page.locator("#viewer img").count() == 0


def test_it_is_not_printed(show, result):
    page = show(viewer_layers(result)).page
    page.emulate_media(media="print")
    assert not page.locator(".viewer-canvas").is_visible()
    assert page.get_by_role("heading", name="A page").is_visible()
    page.emulate_media(media="screen")
    assert len(np.unique(drawn(page).reshape(-1, 3), axis=0)) > 50  # and comes back


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_accessible(show, result, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    page = show(viewer_layers(result), dark=dark).page
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    page.wait_for_timeout(700)
    assert "SNR" in page.locator("#viewer [role=status]").inner_text()
