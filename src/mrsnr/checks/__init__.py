"""Validity tests, one a file: each looks at one assumption and returns a `Check`."""

from mrsnr.checks.confirmation import confirmation
from mrsnr.checks.convergence import convergence
from mrsnr.checks.defined import defined
from mrsnr.checks.empty import empty
from mrsnr.checks.geometry import geometry
from mrsnr.checks.kind import kind, not_phase
from mrsnr.checks.ratio import ratio
from mrsnr.checks.sensitivity import sensitivity
from mrsnr.checks.series_length import series_length
from mrsnr.checks.steady import steady
from mrsnr.checks.zeros import zeros

__all__ = [
    "confirmation",
    "convergence",
    "defined",
    "empty",
    "geometry",
    "kind",
    "not_phase",
    "ratio",
    "sensitivity",
    "series_length",
    "steady",
    "zeros",
]
