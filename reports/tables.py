"""Tables written as Excel workbooks, in constant memory, safe to open.

Nothing a user typed becomes a formula, a link or a number; codes and telephone numbers stay text,
figures stay figures. The first line of every sheet says whose table it is, of when, and filtered
how, so that a printed copy explains itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal

import xlsxwriter

Kind = Literal["text", "number", "percent", "date"]
Cell = str | int | Decimal | float | date | None

MOST_ROWS = 1_048_576 - 2
"""Rows of data an Excel sheet holds under its first line and headings; more go to another sheet."""
MOST_CHARACTERS = 32_767
LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "＿"))
REPLACED = "\ufffd"


@dataclass(frozen=True)
class Column:
    """A heading, its width in characters, and what its cells are.

    ``percent`` cells are percentages of 0 to 100, as ``figures.percent_number`` gives them.
    """

    title: str
    width: int = 14
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """A table; ``rows`` may be a generator and is read once."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Origin:
    """Whose table it is, as of when, and what was filtered (empty for everything)."""

    district: str
    made: datetime
    filtered: str = ""
    demonstration: bool = False

    def __str__(self) -> str:
        parts = [
            self.district,
            f"导出时间 {self.made:%Y-%m-%d %H:%M}",
            f"筛选条件：{self.filtered or '全部'}",
        ]
        return "　".join((["演示数据，企业均为虚构"] if self.demonstration else []) + parts)


def write_table(target: Path | IO[bytes], sheets: Sequence[Sheet], origin: Origin) -> None:
    """Write a workbook; a table too long for one sheet continues on the next."""
    workbook = xlsxwriter.Workbook(target, _SAFELY)
    with workbook:
        formats = _formats(workbook)
        names: set[str] = set()
        for sheet in sheets:
            _write_sheet(workbook, formats, sheet, origin, names)


_SAFELY = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def _formats(workbook: xlsxwriter.Workbook) -> dict[str, Any]:
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
    head = {"bold": True, "bg_color": "#E2F0EF", "bottom": 1, "text_wrap": True}
    return {
        "origin": workbook.add_format({**font, "font_color": "#43555C", "italic": True}),
        "head": workbook.add_format({**font, **head}),
        # quote_prefix is Excel's own apostrophe: editing the cell does not make it a formula.
        "text": workbook.add_format({**font, "num_format": "@", "quote_prefix": True}),
        "number": workbook.add_format({**font, "num_format": "General"}),
        "percent": workbook.add_format({**font, "num_format": "0.0"}),
        "date": workbook.add_format({**font, "num_format": "yyyy-mm-dd"}),
    }


def _write_sheet(
    workbook: xlsxwriter.Workbook,
    formats: dict[str, Any],
    sheet: Sheet,
    origin: Origin,
    names: set[str],
) -> None:
    rows = iter(sheet.rows)
    for part in _parts(rows):
        page = workbook.add_worksheet(safe_sheet_name(sheet.name, names))
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width)
        page.write_string(0, 0, safe_cell(str(origin)), formats["origin"])
        for index, column in enumerate(sheet.columns):
            page.write_string(1, index, safe_cell(column.title), formats["head"])
        page.freeze_panes(2, 1)
        for number, row in enumerate(part, start=2):
            for index, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
                _WRITERS[column.kind](page, number, index, cell, formats)


def _parts(rows: Iterator[Sequence[Cell]]) -> Iterator[Iterator[Sequence[Cell]]]:
    """Cut rows into sheets; an empty table is one empty sheet."""
    first = next(rows, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield _chain(first, islice(rows, MOST_ROWS - 1))
        first = next(rows, None)


def _chain(first: Sequence[Cell], rest: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield first
    yield from rest


def _text(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is not None and cell != "":
        page.write_string(row, column, safe_cell(str(cell)), formats["text"])


def _number(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    _figure(page, row, column, cell, formats, "number")


def _percent(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    _figure(page, row, column, cell, formats, "percent")


def _figure(
    page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any], kind: str
) -> None:
    """Write a figure; whatever is none (未评估, —) is written as the text it is."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        page.write_number(row, column, float(cell), formats[kind])
    else:
        _text(page, row, column, cell, formats)


def _date(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, date):
        day = date(cell.year, cell.month, cell.day)  # Excel knows no time zones
        page.write_datetime(row, column, day, formats["date"])
    else:
        _text(page, row, column, cell, formats)


_WRITERS: dict[Kind, Callable[[Any, int, int, Cell, dict[str, Any]], None]] = {
    "text": _text,
    "number": _number,
    "percent": _percent,
    "date": _date,
}


def safe_cell(text: str) -> str:
    """Return text that Excel can hold: control characters and lone surrogates are replaced.

    Longer than a cell holds, it is cut and says so; what is lost is never silent.
    """
    clean = "".join(REPLACED if _unwritable(c) else c for c in text)
    if len(clean.encode("utf-16-le")) // 2 <= MOST_CHARACTERS:
        return clean
    ending = "……（超出单元格上限，已截断）"
    return clean[: MOST_CHARACTERS // 2 - len(ending)] + ending


def _unwritable(character: str) -> bool:
    if character in "\n\t":
        return False
    category = unicodedata.category(character)
    return category in ("Cc", "Cs") or character in "\ufffe\uffff"


def safe_sheet_name(name: str, taken: set[str]) -> str:
    """Return a name Excel accepts, unlike every name in ``taken``, to which it is added."""
    clean = safe_cell(name).translate(_FORBIDDEN).replace("\n", " ").replace("\t", " ")
    clean = clean.strip().strip("'") or "表"
    if clean.casefold() == "history":
        clean = "History＿"
    candidate, number = _shortened(clean, ""), 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _shortened(clean, f"（{number}）")
    taken.add(candidate.casefold())
    return candidate


def _shortened(name: str, ending: str) -> str:
    """Cut to 31 UTF-16 units, as Excel counts, ending included."""
    room = LONGEST_NAME - len(ending)
    while len(name.encode("utf-16-le")) // 2 > room:
        name = name[:-1]
    return name.rstrip("'") + ending
