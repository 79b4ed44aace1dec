"""From what a volume shows to the noise that is believed, and to a verdict."""

from __future__ import annotations

import dataclasses

import numpy as np

from mrsnr.checks import accelerated, agreement, channels_known, processed
from mrsnr.checks.evenness import LIMIT
from mrsnr.intervals import error_of, interval_of
from mrsnr.model import Check, CheckVerdict, FloatArray, Image, Noise, Regions
from mrsnr.noise.air import air_error, noise_of_air
from mrsnr.noise.tissue import tissue
from mrsnr.survey import Survey
from mrsnr.verdicts import merged

OF_AIR = frozenset({"air", "air_mean", "air_rms", "air_std", "mixture", "piesno"})
"""Methods whose noise is that of air, so that what is wrong with the air is wrong with them."""

_TOO_VAGUE = 0.2  # relative SE of sigma from tissue alone, above which it is no answer
_TOO_DOUBTFUL = 0.4  # log of the ratio of the SNRs that possible numbers of channels give
_SURROUNDING = 0.7  # of the border of the image: air that nothing confirms must be that much around the object
_SOME_BORDER = 0.3  # the same, where the air shows nothing of the object
_MERGED = frozenset({"shape", "ratio", "stationarity"})  # what air and a faint object together show
_NOTABLE = 0.1  # log of the ratio of tissue to air, that anatomy at a high SNR does not make
_BEYOND = 6.0  # relative SE of sigma from tissue, by which it can hardly be wrong
_FINE = 0.03  # of the signal: fine anatomy that may read as noise
_CERTAIN = 0.04  # relative SE of sigma from tissue, up to which it may contradict the air
_OF_REPEATS = {"difference": 0.003, "replicas": 0.003}  # relative SE of sigma from repeats, beyond counting
_OF_SERIES = 0.01  # the same for maps from series
_OF_DISAGREEMENT, _MOST_DOUBT = 0.33, 0.3  # of the log of the ratio of two estimates, and at most: relative SE


def choose(image: Image, seen: Survey, *, regions: Regions) -> Noise | None:
    """Return the noise that a single volume supports: from air, else from tissue, else ``None``.

    1. Air that fails no check, and tissue that agrees with it or cannot contradict it: air.
    2. Tissue that contradicts the air with a cause (`_contradicted`), or air that is small and far from it: tissue.
    3. A magnitude image with negative values: none.
    4. Without air: tissue, unless it is too vague, or the number of channels in doubt matters too much.
    """
    if any(check.code == "kind" and check.verdict == CheckVerdict.FAIL for check in seen.checks):
        return None
    inside = seen.interior
    if seen.background is None or not seen.air_holds or _chance(seen):
        if inside is None or seen.unconfirmed_error > _TOO_VAGUE or seen.channels_doubt > _TOO_DOUBTFUL:
            return None
        return tissue(image, regions=regions, seen=seen)
    if inside is None and seen.background.border < (_SURROUNDING if _merged(seen) else _SOME_BORDER):
        return None
    if _contradicted(seen):
        return tissue(image, regions=regions, seen=seen)
    return noise_of_air(image, seen, seen.background)


def why_nothing(seen: Survey | None) -> str:
    """Return why a volume supports no answer, in a sentence."""
    because = "the object does not show its noise either"
    if seen is not None and seen.inside_error <= _TOO_VAGUE < seen.unconfirmed_error:
        because = "in the object fine anatomy cannot be told from noise"
    return f"There is no SNR: there is no air whose noise can be believed, and {because}."


def _compared(seen: Survey) -> Check:
    """Return whether air and tissue agree."""
    air = None if seen.background is None else seen.background.sigma
    inside = None if seen.interior is None else seen.interior.sigma
    return agreement(air, inside, names=("air", "tissue"), error=seen.inside_error)


def _chance(seen: Survey) -> bool:
    """Return whether what looks like air does so by chance: a small piece, and far from what the tissue says.

    Tissue that is too vague to be an answer says nothing against air that has nothing of an object in it.
    """
    small = seen.background is not None and seen.background.border < _SOME_BORDER
    heard = seen.unconfirmed_error <= _TOO_VAGUE or _merged(seen)
    return small and heard and _compared(seen).verdict == CheckVerdict.FAIL


def _merged(seen: Survey) -> bool:
    """Return whether the air may have a faint object in it."""
    return any(check.code in _MERGED and check.verdict != CheckVerdict.PASS for check in seen.air_checks)


def _contradicted(seen: Survey) -> bool:
    """Return whether the tissue says that the noise of the air is not that of the object.

    Lower, where the air is uneven: ghosts or ringing. Higher, where the noise of the object is uneven (parallel
    imaging, normalisation) or the two are further apart than the tissue can be wrong, also by fine anatomy: the air was
    processed. But not where k-space ends abruptly: ringing is higher in the object than in the air. And not where
    tissue is too vague to be an answer itself.
    """
    air, inside, field = seen.background, seen.interior, seen.field
    if air is None or inside is None or field is None:
        return False
    compared = _compared(seen)
    if compared.verdict == CheckVerdict.PASS or seen.unconfirmed_error > _TOO_VAGUE:
        return False
    uneven_air = any(check.code == "stationarity" and check.verdict != CheckVerdict.PASS for check in seen.air_checks)
    certain = seen.inside_error < (_TOO_VAGUE if uneven_air and compared.verdict == CheckVerdict.FAIL else _CERTAIN)
    apart = float(np.log(inside.sigma / air.sigma))
    if apart < 0:
        return uneven_air and certain
    if inside.abrupt:
        return False
    fine = float(np.expm1(2 * apart)) * air.sigma**2 < (_FINE * inside.level) ** 2
    beyond = compared.verdict == CheckVerdict.FAIL and apart > _BEYOND * seen.inside_error and not fine
    return beyond or (certain and (uneven_air or (field.uneven > LIMIT and apart > _NOTABLE)))


def confirmed(found: Noise, seen: Survey | None) -> Check:
    """Return whether an independent estimate agrees: tissue for methods of air, air or tissue for the others."""
    sigma, error = _level(found.sigma), _error(found)
    other, name, other_error = None, "air" if found.method == "tissue" else "tissue", 0.0
    if seen is not None:
        air = seen.background if seen.air_holds else None
        inside = seen.interior
        of_air = found.method in OF_AIR
        if air is not None and (found.method in {"tissue", "mixture"} or (not of_air and inside is None)):
            other, name, other_error = air.sigma, "air", air_error(air)
        elif inside is not None and found.method != "tissue":
            other, name, other_error = inside.sigma, "tissue", seen.inside_error
            if air is not None and not of_air and sigma is not None:
                options = [(air.sigma, "air", air_error(air)), (inside.sigma, "tissue", seen.inside_error)]
                other, name, other_error = min(options, key=lambda one: abs(np.log(one[0] / sigma)))
    source = "air" if found.method in OF_AIR - {"mixture"} else found.method
    if name == source:
        source = f"'{found.method}'"
    return agreement(sigma, other, names=(source, name), error=float(np.hypot(error, other_error)))


def widened(found: Noise, seen: Survey | None) -> Noise:
    """Return the noise of repeats with an interval that has the method's own error in it, and doubt about channels."""
    doubt = 0.0 if seen is None else seen.channels_doubt / 4
    return _with_error(found, float(np.hypot(_OF_REPEATS.get(found.method, _OF_SERIES), doubt)))


def doubted(found: Noise, check: Check) -> Noise:
    """Return a noise whose interval has the disagreement with a second estimate in it."""
    if check.verdict == CheckVerdict.PASS or check.value is None:
        return found
    return _with_error(found, min(_OF_DISAGREEMENT * check.value, _MOST_DOUBT))


def _with_error(found: Noise, error: float) -> Noise:
    """Return a noise with one more relative SE in its interval."""
    if found.interval is None or not found.interval[0] > 0:
        return found
    middle = float(np.sqrt(found.interval[0] * found.interval[1]))
    return dataclasses.replace(found, interval=interval_of(middle, float(np.hypot(_error(found), error))))


def counted(image: Image, found: Noise, seen: Survey | None) -> tuple[Check, ...]:
    """Return the checks that bear on a method: its own, and where its noise is that of air those of air and header."""
    unsure = () if seen is None else (channels_known(found.channels, doubt=seen.channels_doubt),)
    if found.method not in OF_AIR:
        return merged(found.checks, unsure)
    even = _even(found, seen)
    said = (*processed(image, even=even), *accelerated(image, even=even))
    return merged(found.checks, unsure, () if seen is None else seen.checks, said)


def _even(found: Noise, seen: Survey | None) -> bool:
    """Return whether the noise of the object was seen to be that of the air, and the same all over it."""
    if seen is None or seen.field is None or seen.uneven:
        return False
    check = _compared(seen) if found.method == "mixture" else confirmed(found, seen)
    return check.verdict == CheckVerdict.PASS


def _level(sigma: float | FloatArray | None) -> float | None:
    """Return one number for a sigma that may be a map: the root of its mean square."""
    if sigma is None:
        return None
    values = np.asarray(sigma, dtype=np.float64)
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if known.size else None


def _error(found: Noise) -> float:
    return 0.0 if found.interval is None or not found.interval[0] > 0 else error_of(found.interval)
