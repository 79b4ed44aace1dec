"""Is the background distributed like noise?"""

from __future__ import annotations

from mrsnr.background import Background
from mrsnr.checks.grading import graded
from mrsnr.model import Check

_LIMIT, _FAILS_AT = 0.015, 0.03  # distance between distributions
_PER_ROOT = 1.3  # a distance by chance, times the root of the number of independent voxels: 1 in 100


def shape(found: Background) -> Check:
    """Compare the whole distribution of the background with that of noise of its sigma and number of channels.

    Parameters
    ----------
    found
        The background.

    Notes
    -----
    The value is Kolmogorov's distance, the largest difference between the two cumulative distributions; that of whole
    numbers is taken between the steps, so that rounding does not count. Coils whose noise is correlated are not quite
    noncentral chi, and read 0.03 for a correlation of 0.3.
    """
    chance = _PER_ROOT / max(found.independent, 1.0) ** 0.5
    sentence = (
        f"The background's distribution differs by {found.shape:.3f} from that of noise of {_channels(found)}"
        f" (by chance up to {chance:.3f})."
    )
    return graded("shape", found.shape, _LIMIT + chance, _FAILS_AT + 2 * chance, sentence)


def _channels(found: Background) -> str:
    return "one channel" if found.channels == 1 else f"{found.channels:.3g} channels"
