"""One trade's whole questionnaire as an Excel workbook, to print and to review without us.

The first two sheets are for people and locked: how to use the workbook, and the questionnaire as
it is read. The others hold every value once and are what is read back.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from questionnaires.edition import Edition
from questionnaires.sheets.cells import Column, Table
from questionnaires.sheets.writing import TEXT, Pen, whole, writing
from questionnaires.workbook import layout, printing
from questionnaires.workbook.rows import rows

HEAD_ROW = 0
_WRAPPED = {"text_wrap": True}
_GRID = {**_WRAPPED, "border": 1, "border_color": "#C9D3D6"}
_FORMS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True},
    "words": _WRAPPED,
    "strong": {**_WRAPPED, "bold": True},
    "section": {**_WRAPPED, "bold": True, "font_size": 12, "bg_color": "#E2F0EF", "top": 1},
    "soft": {**_WRAPPED, "font_color": "#43555C"},
    "framed": _GRID,
    "head": {**_GRID, "bold": True, "bg_color": "#0B5C60", "font_color": "#FFFFFF"},
    "told_head": {**_GRID, "italic": True, "bg_color": "#E8ECED"},
    "text": {**_GRID, **TEXT},
    "told": {**_GRID, "font_color": "#6B7A80", "bg_color": "#F4F6F7"},
    "number": {**_GRID, "num_format": "0"},
}


def write_workbook(edition: Edition, trade_id: str, target: Path | IO[bytes]) -> None:
    """Write the questionnaire of one trade.

    Raises:
        KeyError: The edition has no such trade.
        UnsayableText: A text cannot stand in a cell.
        OSError: The file cannot be written.
    """
    found = rows(edition, trade_id)
    title = f"{edition.title} {edition.trades[trade_id].title}"
    with writing(target, _FORMS, said=whole, title=title) as pen:
        printing.write_guide(pen, edition, trade_id)
        printing.write_paper(pen, edition.questionnaire(trade_id))
        for table in layout.TABLES:
            _write_table(pen, table, found[table.name])


def _write_table(pen: Pen, table: Table, found: Iterable[list[Any]]) -> None:
    page = printing.paged(pen, table.name)
    page.freeze_panes(1, 0)
    page.repeat_rows(HEAD_ROW)
    for at, column in enumerate(table.columns):
        page.set_column(at, at, column.width, pen.forms[_form(column)])
        head = "told_head" if column.told else "head"
        pen.put(page, HEAD_ROW, at, column.title, head)
    for row, values in enumerate(found, start=HEAD_ROW + 1):
        for at, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            if value is None:
                page.write_blank(row, at, None, pen.forms[_form(column)])
                continue
            shown = column.kind.show(value)
            pen.put(page, row, at, shown, _form(column) if isinstance(shown, str) else "number")


def _form(column: Column) -> str:
    return "told" if column.told else "text"
