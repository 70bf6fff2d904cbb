"""Write across every page of a PDF that it counts no more (已被替代)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reports.figures import date_text
from reports.paper.html import templates
from reports.paper.presses import write_pdf


def stamp(original: Path, copy: Path, *, since: date | None, newer: str) -> None:
    """Write a copy of a PDF whose pages say that it was superseded.

    Args:
        since: The day it ceased to count, where that is known.
        newer: The number of the document in its place; empty where there is none.

    Raises:
        PrintingFailed: It took too long, too much memory, or broke.
    """
    template = templates().get_template("superseded.html")
    html = template.render(since=date_text(since) if since else "", newer=newer)
    write_pdf(html, copy, under=original)
