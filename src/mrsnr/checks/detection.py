"""Does every label have a signal?"""

from __future__ import annotations

from collections.abc import Sequence

from mrsnr.model import Check, CheckVerdict


def detection(*, labels: int, below: Sequence[str]) -> tuple[Check, ...]:
    """Name the labels whose signal cannot be told from noise; nothing to say where there are none.

    Parameters
    ----------
    labels
        How many labels were looked at.
    below
        Names of those whose mean square is within two standard errors of that of noise.
    """
    if not below:
        return ()
    names = ", ".join(below)
    sentence = (
        f"No signal above the noise in {names}: below detection, and left out of the value, which then reads high."
    )
    return (Check("detection", float(len(below)), 0.0, CheckVerdict.FAIL, f"{sentence} ({labels} labels in all.)"),)
