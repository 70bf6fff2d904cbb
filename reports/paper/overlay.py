"""Lay a page over every page of a PDF of ours: what the press does in its limited child."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
)

NAME = NameObject("/Superseded")
ARCHIVED = re.compile(rb"""\s+pdfaid:(?:part|conformance)=(["'])\w+\1""")
BEFORE, AFTER = b"q\n", b"\nQ\n/Artifact BMC q " + NAME.encode() + b" Do Q EMC\n"


def laid_over(under: Path, pdf: bytes) -> bytes:
    """Return a copy of the document ``under`` whose pages show the first page of ``pdf`` on top."""
    writer = PdfWriter(clone_from=PdfReader(under))
    _unsign(writer)
    _unclaim(writer)
    over = writer._add_object(_form(PdfReader(BytesIO(pdf)).pages[0], writer))
    for page in writer.pages:
        _lay_over(page, over, writer)
    copy = BytesIO()
    writer.write(copy)
    return copy.getvalue()


def _unsign(writer: PdfWriter) -> None:
    """Take the signature off a copy: it was given for pages without anything on top."""
    if (fields := writer.root_object.pop(NameObject("/AcroForm"), None)) is None:
        return
    gone = {field.idnum for field in fields.get_object()["/Fields"]}
    for page in writer.pages:
        kept = [a for a in page.get("/Annots", ()) if getattr(a, "idnum", None) not in gone]
        page[NameObject("/Annots")] = ArrayObject(kept)


def _unclaim(writer: PdfWriter) -> None:
    """Take the mark of PDF/A off a copy, which is written by other rules than what was archived."""
    if (metadata := writer.root_object.get("/Metadata")) is not None:
        stream = metadata.get_object()
        stream.set_data(ARCHIVED.sub(b"", stream.get_data()))


def _form(page: PageObject, writer: PdfWriter) -> DecodedStreamObject:
    """Return a page as a picture that others may show: its tags stay its own."""
    form = DecodedStreamObject()
    content = page.get_contents()
    form.set_data(content.get_data() if content is not None else b"")
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(page.mediabox)
    resources: Any = page["/Resources"]
    form[NameObject("/Resources")] = resources.get_object().clone(writer)
    return form


def _lay_over(page: PageObject, over: object, writer: PdfWriter) -> None:
    """Show the words over a page, outside whatever state its own content leaves."""
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    shown = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    shown[NAME] = over
    content = page.get("/Contents")
    parts = content.get_object() if content is not None else ArrayObject()
    own = list(parts) if isinstance(parts, ArrayObject) else [content]
    around = []
    for piece in (BEFORE, AFTER):
        stream = DecodedStreamObject()
        stream.set_data(piece)
        around.append(writer._add_object(stream))
    page[NameObject("/Contents")] = ArrayObject([around[0], *own, around[1]])
