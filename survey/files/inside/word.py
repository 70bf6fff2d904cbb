"""Look into a Word template of the bureau's own, or fill it; nothing of it runs.

The first line of the input is JSON, the template follows. ``{"known": shape}`` asks what is wrong
with the template and tries it, with everything there and with nothing; with ``values`` it is filled.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO, Any
from zipfile import ZipFile

from docx.image.exceptions import UnrecognizedImageError
from docx.image.image import Image
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from lxml import etree

from questionnaires.sheets import archive
from questionnaires.sheets.archive import Limits
from survey.files.inside import Refused, Verdict
from survey.files.inside.office import VERDICTS, require_plain
from survey.files.inside.office_links import harms
from survey.files.inside.word_law import MOST_NEAR, Fault, Lawful, Shape, Unlawful, faults

MEGABYTE = 1024 * 1024
LIMITS = Limits(size=10 * MEGABYTE, entries=500, unpacked=40 * MEGABYTE, always=10 * MEGABYTE)
MOST_WRITTEN = 40 * MEGABYTE
"""Characters of the body as it is written: more no office program opens with ease."""
MOST_FAULTS = 20
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
LONGEST_PROPERTY = 255
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML holds."""
_DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg=="
)
HIGHEST = 1.4
"""How much higher than the width asked for a picture may be: portraits and long plans are drawn narrower."""
SAMPLE = {"text": "样例 <&> {{ }} {% %}", "picture": {"picture": _DOT, "mm": 10, "says": ""}}
NOTHING = {"text": "", "picture": ""}


class Unsound(ValueError):
    """What was written is no document: a loop or condition that cuts through a table or paragraph."""

    def __init__(self, near: str) -> None:
        super().__init__(near)
        self.near = near


def look(file: IO[bytes], _kind: str) -> list[bytes]:
    """Return what is wrong with a template as JSON, or the template filled."""
    asked = json.loads(file.readline())
    content = file.read()
    found, said = _harms(content), asked.get("values")
    if not found and said is None:
        found = _faults(content, asked["known"]) or _tried(content, asked["known"])
    if said is None:
        return [json.dumps([one._asdict() for one in found[:MOST_FAULTS]]).encode()]
    if found:
        raise Refused(Verdict.REACHES_OUT)
    try:
        return [_filled(content, asked["known"], said)]
    except (Unlawful, Unsound) as error:
        raise Refused(Verdict.OTHER_KIND) from error


# --- what is wrong -------------------------------------------------------------------------------


def _harms(content: bytes) -> list[Fault]:
    """Say what in the file runs or reaches outside, and in which part."""
    try:
        with archive.opened(BytesIO(content), LIMITS) as opened:
            try:
                entries = require_plain(opened, "docx")
            except Refused as refused:
                return [Fault(refused.verdict)]
            _require_no_entities(opened)
            return [Fault(verdict, part=part) for part, verdict in harms(opened, entries)]
    except archive.Refused as refused:
        raise Refused(VERDICTS[refused.reason]) from refused


def _require_no_entities(opened: ZipFile) -> None:
    for entry in opened.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")) and b"<!D" in opened.read(entry):
            raise Refused(Verdict.BROKEN)


def _faults(content: bytes, known: Shape) -> list[Fault]:
    found = []
    for part, source in _sources(_Word(content)):
        lines = source.splitlines()
        for fault in faults(source, known):
            near = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
            found.append(fault._replace(part=part, near=_text(near)))
    return found


def _sources(word: _Word) -> Iterator[tuple[str, str]]:
    """What is read as a template: the body, heads and feet of pages, footnotes, properties."""
    word.init_docx()
    yield "body", _lines(word.patch_xml(word.get_xml()))
    for part, uri in (("header", word.HEADER_URI), ("footer", word.FOOTER_URI)):
        for _, one in word.get_headers_footers(uri):
            yield part, _lines(word.patch_xml(word.get_part_xml(one)))
    for one in word.docx.part.package.iter_parts():
        if one.content_type.endswith("wordprocessingml.footnotes+xml"):
            yield "footnotes", _lines(word.patch_xml(one.blob.decode("utf-8")))
    for name in PROPERTIES:
        yield "properties", getattr(word.docx.core_properties, name)


def _lines(xml: str) -> str:
    """Part a source as the library does before it reads it: a paragraph a line."""
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", xml.replace("\n", " "))


def _text(xml: str) -> str:
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", xml)).split())
    return text if len(text) <= MOST_NEAR else text[: MOST_NEAR - 1] + "…"


def _tried(content: bytes, known: Shape) -> list[Fault]:
    """Fill it twice: with all there is, each list twice, and with nothing at all."""
    for sample, several in ((SAMPLE, 2), (NOTHING, 0)):
        try:
            _filled(content, known, _like(known, sample, several))
        except Unsound as error:
            return [Fault("unsound", near=error.near)]
        except Unlawful as error:
            return [error.args[0]]
    return []


def _like(shape: Shape, sample: Mapping[str, Any], several: int) -> Any:
    """Return values of a shape."""
    if isinstance(shape, list):
        return [_like(shape[0], sample, several)] * several
    if isinstance(shape, dict):
        return {name: _like(one, sample, several) for name, one in shape.items()}
    return sample[shape]


# --- filling it ----------------------------------------------------------------------------------


def _filled(content: bytes, known: Shape, values: Mapping[str, Any]) -> bytes:
    word = _Word(content)
    word.init_docx()
    word.render(_ready(values, word), Lawful(known))
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def _ready(value: Any, word: _Word) -> Any:
    """Make values ready to be written: pictures drawn, texts of what a document can hold."""
    if isinstance(value, str):
        return _ILLEGAL.sub("", value)
    if isinstance(value, list):
        return [_ready(one, word) for one in value]
    if "picture" in value:
        picture = base64.b64decode(value["picture"])
        return _Picture(word, BytesIO(picture), _width(picture, value["mm"]), value["says"])
    return {name: _ready(one, word) for name, one in value.items()}


def _width(picture: bytes, mm: float) -> Mm:
    """Return how wide a picture is drawn: as asked, less where it would be too high for its page."""
    try:
        seen = Image.from_blob(picture)
    except UnrecognizedImageError as error:
        raise Refused(Verdict.BROKEN) from error
    return Mm(min(mm, mm * HIGHEST * seen.px_width / seen.px_height))


class _Picture(InlineImage):
    """A picture with what a screen reader says of it."""

    def __init__(self, word: _Word, picture: IO[bytes], width: Mm, says: str) -> None:
        super().__init__(word, picture, width)
        self._says = says

    def _insert_image(self) -> str:
        drawn: str = super()._insert_image()
        says = html.escape(_ILLEGAL.sub("", self._says))
        return re.sub(r"(<wp:docPr [^>]*?)(/?>)", rf'\1 descr="{says}"\2', drawn, count=1)


class _Word(DocxTemplate):
    """The library's template, which takes broken XML for what it can be made of; this one does not."""

    def __init__(self, content: bytes) -> None:
        super().__init__(BytesIO(content))

    def fix_tables(self, xml: str) -> Any:
        """Refuse what is no document, mend what a loop without items left empty."""
        if len(xml) > MOST_WRITTEN:
            raise Refused(Verdict.HEAVY)
        try:
            etree.fromstring(xml, etree.XMLParser(resolve_entities=False, huge_tree=True))
        except etree.XMLSyntaxError as error:
            line = xml.splitlines()[(error.lineno or 1) - 1] if xml else ""
            at = (error.position or (1, 1))[1]
            raise Unsound(_text(line[max(0, at - 400) : at + 200])) from error
        tree = super().fix_tables(xml)
        for stray in _stray(tree):
            raise Unsound(_text(stray))
        _mend(tree)
        return tree

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Fill what the document says of itself: plain text, and short."""
        known = self.docx.core_properties
        for name in PROPERTIES:
            if "{" in (said := getattr(known, name)):
                written = html.unescape(jinja_env.from_string(said).render(context))
                setattr(known, name, written[:LONGEST_PROPERTY])


_HOLDS_NO_TEXT = frozenset(W + name for name in ("body", "p", "r", "tbl", "tr", "tc"))


def _stray(tree: Any) -> Iterator[str]:
    """Words that stand where none are shown: a mark for rows outside of a table, and the like."""
    for element in tree.iter(*_HOLDS_NO_TEXT):
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                yield text.strip()


def _mend(tree: Any) -> None:
    """Give each cell its last paragraph and take away tables without a row: Word demands both."""
    for table in list(tree.iter(W + "tbl")):
        if table.find(f".//{W}tr") is None:
            table.getparent().remove(table)
    for cell in tree.iter(W + "tc"):
        if len(cell) == 0 or cell[-1].tag != W + "p":
            etree.SubElement(cell, W + "p")
