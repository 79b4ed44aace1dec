"""Does the header say that the image was processed, so that its noise may not be the same in air and object?"""

from __future__ import annotations

from mrsnr.header import intensity_normalised, processed_by
from mrsnr.model import Check, CheckVerdict, Image


def processed(image: Image, *, even: bool) -> tuple[Check, ...]:
    """Warn of normalisation, filters and interpolation, for methods that take the noise of air for that of the object.

    Parameters
    ----------
    image
        With its header.
    even
        Whether the noise of the object was measured, and is that of the air all over it.

    Notes
    -----
    Normalisation multiplies image and noise by a map, the more the further from the coils; interpolation and filters
    lower noise where they average, which those that look at edges do most in air. There is no check where the header
    says nothing.
    """
    done = [*(["normalised for the coils"] if intensity_normalised(image) else []), *processed_by(image)]
    if not done:
        return ()
    said = f"The header says that the image was {' and '.join(done)}"
    if even:
        sentence = f"{said}; the noise of the object is that of the air all the same."
        return (Check("processed", None, None, CheckVerdict.PASS, sentence),)
    sentence = f"{said}, and the noise with it: sigma of the air may not be that of the object."
    return (Check("processed", None, None, CheckVerdict.WARN, sentence),)
