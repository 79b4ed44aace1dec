"""What stands on a page, and that nothing else does; no browser is needed."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.errors import ArgumentError, MissingExtraError
from mrsnr.io import document
from mrsnr.report import page

pytest.importorskip("jinja2", reason="the report needs Jinja2: pip install 'mrsnr[report]'")

EVIL = '</script><script>alert("x")</script><img src=http://127.0.0.1/x onerror=alert(1)>'


class Parsed(HTMLParser):
    """A page taken apart: elements with their attributes, and the text in each."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append([])
        if tag not in {"meta", "img", "input", "image", "link", "br"}:
            self.open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append([])

    def handle_endtag(self, tag):
        while self.open and self.elements[self.open.pop()][0] != tag:
            pass

    def handle_data(self, data):
        for index in self.open:
            self.texts[index].append(data)

    def all(self, tag, cls=None):
        """Return attributes and text of the elements of a kind."""
        found = [
            (attrs, "".join(text)) for (name, attrs), text in zip(self.elements, self.texts, strict=True) if name == tag
        ]
        return [one for one in found if cls is None or cls in (one[0].get("class") or "").split()]


@pytest.fixture(scope="module")
def kidney():
    image, labels, truth = mrsnr.data.phantom((128, 128, 5), snr=30, seed=3)
    return mrsnr.measure(image, labels=labels), truth


@pytest.fixture(scope="module")
def refused():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, (32, 32, 3))
    return mrsnr.measure(Image(angles, np.eye(4), {"kind": "phase"}))


def words_of(text, cls):
    parsed = Parsed(text)
    (found,) = [words for tag in ("p", "span", "h1") for _, words in parsed.all(tag, cls)][:1]
    return " ".join(found.split())


def test_the_answer_stands_at_the_top(kidney):
    result, _ = kidney
    parsed = Parsed(page(result))
    (_, value), *_ = parsed.all("span", "value")
    assert float(value) == pytest.approx(result.value, rel=1e-3)
    (_, interval), *_ = parsed.all("span", "interval")
    low, high = (float(part) for part in re.findall(r"[\d.]+", interval)[:2])
    assert (low, high) == pytest.approx(result.interval, rel=1e-3)
    (_, badge), *_ = parsed.all("span", "badge")
    assert badge.strip() == str(result.verdict)


def test_every_label_is_in_the_table(kidney):
    result, truth = kidney
    text = page(result)
    rows = re.findall(r'<th scope="row">([^<]+)</th>((?:\s*<td class="number"[^>]*>[^<]*</td>)+)', text)
    found = {name: re.findall(r">([^<]*)</td>", cells) for name, cells in rows}
    for row in result.table:
        assert int(found[row.name][0]) == row.voxels
        assert float(found[row.name][3]) == pytest.approx(truth.snr[row.name], rel=0.1)


def test_a_refused_image_says_why_and_what_to_do(refused):
    parsed = Parsed(page(refused))
    (_, value), *_ = parsed.all("span", "value")
    assert value.strip() == "no SNR"
    (_, badge), *_ = parsed.all("span", "badge")
    assert badge.strip() == "refused"
    assert all(check.sentence in " ".join(words for _, words in parsed.all("li")) for check in refused.reasons)
    assert not [words for _, words in parsed.all("figcaption") if "SNR map" in words]


def test_nothing_is_asked_of_the_network(kidney):
    text = page(kidney[0])
    for tag, attrs in Parsed(text).elements:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            if name in attrs:
                assert attrs[name].startswith(("data:image/", "#")), (tag, name, attrs[name][:60])
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text.split("</style>")[0])


def test_the_policy_allows_just_the_pages_own_scripts_and_style(kidney):
    text = page(kidney[0])
    policy = next(attrs["content"] for attrs, _ in Parsed(text).all("meta") if "http-equiv" in attrs)
    rules = {words.split()[0]: words.split()[1:] for words in policy.split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*"} & {
        one for some in rules.values() for one in some
    }
    run = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text.split("</head>")[0], flags=re.DOTALL)
    for words, rule in [*((script, "script-src") for script in run), (style, "style-src")]:
        digest = base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules[rule]
    assert len(rules["script-src"]) == len(run)
    assert not [
        attrs for _, attrs in Parsed(text).elements if "style" in attrs or any(n.startswith("on") for n in attrs)
    ]


def test_hostile_names_and_headers_are_only_text(tmp_path, kidney):
    result, _ = kidney
    image = Image(np.asarray(result.image.data), result.image.affine)
    labels = np.zeros(image.grid, np.uint8)
    labels[20:40, 20:40] = 1
    meta = {
        "source": str(tmp_path / f"{EVIL.replace('/', '_')}.nii"),
        "sidecar": {"Manufacturer": EVIL, "SeriesDescription": EVIL, "ImageType": [EVIL]},
        "vendor": EVIL,
        "coil": EVIL,
    }
    evil = mrsnr.measure(Image(image.data, image.affine, meta), labels={EVIL: Image(labels, image.affine)})
    plain = Parsed(page(mrsnr.measure(image, labels={"good": Image(labels, image.affine)})))
    parsed = Parsed(page(evil, command=f"mrsnr measure {EVIL}"))
    assert len(parsed.all("script")) == len(plain.all("script"))
    assert not [attrs for tag, attrs in parsed.elements if any(name.startswith("on") for name in attrs)]
    assert not [attrs for attrs, _ in parsed.all("img") if not attrs["src"].startswith("data:image/")]
    assert any(EVIL in words for _, words in parsed.all("th"))


def test_the_numbers_are_in_the_page_as_json(kidney):
    told = document(kidney[0])
    found = [
        json.loads(words)
        for attrs, words in Parsed(page(kidney[0])).all("script")
        if attrs.get("id") == "mrsnr-numbers"
    ]
    assert found == [told]


def test_methods_stand_side_by_side(two_levels):
    best, *others = mrsnr.compare(two_levels())
    text = page(best, compared=others)
    (table,) = re.findall(r'<table class="forest">(.*?)</table>', text, flags=re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table.split("</thead>")[1], flags=re.DOTALL)
    assert len(rows) == len(others)
    for row, one in zip(rows, others, strict=True):
        assert str(one.provenance["asked"]) in row
        assert str(one.verdict) in row
        dots = [float(x) for x in re.findall(r'<line class="dot \w+" x1="([\d.]+)"', row)]
        assert len(dots) == (one.value is not None)
    places = {
        one.value: float(re.search(r'class="dot \w+" x1="([\d.]+)"', row)[1])
        for row, one in zip(rows, others, strict=True)
        if one.value is not None
    }
    assert [places[value] for value in sorted(places)] == sorted(places.values())


def test_volumes_have_a_table_and_the_worst_verdict(two_levels):
    good = two_levels()
    data = np.stack([np.asarray(good.data), np.full(good.shape, 3.0)], axis=-1)
    results = mrsnr.measure(Image(data, good.affine))
    parsed = Parsed(page(results))
    (_, badge), *_ = parsed.all("span", "badge")
    assert badge.strip() == "refused"
    assert len(re.findall(r"<tr><td class=\"number\">\d+</td>", page(results))) == 2


def test_a_series_has_its_maps_and_figures():
    rng = np.random.default_rng(1)
    x, y = np.indices((64, 64)) - 31.5
    course = 1000 * (1 + 0.03 * np.linspace(-0.5, 0.5, 40))
    signal = ((x**2 + y**2 < 25**2)[..., None, None] * course).repeat(3, axis=2)
    series = Image(np.hypot(signal + rng.normal(0, 10, signal.shape), rng.normal(0, 10, signal.shape)), np.eye(4))
    parsed = Parsed(page(mrsnr.temporal(series, fbirn=True)))
    (_, value), *_ = parsed.all("span", "value")
    assert float(value) == pytest.approx(100, rel=0.03)
    captions = " ".join(words for _, words in parsed.all("figcaption"))
    for name in ("Temporal mean", "Temporal SNR map", "Weisskoff", "DVARS"):
        assert name in captions
    drift = next(words for _, words in parsed.all("tr") if words.startswith("drift"))
    assert float(drift.removeprefix("drift").split("%")[0]) == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("shape", [(40, 48), (40, 48, 1), (33, 47, 3), (400, 380, 2)])
def test_any_grid_makes_a_page(shape, rng_image):
    text = page(mrsnr.measure(rng_image(shape)))
    assert len(text) < 8e6
    boxes = [attrs["viewbox"] for attrs, _ in Parsed(text).all("svg", "slices")]
    assert boxes
    for box in boxes:
        assert all(np.isfinite([float(part) for part in box.split()]))


@pytest.fixture
def rng_image():
    def make(shape):
        rng = np.random.default_rng(0)
        x = np.indices(shape)
        inside = sum((axis - size / 2) ** 2 / (size / 3) ** 2 for axis, size in zip(x[:2], shape[:2], strict=True)) < 1
        data = np.hypot(200.0 * inside + rng.normal(0, 10, shape), rng.normal(0, 10, shape))
        return Image(data, np.diag([1.5, 2.5, 4.0, 1.0]))

    return make


def test_complex_and_undefined_voxels_make_a_page(two_levels):
    data = np.asarray(two_levels().data).copy()
    data[:3] = np.nan
    for voxels in (data, data * np.exp(0.3j)):
        assert "<svg" in page(mrsnr.measure(Image(voxels, np.eye(4)), method="tissue"))


def test_no_result_is_an_error():
    with pytest.raises(ArgumentError, match="no result to report"):
        page([])


def test_without_jinja2_it_says_what_to_install(monkeypatch, kidney):
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'mrsnr[report]'")):
        page(kidney[0])


def test_without_the_viewer_it_says_how_to_get_it(monkeypatch, kidney):
    monkeypatch.setattr("mrsnr.report.html.bundle", lambda: None)
    text = page(kidney[0])
    assert "make viewer" in text
    assert 'id="viewer"' not in text
    assert 'class="slices' in text
