"""How the noise of a result was found, in the words of a methods section: each method has its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsnr.distributions import air_mean, air_sd
from mrsnr.model import Noise, Snr
from mrsnr.report.citing import Cited
from mrsnr.report.plain import times
from mrsnr.wording import between, many, number

_ONE = 0.05  # from a whole number, within which channels are written as one
_PARTS = frozenset({"real", "imaginary"})  # whose noise is Gaussian
_OF_ONE = frozenset({"air", "air_mean", "air_rms", "air_std", "mixture", "tissue"})


@dataclass(frozen=True, eq=False)
class Found:
    """A noise, the result that it is of, and the papers that are cited for it."""

    result: Snr
    noise: Noise
    cited: Cited

    @property
    def voxels(self) -> str:
        """How many the noise was taken from."""
        return f"{many(int(self.noise.region.sum()))} voxels"

    @property
    def channels(self) -> str:
        """The effective number of receive channels as a formula, and what it means."""
        n = self.noise.channels
        if n < 1 - _ONE:
            return f"n = {n:g} (Gaussian values)"
        if abs(n - round(n)) >= _ONE:
            return f"n = {n:.1f} effective receive channels"
        return f"n = {n:.0f} effective receive channels" if round(n) != 1 else "n = 1 (Rician magnitudes)"

    @property
    def estimated(self) -> bool:
        """Whether that number is from the air itself."""
        return bool(self.parameters.get("channels") == "estimated")

    @property
    def parameters(self) -> Any:
        """What was chosen, and what else the method has to say."""
        return self.noise.parameters


def noise_sentences(result: Snr, noise: Noise, cited: Cited) -> Iterator[str]:
    """Yield how sigma was found, and its value.

    Parameters
    ----------
    result
        With a value.
    noise
        Its noise.
    cited
        Is given the papers.
    """
    yield from HOW[noise.method](Found(result, noise, cited))
    if result.provenance["repeats"] > 1 and noise.method in _OF_ONE:
        yield "Of the repeats the first was used for that."
    interval = "" if noise.interval is None else f"95 % interval {between(noise.interval)}"
    if isinstance(noise.sigma, np.ndarray):
        ends = between([float(end) for end in np.nanpercentile(noise.sigma, (5, 95))])
        level = interval.replace("interval", "interval of its level")
        median = f"{number(float(np.nanmedian(noise.sigma)))} in image units{_bracketed(level)}"
        yield f"σ was a map: its median was {median}, its 5th to 95th percentile {ends}."
    else:
        yield f"σ was {number(noise.sigma)} in image units{_bracketed(interval)}."


def _bracketed(words: str) -> str:
    return f" ({words})" if words else ""


def _air(of: Found) -> Iterator[str]:
    yield (
        f"The noise was taken from {of.voxels} of air, found as the lowest level at which local means "
        f"gather{of.cited('aja2009')}; places with more power than the quietest, as ghosts and ringing make, were left "
        "out."
    )
    estimated = ", estimated from the distribution of the air" * of.estimated
    root = f"the root mean square of the air over √(2n){of.cited('constantinides1997')}"
    yield f"σ was {root}, with {of.channels}{estimated}."


def _of_air(how: Callable[[float], str], *keys: str) -> Callable[[Found], Iterator[str]]:
    """Return the words of a method that takes a given noise mask, or dark voxels."""

    def words(of: Found) -> Iterator[str]:
        given = of.parameters.get("noise_mask") == "given"
        where = "in the noise mask that was given" if given else "found in the dark part of the image"
        their = f"their {how(of.noise.channels)}{of.cited(*keys)}"
        estimated = ", estimated from them" * of.estimated
        yield f"σ was taken from {of.voxels} of air {where}, as {their}, with {of.channels}{estimated}."

    return words


def _tissue(of: Found) -> Iterator[str]:
    yield (
        "The noise was taken from inside the object: from the median size of the differences between voxels one to "
        f"four apart, in its {of.voxels} that were smoothest, akin to the wavelet estimate of "
        f"noise{of.cited('donoho1995', 'coupe2010')}."
    )
    window = re.sub(r"x(?=\d)", "×", str(of.parameters["k-space"]))
    window = window.replace("with a cosine of", "and rolled off by a cosine of depth")
    yield (
        "Noise that is correlated between neighbours hardly shows in such differences: they were corrected for the "
        f"window of k-space that explained them best ({window}), and for the noise floor at the local "
        f"SNR{of.cited('koay2006')} with {of.channels}."
    )
    if of.parameters["sigma"] == "map":
        yield f"How σ varied over the object was taken from their smoothed logarithm{of.cited('aja2015')}."


def _difference(of: Found) -> Iterator[str]:
    if of.parameters["repeats"] > 2:
        yield from _over_repeats(of, trend="")
        return
    papers = of.cited("reeder2005", "dietrich2007", "firbank1999")
    yield f"σ was the SD of the difference of the two acquisitions over √2{papers}, in {of.voxels} {_where(of)}."
    yield from _of_repeats(of)


def _replicas(of: Found) -> Iterator[str]:
    yield from _over_repeats(of, trend=" about a linear trend in time")


def _over_repeats(of: Found, *, trend: str) -> Iterator[str]:
    mean = f"the root of the mean variance over the {of.parameters['repeats']} acquisitions{trend}"
    yield f"σ was {mean}{of.cited('reeder2005', 'dietrich2007')}, in {of.voxels} {_where(of)}."
    yield from _of_repeats(of)


def _of_repeats(of: Found) -> Iterator[str]:
    """Say what was taken out of differences between repeats."""
    share = 100 * float(of.parameters["left_out"])
    left_out = "none" if share == 0 else f"{number(share, 2)} % of them"
    yield (
        "What changed slowly in space (at most quadratically in each slice) or in scale was taken out first, and "
        f"differences beyond six robust SDs were left out ({left_out})."
    )
    yield from _floor(of, gaussian=_PARTS | {"complex"})  # of which real and imaginary parts are subtracted
    if of.parameters["local"]:
        yield "As the noise varied over the object, this was done in windows of 7 × 7 voxels."


def _floor(of: Found, *, gaussian: frozenset[str] = _PARTS) -> Iterator[str]:
    if of.result.image.kind in gaussian:
        yield "The noise of these data is Gaussian, and has no noise floor."
    else:
        yield f"The effect of the noise floor on the SD was taken out{of.cited('koay2006')} with {of.channels}."


def _where(of: Found) -> str:
    return "of the labels" if of.result.provenance["of"] == "labels" else "of the bright object without its rim"


def _noise_scan(of: Found) -> Iterator[str]:
    papers = of.cited("nema2008", "constantinides1997")
    yield (
        f"σ was the root mean square of {of.voxels} of a noise scan, given as acquired with the same settings without "
        f"excitation, over √(2n){papers}, with {of.channels}."
    )
    if of.parameters["local"]:
        yield "As it varied over the scan, this was done in windows of 15 × 15 voxels."


def _piesno(of: Found) -> Iterator[str]:
    volumes = f"{of.result.provenance['repeats']} volumes"
    yield (
        f"The noise was taken from {of.voxels} whose sum of squares over the {volumes} was that of noise "
        f"alone{of.cited('koay2009b')}, of the lowest σ at which many voxels are such, with {of.channels}."
    )
    yield f"σ² was the mean over {times(int(of.parameters['slices']), 'slice')} with air, weighted by their voxels."


def _mppca(of: Found) -> Iterator[str]:
    patch = " × ".join(map(str, of.parameters["patch"]))
    papers = of.cited("veraart2016a", "veraart2016b")
    yield (
        f"σ² of each of {of.voxels} was the mean of the eigenvalues that follow the law of Marchenko and Pastur, in "
        f"patches of {patch} voxels over {of.parameters['volumes']} volumes{papers}."
    )
    yield from _floor(of)


def _temporal(of: Found) -> Iterator[str]:
    count, order, freedom = (of.parameters[name] for name in ("repeats", "order", "degrees_of_freedom"))
    yield (
        f"σ of each of {of.voxels} was the SD over the {count} volumes about a polynomial of order {order} in "
        f"time{of.cited('hutton2011')} ({freedom} degrees of freedom), without what few volumes make an SD read low; "
        "all that fluctuates counts as noise."
    )
    yield from _floor(of)


def _mixture(of: Found) -> Iterator[str]:
    if of.parameters.get("noise_mask") == "given":
        yield "The background was the noise mask that was given."
    else:
        mixture = f"a variational Bayesian mixture of {of.parameters['clusters']} Gaussians"
        papers = of.cited("bishop2006", "blei2006")
        yield f"The background was the darkest component of {mixture}, fitted to the intensities of all voxels{papers}."
    over = "" if of.noise.channels < 1 - _ONE else " over 0.655, the SD of Rayleigh noise of unit σ"
    yield f"σ was the SD of its {of.voxels}{over}{of.cited('henkelman1985', 'dietrich2007')}."


HOW: dict[str, Callable[[Found], Iterator[str]]] = {
    "air": _air,
    "air_mean": _of_air(
        lambda n: f"mean over {air_mean(n):.4f}, that of noise of unit σ", "edelstein1984", "constantinides1997"
    ),
    "air_rms": _of_air(lambda _: "root mean square over √(2n)", "constantinides1997", "sijbers2007"),
    "air_std": _of_air(
        lambda n: f"SD over {air_sd(n):.4f}, that of noise of unit σ", "henkelman1985", "kaufman1989", "dietrich2007"
    ),
    "difference": _difference,
    "mixture": _mixture,
    "mppca": _mppca,
    "noise_scan": _noise_scan,
    "piesno": _piesno,
    "replicas": _replicas,
    "temporal": _temporal,
    "tissue": _tissue,
}
"""The words of each method."""
