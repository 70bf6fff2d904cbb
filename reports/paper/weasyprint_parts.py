"""What we use of WeasyPrint beside its public interface; a test fails when any of it changes.

A document asks its private ``_ua_stylesheets`` for the default style sheet. Nothing public replaces
that sheet, and ours is leaner.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import weasyprint
from weasyprint import CSS, HTML

WEASYPRINT_DEFAULTS = Path(weasyprint.__file__).parent / "css" / "html5_ua.css"


def lean_defaults(shipped: str) -> str:
    """Return WeasyPrint's default style sheet without its rules for footnotes and notes.

    Those are rules for five pseudo-elements of every element, and ``::marker`` is a sixth; a report
    has none but list markers, and computing them takes a tenth of the time of printing.
    """
    without_notes = re.sub(r"(?m)^::(foot)?note-.*$", "", shipped)
    return without_notes.replace("\n::marker", "\nli::marker")


@cache
def _defaults() -> CSS:
    return CSS(string=lean_defaults(WEASYPRINT_DEFAULTS.read_text(encoding="utf-8")))


class Page(HTML):
    """A document that starts from our defaults."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_defaults()]
