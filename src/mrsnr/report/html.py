"""The page: one HTML file with everything in it, which asks for nothing from the network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from mrsnr import __version__
from mrsnr.errors import ArgumentError
from mrsnr.figures.orientation import display_of
from mrsnr.figures.words import convention, geometry, source_name
from mrsnr.io.document import as_text
from mrsnr.io.document import document as document_of
from mrsnr.model import Snr, Temporal
from mrsnr.report import sections
from mrsnr.report.advice import advice, why
from mrsnr.report.jinja import environment
from mrsnr.report.pictures import charts, first_look, label_names, sheet_of, stills
from mrsnr.report.prose import methods_paragraph
from mrsnr.report.references import bibtex, references_for
from mrsnr.report.viewer import bundle
from mrsnr.report.volumes import viewer_layers
from mrsnr.wording import between, number

_TEMPLATES = files("mrsnr.report") / "templates"
_VIEWER_BUDGET = 4_000_000  # bytes: with pictures and viewer a page stays under 8 MB
_LONGEST_SHOWN = 200_000  # letters of JSON
_NO_VIEWER = (
    "This page was made without the interactive viewer. To have it, build it once with 'make viewer' in a copy of the "
    "source, which needs npm; the pictures above show the same."
)


def page(
    result: Snr | Temporal | Sequence[Snr],
    *,
    compared: Sequence[Snr] = (),
    document: dict[str, Any] | None = None,
    command: str | None = None,
    name: str | None = None,
) -> str:
    """Return the report of a result as one self-contained HTML page.

    Parameters
    ----------
    result
        Of `mrsnr.measure` (also a tuple of volumes) or `mrsnr.temporal`.
    compared
        Other methods' answers for the same image, as `mrsnr.compare` gives them, to show side by side.
    document
        What `mrsnr.io.document` said of this result, if it has been asked: the files are then not hashed once more.
    command
        The command line to tell, with nothing private in it.
    name
        What to call the image; by default its file's name.

    Returns
    -------
    str
        The page. It needs no other file: pictures, viewer and volumes are in it, and its Content-Security-Policy
        forbids every request.

    Raises
    ------
    ArgumentError
        If there is no result.
    MissingExtraError
        If Jinja2 is not installed.
    """
    several = (result,) if isinstance(result, Snr | Temporal) else tuple(result)
    if not several:
        raise ArgumentError("There is no result to report; expected one of mrsnr.measure or mrsnr.temporal.")
    told = document_of(result) if document is None else document
    template = environment().get_template("page.html")
    shown = _shown(several)
    content = {**_content(several, shown, told, name), **_details(shown, compared, told, command)}
    return as_text(template.render(**content, **_code(shown)))  # names of files may hold what no text can


def _shown(several: Sequence[Snr | Temporal]) -> Snr | Temporal:
    """Return the result whose pictures are shown: the first that has a value."""
    return next((one for one in several if one.value is not None), several[0])


def _judged(several: Sequence[Snr | Temporal], shown: Snr | Temporal) -> Snr | Temporal:
    """Return the result that the verdict at the top is of, the worst: the one that is shown, if it is as bad."""
    worst = sections.worst(several)
    return shown if shown.verdict == worst else next(one for one in several if one.verdict == worst)


def _span(measured: int, count: int) -> str:
    """Say that two values are not an interval, but those of volumes."""
    if measured == 1:
        return f"of the only one of {count} volumes that has a value"
    which = f"{count} volumes" if measured == count else f"the {measured} of {count} volumes that have a value"
    return f"lowest to highest of {which}"


def _content(
    several: Sequence[Snr | Temporal], shown: Snr | Temporal, told: dict[str, Any], name: str | None
) -> dict[str, Any]:
    """Return what stands at the top, the checks and the pictures."""
    one_only = len(several) == 1
    values = [one.value for one in several if one.value is not None]
    judged = _judged(several, shown)
    return {
        "name": name or source_name(shown.image) or "an array",
        "quantity": "tSNR" if isinstance(shown, Temporal) else "SNR",
        "value": None if not values else number(values[0]) if len(values) == 1 else between((min(values), max(values))),
        "interval": between(shown.interval) if one_only and shown.interval else "",
        "span": "" if one_only or not values else _span(len(values), len(several)),
        "verdict": str(judged.verdict),
        "why": why(judged) if one_only else f"Volume {several.index(judged)}: {why(judged)}",
        "advice": advice(judged),
        "facts": sections.facts(
            shown, told if one_only else {**told, "results": [told["results"][several.index(shown)]]}
        ),
        "stability": sections.stability(shown, told),
        "labels": sections.label_rows(shown.table) if isinstance(shown, Snr) else [],
        "labels_title": "The labels" if shown.provenance.get("of") == "labels" else "The tissues that were found",
        "volumes": [] if one_only else list(sections.volume_rows(told)),
        "shown_volume": several.index(shown),
        "checks": sections.check_rows(shown),
        "look": first_look(shown),
        "stills": list(stills(shown)),
        "charts": list(charts(shown)),
        "label_names": label_names(shown) if isinstance(shown, Snr) else [],
        "convention": _convention(shown),
    }


def _details(
    shown: Snr | Temporal, compared: Sequence[Snr], told: dict[str, Any], command: str | None
) -> dict[str, Any]:
    """Return the methods side by side, the words for a paper, and where it all comes from."""
    cited = references_for(shown)
    numbers = json.dumps(told, indent=2, allow_nan=False, ensure_ascii=False)
    rest = "\n… (the rest is in the page's own JSON)" if len(numbers) > _LONGEST_SHOWN else ""
    return {
        "version": __version__,
        "forest": sections.forest(compared, shown) if isinstance(shown, Snr) else None,
        "paragraphs": [methods_paragraph(shown, told)],
        "references": [str(one) for one in cited],
        "bibtex": bibtex(cited),
        "origin": list(sections.origin(shown, told, command)),
        "numbers_shown": numbers[:_LONGEST_SHOWN] + rest,
        "numbers": _embedded(told),
        "no_viewer": _NO_VIEWER,
    }


def _code(shown: Snr | Temporal) -> dict[str, Any]:
    """Return style, scripts and the policy that allows just these."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    viewer = bundle()
    style = "".join((_TEMPLATES / name).read_text("utf-8") for name in ("page.css", "viewer.css"))
    scripts = [(_TEMPLATES / "page.js").read_text("utf-8"), *([] if viewer is None else [viewer])]
    layers = [] if viewer is None else viewer_layers(shown, budget=_VIEWER_BUDGET)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return {
        "policy": policy,
        "style": Markup(style),  # noqa: S704 - the package's own
        "scripts": [Markup(script) for script in scripts],  # noqa: S704 - the same
        "viewer": viewer is not None,
        "viewer_layers": _embedded({"layers": layers}),
    }


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(value: Any) -> Any:
    """Return JSON that no browser takes for the end of a script."""
    from jinja2.utils import htmlsafe_json_dumps  # noqa: PLC0415 - an extra

    return htmlsafe_json_dumps(value, dumps=lambda one, **_: json.dumps(one, allow_nan=False))


def _convention(shown: Snr | Temporal) -> str:
    sheet = sheet_of(shown)
    where = ", ".join(filter(None, geometry(shown.image, sheet.display, sheet.shown)))
    return (
        f"{where}; {convention(display_of(shown.image.affine))}. Slices are numbered from 0 along the third voxel axis."
    )
