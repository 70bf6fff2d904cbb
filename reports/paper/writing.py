"""How a PDF is written: the same bytes, asked for less often.

``pydyf`` lists the references of all pages anew for every tag, and finds out of every word of a
file what it is. WeasyPrint copies ten megabytes of a font for every document that uses it, and turns
every colour into red, green and blue whenever something is painted in it.
"""

from __future__ import annotations

from typing import Any

import pydyf
import weasyprint.pdf.fonts as fonts
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi

SPACES = ("srgb", "hsl", "hwb")
"""Colours that are written as red, green and blue."""


def write_straight() -> None:
    """Let ``pydyf`` keep the references of its pages and know words by their type; keep fonts and colours."""
    _copy_once()
    _colours_once()
    pydyf.PDF.page_references = property(_page_references)
    whole = pydyf._to_bytes

    def to_bytes(item: Any) -> bytes:
        kind = type(item)
        if kind is bytes:
            return item
        if kind is str:
            return item.encode("ascii")
        if kind is float and not item.is_integer():
            return (b"%f" % item).rstrip(b"0")
        if kind is int:
            return b"%d" % item
        return whole(item)

    pydyf._to_bytes = to_bytes


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references of a PDF's pages, listed again when pages were added."""
    pages = pdf.pages["Kids"][::3]
    known = pdf.__dict__.get("kept references", ())
    if len(known) != len(pages):
        known = pdf.__dict__["kept references"] = tuple(f"{page} 0 R".encode() for page in pages)
    return known


def _copy_once() -> None:
    """Keep the bytes of every font that was read; it is kept itself, so its address stays its own."""
    whole = fonts.get_hb_object_data
    known: dict[int, tuple[Any, Any]] = {}

    def get_hb_object_data(face: Any, *asked: Any) -> Any:
        if asked:
            return whole(face, *asked)
        address = int(ffi.cast("uintptr_t", face))
        if address not in known:
            known[address] = face, whole(face)
        return known[address][1]

    fonts.get_hb_object_data = get_hb_object_data


def _colours_once() -> None:
    whole = Stream.set_color

    def set_color(stream: Any, colour: Any, stroke: bool = False) -> None:
        if colour.space not in SPACES:
            whole(stream, colour, stroke)
            return
        known = colour.__dict__
        if "kept" not in known:
            rgb = b" ".join(map(pydyf._to_bytes, colour.to("srgb").coordinates))
            known["kept"] = (colour.space, *colour.coordinates), rgb + b" rg", rgb + b" RG"
        same, *written = known["kept"]
        stream.set_alpha(colour.alpha, stroke)
        current = "_current_color_stroke" if stroke else "_current_color"
        if getattr(stream, current) != same:
            setattr(stream, current, same)
            stream.stream.append(written[stroke])

    Stream.set_color = set_color
