"""Where a list begins: its head of one or more rows, and what the title rows say of units and year."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from questionnaires.sheets.lists import Cell, Line, Sheet, Tab
from survey.rosters import cells
from survey.rosters.cells import plain_signs
from survey.rosters.columns import NAMES, Heading, field_of, plain, year_in
from survey.rosters.periods import part_in
from survey.rosters.proposing import fields_said, places_said
from survey.rosters.units import names_several, unit_in, units_in

LOOKED_AT = 20
"""A head stands among the first rows of its sheet that hold anything."""
TALLEST = 5
"""Rows of a head, beside one that only says what the figures under it count."""
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z]{17,19}")
_FIGURE = re.compile(r"(?!(?:19|20)\d\d-\d\d-\d\d)[\d.,，%\s—/-]+")
MONEY = ("元", "千元", "万元", "亿元")


_BARE_UNITS = frozenset(
    {
        *cells.UNITS,
        *cells.POWERS,
        "%",
        "人",
        "名",
        "家",
        "个",
        "台",
        "亩",
        "平方米",
        "吨",
        "天",
        "—",
        "-",
        "/",
    }
)
_OF_YEAR = re.compile(r"((?:19|20)\d\d)年")
_NUMBERED = re.compile(r"[〔\[【]\D*(?:19|20)\d\d\D*[〕\]】]|[(](?:19|20)\d\d[)]第?\d+号")
"""The number of a document: its year is when that was written."""
_WRITTEN_ON = re.compile(r"日期|时间|[制填]表|填报|报送|打印|导出|(?:19|20)\d\d年\d+月\d+日$")
"""Says when a list was made."""


@dataclass(frozen=True)
class Head:
    """Where the head of a list stands (rows as a spreadsheet counts), and what it says.

    Attributes:
        unit: Of money, as title rows or headings say it; empty where they do not.
        power: Of electricity, as title rows say it.
        year: Of the figures, likewise.
        part: The part of a year that title rows speak of (1-10月, 三季度); empty for whole years.
        several: Whether a title row names several units of money, so that none is everyone's.
    """

    first: int
    last: int
    headings: tuple[Heading, ...]
    unit: str = ""
    power: str = ""
    year: int | None = None
    part: str = ""
    several: bool = False

    @property
    def is_of_firms(self) -> bool:
        """Whether it names firms: a name or a code at least."""
        return bool(fields_said(self.headings) & {"name", "code"}) and len(self.headings) > 1


def find(sheet: Sheet) -> Head | None:
    """Find the head of a sheet: the rows that name most of what a list of firms says."""
    near = [line.number for line in sheet.lines[:LOOKED_AT]]
    coded = (line.number for line in sheet.lines[:LOOKED_AT] if _holds_code(line))
    data = next(coded, near[-1] + 1 if near else 1)
    best, most = None, 1
    for height in range(1, TALLEST + 1):
        for first in (number for number in near if number + height <= data):
            headings = read(sheet, first, first + height - 1)
            places = places_said(headings)
            if len(places) > most and {key for key, _ in places} & {"name", "code"}:
                best, most = (first, first + height - 1), len(places)
    if best is None:
        return None
    first, last = best
    for line in (line for line in sheet.lines if last < line.number < data):
        if line.number > last + 1 or not (_says_units(line) or _goes_on(sheet, first, last, line)):
            break
        last = line.number
    return at(sheet, first, last)


UPRIGHT = 3
"""Headings below each other from which on a table stands on its side."""


def is_upright(sheet: Sheet) -> bool:
    """Whether a sheet's headings stand below each other at its left: a firm to a column."""
    for at in range(UPRIGHT):
        words = [plain(_said(line.cells[at])) for line in sheet.lines if at < len(line.cells)]
        said = {NAMES[word].key for word in words if word in NAMES}
        if len(said) >= UPRIGHT and said & {"name", "code"}:
            return True
    return False


def _holds_code(line: Line) -> bool:
    return any(_CODE.fullmatch(_said(cell).strip("'’` ")) for cell in line.cells)


def _goes_on(sheet: Sheet, first: int, last: int, line: Line) -> bool:
    """Whether a row parts what stands over several columns (上年, 本年; 1月, 2月), firms' names below none."""
    headings = read(sheet, first, last)
    said = {at: cell for at, cell in enumerate(line.cells[: len(headings)]) if cell != ""}
    whose = {at for at, one in enumerate(headings) if fields_said([one]) & {"name", "code"}}
    months = [*said.values()] == [*range(1, len(said) + 1)]
    if said.keys() & whose or (not months and any(map(_is_figure, said.values()))):
        return False
    return any(at + 1 in said and headings[at + 1].parts in ((), headings[at].parts) for at in said)


def _is_figure(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(_FIGURE.fullmatch(cell))


def _says_units(line: Line) -> bool:
    """Whether a row under the headings only says what their figures count."""
    said = [plain_signs(_said(cell)).strip("()") for cell in line.cells if cell != ""]
    return set(said) <= _BARE_UNITS and any(
        unit in cells.UNITS or unit in cells.POWERS for unit in said
    )


def at(sheet: Sheet, first: int, last: int) -> Head:
    """Read the head between two rows, and what the rows above it say."""
    headings = read(sheet, first, last)
    lines = [line for line in sheet.lines if line.number < first]
    above = [_said(cell) for line in lines for cell in line.cells]
    rows = ["".join(map(_said, line.cells)) for line in lines]
    units = [unit_in(words) for words in above] + [heading.unit for heading in headings]
    powers = [unit for words in above for unit in units_in(words) if unit in cells.POWERS]
    years = [heading.year for heading in headings if heading.year and field_of(heading)]
    titles = [plain_signs(words) for words in above]
    return Head(
        first,
        last,
        headings,
        next((unit for unit in units if unit in MONEY), ""),
        powers[0] if powers else "",
        max(years) if years else _year_of(titles) or year_in(sheet.tab.name),
        _part_of([*map(plain_signs, rows), *titles, plain_signs(sheet.tab.name)]),
        any(map(names_several, above)),
    )


def _year_of(titles: Sequence[str]) -> int | None:
    """Return the year that title rows speak of: not when the list was written, nor a document's."""
    said = [_NUMBERED.sub("", words) for words in titles if not _WRITTEN_ON.search(words)]
    found = next((found for words in said if (found := _OF_YEAR.search(words))), None)
    return (
        int(found[1]) if found else next((y for words in said if (y := cells.year_in(words))), None)
    )


def _part_of(titles: Sequence[str]) -> str:
    said = (words for words in titles if not _WRITTEN_ON.search(words))
    return next(filter(None, map(part_in, said)), "")


def told_apart(head: Head, titles: Iterable[Line]) -> dict[str, Any] | None:
    """Return which of the rows over a head that stands there again says otherwise than its first title.

    Returns:
        Its number and what it says; empty where they agree, None where none says anything.
    """
    agreed: dict[str, Any] | None = None
    for line in titles:
        said = [_said(cell) for cell in line.cells]
        unit = next((unit for words in said if (unit := unit_in(words)) in MONEY), "")
        shown = [plain_signs(words) for words in said]
        apart = (
            (unit, head.unit),
            (_year_of(shown), head.year),
            (_part_of(["".join(shown)]), head.part),
        )
        if any(one and one != other for one, other in apart):
            return {"row": line.number, "shown": " ".join(filter(None, said))[:40]}
        agreed = {} if any(one for one, _ in apart) else agreed
    return agreed


def read(sheet: Sheet, first: int, last: int) -> tuple[Heading, ...]:
    """Read the headings between two rows, those of merged cells over every column they span."""
    lines = {line.number: line for line in sheet.lines}
    rows = [_filled(sheet.tab, lines.get(n), n) for n in range(first, last + 1)]
    width = max((len(row) for row in rows), default=0)
    _spread(rows, width)
    rows = [row for at, row in enumerate(rows) if not _is_title(row, rows[at + 1 :])]
    taken: dict[str, int] = {}
    found = []
    for at in range(width):
        parts = tuple(dict.fromkeys(row[at] for row in rows if at < len(row) and row[at]))
        found.append(_heading(parts, taken, hidden=at in sheet.tab.hidden_columns))
    return tuple(found)


def _heading(parts: tuple[str, ...], taken: dict[str, int], *, hidden: bool) -> Heading:
    key = "｜".join(parts)
    taken[key] = taken.get(key, 0) + 1
    if taken[key] > 1:
        key = f"{key}（{taken[key]}）"
    units = [unit for part in reversed(parts) if (unit := unit_in(part))]
    years = [year for part in reversed(parts) if (year := year_in(part))]
    return Heading(key, parts, units[0] if units else "", years[0] if years else None, hidden)


def _filled(tab: Tab, line: Line | None, number: int) -> list[str]:
    row = [_said(cell) for cell in line.cells] if line else []
    for top, left, _bottom, right in tab.merged:
        if top == number - 1 and left < len(row):
            row += [""] * (right + 1 - len(row))
            row[left : right + 1] = [row[left]] * (right + 1 - left)
    return row


def _spread(rows: list[list[str]], width: int) -> None:
    """Carry a group's name on over its columns where a format keeps no merged cells."""
    for upper, lower in reversed([*itertools.pairwise(rows)]):
        for at in range(1, min(width, len(lower))):
            upper += [""] * (at + 1 - len(upper))
            if lower[at] and not upper[at] and lower[at - 1]:
                upper[at] = upper[at - 1]


_BESIDE_TITLE = re.compile(r"(?:计量|金额)?单位[:：]|.*(?:日期|时间)[:：]")


def _is_title(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether one text reaches over all columns that have a heading below: it says nothing of any."""
    headed = {at for line in below for at, words in enumerate(line) if words}
    said = {at: words for at, words in enumerate(row) if words and not _BESIDE_TITLE.match(words)}
    first = min(headed, default=0)
    if len(headed) < 2 or len({*said.values()}) != 1 or min(said) > first:
        return False
    return all(at < len(row) and row[at] for at in headed)


def _said(cell: Cell) -> str:
    return "" if isinstance(cell, dict) else cells.text(cell)[:200]
