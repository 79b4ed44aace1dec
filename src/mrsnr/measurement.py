"""The one door: choose an estimator, run it, divide, and judge the answer."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsnr import noise
from mrsnr.checks import channels_known, defined, not_phase
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.intensities import magnitudes
from mrsnr.judgement import choose, why_nothing, widened
from mrsnr.model import Check, Image, Noise, Regions, Snr
from mrsnr.regions import Labels, Mask, geometry_checks, regions_of
from mrsnr.repeats import MOST, some_volumes, split_volumes, stacked
from mrsnr.results import divided, inputs_of, refused, unusable
from mrsnr.survey import Survey, survey
from mrsnr.verdicts import expect_image

AUTO = "auto"

_LARGEST = 1e60  # beyond its inverse and this, fourth powers of intensities leave the range of double precision


@np.errstate(all="ignore")  # undefined voxels are NaN on purpose, whatever the caller has set
def measure(
    image: Image,
    method: str = AUTO,
    *,
    repeat: Image | Sequence[Image] | None = None,
    repeats: bool = False,
    noise_scan: Image | None = None,
    channels: float | None = None,
    clusters: int = 3,
    noise_mask: Mask | None = None,
    labels: Labels | None = None,
) -> Snr | tuple[Snr, ...]:
    """Measure the SNR of an image: signal over sigma, and whether to believe it.

    Parameters
    ----------
    image
        One volume or several.
    method
        How the noise is found. ``"auto"`` takes what the data support: repeats, else a noise scan, else a noise mask,
        else air, else tissue; and refuses where nothing does. A method that is named returns its value, at worst
        with the verdict ``caution``.
    repeat
        Further acquisitions of the same object with the same settings.
    repeats
        Whether the last axis of ``image`` holds such repeats. The methods that need repeats take it for them anyway.
    noise_scan
        An acquisition with the same settings but without excitation.
    channels
        Effective number n of receive channels combined by sum of squares; ``None`` to take it from the header, else
        from the air.
    clusters
        Number of clusters of the method ``mixture``, 2 to 6.
    noise_mask
        Where there is air, shape of one volume.
    labels
        Parts of the object to measure: an integer array of the shape of one volume, or masks by name. Without
        them the object is found, and the tissues in it.

    Returns
    -------
    Snr or tuple of Snr
        One result per volume: a tuple when there are several that are not repeats. The value is the mean SNR of the
        labels, weighted by their voxels; that of ``mixture`` is the tutorial's, mean of everything that is not
        background over sigma, whatever the labels. The signal of repeats is the mean of all of them, of more than 32
        that of 32 spread from the first to the last; their noise is that of all.

    Raises
    ------
    ArgumentError
        If the method is unknown, an option out of range, or ``image``, a repeat or the noise scan no `Image`.
    ImageError
        If no voxel is finite, all are equal, or the largest is not within 1e-60 and 1e60; of several volumes, in each
        of them: one alone is refused. If there are too few volumes for the method.
    RegionError
        If a mask or the labels do not fit the image.

    Notes
    -----
    ``trusted`` means: the assumptions of the method were tested and held, and an independent estimate of the noise,
    from another part of the image, agrees. Otherwise the reasons are given. The signal has the noise floor taken out
    (Rician, or noncentral chi of n channels), so that it is that of the object.

    Examples
    --------
    >>> import mrsnr
    >>> image, labels, truth = mrsnr.data.phantom(snr=20)
    >>> result = mrsnr.measure(image, labels=labels)
    >>> result.value, result.interval, result.verdict  # doctest: +SKIP
    """
    expect_image(image)
    several = method != AUTO and noise.fewest_volumes(method) > 1
    given = request(
        image,
        repeat,
        repeats=repeats or several,
        options={"channels": channels, "clusters": clusters, "scan": noise_scan},
        noise_mask=noise_mask,
        labels=labels,
    )
    if given.repeats:
        return measure_repeats(given, method, surveyed(given, needed=False))
    if len(given.volumes) == 1:
        found = measure_volume(given, method, surveyed(given, needed=method == AUTO))
        return found if len(image.shape) == 4 else replace(found, image=image)  # whose data may stay on disk
    each = [_attempt(given, method, volume) for volume in range(len(given.volumes))]
    failures = [one for one in each if isinstance(one, ImageError)]
    if len(failures) == len(each):
        raise failures[0]
    return tuple(
        unusable(volume, one, origin=given.origin(method)) if isinstance(one, ImageError) else one
        for volume, one in zip(given.volumes, each, strict=True)
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Request:
    """What is to be measured: the volumes, whether they are ``repeats`` of each other, regions and options.

    Of more than 32 repeats ``volumes`` are 32, spread over the series; ``series`` is all of them as one image, which
    may be on disk. ``placed`` are the checks of where masks and labels lie; ``inputs`` the images beside it.
    ``tissues`` are measured where there are no labels, and looked for where they are ``None``.
    """

    series: Image
    volumes: Sequence[Image]
    repeats: bool
    regions: Regions
    placed: Sequence[Check]
    options: dict[str, Any]
    inputs: Sequence[tuple[str, Mapping[str, Any]]] = ()
    tissues: Regions | None = None

    def origin(self, asked: str) -> dict[str, Any]:
        """Return what the provenance of a result says of the request: the method ``asked``, and further inputs."""
        return {"asked": asked, "inputs": self.inputs}


def request(
    image: Image,
    repeat: Image | Sequence[Image] | None,
    *,
    repeats: bool,
    options: dict[str, Any],
    noise_mask: Mask | None,
    labels: Labels | None,
) -> Request:
    """Put together what `measure` was given; ``options`` are those of the estimators.

    Raises
    ------
    ArgumentError
        If the repeats or the noise scan are no images.
    RegionError
        If a repeat, a mask or the labels do not fit the image.
    """
    for name, value in (("repeat", repeat), ("noise_scan", options["scan"])):
        several = name == "repeat" and isinstance(value, Iterable) and not isinstance(value, np.ndarray)
        if not (value is None or several or isinstance(value, Image)):
            raise ArgumentError(
                f"{name} is a {type(value).__name__}; expected an mrsnr.Image. Make one with mrsnr.load(path) or "
                "mrsnr.Image(array, affine)."
            )
    series = stacked(image, repeat, repeats=repeats)
    together = repeats or series is not image
    if not together or series.volumes <= MOST:
        series = Image(np.asarray(series.data), series.affine, series.meta)  # read once, whoever asks for it
    volumes = some_volumes(series) if together else split_volumes(series)
    if together:  # the answer is that of all of them: it is no volume's own
        volumes[0] = Image(volumes[0].data, series.affine, series.meta)
    return Request(
        series=series,
        volumes=volumes,
        repeats=together,
        regions=regions_of(series, noise_mask=noise_mask, labels=labels),
        placed=geometry_checks(series, noise_mask=noise_mask, labels=labels),
        options=options,
        inputs=inputs_of(repeat=repeat, noise_scan=options["scan"], noise_mask=noise_mask, labels=labels),
    )


def surveyed(given: Request, *, needed: bool, volume: int = 0) -> Survey | None:
    """Look at a volume; a method that is named has its own words for an image it cannot measure.

    Raises
    ------
    ImageError
        If the volume cannot be measured, and that is ``needed``; or by no method, as its values are out of range.
    """
    image = given.volumes[volume]
    voxels = np.abs(magnitudes(image))
    largest = float(np.max(voxels, where=np.isfinite(voxels), initial=0))
    if largest > 0 and not 1 / _LARGEST <= largest <= _LARGEST:
        raise ImageError(
            f"The largest voxel is {largest:.2g}; expected {1 / _LARGEST:g} to {_LARGEST:g}. Multiply all voxels by a "
            "number: SNR stays the same."
        )
    if needed and image.kind == "phase":  # which is refused anyhow
        return None
    try:
        return survey(image, channels=given.options["channels"])
    except ImageError:
        if needed:
            raise
        return None


def measure_volume(given: Request, method: str, seen: Survey | None, *, volume: int = 0) -> Snr:
    """Measure one volume by a method, with what `surveyed` has ``seen`` of it."""
    image, regions = given.volumes[volume], given.regions
    if method != AUTO:
        found: Noise | None = _run(method, image, regions=regions, options={**given.options, "seen": seen})
    elif image.kind == "phase":
        return refused(image, [not_phase(image)], origin=given.origin(method))
    else:
        found = _supported(image, seen, regions=regions, options=given.options)
    if found is None:
        shown = () if seen is None else (channels_known(seen.channels, doubt=seen.channels_doubt), *seen.checks)
        return refused(image, [*shown, defined(sentence=why_nothing(seen)), *given.placed], origin=given.origin(method))
    return divided(image, found, regions, given.placed, seen, origin=given.origin(method), tissues=given.tissues)


def measure_repeats(given: Request, method: str, seen: Survey | None) -> Snr:
    """Measure repeats as one by a method, with what `surveyed` has ``seen`` of the first volume.

    Raises
    ------
    ImageError
        If there are too few for the method.
    """
    volumes, number = given.volumes, given.series.volumes
    asked, method = method, method if method != AUTO else "replicas" if number > 2 else "difference"
    fewest = noise.fewest_volumes(method)
    if number < fewest:
        raise ImageError(
            f"The method '{method}' needs at least {fewest} volumes, and there {'is' if number == 1 else 'are'} "
            f"{number}. Give repeats on the last axis, or with repeat=."
        )
    options = {**given.options, "local": seen is not None and seen.uneven, "seen": seen}
    if seen is not None and options["channels"] is None:
        options["channels"] = seen.channels
    found = _run(method, given.series if fewest > 1 else volumes[0], regions=given.regions, options=options)
    found = widened(found, seen)
    return divided(
        volumes[0],
        found,
        given.regions,
        given.placed,
        seen,
        origin={**given.origin(asked), "repeats": number},
        repeats=volumes,
        tissues=given.tissues,
    )


def _supported(volume: Image, seen: Survey | None, *, regions: Regions, options: dict[str, Any]) -> Noise | None:
    if options["scan"] is not None:
        return _run("noise_scan", volume, regions=regions, options=options)
    if regions.background is not None:
        return _run("air_rms", volume, regions=regions, options=options)
    return None if seen is None else choose(volume, seen, regions=regions)


def _run(method: str, image: Image, *, regions: Regions, options: dict[str, Any]) -> Noise:
    """Call an estimator with those of the options that it has and that are given."""
    estimate = noise.get(method)
    known = inspect.signature(estimate).parameters
    given = {name: value for name, value in options.items() if value is not None or name == "clusters"}
    return estimate(image, regions=regions, **{name: value for name, value in given.items() if name in known})


def _attempt(given: Request, method: str, volume: int) -> Snr | ImageError:
    """Return the SNR of one volume of several, or why it has none: the others need not suffer."""
    try:
        seen = surveyed(given, needed=method == AUTO, volume=volume)
        return measure_volume(given, method, seen, volume=volume)
    except ImageError as error:
        return error
