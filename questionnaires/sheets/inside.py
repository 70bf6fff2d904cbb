"""A workbook's inside, looked through before the reader proper opens it.

One cell in the last corner makes a sheet of billions, and a formula shows whatever somebody stored
as its result.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from defusedxml.sax import parse

from questionnaires.reading import Fault

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_ELEMENTS = 4_000_000
"""Of all parts together: a sheet of that many cells is no longer read by anybody."""
MOST_FAULTS = 200
BOOK = "工作簿"
"""The place of a fault of the whole workbook."""
SMALLER = "只保留需要的表，删去图片和多余的表后重试"
RESAVE = "用表格软件重新另存为 xlsx 后重试"


class Unreadable(ValueError):
    """The workbook as a whole is refused; ``fault`` says why, and what to do about it."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = Fault(BOOK, "", fault, remedy)


_SHEETS = frozenset(
    f"{{{space}}}sheet"
    for space in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
)
_LINKS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
"""Each as most programs write it, and as “Strict Open XML” says."""


def formulas(inside: zipfile.ZipFile, most: int = MOST_ELEMENTS) -> tuple[Fault, ...]:
    """Look through every part a reader may open, named or not; return a fault for every formula.

    Raises:
        Unreadable: It holds no sheets or no plain XML, too many elements, or a cell far out.
    """
    try:
        return tuple(_formulas(inside, most))
    except (ParseError, SAXParseException, DefusedXmlException, KeyError) as error:
        raise Unreadable("工作簿内部的内容读不懂", RESAVE) from error


def sheet_names(inside: zipfile.ZipFile) -> dict[str, str]:
    """Return the sheets' names by the part that holds them."""
    targets = {
        link.get("Id"): posixpath.normpath(posixpath.join("xl", link.get("Target", ""))).lstrip("/")
        for link in _elements(inside, "xl/_rels/workbook.xml.rels")
        if link.tag.endswith("}Relationship")
    }
    sheets = [e for e in _elements(inside, "xl/workbook.xml") if e.tag in _SHEETS]
    linked = [(link, s.get("name", "")) for s in sheets for at in _LINKS if (link := s.get(at))]
    names = {targets[link]: name for link, name in linked if link in targets}
    if not names:
        raise Unreadable("工作簿里没有表", RESAVE)
    return {part.removeprefix("xl//"): name for part, name in names.items()}


def _elements(inside: zipfile.ZipFile, part: str) -> Iterator[Any]:
    with inside.open(part) as content:
        for _, element in iterparse(content, events=("end",)):
            yield element


def _formulas(inside: zipfile.ZipFile, left: int) -> Iterator[Fault]:
    names = sheet_names(inside)
    parts = [n for n in inside.namelist() if n.startswith("xl/") and n.endswith(".xml")]
    for part in dict.fromkeys((*names, *parts)):
        is_sheet = part in names or part.startswith("xl/worksheets/")
        seen = _Looking(left, is_sheet)
        with inside.open(part) as content:
            parse(content, seen)
        left = seen.left
        sheet = names.get(part, "")
        for cell in seen.formulas:
            yield Fault(sheet, cell, "单元格里是公式", "改为直接填写文字或数字")


class _Looking(ContentHandler):
    """Counts the elements of a part, and follows rows and cells where it is a sheet.

    Raises:
        Unreadable: Too many elements, or a cell lies too far out.
    """

    def __init__(self, left: int, is_sheet: bool) -> None:
        super().__init__()
        self.left = left
        self.is_sheet = is_sheet
        self.formulas: list[str] = []
        self.cell = ""
        self.row = self.column = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (the library's name)
        self.left -= 1
        if self.left < 0:
            raise Unreadable("工作簿展开后太大", SMALLER)
        if not self.is_sheet:
            return
        name = name.rpartition(":")[2]
        if name == "row":
            self._next_row(attrs.get("r", ""))
        elif name == "c":
            self._next_cell(attrs.get("r", ""))
        elif name == "f" and len(self.formulas) < MOST_FAULTS:
            self.formulas.append(self.cell)

    def _next_row(self, number: str) -> None:
        self.row = _number(number) if number else self.row + 1
        self.column = 0
        self._require_near()

    def _next_cell(self, reference: str) -> None:
        self.cell = reference
        letters = reference.rstrip("0123456789")
        # A cell that does not say where it stands follows the one before.
        self.column = _column(letters) if letters else self.column + 1
        self.row = max(self.row, _number(reference[len(letters) :]))
        self._require_near()

    def _require_near(self) -> None:
        if self.column > MOST_COLUMNS or self.row > MOST_ROWS:
            fault = f"有单元格超出 {MOST_ROWS} 行、{MOST_COLUMNS} 列"
            raise Unreadable(fault, "删去远处多余的单元格后重试")


def _number(digits: str) -> int:
    """Read a row's number; what is none lies beyond every limit."""
    if not digits:
        return 0
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else 10**8


def _column(letters: str) -> int:
    column = 0
    for letter in letters[:8].upper():
        column = column * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else MOST_COLUMNS + 1
    return column
