"""Lists of any shape from outside, row by row: every sheet, each cell as it stands, nothing guessed.

Read in the limited child (``survey.files.inside``) and handed on as lines of JSON: a tab first, then
its rows. Row numbers are those a spreadsheet shows; of a text file, the lines of the file.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from questionnaires.sheets import archive
from questionnaires.sheets.archive import Limits
from questionnaires.sheets.inside import RESAVE, Unreadable, sheet_names

LIMITS = Limits(size=30_000_000, entries=3000, unpacked=450_000_000, always=10_000_000, ratio=60)
MOST_ROWS = 200_000
"""The last row that may hold anything; formats may reach down further."""
MOST_COLUMNS = 200
MOST_ELEMENTS = 16_000_000
MOST_TEXT = 2000
"""Characters of one cell that are read on."""
HEAD_MERGES = 40
"""Merged cells matter in heads, and heads stand above this row."""
MOST_SPANS = 20_000
NO_VALUE: dict[str, bool] = {"formula": True}
"""Stands for a formula that no program has worked out yet: its value is not known here."""
TOO_LONG = f"内容超过 {MOST_ROWS // 10_000} 万行或 {MOST_COLUMNS} 列"
SPLIT = "拆成几个文件分别导入，删去远处多余的内容"
ONLY_SHEET = "名单"
"""What the one sheet of a text file is called."""

Cell = str | int | float | bool | dict[str, bool]
"""Text, number, truth value, ``NO_VALUE``; "" where nothing stands. Dates come as 2026-01-31."""


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
    marks: dict[str, _Marks] = {}
    if kind == "xlsx":
        with archive.opened(file, LIMITS) as inside:
            marks = _marked(inside)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        locked = "password" in str(error).lower()
        words = ("设有密码", "去掉密码后重试") if locked else ("打不开", RESAVE)
        raise Unreadable(*words) from error
    for about in book.sheets_metadata:
        sheet = book.get_sheet_by_name(about.name)
        found = marks.get(about.name, _Marks())
        hidden = about.visible != SheetVisibleEnum.Visible
        ranges = sorted(sheet.merged_cell_ranges or ())
        columns = tuple(sorted(found.hidden_columns))
        tab = Tab(about.name, hidden, columns, _merged(ranges), _spans(ranges))
        yield tab, _lines(sheet, found)


Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def _spans(ranges: Ranges) -> tuple[tuple[int, int, int], ...]:
    down = [(first[0], first[1], last[0]) for first, last in ranges if last[0] > first[0]]
    return tuple(down[:MOST_SPANS])


def _merged(ranges: Ranges) -> tuple[tuple[int, int, int, int], ...]:
    near = [(*first, *last) for first, last in ranges if first[0] < HEAD_MERGES]
    return tuple(near[:MOST_COLUMNS])


def _lines(sheet: CalamineSheet, marks: _Marks) -> Iterator[Line]:
    if sheet.start is None or sheet.end is None:
        return
    if sheet.end[0] >= MOST_ROWS or sheet.end[1] >= MOST_COLUMNS:
        raise Unreadable(TOO_LONG, SPLIT)
    before: list[Cell] = [""] * sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = before + [_cell(value) for value in values]
        for at in marks.formulas.get(number, ()):
            if at < len(cells) and cells[at] == "":
                cells[at] = NO_VALUE
        if any(cell != "" for cell in cells):
            yield Line(number, cells, number in marks.hidden_rows)


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else value[:MOST_TEXT]
    if isinstance(value, bool | int | float):
        return value
    return str(value)


def _marked(inside: ZipFile) -> dict[str, _Marks]:
    """Look through every sheet before the reader proper does; return what it would not tell."""
    left, found = MOST_ELEMENTS, {}
    try:
        for part, name in sheet_names(inside).items():
            found[name] = marks = _Marks(left)
            with inside.open(part) as content:
                marks.look(content)
            left = marks.left
    except (expat.ExpatError, KeyError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("工作簿内部的内容读不懂", RESAVE) from error
    return found


class _Marks:
    """What a sheet says beside its values: hidden rows and columns, formulas by row.

    A cell in the last corner makes a sheet of billions: one that holds a value is refused. Text
    that a formula gave may be empty; its other values may not.
    """

    def __init__(self, left: int = MOST_ELEMENTS) -> None:
        self.left = left
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.formulas: dict[int, list[int]] = {}
        self._row = self._column = 0
        self._is_text = False

    def look(self, content: IO[bytes]) -> None:
        """Read one sheet's part to its end."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse
        parser.ParseFile(content)

    def _refuse(self, *_about: object) -> None:
        raise Unreadable("工作簿内部的内容读不懂", RESAVE)

    def _start(self, name: str, about: dict[str, str]) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unreadable(TOO_LONG, SPLIT)
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cell(about)
        elif name == "v" or name == "is":
            if self._row > MOST_ROWS or self._column > MOST_COLUMNS:
                raise Unreadable(TOO_LONG, SPLIT)
        elif name == "row":
            self._row, self._column = int(about.get("r") or self._row + 1), 0
            if about.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self._row)
        elif name == "f":
            if not self._is_text:
                self.formulas.setdefault(self._row, []).append(self._column - 1)
        elif name == "col" and about.get("hidden") in ("1", "true"):
            last = min(int(about["max"]), MOST_COLUMNS)
            self.hidden_columns.update(range(int(about["min"]) - 1, last))

    def _cell(self, about: dict[str, str]) -> None:
        reference = about.get("r")
        self._column = _column(reference) if reference else self._column + 1
        self._is_text = about.get("t") == "str"


def _column(reference: str) -> int:
    column = 0
    for letter in reference[:8]:
        if letter.isdecimal():
            break
        column = column * 26 + ord(letter) - 64
    return column


# --- text files ---------------------------------------------------------------------------------

_DELIMITERS = ",\t;，|"


def _text(content: bytes) -> Read:
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise Unreadable("不是文本表格", "在表格软件里打开，另存为 CSV 或 xlsx")
    yield Tab(ONLY_SHEET, encoding=encoding), _split(text)


def _decoded(content: bytes) -> tuple[str, str]:
    """Read bytes strictly: as what they say they are, as UTF-8, as GB 18030."""
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable("文字编码认不出来", "在表格软件里打开，另存为“CSV UTF-8”或 xlsx")


def _split(text: str) -> Iterator[Line]:
    csv.field_size_limit(100_000)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    number = 0
    try:
        for cells in rows:
            if number >= MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise Unreadable(TOO_LONG, SPLIT)
            if any(cells):
                yield Line(number + 1, [_cell(cell) for cell in cells])
            number = rows.line_num
    except csv.Error as error:
        raise Unreadable("有一格里的文字太长", "检查引号是否成对，或另存为 xlsx") from error


def _delimiter(text: str) -> str:
    """Return the sign that parts the cells: the one most of the first lines hold."""
    lines = text[:20_000].splitlines()[:20]
    found = Counter({sign: sum(sign in line for line in lines) for sign in _DELIMITERS})
    return found.most_common(1)[0][0]


# --- handed on ----------------------------------------------------------------------------------


def dumped(found: Read, most: int | None = None) -> Iterator[bytes]:
    """Write tabs and their lines as lines of JSON, of each tab only the first ``most``."""
    for tab, lines in found:
        count, about = 0, vars(tab)
        yield _json({"tab": about})
        for count, line in enumerate(lines, start=1):
            if most is None or count <= most:
                yield _json([line.number, int(line.hidden), line.cells])
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
            yield Line(said[0], said[2], bool(said[1]))
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
