"""Tables written as Excel workbooks, in constant memory, safe to open.

The only formulas are sums under amounts. Nothing a user typed becomes a formula, a link or a number; codes and telephone numbers stay text,
figures stay figures. A line over every table says whose it is, of when, and filtered how, so that a
printed copy explains itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import IO, Any, Literal

from xlsxwriter.utility import xl_range

from questionnaires.sheets.writing import TEXT, Pen, cut, writing

Kind = Literal["text", "number", "money", "percent", "date"]
Cell = str | int | Decimal | float | date | None

MOST_ROWS = 1_048_576 - 4
"""Rows of data an Excel sheet holds between its title, its first line, headings and a row of sums; more go
to another sheet."""


@dataclass(frozen=True)
class Column:
    """A heading, its width in characters, and what its cells are.

    ``percent`` cells are percentages of 0 to 100, as ``figures.percent_number`` gives them; ``money`` is
    in 万元, written with two decimals so that amounts stand under each other.
    """

    title: str
    width: int = 14
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """A table; ``rows`` may be a generator and is read once.

    Every one can be filtered, and printed on A4 with its heads on each page. With a ``title`` it is
    made to be sent on: the title in large letters over it, its rows numbered and framed, and under its
    ``money`` what it comes to, of the rows that are shown.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""


@dataclass(frozen=True)
class Origin:
    """Whose table it is, as of when, and what was filtered (empty for everything).

    With a day ``up_to`` which its data reach it says that in place of when it was made: the same data
    make the same file.
    """

    district: str
    made: datetime
    filtered: str = ""
    demonstration: bool = False
    up_to: date | None = None

    def __str__(self) -> str:
        made = f"导出时间 {self.made:%Y-%m-%d %H:%M}"
        parts = [
            self.district,
            f"资料截至 {self.up_to:%Y-%m-%d}" if self.up_to else made,
            f"筛选条件：{self.filtered or '全部'}",
        ]
        return "　".join((["演示数据，企业均为虚构"] if self.demonstration else []) + parts)


def write_table(target: Path | IO[bytes], sheets: Sequence[Sheet], origin: Origin) -> None:
    """Write a workbook, a sheet after the other."""
    with writing(target, _FORMS, said=cut, streaming=True) as pen:
        pen.book.set_properties({"created": origin.made.replace(tzinfo=None)})
        for sheet in sheets:
            leaf = Leaf(pen, sheet, origin)
            for row in sheet.rows:
                leaf.add(row)
            leaf.end()


@contextmanager
def side_by_side(
    target: Path | IO[bytes], sheets: Sequence[Sheet], origin: Origin
) -> Iterator[list[Leaf]]:
    """Open all sheets of a workbook at once: rows go to any of them as they come, none are held.

    Args:
        sheets: Their own ``rows`` are left alone.
    """
    with writing(target, _FORMS, said=cut, streaming=True) as pen:
        leaves = [Leaf(pen, sheet, origin) for sheet in sheets]
        yield leaves
        for leaf in leaves:
            leaf.end()


FRAMED = {"border": 1, "border_color": "#B5C4C4"}
NUMBER = Column("序号", 6, "number")
_KINDS: dict[str, dict[str, Any]] = {
    "text": TEXT | {"text_wrap": True},
    "number": {"num_format": "General"},
    "money": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0"},
    "date": {"num_format": "yyyy-mm-dd"},
}
_HEAD = {"bold": True, "bg_color": "#E2F0EF", "text_wrap": True, "valign": "vcenter"}
_FORMS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "origin": {"font_color": "#43555C", "italic": True},
    "head": _HEAD | {"bottom": 1},
    "framed head": _HEAD | FRAMED | {"align": "center"},
    "sum": {"bold": True} | FRAMED,
    "sum of money": {"bold": True} | _KINDS["money"] | FRAMED,
    **_KINDS,
    **{f"framed {kind}": form | FRAMED for kind, form in _KINDS.items()},
}
_A4 = 9
ACROSS = 240
"""Characters of width that an A4 page holds across and that are still read; more go on to the next."""


class Leaf:
    """A sheet under way, row by row; a table too long for one sheet continues on the next."""

    def __init__(self, pen: Pen, sheet: Sheet, origin: Origin) -> None:
        self._pen, self._sheet, self._origin = pen, sheet, origin
        self._columns = [NUMBER, *sheet.columns] if sheet.title else list(sheet.columns)
        self._head = 2 if sheet.title else 1
        named = "framed " if sheet.title else ""
        self._text = pen.forms[f"{named}text"]
        self._kinds = [(c.kind, _KEPT[c.kind], pen.forms[named + c.kind]) for c in self._columns]
        self._goes_on = False
        """Whether the table takes more than one sheet."""
        self._begin()

    def _begin(self) -> None:
        pen, sheet, head = self._pen, self._sheet, self._head
        self._page = page = pen.sheet(sheet.name)
        self._line = head
        self._sums: dict[int, Decimal] = {}
        """What the columns of amounts come to that say any."""
        for at, column in enumerate(self._columns):
            page.set_column(at, at, column.width)
        if sheet.title:
            _write_title(pen, page, sheet.title, self._columns)
        pen.put(page, head - 1, 0, str(self._origin), "origin")
        look = "framed head" if sheet.title else "head"
        for at, column in enumerate(self._columns):
            pen.put(page, head, at, column.title, look)
        page.freeze_panes(head + 1, head)

    def add(self, row: Sequence[Cell]) -> None:
        """Write a row under the last, numbered where the sheet has a title.

        A word in a column of figures or dates (未评估, —) is the text it is.
        """
        if self._line - self._head >= MOST_ROWS:
            self._goes_on = True
            self.end()
            self._begin()
        self._line += 1
        page, line, framed = self._page, self._line, bool(self._sheet.title)
        cells = (line - self._head, *row) if framed else row
        for at, (cell, (kind, kept, form)) in enumerate(zip(cells, self._kinds, strict=True)):
            if cell is None or cell == "":
                if framed:
                    page.write_blank(line, at, None, form)
            elif not isinstance(cell, kept) or cell is True or cell is False:
                page.write_string(line, at, self._pen.said(str(cell)), self._text)
            elif kind == "date":
                page.write_datetime(line, at, cell, form)
            else:
                page.write_number(line, at, float(cell), form)  # type: ignore[arg-type]
                if kind == "money" and framed:
                    self._sums[at] = self._sums.get(at, Decimal()) + Decimal(str(cell))

    def end(self) -> None:
        """Set the sheet up to be filtered and printed."""
        if self._line > self._head:
            self._page.autofilter(self._head, 0, self._line, len(self._columns) - 1)
            if self._sums:
                self._sum_up()
        across = -(-sum(column.width for column in self._columns) // ACROSS)
        _set_up(self._page, self._head, across)
        if not self._sheet.title:
            self._page.set_header("&C&A")  # its name, which a printed copy would not tell

    def _sum_up(self) -> None:
        """Write under the last row what amounts come to: rows that a filter hides are not counted."""
        pen, page, under = self._pen, self._page, self._line + 1
        page.write_string(under, 0, "本页合计" if self._goes_on else "合计", pen.forms["sum"])
        for at in range(1, len(self._columns)):
            if at in self._sums:
                shown = xl_range(self._head + 1, at, self._line, at)
                formula, form = f"=SUBTOTAL(109,{shown})", pen.forms["sum of money"]
                page.write_formula(under, at, formula, form, float(self._sums[at]))
            else:
                page.write_blank(under, at, None, pen.forms["sum"])


def _write_title(pen: Pen, page: Any, title: str, columns: Sequence[Column]) -> None:
    """Write it over the columns of the first page, so that it is seen where a wide table is opened."""
    reached = accumulate(column.width for column in columns)
    under = sum(width <= ACROSS for width in reached)
    page.set_row(0, 30)
    page.merge_range(0, 0, 0, max(under - 1, 1), "", pen.forms["title"])
    pen.put(page, 0, 0, title, "title")


def _set_up(page: Any, head: int, across: int) -> None:
    """Let a table be printed on so many pages beside each other, heads and names on each."""
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(0.4, 0.4, 0.5, 0.6)
    page.fit_to_pages(across, 0)
    page.repeat_rows(head)
    if across > 1:
        page.repeat_columns(0, head - 1)
        page.print_across()
    page.set_footer("&C第 &P 页，共 &N 页")


_KEPT: dict[Kind, tuple[type, ...]] = {
    "text": (),
    "number": (int, float, Decimal),
    "money": (int, float, Decimal),
    "percent": (int, float, Decimal),
    "date": (date,),
}


# --- as text ------------------------------------------------------------------------------------

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(target: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table as CSV: what would be read as a formula gets an apostrophe in front."""
    writer = csv.writer(target)
    writer.writerow([_plain(column.title) for column in columns])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return "" if cell is None else str(cell)
