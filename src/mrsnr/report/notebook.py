"""A result in a notebook: a block of HTML with everything in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from html import escape

from mrsnr.figures import summary
from mrsnr.figures.words import source_name
from mrsnr.model import Snr, Temporal
from mrsnr.wording import between, number

_DPI = 80
_QUALITY = 85  # of WebP
_MARKS = {"trusted": ("✓", "#1a6e3c"), "caution": ("!", "#8a5a00"), "refused": ("✕", "#b42318")}
_MOST_ROWS = 30
_CELL = "padding:2px 10px;text-align:right"


def block(result: Snr | Temporal) -> str:
    """Return a result as HTML for a notebook: value, verdict, reasons, table and picture.

    Parameters
    ----------
    result
        Of `mrsnr.measure` or `mrsnr.temporal`.
    """
    return f'<div class="mrsnr" style="font-family:sans-serif">{"".join(_parts(result))}</div>'


def _parts(result: Snr | Temporal) -> Iterator[str]:
    quantity = "tSNR" if isinstance(result, Temporal) else "SNR"
    value = f"no {quantity}" if result.value is None else f"{quantity} {number(result.value)}"
    interval = f" ({between(result.interval)})" if result.interval is not None else ""
    mark, colour = _MARKS[str(result.verdict)]
    badge = (
        f'<span style="background:{colour};color:#fff;border-radius:4px;padding:1px 8px">'
        f"{mark} {escape(str(result.verdict))}</span>"
    )
    name = escape(source_name(result.image))
    yield f'<div><strong style="font-size:1.3em">{escape(value)}</strong>{escape(interval)} {badge} {name}</div>'
    if result.reasons:
        sentences = "".join(f"<li>{escape(f'{one.verdict}: {one.sentence}')}</li>" for one in result.reasons)
        yield f"<ul>{sentences}</ul>"
    if isinstance(result, Snr) and result.table:
        yield _table(result)
    yield _picture(result, alt=f"{value}, {result.verdict}: a slice of the image and its map")


def _table(result: Snr) -> str:
    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("label", "voxels", "signal", "SNR", "95 %"))
    rows = []
    for row in result.table[:_MOST_ROWS]:
        cells = (row.name, row.voxels, number(row.signal), number(row.snr), between((row.low, row.high)))
        rows.append("".join(f'<td style="{_CELL}">{escape(str(cell))}</td>' for cell in cells))
    more = len(result.table) - _MOST_ROWS
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _picture(result: Snr | Temporal, *, alt: str) -> str:
    buffer = io.BytesIO()
    summary(result).savefig(buffer, format="webp", dpi=_DPI, pil_kwargs={"quality": _QUALITY, "method": 1})
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(alt)}" style="max-width:100%;background:#fff" src="data:image/webp;base64,{data}">'
