"""Pages of paper as small pictures, kept to be compared: ``python -m tests.support.page_pictures``.

That command renews what is kept, after a change that was meant; look at the difference of the
pictures before keeping them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from reports.paper.html import print_report, print_short
from reports.proof import Verifiable
from tests.support.reporting import a_valve_diagnosis

KEPT = Path(__file__).parents[1] / "rules" / "kept_pages"
RENEW = "python -m tests.support.page_pictures"
DPI = 12
"""So small that letters are grey bands: where they stand is seen, how they are smoothed is not."""
SHADES = 16
COLUMNS = 6
PATCH = 7
"""Pixels along a side, about 15 mm; a patch is seen as its mean."""
MOST = 18
"""Of 255: so much a patch may change before a page counts as another."""

VERIFIABLE = Verifiable(f"https://example.invalid/verify/{'A' * 43}", 3, "5" * 64)
DOCUMENTS: dict[str, Callable[[Path], None]] = {
    "report": lambda path: print_report(a_valve_diagnosis(), path, VERIFIABLE),
    "short": lambda path: print_short(a_valve_diagnosis(), path),
}
"""What is looked at: documents of an invented firm, by the name of their picture."""


def contact_sheet(pdf: Path) -> Image.Image:
    """All pages of a document, small and grey, in rows."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in document]
    width, height = pages[0].size
    rows = -(-len(pages) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * width, rows * height), 255)
    for number, page in enumerate(pages):
        sheet.paste(page, (number % COLUMNS * width, number // COLUMNS * height))
    return sheet.quantize(SHADES).convert("L")


def differing(kept: Image.Image, seen: Image.Image) -> list[tuple[int, int]]:
    """Where two contact sheets differ: column and row of patches; all of it where sizes differ."""
    if kept.size != seen.size:
        return [(0, 0)]
    apart = ImageChops.difference(_patches(kept), _patches(seen))
    return [
        (column, row)
        for row in range(apart.height)
        for column in range(apart.width)
        if apart.getpixel((column, row)) > MOST  # type: ignore[operator]
    ]


def _patches(sheet: Image.Image) -> Image.Image:
    size = (-(-sheet.width // PATCH), -(-sheet.height // PATCH))
    return sheet.resize(size, Image.Resampling.BOX)


def seen(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Print and look at every document."""
    for name, printing in DOCUMENTS.items():
        printing(folder / f"{name}.pdf")
        yield name, contact_sheet(folder / f"{name}.pdf")


def main() -> None:
    """Keep what the documents look like now."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, sheet in seen(Path(folder)):
            sheet.quantize(SHADES).save(KEPT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
