"""A browser for the pages, and results whose every voxel the tests know."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mrsnr.model import Image, LabelSnr, Noise, Regions, Snr, Temporal, Verdict
from mrsnr.report.viewer import bundle

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking",
)  # fmt: skip

SHAPE = (10, 9, 8)
OBLIQUE = np.array([[0.3, -0.2, -4.0, 20.0], [-2.0, 0.1, -0.4, 11.0], [0.2, 3.0, -0.3, -9.0], [0, 0, 0, 1]])
"""i runs to posterior, j to superior, k to left: sagittal slices, a little turned."""


@pytest.fixture(scope="session")
def browser():
    """Return Chromium without a window, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not there: pip install playwright")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("Chromium is not on PATH: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@dataclass
class Opened:
    """A page in the browser, what its console said, and what it asked for beside itself."""

    page: object
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that opens a page from disk; nothing may be said or asked for, unless a test clears it."""
    contexts, pages = [], []

    def open_page(html: str | Path, *, width=1200, height=900, dark=False, touch=False, before=None):
        path = html if isinstance(html, Path) else tmp_path / f"page{len(pages)}.html"
        if path is not html:
            path.write_text(html, "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", has_touch=touch
        )
        contexts.append(context)
        page = context.new_page()
        one = Opened(page)
        pages.append(one)
        page.on("console", lambda message: one.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: one.said.append(str(error)))
        page.on("request", lambda request: one.asked.append(request.url))
        if before is not None:
            page.add_init_script(before)
        page.goto(path.as_uri())
        one.asked.remove(path.as_uri())
        return one

    yield open_page
    for context in contexts:
        context.close()
    for one in pages:
        assert one.said == []
        assert [url for url in one.asked if not url.startswith(("data:", "blob:"))] == []


@pytest.fixture(scope="session")
def viewer():
    """Return the viewer's script."""
    script = bundle()
    if script is None:
        pytest.skip("The viewer is not built: make viewer")
    return script


def numbered(shape=SHAPE):
    """Return a volume whose values tell their indices: i = 4, j = 5, k = 6 is 456."""
    i, j, k = np.indices(shape)
    return 100.0 * i + 10 * j + k


@pytest.fixture
def known():
    """Return what is known of a result: its image, maps, noise mask and two labels that overlap."""
    values = numbered()
    snr = values.copy()
    snr[9, 8, 7] = np.nan
    air, first, second = (np.zeros(SHAPE, dtype=bool) for _ in range(3))
    air[:2], first[4:7], second[6:9] = True, True, True
    return SimpleNamespace(
        image=Image(1000 - values, OBLIQUE, {"source": "scans/kidney.nii.gz"}),
        snr=snr, sigma=values / 8 + 1, air=air, labels={3: first, 7: second}, names={3: "cortex"},
    )  # fmt: skip


@pytest.fixture
def result(known):
    """Return an `Snr` of that."""
    noise = Noise(
        sigma=known.sigma, channels=1, interval=None, region=known.air, checks=(), method="air", parameters={}
    )  # fmt: skip
    table = tuple(
        LabelSnr(label=n, name=name, voxels=270, signal=500.0, sigma=10.0, snr=50.0, low=49.0, high=51.0)
        for n, name in ((3, "cortex"), (7, "label 7"))
    )
    return Snr(
        value=50.0, interval=(49.0, 51.0), map=known.snr, table=table, noise=noise, method="air",
        verdict=Verdict.TRUSTED, reasons=(), provenance={"of": "labels"}, image=known.image,
        regions=Regions(labels=known.labels, names=known.names),
    )  # fmt: skip


@pytest.fixture
def series(known):
    """Return a `Temporal` of the same volumes: mean, map and noise."""
    mean = np.asarray(known.image.data)
    return Temporal(
        value=40.0, interval=None, uncorrected=40.5, voxel_factors=(0.8, 1.3), map=known.snr, mean=mean,
        noise=known.sigma, mask=known.labels[3], order=2, robust=False, pairs=None, volumes=30, dropped=0,
        degrees_of_freedom=27, effective_degrees_of_freedom=27.0, autocorrelation=0.0, verdict=Verdict.TRUSTED,
        reasons=(), provenance={}, image=Image(np.stack([mean, mean], axis=-1), OBLIQUE, known.image.meta),
    )  # fmt: skip
