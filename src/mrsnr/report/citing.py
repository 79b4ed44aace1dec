"""References, and the order in which a text cites them."""

from __future__ import annotations

from dataclasses import dataclass

SOFTWARE = "mrsnr"
"""Key of this package among the references."""

_YEAR = 2026  # of the release, as in CITATION.cff


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A paper, a book, a standard or a program.

    ``authors`` are ``"Family, I. N."``, or the name of a body without a comma. ``journal`` is where a paper was
    published, of anything else who published it; an empty string stands for what is not known, or does not exist.
    """

    key: str
    kind: str
    authors: tuple[str, ...]
    year: int
    title: str
    journal: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    version: str = ""

    def __str__(self) -> str:
        """Return the reference as a line of a list."""
        names = ", ".join(name.replace(". ", "").replace(".", "").replace(", ", " ") for name in self.authors)
        place = f"{self.volume}:{self.pages}" if self.pages else self.volume
        where = " ".join(part for part in (self.journal, place, f"Version {self.version}" * bool(self.version)) if part)
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{names}. {self.title.rstrip('.')}. {where} ({self.year}).{doi}"

    @property
    def url(self) -> str:
        """Where the DOI leads; an empty string without one."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


class Cited:
    """Counts the papers that a text cites, in the order in which it does.

    Called with keys, it returns their numbers as they stand in the text: ``" [2, 5]"``, with the blank before it.
    """

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, *keys: str) -> str:
        """Return the numbers of some papers; those that are new get the next ones."""
        for key in keys:
            if key not in self.keys:
                self.keys.append(key)
        return f" [{', '.join(str(number) for number in sorted(self.keys.index(key) + 1 for key in keys))}]"


def software(version: str) -> Reference:
    """Return the reference of this package."""
    title = "mrsnr: the signal-to-noise ratio of MR images"
    return Reference(
        key=SOFTWARE, kind="misc", authors=("the mrsnr developers",), year=_YEAR, title=title, version=version
    )
