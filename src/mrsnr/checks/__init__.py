"""Validity tests, one a file: each looks at one assumption and returns a `Check`."""

from mrsnr.checks.accelerated import accelerated
from mrsnr.checks.accepted import accepted
from mrsnr.checks.agreement import agreement
from mrsnr.checks.amount import amount, no_air
from mrsnr.checks.channels import channels, channels_known
from mrsnr.checks.clipping import clipping
from mrsnr.checks.confirmation import confirmation
from mrsnr.checks.convergence import convergence
from mrsnr.checks.copies import copies
from mrsnr.checks.correlation import correlation
from mrsnr.checks.darker import darker
from mrsnr.checks.defined import defined
from mrsnr.checks.detection import detection
from mrsnr.checks.drift import drift
from mrsnr.checks.empty import empty
from mrsnr.checks.evenness import evenness
from mrsnr.checks.geometry import geometry
from mrsnr.checks.ghosts import ghosts
from mrsnr.checks.identical import identical
from mrsnr.checks.kind import kind, not_phase
from mrsnr.checks.lasting import lasting
from mrsnr.checks.local_noise import local_noise
from mrsnr.checks.motion import motion
from mrsnr.checks.noise_floor import noise_floor
from mrsnr.checks.overlap import overlap
from mrsnr.checks.processed import processed
from mrsnr.checks.quantisation import quantisation
from mrsnr.checks.ratio import ratio
from mrsnr.checks.repeated_values import repeated_values
from mrsnr.checks.sensitivity import sensitivity
from mrsnr.checks.series_length import series_length
from mrsnr.checks.shape import shape
from mrsnr.checks.sides import sides
from mrsnr.checks.spikes import spikes
from mrsnr.checks.stationarity import stationarity
from mrsnr.checks.steady import steady
from mrsnr.checks.unbounded import unbounded
from mrsnr.checks.varying import varying
from mrsnr.checks.whiteness import whiteness
from mrsnr.checks.zeros import zeros

__all__ = [
    "accelerated",
    "accepted",
    "agreement",
    "amount",
    "channels",
    "channels_known",
    "clipping",
    "confirmation",
    "convergence",
    "copies",
    "correlation",
    "darker",
    "defined",
    "detection",
    "drift",
    "empty",
    "evenness",
    "geometry",
    "ghosts",
    "identical",
    "kind",
    "lasting",
    "local_noise",
    "motion",
    "no_air",
    "noise_floor",
    "not_phase",
    "overlap",
    "processed",
    "quantisation",
    "ratio",
    "repeated_values",
    "sensitivity",
    "series_length",
    "shape",
    "sides",
    "spikes",
    "stationarity",
    "steady",
    "unbounded",
    "varying",
    "whiteness",
    "zeros",
]
