"""Results to write about, each made once: of every method, one that is trusted, and one that is refused."""

import re
from functools import cache

import numpy as np

import mrsnr
from mrsnr import Image, noise
from mrsnr.io.document import document
from mrsnr.report.prose import methods_paragraph
from repeated_scans import SIGMA, scanned, tissues

SNR = 20.0
_MOST = 12

NUMBER = r"([\d.]+(?:e[+-]\d+)?)"
_CITATION = re.compile(r"\[(\d+(?:, \d+)*)\]")


@cache
def _series():
    return scanned(SNR, volumes=_MOST, seed=1)


@cache
def measured_by(method):
    """A body whose middle tissue has an SNR of 20, measured by one method: in repeats where that needs them."""
    series, volumes = _series(), {1: 1, 2: 2, 3: 4}.get(noise.fewest_volumes(method), _MOST)
    data = np.asarray(series.data)[..., :volumes]
    image = Image(data[..., 0] if volumes == 1 else data, series.affine, series.meta)
    scan = None
    if method == "noise_scan":
        parts = np.random.default_rng(3).normal(0, SIGMA, (2, *data.shape[:3]))
        scan = Image(np.hypot(*parts), series.affine, series.meta)
    return mrsnr.measure(image, method, noise_scan=scan, repeats=volumes > 1)


@cache
def every_method():
    return {name: measured_by(name) for name in noise.names()}


@cache
def trusted(**meta):
    """One volume of that body with its three tissues as labels; the answer is trusted."""
    labels = {f"tissue of {share}": mask for share, mask in zip("abc", tissues().labels.values(), strict=True)}
    image = Image(np.asarray(_series().data)[..., 0], np.diag([-2.0, 2.0, 5.0, 1.0]), {"channels": 1, **meta})
    return mrsnr.measure(image, labels=labels)


@cache
def refused():
    """Masked air about an object that is too small to show its noise."""
    data = np.zeros((64, 64, 4))
    data[30:34, 30:34] = np.random.default_rng(0).normal(500, 10, (4, 4, 4))
    return mrsnr.measure(Image(data, np.eye(4)))


@cache
def series(**options):
    """A phantom of 40 volumes that is twice as bright in its first two: a temporal SNR of 100."""
    rng = np.random.default_rng(5)
    data = rng.normal(0, 10, (40, 40, 3, 40))
    data[5:35, 5:35] += 1000
    data[5:35, 5:35, :, :2] *= 2
    return mrsnr.temporal(Image(np.abs(data), np.diag([3.0, 3.0, 4.0, 1.0])), **options)


def paragraph_of(result):
    return methods_paragraph(result, document(result))


def found(pattern, text):
    """The number that stands in a place of the text."""
    (value,) = re.findall(pattern, text)
    return float(value)


def citations(text):
    return [int(one) for group in _CITATION.findall(text) for one in group.split(", ")]


def is_a_paragraph(text):
    return text == " ".join(text.split()) and text.endswith(".") and not re.search(r"\bnan\b|None|n/a|inf\b", text)
