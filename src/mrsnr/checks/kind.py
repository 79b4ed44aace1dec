"""Is it a magnitude image?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict, Image

_SENTENCES = {
    "magnitude": (
        CheckVerdict.PASS,
        "A magnitude image: its noise is Rayleigh where there is no signal.",
    ),
    "complex": (
        CheckVerdict.PASS,
        "A complex image, measured by its magnitude: Rayleigh where there is no signal.",
    ),
    "real": (
        CheckVerdict.FAIL,
        "A real-part image: its background is Gaussian around 0, not a dark Rayleigh cluster.",
    ),
    "imaginary": (
        CheckVerdict.FAIL,
        "An imaginary-part image: its background is Gaussian around 0, not a dark Rayleigh cluster.",
    ),
    "phase": (
        CheckVerdict.FAIL,
        "A phase image: an angle has no signal-to-noise ratio; measure the magnitude.",
    ),
}


def kind(image: Image) -> Check:
    """Fail for real, imaginary and phase images, by what the file says of itself."""
    verdict, sentence = _SENTENCES[image.kind]
    return Check(code="kind", value=None, limit=None, verdict=verdict, sentence=sentence)
