"""The references of a result, as a list and as BibTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from mrsnr.model import Snr, Temporal
from mrsnr.report.citing import SOFTWARE, Cited, Reference, software
from mrsnr.report.papers import PAPERS
from mrsnr.report.prose import told

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\{",
    "}": r"\}",
    **{letter: f"\\{letter}" for letter in "#$%&_"},
}
_ACCENTS = {"\u0301": "'", "\u0300": "`", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0327": "c "}
_TYPES = {"standard": "manual"}
_PUBLISHED = {"article": "journal", "book": "publisher", "manual": "organization"}


def references_for(result: Snr | Temporal) -> tuple[Reference, ...]:
    """Return what the methods paragraph of a result cites, in its order: the first is [1]."""
    cited = Cited()
    for _ in told(result, cited):
        pass
    own = software(str(result.provenance["version"]))
    return tuple(own if key == SOFTWARE else PAPERS[key] for key in cited.keys)


def bibtex(references: Sequence[Reference]) -> str:
    """Return BibTeX entries, in plain ASCII where TeX has a word for a letter."""
    return "\n\n".join(_entry(reference) for reference in references)


def _entry(reference: Reference) -> str:
    kind = _TYPES.get(reference.kind, reference.kind)
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(reference, kind) if value)
    return f"@{kind}{{{reference.key},\n{lines}}}"


def _fields(reference: Reference, kind: str) -> Iterator[tuple[str, str]]:
    yield "author", " and ".join(escaped(name) if "," in name else f"{{{escaped(name)}}}" for name in reference.authors)
    yield "title", f"{{{escaped(reference.title)}}}"  # braces keep its capitals
    yield _PUBLISHED.get(kind, "howpublished"), escaped(reference.journal)
    yield "volume" if kind == "article" else "number", escaped(reference.volume)
    yield "pages", escaped(reference.pages).replace("-", "--")
    yield "year", str(reference.year)
    yield "doi", escaped(reference.doi)
    yield "note", escaped(f"Version {reference.version}" if reference.version else "")


def escaped(words: str) -> str:
    """Return words that TeX shows as they are: special letters escaped, accents spelled out, on one line."""
    line = " ".join(words.split())
    return "".join(_letter(letter) for letter in line if letter.isprintable())


def _letter(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    base, mark = parts[:1], parts[1:]
    if mark in _ACCENTS and base.isascii():
        return f"{{\\{_ACCENTS[mark]}{base}}}"
    return _SPECIAL.get(letter, letter)
