"""Every method that applies to one image, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mrsnr import noise
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.measurement import AUTO, Request, measure_repeats, measure_volume, request, surveyed
from mrsnr.model import Image, Snr
from mrsnr.regions import Labels, Mask
from mrsnr.results import object_of, unusable
from mrsnr.survey import Survey
from mrsnr.threads import in_order
from mrsnr.verdicts import expect_image

_NEEDS_A_SCAN = "noise_scan"
_AT_ONCE = 2  # methods: each needs memory of its own


@np.errstate(all="ignore")  # as in `measure`
def compare(
    image: Image,
    *,
    repeat: Image | Sequence[Image] | None = None,
    repeats: bool = False,
    noise_scan: Image | None = None,
    channels: float | None = None,
    clusters: int = 3,
    noise_mask: Mask | None = None,
    labels: Labels | None = None,
) -> tuple[Snr, ...]:
    """Measure an image by every method that applies: how far they agree is how far any of them is to be believed.

    Parameters
    ----------
    image
        One volume, or repeats on the last axis.
    repeat, repeats, noise_scan, channels, clusters, noise_mask, labels
        As in `mrsnr.measure`.

    Returns
    -------
    tuple of Snr
        First the answer of ``auto``, which is the one to believe; then that of each method by name, in alphabetical
        order. ``provenance["asked"]`` is the method that was asked. Methods that need repeats are among them where
        there are enough, and ``noise_scan`` where there is a scan. Methods that take a noise mask find air by
        themselves without one. A method that cannot measure the image is refused, with the reason. Without labels all
        of them measure the same tissues, but for ``mixture``, which keeps the tutorial's foreground.

    Raises
    ------
    ArgumentError
        If there are several volumes that are not repeats, an option is out of range, or ``image`` is no `Image`.
    ImageError
        If no voxel is finite, or all are equal.
    RegionError
        If a mask or the labels do not fit the image.

    Notes
    -----
    Methods that share an assumption agree in their error: all that look at air are wrong together where the air was
    masked. Agreement means most between air, tissue and repeats. Of methods that need several volumes, ``mppca`` and
    ``piesno`` see less than thermal noise or other noise than ``replicas`` where their assumptions fail.

    Examples
    --------
    >>> import mrsnr
    >>> image, labels, truth = mrsnr.data.phantom(snr=20)
    >>> for result in mrsnr.compare(image, labels=labels):  # doctest: +SKIP
    ...     print(result.provenance["asked"], result.value, result.interval, result.verdict)
    """
    expect_image(image)
    options = {"channels": channels, "clusters": clusters, "scan": noise_scan}
    given = request(image, repeat, repeats=repeats, options=options, noise_mask=noise_mask, labels=labels)
    if len(given.volumes) > 1 and not given.repeats:
        raise ArgumentError(
            f"The image has {len(given.volumes)} volumes, and the methods are compared on one. Give one volume, or say "
            "that they are repeats of each other (repeats=True, in the command --repeats)."
        )
    seen = surveyed(given, needed=not given.repeats)
    best = _measure(given, AUTO, seen)
    given = replace(given, tissues=best.regions or object_of(given.volumes[0]))
    names = applicable(given)
    answers = in_order(lambda name: _again(best, name) or _attempt(given, name, seen), names, n_procs=_AT_ONCE)
    return (best, *answers)


def applicable(given: Request) -> tuple[str, ...]:
    """Return the names of the methods for which there are enough repeats, and a noise scan if they need one."""
    names = [name for name in noise.names() if noise.fewest_volumes(name) <= len(given.volumes)]
    return tuple(name for name in names if name != _NEEDS_A_SCAN or given.options["scan"] is not None)


def _again(best: Snr, name: str) -> Snr | None:
    """Return the answer of ``auto`` as that of the method which it took: it has been measured already."""
    return replace(best, provenance={**best.provenance, "asked": name}) if best.method == name else None


def _measure(given: Request, method: str, seen: Survey | None) -> Snr:
    return measure_repeats(given, method, seen) if given.repeats else measure_volume(given, method, seen)


@np.errstate(all="ignore")  # a thread begins without that of the caller
def _attempt(given: Request, method: str, seen: Survey | None) -> Snr:
    """Return the answer of one method, or why it has none: the others need not suffer."""
    try:
        return _measure(given, method, seen)
    except (ImageError, ArgumentError) as error:
        return unusable(given.volumes[0], error, origin=given.origin(method))
