"""Write one list as an Excel workbook: the table alone on its sheets, what it is on the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | None
ROWS_PER_SHEET = 1_048_575
LONGEST = 32_767
WIDEST, NARROWEST = 44, 9
SAMPLED = 200
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def workbook(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    about: Iterable[tuple[str, str]],
) -> BytesIO:
    """Return the workbook.

    Text is always written as text, whatever it begins with: no cell is ever a formula or a link.

    Args:
        title: The first sheet's name, cut to what Excel allows.
        rows: As wide as ``columns``.
        about: Names and values for the sheet 说明.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    bold = book.add_format({"bold": True, "bg_color": "#E2F0EF", "bottom": 1, "valign": "vcenter"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = _widths(columns, rows)
    for number in range(max(1, -(-len(rows) // ROWS_PER_SHEET))):
        sheet = book.add_worksheet(_sheet_name(title, number))
        part = rows[number * ROWS_PER_SHEET : (number + 1) * ROWS_PER_SHEET]
        _write_table(sheet, columns, part, widths, bold, day)
    note = book.add_worksheet("说明")
    note.set_column(0, 0, 16)
    note.set_column(1, 1, 80)
    for row, (name, value) in enumerate(about):
        note.write_string(row, 0, _speakable(name), bold)
        note.write_string(row, 1, _speakable(value))
    book.close()
    stream.seek(0)
    return stream


def _write_table(
    sheet: Worksheet,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[int],
    bold: Format,
    day: Format,
) -> None:
    for place, (title, width) in enumerate(zip(columns, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, bold)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, day)


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, day: Format) -> None:
    match cell:
        case None | "":
            return
        case str():
            sheet.write_string(row, place, _speakable(cell))
        case date():
            sheet.write_datetime(row, place, cell, day)
        case _:
            sheet.write_number(row, place, cell)


def _speakable(text: str) -> str:
    """Replace what XML cannot carry, and cut what Excel would drop."""
    clean = UNSPEAKABLE.sub("\ufffd", text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _sheet_name(title: str, number: int) -> str:
    plain = FORBIDDEN_IN_NAMES.sub(" ", title).strip() or "清单"
    return plain[:31] if number == 0 else f"{plain[:27]} {number + 1}"


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Return column widths that fit the titles and the first rows; 汉字 count twice."""
    return [
        max(
            NARROWEST,
            min(WIDEST, max(map(_width, [title, *(row[i] for row in rows[:SAMPLED])])) + 2),
        )
        for i, title in enumerate(columns)
    ]


def _width(cell: Cell) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in str(cell or ""))
