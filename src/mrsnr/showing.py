"""How results show themselves in a notebook.

This is the one place where a low floor reaches up: a result that is asked to draw itself imports by name what draws, as
`mrsnr` itself does with everything. The numerics never ask.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown:
    """A result that can be looked at."""

    def plot(self, *, slice: int | None = None) -> Figure:  # noqa: A002 - the field's word
        """Return a figure with a slice, its map, a chart and the answer in words; more are in `mrsnr.figures`.

        Parameters
        ----------
        slice
            0-based index along the third axis; the one that tells most when `None`, see `mrsnr.figures.summary`.

        Raises
        ------
        ArgumentError
            If there is no such slice.
        """
        figure: Figure = importlib.import_module("mrsnr.figures").summary(self, slice=slice)
        return figure

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the answer, its doubts, the table and a picture."""
        html: str = importlib.import_module("mrsnr.report.notebook").block(self)
        return html
