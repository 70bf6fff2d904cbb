"""The first page of a PDF of ours as a picture: what the press does in its limited child."""

from __future__ import annotations

from io import BytesIO

import pypdfium2

POINTS = 72
"""A PDF's units to the inch."""


def drawn(pdf: bytes, dpi: int) -> bytes:
    """Return the first page as PNG."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=dpi / POINTS).to_pil()
    page.close()
    document.close()
    kept = BytesIO()
    picture.quantize(256).save(kept, "PNG", optimize=True, dpi=(dpi, dpi))
    return kept.getvalue()
