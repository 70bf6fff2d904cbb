"""What we use of WeasyPrint beside its public interface; a test fails when any of it changes.

A document asks its private ``_ua_stylesheets`` for the default style sheet. Nothing public replaces
that sheet, and ours is leaner. A document is parsed when it is made and keeps the tree; ours is
parsed by a quicker reader where it is well-formed. Streams are packed by ``pydyf`` as tightly as
can be; ours are packed in a sixth of the time and one twentieth more bytes.
A line of letters is shaped when it is broken and, to save memory in books, once more when it is
painted; ours stays as it was.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import pydyf
import weasyprint
import weasyprint.draw.text as painting
from cssselect2 import ElementWrapper
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from weasyprint import CSS, HTML
from weasyprint.text.line_break import Layout

LEVEL = 4
"""How tightly streams are packed: a report in 17 ms, at the usual level 30, and 3 per cent larger."""
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
    """A document that starts from our defaults, read as XML where it is well-formed.

    Our templates are; the HTML reader, which forgives everything, takes twenty times as long.
    """

    def __init__(self, string: str, **options: Any) -> None:
        root = well_formed(string)
        super().__init__(string="" if root is not None else string, **options)
        if root is not None:
            drop_blanks(root)
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_defaults()]


def well_formed(html: str) -> Element | None:
    """Return the tree of a page that is XML as well; None where it is not, or declares entities."""
    try:
        root: Element = fromstring(html)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root if root.tag == "html" else None


WITHOUT_WORDS = frozenset("html head body main section table thead tbody tr ul ol".split())
"""Elements that hold elements only: what stands between these are line ends of our templates."""


def drop_blanks(root: Element) -> None:
    """Leave out blanks where no words stand, of each of which a box would be made."""
    for element in root.iter():
        if element.tag in WITHOUT_WORDS:
            element.text = _words(element.text)
            for child in element:
                child.tail = _words(child.tail)


def _words(text: str | None) -> str | None:
    return text if text and text.strip(" \n\r\t\f") else None


def pack_quickly() -> None:
    """Let ``pydyf`` pack streams at a lower level."""
    pydyf.zlib = SimpleNamespace(
        compress=zlib.compress, compressobj=lambda level: zlib.compressobj(LEVEL)
    )


class _Painters:
    """Pango without the switch that a painter of text sets first, which has a line shaped again.

    The switch makes one paragraph of several; a line that was broken holds no more than one.
    """

    def __init__(self, pango: Any) -> None:
        self._pango = pango

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._pango, name)
        setattr(self, name, found)
        return found

    def pango_layout_set_single_paragraph_mode(self, *_given: Any) -> None:
        """Leave it."""


def keep_lines() -> None:
    """Paint lines as they were shaped; those whose spaces are stretched are shaped again."""
    forget, shape_again = Layout.deactivate, Layout.reactivate

    def deactivate(line: Any) -> None:
        if line.justification_spacing:
            forget(line)

    def reactivate(line: Any, style: Any) -> None:
        if line.justification_spacing:
            shape_again(line, style)

    Layout.deactivate, Layout.reactivate = deactivate, reactivate
    painting.pango = _Painters(painting.pango)
