"""Lists of any shape from outside, row by row: every sheet, each cell as it stands, nothing guessed.

Read in the limited child (``survey.files.inside``) and handed on as lines of JSON: a tab first, then
its rows. Row numbers are those a spreadsheet shows; of a text file, the lines of the file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from questionnaires.sheets import archive, old_marks
from questionnaires.sheets.archive import Limits
from questionnaires.sheets.inside import RESAVE, Unreadable
from questionnaires.sheets.marks import MOST_COLUMNS, MOST_ROWS, SPLIT, TOO_LONG, Marks, marked

LIMITS = Limits(size=30_000_000, entries=3000, unpacked=450_000_000, always=10_000_000, ratio=60)
MOST_TEXT = 2000
"""Characters of one cell that are read on."""
HEAD_MERGES = 40
"""Merged cells matter in heads, and heads stand in so many rows from the first that holds anything."""
MOST_SPANS = 20_000
NO_VALUE: dict[str, bool] = {"formula": True}
"""Stands for what has no value here: a formula not worked out yet, an error such as #N/A."""
SCALED: dict[str, bool] = {"scaled": True}
"""Stands for a number whose format shows another: 12345678 as 1234.5, in a column of 万元."""
ONLY_SHEET = "名单"
"""What the one sheet of a text file is called."""

Cell = str | int | float | bool | dict[str, bool]
"""Text, number, truth value, ``NO_VALUE``, ``SCALED``; "" where nothing stands. Dates come as 2026-01-31."""


@dataclass(frozen=True)
class Tab:
    """One sheet of a list.

    Attributes:
        merged: (first row, first column, last row, last column) from 0, near the top.
        spans: (first row, column, last row) from 0 of cells merged over several rows, anywhere.
        encoding: Of a text file; empty for workbooks.
    """

    name: str
    hidden: bool = False
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    spans: tuple[tuple[int, int, int], ...] = ()
    encoding: str = ""


@dataclass(frozen=True)
class Line:
    """One row that holds anything; cells from the first column on."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    struck: bool = False
    """Whether most of what it says is struck through."""


Read = Iterator[tuple[Tab, Iterable[Line]]]


def read(file: IO[bytes], kind: str) -> Read:
    """Read a list: xlsx, xls or csv; each tab's lines before the next tab.

    Raises:
        Unreadable: Says what is wrong with the file, and the remedy.
        archive.Refused: A workbook's ZIP is not whole, or far too large.
    """
    if kind == "csv":
        return _text(file.read())
    return _workbook(file, kind)


# --- workbooks ----------------------------------------------------------------------------------


def _workbook(file: IO[bytes], kind: str) -> Read:
    marks: dict[str, Marks] = {}
    if kind == "xlsx":
        with archive.opened(file, LIMITS) as inside:
            marks = marked(inside)
    elif kind == "xls":
        marks = old_marks.marked(file.read())
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        locked = "password" in str(error).lower()
        words = ("设有密码", "去掉密码后重试") if locked else ("打不开", RESAVE)
        raise Unreadable(*words) from error
    for about in book.sheets_metadata:
        with _whole():
            sheet = book.get_sheet_by_name(about.name)
        found = marks.get(about.name, Marks())
        hidden = about.visible != SheetVisibleEnum.Visible
        ranges = sorted(sheet.merged_cell_ranges or ())
        columns = tuple(sorted(found.hidden_columns))
        top = sheet.start[0] if sheet.start else 0
        tab = Tab(about.name, hidden, columns, _merged(ranges, top), _spans(ranges))
        yield tab, _lines(sheet, found)


@contextmanager
def _whole() -> Iterator[None]:
    """Take a workbook for broken whose cells point to what is not there."""
    try:
        yield
    except CalamineError as error:
        raise Unreadable("打不开", RESAVE) from error


Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def _spans(ranges: Ranges) -> tuple[tuple[int, int, int], ...]:
    down = [(first[0], first[1], last[0]) for first, last in ranges if last[0] > first[0]]
    return tuple(down[:MOST_SPANS])


def _merged(ranges: Ranges, top: int) -> tuple[tuple[int, int, int, int], ...]:
    near = [(*first, *last) for first, last in ranges if first[0] < top + HEAD_MERGES]
    return tuple(near[:MOST_COLUMNS])


def _lines(sheet: CalamineSheet, marks: Marks) -> Iterator[Line]:
    for number, cells in _rows(sheet, marks):
        for at in marks.valueless.get(number, ()):
            cells += [""] * (at + 1 - len(cells))
            if cells[at] == "":
                cells[at] = NO_VALUE
        for at in marks.scaled.get(number, ()):
            if at < len(cells) and isinstance(cells[at], int | float) and cells[at]:
                cells[at] = SCALED
        if any(cell != "" for cell in cells):
            yield Line(number, cells, number in marks.hidden_rows, number in marks.struck_rows)


def _rows(sheet: CalamineSheet, marks: Marks) -> Iterator[tuple[int, list[Cell]]]:
    """Give the rows the reader finds, and those below that hold nothing it could find."""
    number = 0
    if sheet.start is not None and sheet.end is not None:
        if sheet.end[0] >= MOST_ROWS or sheet.end[1] >= MOST_COLUMNS:
            raise Unreadable(TOO_LONG, SPLIT)
        before: list[Cell] = [""] * sheet.start[1]
        for number, values in enumerate(sheet.iter_rows(), start=1):
            yield number, before + [_cell(value) for value in values]
    yield from ((below, []) for below in sorted(marks.valueless) if below > number)


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else value[:MOST_TEXT]
    if isinstance(value, bool | int | float):
        return value
    return str(value)


# --- text files ---------------------------------------------------------------------------------

_BYTE_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
"""How a text begins that says what it is written in: then it is read as that, or not at all."""
_DELIMITERS = ",\t;，|"
_SHOWN = re.compile(r'(?m)(^|[,;，|\t])="([^"\r\n]*)"(?=[,;，|\t\r\n]|$)')
"""A cell as systems export it for Excel, so that it stays text: ="0123"."""
_QUOTED = re.compile(r'"[^"]*"')


def _text(content: bytes) -> Read:
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise Unreadable("不是文本表格", "在表格软件里打开，另存为 CSV 或 xlsx")
    yield Tab(ONLY_SHEET, encoding=encoding), _split(text)


def _decoded(content: bytes) -> tuple[str, str]:
    """Read bytes strictly: as what they say they are, as UTF-8, as GB 18030."""
    said = next((name for mark, name in _BYTE_MARKS.items() if content.startswith(mark)), "")
    for encoding in (said,) if said else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030":
            _require_one_encoding(content)
        return text, encoding
    raise Unreadable("文字编码认不出来", "在表格软件里打开，另存为“CSV UTF-8”或 xlsx")


def _require_one_encoding(content: bytes) -> None:
    """Refuse a text put together from two files: what is UTF-8 in it would be other words in GB 18030."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            found = "" if line.isascii() else line.decode()
        except UnicodeDecodeError:
            continue
        if sum("\u4e00" <= sign <= "\u9fff" for sign in found) > 1:
            fault = f"第 {number} 行的文字编码和前面的不同"
            raise Unreadable(fault, "把合并前的文件分别另存为“CSV UTF-8”再合并，或分别导入")


def _split(text: str) -> Iterator[Line]:
    csv.field_size_limit(100_000)
    text = _SHOWN.sub(r'\1"\2"', text)
    sign = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    number = widest = 0
    try:
        for cells in rows:
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                _require_parted(cells, number + 1, sign, widest)
                widest = max(widest, len(cells))
                if number >= MOST_ROWS or widest > MOST_COLUMNS:
                    raise Unreadable(TOO_LONG, SPLIT)
                yield Line(number + 1, [_cell(_bare(cell)) for cell in cells])
            number = rows.line_num
    except csv.Error as error:
        raise Unreadable("有一格里的文字太长", "检查引号是否成对，或另存为 xlsx") from error


def _bare(cell: str) -> str:
    """Return what a cell shows that was written as a formula giving a text: ="0123"."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def _require_parted(cells: Sequence[str], number: int, sign: str, widest: int) -> None:
    """Refuse a text in which a cell holds whole rows: a quote before it was not closed."""
    most = max(2, widest - 1, len(cells) - 1)
    for cell in cells:
        if "\n" in cell and any(line.count(sign) >= most for line in cell.split("\n")):
            fault = f"第 {number} 行有一个英文双引号没有成对，下面的行都并进了这一格"
            raise Unreadable(fault, "补上或删去这个引号，或另存为 xlsx")


def _delimiter(text: str) -> str:
    """Return the sign that parts the cells: the one most of the first lines hold, as often in each."""
    lines = _QUOTED.sub("", text[:20_000]).splitlines()[:20]

    def evidence(sign: str) -> tuple[int, int, int]:
        often = Counter(line.count(sign) for line in lines if sign in line)
        return often.total(), max(often.values(), default=0), max(often, default=0)

    return max(_DELIMITERS, key=evidence)


# --- handed on ----------------------------------------------------------------------------------


def dumped(found: Read, most: int | None = None) -> Iterator[bytes]:
    """Write tabs and their lines as lines of JSON, of each tab only the first ``most``."""
    for tab, lines in found:
        count, about = 0, vars(tab)
        yield _json({"tab": about})
        for count, line in enumerate(lines, start=1):
            if most is None or count <= most:
                yield _json([line.number, line.hidden + 2 * line.struck, line.cells])
        yield _json({"rows": count})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True)
class Sheet:
    """The beginning of a tab, and how many rows hold anything."""

    tab: Tab
    lines: Sequence[Line]
    rows: int


def loaded(pieces: Iterable[bytes]) -> Iterator[Tab | Line | int]:
    """Read back what ``dumped`` wrote: each tab, its lines, how many rows there were."""
    for said in map(json.loads, _whole_lines(pieces)):
        if isinstance(said, list):
            yield Line(said[0], said[2], bool(said[1] & 1), bool(said[1] & 2))
        elif "rows" in said:
            yield int(said["rows"])
        else:
            yield _tab(said["tab"])


def sheets(pieces: Iterable[bytes]) -> tuple[Sheet, ...]:
    """Read back the beginnings of all tabs."""
    found: list[Sheet] = []
    tab, lines = Tab(""), list[Line]()
    for said in loaded(pieces):
        if isinstance(said, Tab):
            tab, lines = said, []
        elif isinstance(said, Line):
            lines.append(said)
        else:
            found.append(Sheet(tab, tuple(lines), said))
    return tuple(found)


def _tab(about: dict[str, Any]) -> Tab:
    ranges = {name: tuple(map(tuple, about.get(name, ()))) for name in ("merged", "spans")}
    return Tab(**{**about, "hidden_columns": tuple(about["hidden_columns"]), **ranges})


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from filter(None, whole)
    if rest:
        yield rest
