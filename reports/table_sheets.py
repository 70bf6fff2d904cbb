"""A table of the district's pages as a sheet of a workbook: figures as figures, words as wide as they are."""

from __future__ import annotations

from collections.abc import Iterable

from reports.dashboard import Table
from reports.tables import Column, Kind, Sheet

NARROWEST, WIDEST = 14, 48
"""Characters; longer words go on in the next line."""


def sheet(table: Table) -> Sheet:
    """Return all of a table, with the columns that stand in files alone."""
    first = Column(table.head[0], _width((26, *(2 * len(line.title) for line in table.lines))))
    rows = [
        [line.title, *(cell.text if cell.number is None else cell.number for cell in line.cells)]
        for line in table.lines
    ]
    columns = [first, *(_column(table, at) for at in range(len(table.head) - 1))]
    return Sheet(table.title.split("（")[0].replace("：", "-"), columns, rows)


def _column(table: Table, at: int) -> Column:
    title = table.head[at + 1]
    if not table.is_figure(at):
        return Column(title, _width(2 * len(line.cells[at].text) for line in table.lines))
    kind: Kind = "money" if "万元" in title else "number"
    return Column(title, _width((len(title),)), kind)


def _width(lengths: Iterable[int]) -> int:
    """Chinese letters are two characters wide."""
    return min(max((NARROWEST, *lengths)), WIDEST)
