"""Tables written as Excel workbooks, in constant memory, safe to open.

Nothing a user typed becomes a formula, a link or a number; codes and telephone numbers stay text,
figures stay figures. The first line of every sheet says whose table it is, of when, and filtered
how, so that a printed copy explains itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Literal

from questionnaires.sheets.writing import TEXT, Pen, cut, writing

Kind = Literal["text", "number", "percent", "date"]
Cell = str | int | Decimal | float | date | None

MOST_ROWS = 1_048_576 - 2
"""Rows of data an Excel sheet holds under its first line and headings; more go to another sheet."""


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
    with writing(target, _FORMS, said=cut, streaming=True) as pen:
        for sheet in sheets:
            for rows in _parts(iter(sheet.rows)):
                _write_sheet(pen, sheet, rows, origin)


_FORMS: dict[str, dict[str, Any]] = {
    "origin": {"font_color": "#43555C", "italic": True},
    "head": {"bold": True, "bg_color": "#E2F0EF", "bottom": 1, "text_wrap": True},
    "text": TEXT,
    "number": {"num_format": "General"},
    "percent": {"num_format": "0.0"},
    "date": {"num_format": "yyyy-mm-dd"},
}


def _write_sheet(pen: Pen, sheet: Sheet, rows: Iterator[Sequence[Cell]], origin: Origin) -> None:
    page = pen.sheet(sheet.name)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    pen.put(page, 0, 0, str(origin), "origin")
    for at, column in enumerate(sheet.columns):
        pen.put(page, 1, at, column.title, "head")
    page.freeze_panes(2, 1)
    for number, row in enumerate(rows, start=2):
        for at, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            if cell is not None and cell != "":
                _write_cell(pen, page, (number, at), column.kind, cell)


def _write_cell(
    pen: Pen, page: Any, at: tuple[int, int], kind: Kind, cell: str | int | Decimal | float | date
) -> None:
    """Write a cell; a word in a column of figures or dates (未评估, —) is the text it is."""
    kept = isinstance(cell, _KEPT[kind]) and not isinstance(cell, bool)
    pen.put(page, *at, cell if kept else str(cell), kind if kept else "text")


_KEPT: dict[Kind, tuple[type, ...]] = {
    "text": (),
    "number": (int, float, Decimal),
    "percent": (int, float, Decimal),
    "date": (date,),
}


def _parts(rows: Iterator[Sequence[Cell]]) -> Iterator[Iterator[Sequence[Cell]]]:
    """Cut rows into sheets; an empty table is one empty sheet."""
    first = next(rows, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield chain([first], islice(rows, MOST_ROWS - 1))
        first = next(rows, None)
