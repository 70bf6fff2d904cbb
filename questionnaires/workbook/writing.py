"""One trade's whole questionnaire as an Excel workbook, to print and to review without us.

The first two sheets are for people and locked: how to use the workbook, and the questionnaire as
it is read. The others hold every value once and are what is read back.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import xlsxwriter

from questionnaires.model import Edition
from questionnaires.sheets.cells import Table
from questionnaires.workbook import layout, printing
from questionnaires.workbook.rows import Row, in_order, rows

MOST_CHARACTERS = 32_767
"""Of one cell, in a spreadsheet."""
SAFELY = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
HEAD_ROW = 0


class UnsayableText(ValueError):
    """A text that no spreadsheet can hold: too long, or half a character."""


def write_workbook(edition: Edition, trade_id: str, target: Path | IO[bytes]) -> None:
    """Write the questionnaire of one trade.

    Raises:
        KeyError: The edition has no such trade.
        UnsayableText: A text cannot stand in a cell.
        OSError: The file cannot be written.
    """
    found = rows(edition, trade_id)
    if isinstance(target, Path):
        with target.open("wb") as file:
            _write_book(edition, trade_id, found, file)
    else:
        _write_book(edition, trade_id, found, target)


def _write_book(
    edition: Edition, trade_id: str, found: dict[str, list[Row]], target: IO[bytes]
) -> None:
    with xlsxwriter.Workbook(target, SAFELY) as book:
        book.set_properties({"title": f"{edition.title} {edition.trades[trade_id].title}"})
        pen = Pen(book)
        printing.write_guide(pen, edition, trade_id)
        printing.write_paper(pen, edition.questionnaire(trade_id))
        for table in layout.TABLES:
            _write_table(pen, table, in_order(table, found[table.name]))


class Pen:
    """The workbook with its formats; whatever it writes stays what it is."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        wrapped = {**font, "text_wrap": True}
        grid = {"border": 1, "border_color": "#C9D3D6"}
        self.formats: dict[str, Any] = {
            "title": book.add_format({**font, "font_size": 16, "bold": True}),
            "words": book.add_format(wrapped),
            "strong": book.add_format({**wrapped, "bold": True}),
            "section": book.add_format(
                {**wrapped, "bold": True, "font_size": 12, "bg_color": "#E2F0EF", "top": 1}
            ),
            "soft": book.add_format({**wrapped, "font_color": "#43555C"}),
            "framed": book.add_format({**wrapped, **grid}),
            "head": book.add_format(
                {**wrapped, **grid, "bold": True, "bg_color": "#0B5C60", "font_color": "#FFFFFF"}
            ),
            "told_head": book.add_format(
                {**wrapped, **grid, "italic": True, "bg_color": "#E8ECED"}
            ),
            # quote_prefix is the spreadsheet's own apostrophe: editing the cell makes no formula.
            "text": book.add_format({**wrapped, **grid, "num_format": "@", "quote_prefix": True}),
            "told": book.add_format(
                {**wrapped, **grid, "font_color": "#6B7A80", "bg_color": "#F4F6F7"}
            ),
            "number": book.add_format({**wrapped, **grid, "num_format": "0"}),
        }

    def sheet(self, name: str) -> Any:
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        page.set_footer("&L&A&R第 &P / &N 页")
        return page

    def words(self, page: Any, row: int, column: int, words: str, form: str = "words") -> None:
        page.write_string(row, column, sayable(words), self.formats[form])


def sayable(words: str) -> str:
    """Return a text that a cell can hold exactly.

    Raises:
        UnsayableText
    """
    if len(words.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
        raise UnsayableText(f"文字超过 {MOST_CHARACTERS} 个字：{words[:20]}…")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in words):
        raise UnsayableText(f"文字里有不完整的字符：{words[:20]!a}")
    return words


def _write_table(pen: Pen, table: Table, found: Any) -> None:
    page = pen.sheet(table.name)
    page.freeze_panes(1, 0)
    page.repeat_rows(HEAD_ROW)
    for at, column in enumerate(table.columns):
        page.set_column(at, at, column.width, pen.formats["told" if column.told else "text"])
        pen.words(page, HEAD_ROW, at, column.title, "told_head" if column.told else "head")
    for row, values in enumerate(found, start=HEAD_ROW + 1):
        for at, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            if value is None:
                page.write_blank(row, at, None, pen.formats["told" if column.told else "text"])
                continue
            shown = column.kind.show(value)
            if isinstance(shown, int):
                page.write_number(row, at, shown, pen.formats["number"])
            else:
                pen.words(page, row, at, shown, "told" if column.told else "text")
