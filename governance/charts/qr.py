"""QR codes as one SVG path with presentation attributes alone: nothing in them that a strict policy forbids. Pure."""

from __future__ import annotations

import segno


def svg(text: str, *, title: str, dark: str, light: str | None = None, scale: int | None = None) -> str:
    """The text as a QR code; `scale` in pixels a module, where none is given its place says how large it is."""
    code = segno.make(text, error="m", micro=False)
    size = {"omitsize": True} if scale is None else {"scale": scale}
    return code.svg_inline(border=2, svgclass=None, lineclass=None, dark=dark, light=light, title=title, **size)
