"""A workbook from outside, looked through before anything opens it.

A small file may unpack to gigabytes, one cell in the last corner makes a sheet of billions, and a
formula shows whatever somebody stored as its result. All three are found here, in one pass.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from questionnaires.reading import Fault

MOST_BYTES = 8_000_000
MOST_UNPACKED = 48_000_000
MOST_ENTRIES = 500
MOST_RATIO = 200
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_FAULTS = 200

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK = 1 << 16


class Refused(ValueError):
    """The workbook as a whole is refused."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


_SMALLER = "只保留导出的各表，删去图片和多余的表后重试"
_RESAVE = "用表格软件重新另存为 xlsx 后重试"


def inspect(file: IO[bytes] | Path) -> list[Fault]:
    """Look through a workbook and return a fault for every formula.

    Raises:
        Refused: It is no workbook, or too large in any way.
    """
    _require_small(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _require_modest(archive)
            names = _sheet_names(archive)
            return [fault for part in names for fault in _look_through(archive, part, names[part])]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise Refused("不是完好的 xlsx 工作簿", _RESAVE) from error
    except (ParseError, DefusedXmlException, KeyError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("工作簿内部的内容读不懂", _RESAVE) from error


def _require_small(file: IO[bytes] | Path) -> None:
    if isinstance(file, Path):
        size = file.stat().st_size
    else:
        size = file.seek(0, 2)
        file.seek(0)
    if size > MOST_BYTES:
        raise Refused(f"文件超过 {MOST_BYTES // 1_000_000} MB", _SMALLER)


def _require_modest(archive: zipfile.ZipFile) -> None:
    """Add up what the archive says it holds, then what it really unpacks to."""
    entries = archive.infolist()
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or len({e.filename for e in entries}) < len(entries):
        raise Refused("工作簿里的部件太多或重名", _RESAVE)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 10_000):
        raise Refused("工作簿展开后太大", _SMALLER)
    for entry in entries:
        # Reading to the end checks the length and the sum that the entry claims.
        with archive.open(entry) as content:
            while content.read(_CHUNK):
                pass


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the sheets' names by the part that holds them."""
    targets = {
        link.get("Id"): posixpath.normpath(posixpath.join("xl", link.get("Target", ""))).lstrip("/")
        for link in _elements(archive, "xl/_rels/workbook.xml.rels")
        if link.tag.endswith("}Relationship")
    }
    sheets = [e for e in _elements(archive, "xl/workbook.xml") if e.tag == f"{_MAIN}sheet"]
    names = {targets[s.get(_LINK)]: s.get("name", "") for s in sheets if s.get(_LINK) in targets}
    if not names:
        raise Refused("工作簿里没有表", _RESAVE)
    # A part that no name leads to may still be opened by position.
    others = [
        n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")
    ]
    return dict.fromkeys(others, "") | {part.removeprefix("xl//"): n for part, n in names.items()}


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[Element]:
    with archive.open(part) as content:
        for _, element in iterparse(content, events=("end",)):
            yield element


def _look_through(archive: zipfile.ZipFile, part: str, sheet: str) -> Iterator[Fault]:
    """Yield a fault for every formula of one sheet.

    Raises:
        Refused: A cell lies further out than any questionnaire reaches.
    """
    cell, seen = "", 0
    with archive.open(part) as content:
        for event, element in iterparse(content, events=("start", "end")):
            if event == "end":
                element.clear()
                continue
            name = element.tag.rpartition("}")[2]
            if name == "row":
                _require_near(element.get("r"))
            elif name == "c":
                cell = element.get("r") or ""
                _require_near(cell)
            elif name == "f" and seen < MOST_FAULTS:
                seen += 1
                yield Fault(sheet, cell, "单元格里是公式", "改为直接填写文字或数字")


def _require_near(reference: Any) -> None:
    letters = (reference or "").rstrip("0123456789")
    digits = (reference or "")[len(letters) :]
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else MOST_COLUMNS + 1
    if column > MOST_COLUMNS or len(digits) > 7 or int(digits or 0) > MOST_ROWS:
        fault = f"有单元格超出 {MOST_ROWS} 行、{MOST_COLUMNS} 列"
        raise Refused(fault, "删去远处多余的单元格后重试")
