"""The sheets of a workbook as rows of values, each with its cell; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from questionnaires.reading import Fault
from questionnaires.sheets import archive
from questionnaires.sheets.archive import MOST_FAULTS, Refused
from questionnaires.sheets.kinds import BadCell, Cell
from questionnaires.workbook import layout
from questionnaires.workbook.layout import Column, Table


class Place(NamedTuple):
    """A cell as people find it."""

    sheet: str
    cell: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table: what it says by column key, and where each column stands."""

    table: Table
    number: int
    values: dict[str, Any]
    places: dict[str, str]

    def cell(self, key: str) -> Place:
        """Name a column's cell; the row's first where the table has no such column."""
        first = next(iter(self.places.values()), "")
        titles = {column.key: column.title for column in self.table.columns}
        return Place(self.table.name, self.places.get(key) or first, titles.get(key, ""))

    def fault(self, key: str, fault: str, remedy: str) -> Fault:
        place = self.cell(key)
        return Fault(place.sheet, place.cell, fault, remedy)


@dataclass
class Read:
    """A workbook as read: rows by table name, and everything wrong so far."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_cells(file: Path | IO[bytes]) -> Read:
    """Read every table of a workbook; a cell that cannot be taken is a fault, never a value."""
    read = Read()
    try:
        read.faults += archive.inspect(file)
        book = _open(file)
        for table in layout.TABLES:
            if table.name in book.sheet_names:
                grid = book.get_sheet_by_name(table.name).to_python(skip_empty_area=False)
                read.rows[table.name] = list(_rows(table, grid, read.faults))
            else:
                read.faults.append(Fault(table.name, "", "缺少这张表", "用导出的工作簿，不改表名"))
    except Refused as refused:
        read.faults.append(Fault("工作簿", "", refused.fault, refused.remedy))
    except (CalamineError, OSError):
        read.faults.append(Fault("工作簿", "", "打不开", "用表格软件重新另存为 xlsx 后重试"))
    del read.faults[MOST_FAULTS:]
    return read


def _open(file: Path | IO[bytes]) -> CalamineWorkbook:
    if isinstance(file, Path):
        return CalamineWorkbook.from_path(str(file))
    file.seek(0)
    return CalamineWorkbook.from_filelike(file)


def _rows(table: Table, grid: Sequence[Sequence[Cell]], faults: list[Fault]) -> Iterator[Row]:
    places = _headings(table, grid[0] if grid else [], faults)
    for number, cells in enumerate(grid[1:], start=2):
        if all(cell == "" for cell in cells):
            continue
        given = {c.key: cells[at] for c, at in places if at < len(cells) and cells[at] != ""}
        names = {c.key: f"{_letters(at)}{number}" for c, at in places}
        row = Row(table, number, {}, names)
        for column, _ in places:
            if column.key in given and not column.told:
                try:
                    row.values[column.key] = column.kind.read(given[column.key])
                except BadCell as bad:
                    faults.append(row.fault(column.key, bad.fault, bad.remedy))
                    row.values[column.key] = BAD
        if any(column.key in given for column, _ in places if not column.told):
            yield row


BAD = object()
"""Stands for a cell that had a fault of its own: nothing more is said about it."""


def _headings(table: Table, cells: Sequence[Cell], faults: list[Fault]) -> list[tuple[Column, int]]:
    """Find every column by its heading; headings missing, unknown or repeated are faults."""
    known = {column.title: column for column in table.columns}
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        title, place = str(cell).strip(), f"{_letters(at)}1"
        if title in found:
            faults.append(Fault(table.name, place, f"表头“{title}”重复", "删去重复的一列"))
        elif title in known:
            found[title] = at
        elif title:
            shown = f"不认识的表头“{title[:40]}”"
            faults.append(Fault(table.name, place, shown, "改回导出时的表头，或删去这一列"))
    for title, column in known.items():
        if title not in found and not (column.told or column.later):
            faults.append(Fault(table.name, "第 1 行", f"缺少表头“{title}”", "补上这一列"))
    return [(known[title], at) for title, at in found.items()]


def _letters(at: int) -> str:
    """Name a column: 0 is A, 26 is AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
