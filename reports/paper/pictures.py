"""Charts as PNG, from the same SVG that is printed: set by the press, one a page, then drawn."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from reports.paper.drawn import pages
from reports.paper.html import ours, templates
from reports.paper.letters import in_letters
from reports.paper.presses import write_pdf
from reports.word.fields import Drawing

DPI = 200
"""Sharp when a page is printed."""


def pngs(drawings: Sequence[Drawing], folder: Path) -> list[bytes]:
    """Draw each; the folder holds a file meanwhile.

    Raises:
        PrintingFailed: The press could not set them.
    """
    if not drawings:
        return []
    html = templates().get_template("pictures.html").render(drawings=drawings, ours=ours)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"making-pictures-{os.getpid()}-{id(drawings)}.pdf"
    try:
        write_pdf(in_letters(html), target)
        return list(pages(target.read_bytes(), DPI))
    finally:
        target.unlink(missing_ok=True)
