"""Why an answer is worth what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from mrsnr.header import intensity_normalised, processed_by
from mrsnr.model import Check, Snr, Temporal, Verdict
from mrsnr.report.names import NAMES
from mrsnr.report.why import why

__all__ = ["ADVICE", "NAMES", "NEEDS_NONE", "STEPS", "advice", "why"]

_MOST = 4

STEPS: dict[str, str] = {
    "magnitude": "Measure the magnitude image as it was reconstructed: not its phase, not resampled, without an "
    "offset.",
    "different": "Make sure that the repeats are two acquisitions and not copies of one, and give one acquired anew.",
    "copies": "Take out the volumes that are copies of the one before them.",
    "place": "Resample masks and labels to the grid of the image, so that their affines say the same place.",
    "drop": "Leave out the volumes before the steady state (mrsnr temporal --drop), and measure echoes, b-values "
    "or delays one by one: they are no repeats.",
    "spikes": "Look at the volumes that jump, for motion or sparks; mrsnr temporal --robust measures without them.",
    "lasting": "Measure without --robust: noise that lasts from volume to volume, as breathing does, then counts in "
    "full.",
    "object": "Give a mask that lies on the object (mrsnr temporal --mask).",
    "order": "Say which comes first, control or label (--pairs), and leave out what came before the pairs (--drop).",
    "redraw": "Draw the labels inside the object, away from its edges and from what has no signal.",
    "channels": "Say how many receive channels were combined by sum of squares (--channels; 1 for an adaptive or "
    "SENSE combination).",
    "auto": "Let the software choose where the noise is taken from (--method auto): it tests the air before it "
    "believes it.",
    "repeat": "Acquire the scan a second time with the same settings and give it as --repeat: the difference of the "
    "two shows the noise inside the object, whatever was done to the air.",
    "replicas": "Take the noise from the repeats themselves (--repeats --method replicas), or from the series as it "
    "was before interpolation and motion correction.",
    "more": "Acquire further repeats of the same scan and give each as --repeat: three or more narrow the "
    "interval and tell drift from noise.",
    "still": "Acquire the repeats once more, one right after the other, with the object at rest and without new "
    "adjustments of the scanner in between.",
    "normalised": "Switch off the normalisation for the sensitivity of the coils (Prescan Normalize, CLEAR, PURE), "
    "which the header says was done, or keep the image without it.",
    "filtered": "Switch off the filters and corrections that the header tells of, or keep the image without them.",
    "background": "Export the image with its background, without masking, thresholding or suppression of the air.",
    "filter": "Switch off image filters and normalisation for the coils (Prescan Normalize, CLEAR, PURE), which "
    "change the noise of the air.",
    "scan": "Acquire a noise scan, with the same settings but without excitation, and give it as --noise-scan.",
    "ghosts": "Look for ghosts and flow along the phase-encoding direction, and give a noise mask beside them "
    "(--noise-mask).",
    "mask": "Give a noise mask where the scanner left the air alone (--noise-mask), away from ghosts.",
    "air": "Leave more air about the object: a larger field of view, and no cropping.",
    "labels": "Give labels of even tissue (--labels), so that the value is of what you want to know.",
    "volumes": "Acquire more volumes: with some 50 the SD of each voxel is good to 10 %.",
    "signal": "Raise the signal, by larger voxels, more averages or a shorter echo time; there is next to none.",
    "interpolation": "Export the image on the matrix that was acquired, without interpolation.",
    "steps": "Store the image in finer steps: as floating point, or scaled to the full range of its integers.",
    "clipping": "Export the image in its full range: the brightest voxels were cut.",
    "thermal": "To tell thermal noise from fluctuations, compare with the SNR of two acquisitions (mrsnr measure "
    "--repeat).",
    "compare": "See what every method says of this image (mrsnr compare), and judge by how far they agree.",
}
"""What one can do, the most useful first."""

ADVICE: dict[str, tuple[str, ...]] = {
    "accelerated": ("repeat", "scan"),
    "accepted": ("channels", "mask", "repeat"),
    "agreement": ("repeat", "scan", "compare"),
    "amount": ("repeat", "air", "background", "scan"),
    "channels": ("channels", "repeat"),
    "clipping": ("clipping",),
    "confirmation": ("thermal",),
    "convergence": ("auto",),
    "copies": ("copies",),
    "correlation": ("interpolation",),
    "darker-than-air": ("background", "repeat"),
    "detection": ("redraw", "signal"),
    "drift": ("still",),
    "empty": ("mask", "auto"),
    "evenness": ("repeat",),
    "geometry": ("place",),
    "ghosts": ("repeat", "ghosts"),
    "identical": ("different",),
    "interval": ("auto", "repeat", "labels"),
    "kind": ("magnitude",),
    "lasting": ("lasting",),
    "local-noise": ("repeat", "labels"),
    "motion": ("still", "labels"),
    "noise-floor": ("signal",),
    "overlap": ("redraw",),
    "processed": ("repeat",),
    "quantisation": ("steps",),
    "ratio": ("repeat", "background", "filter"),
    "repeated-values": ("background",),
    "sensitivity": ("auto",),
    "series-length": ("volumes",),
    "shape": ("repeat", "background", "filter"),
    "sides": ("repeat", "ghosts"),
    "spikes": ("spikes",),
    "stationarity": ("repeat", "filter", "ghosts"),
    "steady": ("drop",),
    "varying": ("object",),
    "whiteness": ("replicas",),
    "zeros": ("repeat", "background", "scan"),
}
"""Steps by the code of the check that did not pass."""

NEEDS_NONE = frozenset({"defined"})
"""Checks whose sentence is all there is to say: other checks, or the error, say why there is no value."""

_OF_SERIES = frozenset({"drop", "spikes", "lasting", "object", "order", "thermal", "volumes", "copies"})
_OF_BOTH = frozenset({"magnitude", "place", "signal", "volumes"})
_BY_HEADER = frozenset({"zeros", "shape", "ratio", "agreement", "evenness", "stationarity", "processed", "local-noise"})


def advice(result: Snr | Temporal) -> tuple[str, ...]:
    """Return what to do about an answer, the most useful first, at most four sentences; none if it is trusted."""
    if result.verdict == Verdict.TRUSTED:
        return ()
    codes = [check.code for check in result.reasons]
    if result.image.kind == "phase":
        return (STEPS["magnitude"],)
    wanted = {step for check in result.reasons for step in _steps(check)}
    if "zeros" in codes:
        wanted.discard("air")  # there is some, which was masked
    fitting = _for_series(result, wanted) if isinstance(result, Temporal) else set(_for_image(result, wanted, codes))
    return tuple(sentence for step, sentence in STEPS.items() if step in fitting)[:_MOST]


def _steps(check: Check) -> tuple[str, ...]:
    """Return the steps for one reason; a number of channels that is against a limit is what odd air looks like."""
    if check.code == "channels" and check.limit is not None:
        return ADVICE["shape"]
    return ADVICE.get(check.code, ())


def _for_series(result: Temporal, wanted: set[str]) -> set[str]:
    """Return the steps that make sense of a series."""
    nothing = {"object"} if result.pairs is None else {"order"}
    fitting = wanted & (_OF_SERIES | _OF_BOTH)
    return fitting | nothing if result.value is None else fitting


def _for_image(result: Snr, wanted: set[str], codes: list[str]) -> Iterator[str]:
    """Yield the steps that make sense of an image: nothing that was done already, and what its header calls for."""
    given = {role for role, _ in result.provenance.get("inputs", ())}
    done = {name for role, name in (("noise_scan", "scan"), ("noise_mask", "mask")) if role in given}
    if result.provenance["asked"] != "mixture":
        done.add("auto")
    if "volume" in result.image.meta:
        done.add("compare")  # which takes one volume, or repeats
    if result.provenance["repeats"] > 1:
        done.add("repeat")
        if "repeat" in wanted:
            yield "more"
    if result.provenance["of"] == "labels":
        done.add("labels")
    if _BY_HEADER & set(codes):
        said = {"normalised": intensity_normalised(result.image), "filtered": bool(processed_by(result.image))}
        yield from (step for step, done_by_scanner in said.items() if done_by_scanner)
        if any(said.values()):
            done.add("filter")
    yield from wanted - done - (_OF_SERIES - _OF_BOTH - {"drop", "copies"})
    if result.value is None and not wanted:
        yield from {"repeat"} - done
    yield from {"compare"} - done
