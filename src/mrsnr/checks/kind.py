"""Is it a magnitude image?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsnr.model import Check, CheckVerdict, Image

_PHASE = "A phase image: an angle has no signal-to-noise ratio; measure the magnitude."
_GAUSSIAN = "its background is Gaussian around 0, not a dark Rayleigh cluster"
_SENTENCES = {
    "magnitude": (CheckVerdict.PASS, "A magnitude image: its noise is Rayleigh where there is no signal."),
    "complex": (CheckVerdict.PASS, "A complex image, measured by its magnitude: Rayleigh where there is no signal."),
    "real": (CheckVerdict.FAIL, f"A real-part image: {_GAUSSIAN}."),
    "imaginary": (CheckVerdict.FAIL, f"An imaginary-part image: {_GAUSSIAN}."),
    "phase": (CheckVerdict.FAIL, _PHASE),
}
_RINGING = 0.01  # more negative voxels than resampling leaves


def kind(image: Image, voxels: NDArray[Any]) -> Check:
    """Fail for real, imaginary and phase images, by what the file says of itself or by negative voxels.

    Parameters
    ----------
    image
        Its kind is what the file says.
    voxels
        Its intensities; complex ones by their magnitude.

    Notes
    -----
    The value is the fraction of negative voxels, which a magnitude image has none of; resampling leaves a few.
    """
    verdict, sentence = _SENTENCES[image.kind]
    negative = float(np.mean(voxels < 0))
    if verdict == CheckVerdict.PASS and negative > 0:
        verdict = CheckVerdict.FAIL if negative > _RINGING else CheckVerdict.WARN
        likely = "a phase, real or imaginary image?" if negative > _RINGING else "was it resampled or offset?"
        sentence = f"{100 * negative:.3g} % of the voxels are negative, which no magnitude is; {likely}"
    return Check(code="kind", value=negative, limit=0.0, verdict=verdict, sentence=sentence)


def not_phase(image: Image) -> Check:
    """Fail for phase images only: mean over SD in time has a meaning for any signal, but not for an angle."""
    if image.kind == "phase":
        return Check(code="kind", value=None, limit=None, verdict=CheckVerdict.FAIL, sentence=_PHASE)
    sentence = f"The kind of image is {image.kind}."
    return Check(code="kind", value=None, limit=None, verdict=CheckVerdict.PASS, sentence=sentence)
