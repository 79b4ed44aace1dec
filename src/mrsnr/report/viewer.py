"""The viewer's script, where it was built."""

from __future__ import annotations

from importlib.resources import files


def bundle() -> str | None:
    """Return the text of the viewer's script, ``None`` if it was not built (``make viewer``, which needs npm).

    Returns
    -------
    str or None
        One classic script that asks for nothing from outside, NiiVue and its licences included. It fills the element
        ``viewer`` of a page with the layers in the element ``viewer-layers``.
    """
    file = files("mrsnr.report").joinpath("viewer", "viewer.js")
    return file.read_text("utf-8") if file.is_file() else None
