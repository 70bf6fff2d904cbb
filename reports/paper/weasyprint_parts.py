"""What we use of WeasyPrint beside its public interface; a test fails when any of it changes.

A document asks its private ``_ua_stylesheets`` for the default style sheet. Nothing public replaces
that sheet, and ours is leaner. A document is parsed when it is made and keeps the tree; ours is
parsed by a quicker reader where it is well-formed. Streams are packed by ``pydyf`` as tightly as
can be; ours are packed as everybody's are, in a third of the time and one hundredth more bytes.
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
from cssselect2 import ElementWrapper
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
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
    """A document that starts from our defaults, read as XML where it is well-formed.

    Our templates are; the HTML reader, which forgives everything, takes twenty times as long.
    """

    def __init__(self, string: str, **options: Any) -> None:
        root = well_formed(string)
        super().__init__(string="" if root is not None else string, **options)
        if root is not None:
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


def pack_quickly() -> None:
    """Let ``pydyf`` pack streams at the usual level."""
    pydyf.zlib = SimpleNamespace(
        compress=zlib.compress, compressobj=lambda level: zlib.compressobj()
    )
