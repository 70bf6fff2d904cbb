"""The QR code of an address, as a picture for paper that a screen reader can name."""

from __future__ import annotations

import segno

SAYS = "二维码：打开核对页面"


def qr(address: str) -> str:
    """Return an address to scan, as an SVG element; a quarter of it may be smudged."""
    made = segno.make(address, error="q", boost_error=False)
    svg = made.svg_inline(border=4, title=SAYS, svgclass="qr", lineclass=None, omitsize=True)
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
