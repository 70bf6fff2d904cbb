"""Where a list begins: its head of one or more rows, and what the title rows say of unit and year."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from questionnaires.sheets.lists import NO_VALUE, Cell, Line, Sheet, Tab
from survey.rosters import cells
from survey.rosters.columns import Heading, fields_said, unit_in

LOOKED_AT = 20
"""A head stands in the first rows of its sheet."""
TALLEST = 3
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z]{17,19}")
MONEY = ("元", "千元", "万元", "亿元")


@dataclass(frozen=True)
class Head:
    """Where the head of a list stands (rows as a spreadsheet counts), and what it says.

    Attributes:
        unit: Of money, as title rows or headings say it; empty where they do not.
        year: Likewise, of the figures.
    """

    first: int
    last: int
    headings: tuple[Heading, ...]
    unit: str = ""
    year: int | None = None

    @property
    def is_of_firms(self) -> bool:
        """Whether it names firms: a name or a code at least."""
        return bool(fields_said(self.headings) & {"name", "code"}) and len(self.headings) > 1


def find(sheet: Sheet) -> Head | None:
    """Find the head of a sheet: the rows that name most of what a list of firms says."""
    near = [line for line in sheet.lines if line.number <= LOOKED_AT]
    data = next((line.number for line in near if _holds_code(line)), LOOKED_AT + 1)
    best, most = None, 1
    for height in range(1, TALLEST + 1):
        for first in range(1, data - height + 1):
            headings = read(sheet, first, first + height - 1)
            said = fields_said(headings)
            if len(said) > most and said & {"name", "code"}:
                best, most = (first, first + height - 1), len(said)
    return at(sheet, *best) if best else None


def _holds_code(line: Line) -> bool:
    return any(_CODE.fullmatch(_said(cell).strip("'’` ")) for cell in line.cells)


def at(sheet: Sheet, first: int, last: int) -> Head:
    """Read the head between two rows, and what the rows above it say."""
    headings = read(sheet, first, last)
    above = [_said(cell) for line in sheet.lines if line.number < first for cell in line.cells]
    units = [unit_in(words) for words in above] + [heading.unit for heading in headings]
    year = next((y for words in above if (y := cells.year_in(words))), None)
    years = [heading.year for heading in headings if heading.year]
    unit = next((unit for unit in units if unit in MONEY), "")
    return Head(first, last, headings, unit, max(years) if years else year)


def read(sheet: Sheet, first: int, last: int) -> tuple[Heading, ...]:
    """Read the headings between two rows, those of merged cells over every column they span."""
    lines = {line.number: line for line in sheet.lines}
    rows = [_filled(sheet.tab, lines.get(n), n) for n in range(first, last + 1)]
    width = max((len(row) for row in rows), default=0)
    _spread(rows, width)
    taken: dict[str, int] = {}
    found = []
    for at in range(width):
        parts = tuple(dict.fromkeys(row[at] for row in rows if at < len(row) and row[at]))
        found.append(_heading(parts, taken))
    return tuple(found)


def _heading(parts: tuple[str, ...], taken: dict[str, int]) -> Heading:
    key = "｜".join(parts)
    taken[key] = taken.get(key, 0) + 1
    if taken[key] > 1:
        key = f"{key}（{taken[key]}）"
    units = [unit for part in reversed(parts) if (unit := unit_in(part))]
    years = [year for part in reversed(parts) if (year := cells.year_in(part))]
    return Heading(key, parts, units[0] if units else "", years[0] if years else None)


def _filled(tab: Tab, line: Line | None, number: int) -> list[str]:
    row = [_said(cell) for cell in line.cells] if line else []
    for top, left, _bottom, right in tab.merged:
        if top == number - 1 and left < len(row):
            row += [""] * (right + 1 - len(row))
            row[left : right + 1] = [row[left]] * (right + 1 - left)
    return row


def _spread(rows: list[list[str]], width: int) -> None:
    """Carry a group's name on over its columns where a format keeps no merged cells."""
    for upper, lower in itertools.pairwise(rows):
        for at in range(1, min(width, len(lower))):
            upper += [""] * (at + 1 - len(upper))
            if lower[at] and not upper[at] and lower[at - 1]:
                upper[at] = upper[at - 1]


def _said(cell: Cell) -> str:
    return "" if cell == NO_VALUE else cells.text(cell)[:200]
