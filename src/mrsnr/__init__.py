"""The signal-to-noise ratio of MR images, and whether to believe it.

>>> import mrsnr
>>> image, labels, truth = mrsnr.data.phantom(snr=20)
>>> result = mrsnr.measure(image)

Nothing heavy is imported until it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrsnr import data as data
    from mrsnr.comparison import compare as compare
    from mrsnr.complex_valued import complex_image as complex_image
    from mrsnr.errors import MrsnrError as MrsnrError
    from mrsnr.io import load as load
    from mrsnr.io import save as save
    from mrsnr.measurement import measure as measure
    from mrsnr.model import Check as Check
    from mrsnr.model import Image as Image
    from mrsnr.model import Noise as Noise
    from mrsnr.model import Regions as Regions
    from mrsnr.model import Snr as Snr
    from mrsnr.model import Temporal as Temporal
    from mrsnr.model import Verdict as Verdict
    from mrsnr.normalisation import Normalised as Normalised
    from mrsnr.normalisation import normalised as normalised
    from mrsnr.report.live import view as view
    from mrsnr.series import temporal as temporal

__version__ = "0.1.0"

_HOME = {
    "Check": "mrsnr.model",
    "Image": "mrsnr.model",
    "MrsnrError": "mrsnr.errors",
    "Noise": "mrsnr.model",
    "Normalised": "mrsnr.normalisation",
    "Regions": "mrsnr.model",
    "Snr": "mrsnr.model",
    "Temporal": "mrsnr.model",
    "Verdict": "mrsnr.model",
    "compare": "mrsnr.comparison",
    "complex_image": "mrsnr.complex_valued",
    "load": "mrsnr.io",
    "measure": "mrsnr.measurement",
    "normalised": "mrsnr.normalisation",
    "save": "mrsnr.io",
    "temporal": "mrsnr.series",
    "view": "mrsnr.report.live",
}
_SUBPACKAGES = ("data", "figures", "physiology", "report", "ukat")

__all__ = ["__version__", *_HOME, *_SUBPACKAGES]  # noqa: PLE0604 - both are strings


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return importlib.import_module(f"mrsnr.{name}")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'mrsnr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
