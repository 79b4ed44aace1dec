"""Did the fit come to rest?"""

from __future__ import annotations

from mrsnr.model import Check, CheckVerdict


def convergence(*, converged: bool, iterations: int) -> Check:
    """Warn when the mixture was still moving at its last iteration."""
    if converged:
        sentence = f"The mixture converged after {iterations} iterations."
    else:
        sentence = f"The mixture was still moving after {iterations} iterations; try fewer clusters."
    return Check(
        code="convergence",
        value=float(iterations),
        limit=None,
        verdict=CheckVerdict.PASS if converged else CheckVerdict.WARN,
        sentence=sentence,
    )
