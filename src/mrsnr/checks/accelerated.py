"""Does the header say that coils were used to tell folded voxels apart, which amplifies noise inside the object?"""

from __future__ import annotations

from mrsnr.header import parallel_imaging
from mrsnr.model import Check, CheckVerdict, Image

_LIMIT = 1.0  # of the factor


def accelerated(image: Image, *, even: bool) -> tuple[Check, ...]:
    """Warn of parallel imaging, for methods that take the noise of air for that of the object.

    Parameters
    ----------
    image
        With its header.
    even
        Whether the noise of the object was measured, and is that of the air all over it.

    Notes
    -----
    The value is the factor of acceleration. Where parts of the object fold over each other the noise is higher by the
    g-factor (Pruessmann et al., Magn Reson Med 42:952-962, 1999). There is no check where the header says nothing.
    """
    found = parallel_imaging(image)
    if found is None:
        return ()
    how = found.technique if found.factor is None else f"{found.technique}, factor {found.factor:.3g}"
    if even:
        sentence = f"The scan was accelerated ({how}); the noise of the object is that of the air all the same."
        return (Check("accelerated", found.factor, _LIMIT, CheckVerdict.PASS, sentence),)
    sentence = (
        f"The scan was accelerated ({how}), which amplifies noise where the coils cannot tell folded parts of the "
        "object apart (g-factor): sigma of the air may be too low for it, and the SNR too high."
    )
    return (Check("accelerated", found.factor, _LIMIT, CheckVerdict.WARN, sentence),)
