"""Pages of a PDF of ours as pictures: what the press does in its limited child."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pypdfium2

POINTS = 72
"""A PDF's units to the inch."""


def drawn(pdf: bytes, dpi: int) -> bytes:
    """Return the first page as PNG."""
    return next(pages(pdf, dpi))


def pages(pdf: bytes, dpi: int) -> Iterator[bytes]:
    """Draw page after page as PNG."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=dpi / POINTS).to_pil()
        page.close()
        kept = BytesIO()
        picture.quantize(256).save(kept, "PNG", optimize=True, dpi=(dpi, dpi))
        yield kept.getvalue()
    document.close()
