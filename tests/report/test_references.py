"""The references: real places, no key twice, and BibTeX that TeX can read whatever stands in a field."""

import re
from pathlib import Path

import pytest

from mrsnr import __version__
from mrsnr.report.citing import SOFTWARE, Cited, Reference, software
from mrsnr.report.papers import PAPERS
from mrsnr.report.references import bibtex, escaped, references_for
from written_about import every_method, refused, series, trusted

_ROOT = Path(__file__).parents[2]
_REQUIRED = {
    "article": {"author", "title", "journal", "volume", "pages", "year"},
    "book": {"author", "title", "publisher", "year"},
    "manual": {"author", "title", "organization", "year"},
    "misc": {"author", "title", "year", "note"},
}
_ENTRY = re.compile(r"@(\w+)\{([\w]+),\n((?:  \w+ = \{.*\},\n)+)\}")
_FIELD = re.compile(r"  (\w+) = \{(.*)\},")
_SPECIAL = re.compile(r"(?<!\\)[#$%&_~^]")


def parsed(text):
    """Entries by key: their type and fields. Nothing may be left over."""
    assert not _ENTRY.sub("", text).strip()
    return {key: (kind, dict(_FIELD.findall(body))) for kind, key, body in _ENTRY.findall(text)}


def balanced(text):
    """Whether braces that TeX sees open and close, and none closes what is not open."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text.replace(r"\textbackslash{}", "")):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def hostile(words):
    return Reference(key="bad", kind="article", authors=(words, f"Family, {words}"), year=2000, title=words)


def test_every_paper_has_its_place_and_its_year():
    for key, paper in PAPERS.items():
        assert paper.key == key
        assert key.rstrip("ab").endswith(str(paper.year))
        assert paper.authors
        assert all(re.fullmatch(r"[^,;]+, (?:[A-Z]\. )*[A-Z]\.", name) for name in paper.authors) or "," not in "".join(
            paper.authors
        )
        if paper.kind == "article":
            assert re.fullmatch(r"\d+", paper.volume)
            assert re.fullmatch(r"N?\d+-N?\d+", paper.pages)
            first, last = (int(page.strip("N")) for page in paper.pages.split("-"))
            assert first < last


def test_no_doi_stands_twice_and_each_is_one():
    dois = [paper.doi for paper in PAPERS.values() if paper.doi]
    assert len(dois) == len(set(dois))
    assert all(re.fullmatch(r"10\.\d{4,5}/[\w./-]+", doi) for doi in dois)
    assert PAPERS["koay2006"].url == "https://doi.org/10.1016/j.jmr.2006.01.016"
    assert not PAPERS["firbank1999"].url


def test_papers_are_those_that_the_docstrings_name():
    sources = " ".join(path.read_text("utf-8") for path in sorted((_ROOT / "src" / "mrsnr").rglob("*.py")))
    named = " ".join(sources.split())
    for paper in PAPERS.values():
        if paper.kind == "article":
            place = f"{paper.volume}:{paper.pages.split('-')[0]}"
            assert re.search(rf"\b{re.escape(place)}(-[N\d]+)? ?[(,] ?{paper.year}", named), paper.key


def test_every_paper_is_cited_by_something_and_nothing_else_is():
    results = [*every_method().values(), trusted(), refused(), series(fbirn=True), series(robust=True)]
    cited = {reference.key for result in results for reference in references_for(result)}
    measured = cited | {"aja2015", "edelstein1986"}  # a map of sigma, and a header: in test_prose
    assert measured == {*PAPERS, SOFTWARE}


def test_the_software_is_cited_first_as_its_own_file_says():
    said = dict(re.findall(r'^(\w[\w-]*): "?(.*?)"?$', (_ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE))
    own = references_for(trusted())[0]
    assert own == software(__version__)
    assert own.title == said["title"]
    assert own.version == said["version"]
    assert str(own.year) == said["date-released"][:4]
    assert f"name: {own.authors[0]}" in (_ROOT / "CITATION.cff").read_text("utf-8")


def test_a_reference_reads_as_in_a_list():
    assert str(PAPERS["henkelman1985"]) == (
        "Henkelman RM. Measurement of signal intensities in the presence of noise in MR images. Med Phys 12:232-233 "
        "(1985). doi:10.1118/1.595711"
    )
    assert str(software("1.2")) == (
        f"the mrsnr developers. mrsnr: the signal-to-noise ratio of MR images. Version 1.2 ({software('1').year})."
    )


def test_bibtex_has_every_field_that_its_type_needs():
    everything = (software(__version__), *PAPERS.values())
    entries = parsed(bibtex(everything))
    assert list(entries) == [SOFTWARE, *PAPERS]
    for kind, fields in entries.values():
        assert set(fields) >= _REQUIRED[kind]
        assert all(fields.values())
        assert re.fullmatch(r"\d{4}", fields["year"])


def test_bibtex_is_ascii_balanced_and_keeps_capitals():
    text = bibtex(tuple(PAPERS.values()))
    assert text.isascii()
    assert balanced(text)
    fields = parsed(text)["aja2009"][1]
    assert fields["author"] == r"Aja-Fern{\'a}ndez, S. and Trist{\'a}n-Vega, A. and Alberola-L{\'o}pez, C."
    assert fields["pages"] == "1397--1409"
    assert parsed(text)["koay2009a"][1]["author"].startswith(r"Koay, C. G. and {\"O}zarslan, E.")
    assert parsed(text)["gudbjartsson1995"][1]["title"] == "{The Rician distribution of noisy MRI data}"


@pytest.mark.parametrize(
    "words",
    [
        "50 % of $5 & a_b #1 ~ ^",
        r"\input{/etc/passwd}",
        "}}, evil = {x",
        "{",
        "two\nlines\r\nand @article{x,\n  title = {y},\n}",
        "<script>alert('%')</script>",
        "\u202eright to left\x00",
    ],
)
def test_hostile_words_stay_in_their_field(words):
    text = bibtex([hostile(words)])
    assert balanced(text)
    assert list(parsed(text)) == ["bad"]
    _, fields = parsed(text)["bad"]
    assert set(fields) == {"author", "title", "year"}
    assert not _SPECIAL.search(fields["title"])
    assert not re.search(r"\\(?!text|[#$%&_{}])", fields["title"])


def test_special_letters_are_what_tex_prints():
    assert escaped("a_b & 100 % {x} \\y") == r"a\_b \& 100 \% \{x\} \textbackslash{}y"
    assert escaped("ç~^é") == r"{\c c}\textasciitilde{}\textasciicircum{}{\'e}"


def test_numbers_are_given_in_the_order_of_citation():
    cited = Cited()
    assert cited("otsu1979") == " [1]"
    assert cited("wang2011", "otsu1979") == " [1, 2]"
    assert cited("koay2006", "wang2011") == " [2, 3]"
    assert cited.keys == ["otsu1979", "wang2011", "koay2006"]
