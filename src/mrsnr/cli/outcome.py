"""What became of each image: what is printed, as text or JSON, is made from this."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mrsnr.cli.status import INPUT, OK, REFUSED
from mrsnr.errors import ImageError, InputError, MissingExtraError, RegionError, UnreadableError

UNUSABLE = (InputError, MissingExtraError, MemoryError)
"""What makes an image unusable, and leaves the others alone."""

_SHORT = {
    UnreadableError: "unreadable",
    MissingExtraError: "needs a package",
    ImageError: "unusable image",
    RegionError: "unusable mask or labels",
}


@dataclass(frozen=True)
class Outcome:
    """The numbers measured on one image (`mrsnr.io.document`), or why there are none.

    There is a result per volume, or, if they are ``alternatives``, one per method, of which the first decides. The maps
    are not kept: with many images they would fill the memory. ``place`` is that of the image on the command line, from
    1, where another has the same name.
    """

    path: Path
    document: dict[str, Any] | None = None
    error: InputError | MissingExtraError | None = None
    files: tuple[Path, ...] = ()
    alternatives: bool = False
    place: int | None = None

    @property
    def status(self) -> int:
        """The exit status that this image alone would have."""
        if self.document is None:
            return INPUT
        deciding = self.results[:1] if self.alternatives else self.results
        return REFUSED if all(result["value"] is None for result in deciding) else OK

    @property
    def results(self) -> list[dict[str, Any]]:
        """One entry per volume, none if there was an error."""
        return [] if self.document is None else list(self.document["results"])

    @property
    def own_name(self) -> str:
        """What the image is called: a file by its name, that of a folder, which may name a patient, by its series."""
        source = None if self.document is None else self.document["source"]
        return str(source["name"]) if source is not None else called(self.path)

    @property
    def name(self) -> str:
        """That, and its place on the command line if another image is called so too."""
        return self.own_name if self.place is None else f"{self.own_name} (image {self.place})"

    @property
    def sentence(self) -> str:
        """What was wrong, with the image's name in it."""
        sentence = str(self.error)
        if self.own_name not in sentence:
            return f"{self.name}: {sentence}"
        return sentence if self.place is None else f"Image {self.place}: {sentence}"

    @property
    def short_error(self) -> str:
        """What was wrong, for a table."""
        return next((short for kind, short in _SHORT.items() if isinstance(self.error, kind)), "unusable")

    @classmethod
    def of_error(cls, path: Path, error: InputError | MissingExtraError | MemoryError) -> Outcome:
        """Return the outcome of an image that could not be measured."""
        if isinstance(error, MemoryError):
            error = ImageError("The image does not fit into memory.")
        return cls(path, error=error)


def told_apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes of several images, with the place of those that share their name."""
    counts = Counter(outcome.own_name for outcome in outcomes)
    numbered = enumerate(outcomes, start=1)
    return [replace(one, place=place) if counts[one.own_name] > 1 else one for place, one in numbered]


def as_json(outcomes: Sequence[Outcome], *, given: Sequence[Path]) -> dict[str, Any]:
    """Return the one document that --json prints.

    Parameters
    ----------
    outcomes
        One per image.
    given
        All files named on the command line: their folders, which may name a patient, are left out of what is said.
    """
    from mrsnr.io.document import SCHEMA_VERSION

    return {
        "schema": SCHEMA_VERSION,
        "images": [outcome.document or failed(outcome, given=given) for outcome in outcomes],
    }


def failed(outcome: Outcome, *, given: Sequence[Path]) -> dict[str, Any]:
    """Return what stands in a JSON document for an image that could not be measured."""
    from mrsnr.io.document import as_text
    from mrsnr.io.loading import expanded

    sentence = str(outcome.error)
    for path in given:
        for form in (str(expanded(path)), str(path)):
            sentence = sentence.replace(form, path.name or form)
    return {"source": {"name": as_text(outcome.own_name), "sha256": None}, "error": as_text(sentence)}


def called(path: Path) -> str:
    """Return what a path is called where there is no result: a folder's own name may be that of a patient."""
    from mrsnr.io.loading import expanded

    return "The folder" if os.path.isdir(expanded(path)) else path.name  # noqa: PTH112 - of a Path a long name raises
