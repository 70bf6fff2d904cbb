"""One row taken in, cell by cell: what it says of the firm, what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from questionnaires.sheets.lists import Cell
from survey.lifecycle.codes import LENGTH, doubts_about_code, fault_in_code, normal_code
from survey.rosters import cells, names, periods, trades
from survey.rosters.cells import Unread
from survey.rosters.columns import BY_KEY, GENERAL, Field, Heading
from survey.rosters.rows import Choices, FirmRow, Said, Title
from survey.tables import RowFault, RowNote, Size

LONGEST_NAME = 100
SIZES = {"大型": Size.LARGE, "中型": Size.MEDIUM, "小型": Size.SMALL, "微型": Size.MICRO,
         "大": Size.LARGE, "中": Size.MEDIUM, "小": Size.SMALL, "微": Size.MICRO}  # fmt: skip
GRADES = frozenset("ABCD")
PEOPLE = frozenset({"contact_name", "legal_person", "served_by"})
"""Columns that name somebody: 张** does not."""
_UNGRADED = re.compile(r"未|不参|暂[缓无不]|免")
"""Says that a firm has no grade."""
USUAL_POWER = "万千瓦时"
"""What electricity is counted in where neither heading nor title says."""
FIRST_INDUSTRY, LAST_INDUSTRY = "06", "46"
"""Divisions of GB/T 4754-2017 that mine, make or supply: its sections B, C and D."""
DIGITAL = {
    sign: f"{at}.0" for at, pair in enumerate(("1一", "2二", "3三", "4四"), 1) for sign in pair
}


@dataclass(frozen=True)
class Rules:
    """What is known beside a list.

    Attributes:
        trades: Those there are.
        invented: Codes of a demonstration's firms, which no real firm can bear.
    """

    trades: Collection[str]
    invented: Collection[str]


def sound_code(cell: Cell) -> str:
    """Return the code a cell says, wherever it stands; empty where it says none that holds."""
    if not isinstance(cell, str) or len(cell) < LENGTH:
        return ""
    code = normal_code(_bare_code(cell))
    return "" if fault_in_code(code, demonstration=False) else code


def _bare_code(said: str) -> str:
    return cells.unmarked(said.strip()).translate(_QUOTES)


_QUOTES = dict.fromkeys(map(ord, "'’‘`\"“”"))


_HARD = frozenset({"name", "code", "year", "period", "unit"})
"""What a row does not hold without; a figure neither."""


class Found:
    """What the cells of one row have said so far."""

    def __init__(self, choices: Choices, rules: Rules, power: str = "") -> None:
        self._choices, self._rules, self._power = choices, rules, power
        self.code = self.name = self.organisation = self.unit = self.branch = ""
        self.facts: dict[str, str] = {}
        self.figures: dict[int, dict[str, Any]] = {}
        self.titles: list[Title] = []
        self.loose: list[int] = []
        """Which of the titles stand in a column of titles of any kind."""
        self.ends: dict[str, str] = {}
        """Until when a title holds, by the key of its field."""
        self.recognitions: list[Title] = []
        self.faults: list[Said] = []
        self.notes: list[Said] = []

    def take(self, cell: Cell, column: Field, heading: Heading) -> None:
        """Read one cell; what cannot be taken is a fault where it matters, else left empty."""
        try:
            if column.is_yearly:
                self._figure(cell, column, heading)
            else:
                getattr(self, f"_{column.sort}")(cell, column)
        except Unread as unread:
            said = {"shown": unread.shown} if unread.shown else {}
            mild = not column.is_yearly and column.sort not in _HARD
            if mild:
                self.notes.append(Said(RowNote.LEFT_EMPTY, column.key, said))
            else:
                self.faults.append(Said(unread.fault, column.key, said))

    def row(self, sheet: str, number: int) -> FirmRow:
        faulted = {said.field for said in self.faults}
        if not self.code and "code" not in faulted:
            self.faults.insert(0, Said(RowFault.CODE_MISSING, "code"))
        if not self.name and "name" not in faulted:
            self.faults.append(Said(RowFault.NAME_MISSING, "name"))
        self._compare_organisation()
        industry, products = self.facts.get("industry", ""), self.facts.get("products", "")
        said = (products, self.branch, self.name)
        told = trades.proposed(industry, said, self._rules.trades)
        facts = dict(self.facts)
        if self._choices.by_sheet:
            facts["township"] = sheet[:60]
        return FirmRow(
            sheet, number, self.code, self.name, told or self._choices.trade, bool(told), facts,
            self.figures, self._ended(), tuple(self.recognitions), tuple(self.faults),
            tuple(self.notes),
        )  # fmt: skip

    def _compare_organisation(self) -> None:
        if self.code and self.organisation and self.code[8:17] != self.organisation:
            self.notes.append(Said(RowNote.OTHER_ORGANISATION, "organisation"))

    # --- by sort --------------------------------------------------------------------------------

    def _name(self, cell: Cell, column: Field) -> None:
        if cells.is_nought(cell):
            return
        said, former = names.name(cell)
        if len(said) > LONGEST_NAME:
            raise Unread(RowFault.NAME_TOO_LONG, said[:20])
        if former:
            self.notes.append(Said(RowNote.FORMER_NAME, "name", {"shown": cells.text(cell)}))
        if names.is_marked(cell):
            self.notes.append(Said(RowNote.MARKED, "name", {"shown": cells.text(cell)}))
        if standing := names.standing_in(said):
            self.notes.append(Said(RowNote.NAME_ASIDE, "name", {"shown": standing[:40]}))
        self.name = said

    def _code(self, cell: Cell, column: Field) -> None:
        said = cells.words(cell)
        if isinstance(cell, int | float) or cells.is_rounded(said):
            raise Unread(
                RowFault.CODE_AS_NUMBER, f"{cell:.6G}" if not isinstance(cell, str) else said
            )
        code = normal_code(_bare_code(said))
        if not code:
            return
        if code in self._rules.invented:
            self.code = code
            return
        if fault := fault_in_code(code, demonstration=False):
            self.faults.append(
                Said(RowFault.CODE_WRONG, "code", {"why": fault, "shown": said[:30]})
            )
            return
        self.code = code
        if doubts := doubts_about_code(code):
            self.notes.append(Said(RowNote.CODE_UNUSUAL, "code", {"doubts": [*doubts]}))

    def _year(self, cell: Cell, column: Field) -> None:
        """Leave a row out that is of another year than the list is read for, or of a part of one."""
        self._require_year(cell, column, periods.year_bounded)

    def _period(self, cell: Cell, column: Field) -> None:
        """Leave a row out whose period is no whole year: the first of January is a month's sign."""
        self._require_year(cell, column, periods.whole_year)

    def _require_year(self, cell: Cell, column: Field, read: Callable[[Cell], int | None]) -> None:
        said = cells.words(cell)
        if said and read(cell) != self._choices.year:
            values = {"shown": said[:40], "year": self._choices.year}
            self.faults.append(Said(RowFault.OTHER_YEAR, column.key, values))

    def _unit(self, cell: Cell, column: Field) -> None:
        """Note what the row's amounts are counted in; what counts pieces is none of money's."""
        said = cells.plain(cell).strip("()")
        unit = {"万": "万元", "亿": "亿元", "千": "千元"}.get(said, said)
        if unit in cells.UNITS:
            self.unit = unit
        elif _MONEY.fullmatch(said):
            raise Unread(RowFault.UNREADABLE, said[:40])

    def _organisation(self, cell: Cell, column: Field) -> None:
        self.organisation = normal_code(cells.words(cell))

    def _text(self, cell: Cell, column: Field) -> None:
        said = _worded(cell)
        if column.key in PEOPLE:
            said = cells.unmarked(said)
            if "*" in said:
                raise Unread(RowFault.UNREADABLE, said[:40])
        self._keep(column, said)

    def _industry(self, cell: Cell, column: Field) -> None:
        self.branch = _EDITION.sub("", cells.plain(_worded(cell)))
        found = re.search(r"\d{2,4}", self.branch)
        self._keep(column, found[0] if found else "")
        if found and not FIRST_INDUSTRY <= found[0][:2] <= LAST_INDUSTRY:
            self.notes.append(Said(RowNote.OTHER_INDUSTRY, column.key, {"shown": found[0]}))

    def _phones(self, cell: Cell, column: Field) -> None:
        found = list(cells.phones(_worded(cell)))
        while len("、".join(found)) > column.most:
            found.pop()
            self.notes.append(Said(RowNote.SHORTENED, column.key))
        self._keep(column, "、".join(found))

    def _mail(self, cell: Cell, column: Field) -> None:
        if cells.plain(cell) in cells.NONE:
            return
        found = cells.mails(cell)
        if not found:
            raise Unread(RowFault.UNREADABLE, cells.words(cell)[:40])
        if len(found) > 1:
            self.notes.append(Said(RowNote.SHORTENED, column.key))
        self._keep(column, found[0])

    def _day(self, cell: Cell, column: Field) -> None:
        self._keep(column, cells.day(cell) or "")

    def _size(self, cell: Cell, column: Field) -> None:
        said = cells.plain(cell).removesuffix("企业")
        if said in cells.NONE:
            return
        if said not in SIZES:
            raise Unread(RowFault.UNREADABLE, said[:40])
        self._keep(column, SIZES[said])

    def _keep(self, column: Field, said: str) -> None:
        if len(said) > column.most:
            self.notes.append(Said(RowNote.SHORTENED, column.key))
            said = said[: column.most]
        if said:
            self.facts[column.key] = said

    def _figure(self, cell: Cell, column: Field, heading: Heading) -> None:
        chosen = self._power if column.sort == "power" else self.unit or self._choices.unit
        value = _FIGURES[column.sort](cell, heading.unit, chosen)
        if value is not None:
            year = heading.year or self._choices.year
            self.figures.setdefault(year, {})[column.key] = value

    def _title(self, cell: Cell, column: Field) -> None:
        self.titles.extend(_titles(cell, column.title))

    def _titles(self, cell: Cell, column: Field) -> None:
        for part in _PARTS.findall(_worded(cell)):
            if said := cells.plain(part):
                end, rest = cells.end_in(said)
                level = cells.level_in(said) or None
                self.loose.append(len(self.titles))
                self.titles.append(Title(_bare(said), cells.year_in(rest), level, end))

    def _until(self, cell: Cell, column: Field) -> None:
        if said := cells.day(cell):
            self.ends[column.of] = said

    def _ended(self) -> tuple[Title, ...]:
        """Return the titles with the ends of validity that columns of their own say."""
        found = list(self.titles)
        for key, end in self.ends.items():
            title = BY_KEY[key].title
            meant = [at for at, one in enumerate(found) if one.title == title]
            meant = self.loose if key == GENERAL else meant
            if len(meant) == 1:
                found[meant[0]] = replace(found[meant[0]], until=end)
            elif not meant and key != GENERAL:
                found.append(Title(title, until=end))
        return tuple(found)

    def _recognition(self, cell: Cell, column: Field) -> None:
        if column.key != "recognised":
            self.recognitions.extend(_titles(cell, column.title))
        elif said := cells.words(cell):
            if _NOT_HELD.search(said) or _is_figure(said):
                raise Unread(RowFault.UNREADABLE, said[:40])
            level = cells.level_in(said) or None
            self.recognitions.append(Title(said[: column.most], cells.year_in(said), level))


_MONEY = re.compile(r".{0,2}[百千万亿美欧日港]?[元圆币]")
_EDITION = re.compile(
    r"4754-?(?:(?:19|20)\d\d)?|(?:19|20)\d\d年?版|(?<=[\u4e00-\u9fff])(?:19|20)\d\d年?$"
)
"""The classification's own number and year beside a code of it."""


def _worded(cell: Cell) -> str:
    """Return a cell's words; a nought is what a program looked up where nothing stood.

    Raises:
        Unread: It is one.
    """
    if cells.is_nought(cell):
        raise Unread(RowFault.UNREADABLE, "0")
    return cells.words(cell)


def _titles(cell: Cell, title: str) -> list[Title]:
    """Read a title's own column: 是, a year, level and year, or from when until when."""
    said = cells.plain(cell)
    if said in cells.NONE or said.upper() in cells.NO:
        return []
    if _NOT_HELD.search(said) or _is_figure(said):
        raise Unread(RowFault.UNREADABLE, cells.text(cell)[:40])
    end, rest = cells.end_in(said)
    return [Title(title, cells.year_in(rest), cells.level_in(said) or None, end)]


_NOT_HELD = re.compile(
    r"^[否非不]|^无(?!锡)|未(?!来)|拟|待(?!遇)|申报|培育|计划|意向|争取|储备|正在|过期|取消|撤销|摘牌"
)
"""Says of a title that it is wanted, lost or not held: no word is made of that."""


def _is_figure(said: str) -> bool:
    """Whether a number stands where a title is told of that is neither a year, a day nor 1 for 是."""
    number = re.fullmatch(r"\d+(\.\d+)?%?", said)
    return bool(number) and said != "1" and not re.match(r"(19|20)\d\d", said)


_PARTS = re.compile(r"(?:[^、,，;；/()（）]|[(（][^()（）]*[)）])+")
"""The titles of one cell; what stands in brackets belongs to the one before."""
_DATED = re.compile(
    r"[(（][^()（）]*(?:(?:19|20)\d\d|有效)[^()（）]*[)）]|[:：]?有效期.*$|(?:19|20)\d\d年?度?"
)


def _bare(said: str) -> str:
    return _DATED.sub("", said)[:60]


def _money(cell: Cell, own: str, chosen: str, *, least: int | None = 0) -> int | None:
    return cells.amount(cell, own if own in cells.UNITS else chosen, cells.UNITS, least=least)


def _tax(cell: Cell, own: str, chosen: str) -> int | None:
    """Tax paid in a year; refunds make it less than nothing."""
    return _money(cell, own, chosen, least=None)


def _power(cell: Cell, own: str, chosen: str) -> int | None:
    unit = own if own in cells.POWERS else chosen or USUAL_POWER
    return cells.amount(cell, unit, cells.POWERS)


def _grade(cell: Cell, _own: str, _chosen: str) -> str | None:
    said = cells.plain(cell).upper().removesuffix("企业").removesuffix("类").removesuffix("级")
    if said in cells.NONE or _UNGRADED.match(said):
        return None
    if said not in GRADES:
        raise Unread(RowFault.UNREADABLE, said[:40])
    return said


def _digital(cell: Cell, _own: str, _chosen: str) -> str | None:
    said = cells.plain(cell)
    if said in cells.NONE:
        return None
    found = re.fullmatch(r"[Ll]?(?:数字化)?([1-4一二三四])(?:\.0)?级?(?:水平)?", said)
    if found is None:
        raise Unread(RowFault.UNREADABLE, said[:40])
    return DIGITAL[found[1]]


_FIGURES = {
    "truth": lambda cell, own, chosen: cells.truth(cell),
    "count": lambda cell, own, chosen: cells.count(cell),
    "money": _money,
    "tax": _tax,
    "power": _power,
    "grade": _grade,
    "digital": _digital,
}
