"""A result in a notebook: a block of HTML with everything in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from html import escape

from mrsnr.figures.answer import glance
from mrsnr.figures.marks import MARKS, sign_and_word
from mrsnr.figures.words import detrending, method_words, source_name, volume_label
from mrsnr.io.document import as_text
from mrsnr.model import Snr, Temporal
from mrsnr.wording import between, number

_DPI = 80
_QUALITY = 85  # of WebP
_MOST_ROWS = 30
_COLUMNS = ("label", "voxels", "signal", "sigma", "SNR", "95 %")


def block(result: Snr | Temporal) -> str:
    """Return a result as HTML for a notebook: value, verdict, reasons, table and picture.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`.
    """
    return as_text(f'<div class="mrsnr" style="font-family:sans-serif">{"".join(_parts(result))}</div>')


def _parts(result: Snr | Temporal) -> Iterator[str]:
    quantity = "tSNR" if isinstance(result, Temporal) else "SNR"
    value = f"no {quantity}" if result.value is None else f"{quantity} {number(result.value)}"
    interval = "" if result.interval is None else f"(95 %: {between(result.interval)})"
    badge = (
        f'<span style="background:{MARKS[result.verdict].colour};color:#fff;border-radius:4px;padding:1px 8px">'
        f"{sign_and_word(result.verdict)}</span>"
    )
    how = detrending(result) if isinstance(result, Temporal) else method_words(result)
    volume = "" if isinstance(result, Temporal) else volume_label(result.image)
    about = " · ".join(escape(part) for part in (source_name(result.image), volume, how) if part)
    yield f'<div><strong style="font-size:1.3em">{value}</strong> {interval} {badge}</div><div>{about}</div>'
    if result.reasons:
        sentences = "".join(f"<li>{escape(f'{one.verdict}: {one.sentence}')}</li>" for one in result.reasons)
        yield f"<ul>{sentences}</ul>"
    if isinstance(result, Snr) and result.table:
        yield _table(result)
    yield _picture(result, alt=f"{value}, {result.verdict}: {_seen(result)}")


def _table(result: Snr) -> str:
    head = _row("th", _COLUMNS)
    rows = [
        (row.name, row.voxels, *map(number, (row.signal, row.sigma, row.snr)), between((row.low, row.high)))
        for row in result.table[:_MOST_ROWS]
    ]
    body = "".join(_row("td", row) for row in rows)
    more = len(result.table) - _MOST_ROWS
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{rest}"


def _row(kind: str, cells: Sequence[object]) -> str:
    """Return a row of a table, the first cell flush left."""
    sides = ("left", *["right"] * (len(cells) - 1))
    text = "".join(
        f'<{kind} style="padding:2px 10px;text-align:{side}">{escape(str(cell))}</{kind}>'
        for side, cell in zip(sides, cells, strict=True)
    )
    return f"<tr>{text}</tr>"


def _seen(result: Snr | Temporal) -> str:
    """Say what is on the picture."""
    parts = ["a slice of the temporal mean" if isinstance(result, Temporal) else "a slice of the image"]
    if result.value is not None and result.map is not None:
        parts.append("its map of temporal SNR" if isinstance(result, Temporal) else "its map of SNR")
    if isinstance(result, Snr):
        parts.append("the histogram of the intensities")
    elif result.fbirn is not None:
        parts.append("the signal in the course of time")
    return ", ".join(parts)


def _picture(result: Snr | Temporal, *, alt: str) -> str:
    buffer = io.BytesIO()
    picture = glance(result, slice=None, alone=False)
    picture.savefig(buffer, format="webp", dpi=_DPI, pil_kwargs={"quality": _QUALITY, "method": 1})
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(alt)}" style="max-width:100%;background:#fff" src="data:image/webp;base64,{data}">'
