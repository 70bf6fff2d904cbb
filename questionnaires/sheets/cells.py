"""Workbooks from outside read cell by cell: rows of values, each with its place; nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from questionnaires.reading import Fault
from questionnaires.sheets import archive
from questionnaires.sheets.archive import Limits, Reason
from questionnaires.sheets.inside import RESAVE, SMALLER, Unreadable, formulas
from questionnaires.sheets.kinds import TEXT, BadCell, Cell, Kind

LIMITS = Limits(size=8_000_000, entries=500, unpacked=48_000_000)
BAD = object()
"""Stands for a cell that had a fault of its own: nothing more is said about it."""

Grid = Sequence[Sequence[Cell]]
"""A sheet's cells from its first corner to its last, ``""`` where nothing stands."""


@dataclass(frozen=True)
class Column:
    """A heading, the key it stands for, and what its cells are.

    ``told`` columns only help the reader of a row; they are written and never read. ``later`` ones
    came after the first release: a workbook handed out before has no such heading. ``default`` is
    what an empty cell means, shown all the same.
    """

    key: str
    title: str
    kind: Kind = TEXT
    width: int = 14
    told: bool = False
    later: bool = False
    default: object = None


@dataclass(frozen=True)
class Table:
    """One sheet of known columns, and what it is for."""

    name: str
    columns: tuple[Column, ...]
    about: str


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


# --- a workbook ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Book:
    """A workbook that may be read: the names of its sheets, and a fault for every formula."""

    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    _opened: CalamineWorkbook = field(repr=False)

    def grid(self, name: str) -> Grid:
        """Return a sheet's cells."""
        return self._opened.get_sheet_by_name(name).to_python(skip_empty_area=False)

    def rows(self, table: Table) -> tuple[list[Row], list[Fault]]:
        """Read a sheet of known columns; a cell that cannot be taken is a fault, never a value."""
        if table.name not in self.names:
            if all(column.later for column in table.columns):
                return [], []
            return [], [Fault(table.name, "", "缺少这张表", "用导出的工作簿，不改表名")]
        faults: list[Fault] = []
        return list(_rows(table, self.grid(table.name), faults)), faults


_REFUSED = {
    Reason.BROKEN: ("不是完好的 xlsx 工作簿", RESAVE),
    Reason.ENCRYPTED: ("设有密码", "去掉密码后重试"),
    Reason.TOO_MANY: ("工作簿里的部件太多或重名", RESAVE),
    Reason.UNPACKS: ("工作簿展开后太大", SMALLER),
}


def open_book(file: Path | IO[bytes], limits: Limits = LIMITS) -> Book:
    """Look through a workbook and open it.

    Raises:
        Unreadable: It is no workbook, or too large in any way.
    """
    try:
        with archive.opened(file, limits) as inside:
            faults = formulas(inside)
        return Book(*_open(file, faults))
    except archive.Refused as refused:
        large = (f"文件超过 {limits.size // 1_000_000} MB", SMALLER)
        raise Unreadable(*_REFUSED.get(refused.reason, large)) from refused
    except (CalamineError, OSError) as error:
        raise Unreadable("打不开", RESAVE) from error


def _open(
    file: Path | IO[bytes], faults: tuple[Fault, ...]
) -> tuple[tuple[str, ...], tuple[Fault, ...], CalamineWorkbook]:
    if isinstance(file, Path):
        opened = CalamineWorkbook.from_path(str(file))
    else:
        file.seek(0)
        opened = CalamineWorkbook.from_filelike(file)
    return tuple(opened.sheet_names), faults, opened


# --- rows ---------------------------------------------------------------------------------------


def _rows(table: Table, grid: Grid, faults: list[Fault]) -> Iterator[Row]:
    places = _headings(table, grid[0] if grid else [], faults)
    for number, cells in enumerate(grid[1:], start=2):
        if all(cell == "" for cell in cells):
            continue
        given = {c.key: cells[at] for c, at in places if at < len(cells) and cells[at] != ""}
        names = {c.key: f"{letters(at)}{number}" for c, at in places}
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


def _headings(table: Table, cells: Sequence[Cell], faults: list[Fault]) -> list[tuple[Column, int]]:
    """Find every column by its heading; headings missing, unknown or repeated are faults."""
    known = {column.title: column for column in table.columns}
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        title, place = str(cell).strip(), f"{letters(at)}1"
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


def letters(at: int) -> str:
    """Name a column: 0 is A, 26 is AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name
