"""Which rows of a list are no firm's: totals, signatures, headings once more, blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from questionnaires.sheets.lists import Cell, Line
from survey.rosters import cells
from survey.rosters.columns import Field, Heading


class Aside(StrEnum):
    """A row that is no firm's."""

    TOTAL = "total"
    SIGNATURE = "signature"
    HEADING = "heading"
    BLANK = "blank"


_TOTAL = re.compile(r".{0,20}[合总小累共]计[)）]?[:：]?[(（]?(共?\d*[家户个]?(企业)?)[)）]?")
_SIGNED = re.compile(
    r"(填表人|制表人?|审核人?|审批人?|单位负责人|负责人|填报人|填报单位|报出日期|填报日期|填表日期|"
    r"制表日期|联系电话|统计负责人|统计员|备?注|说明|填表说明|经办人|[数资]据?料?来源)\d*[:：]"
    r"|第\d+页"
)

_MARKED = re.compile(r"[※★＊*①-⑳]")
"""Begins a note, where nothing else stands in the row."""


class Asides:
    """Tells the rows of one sheet apart.

    Args:
        columns: What stands where: (place, field, heading).
        headings: The whole head.
    """

    def __init__(
        self, columns: Sequence[tuple[int, Field, Heading]], headings: Sequence[Heading]
    ) -> None:
        self._columns = columns
        self._places = {column.key: at for at, column, _ in columns}
        self._heads = [heading.parts for heading in headings]

    def of(self, line: Line) -> Aside | None:
        """Say why a row is no firm's; None where it is one's."""
        if self._repeats_head(line):
            return Aside.HEADING
        if is_code(self._cell(line, "code")):
            return None
        filled = [words for cell in line.cells if cell != "" and (words := _plain(cell))]
        if not filled:
            return Aside.BLANK
        name = _plain(self._cell(line, "name"))
        if any(_TOTAL.fullmatch(words) for words in (filled[0], name) if words):
            return Aside.TOTAL
        if _SIGNED.match(filled[0]) or (len(filled) == 1 and _MARKED.match(filled[0])):
            return Aside.SIGNATURE
        if _numbers_columns(filled):
            return Aside.HEADING
        if name:
            return None
        return self._nameless(line, filled)

    def _cell(self, line: Line, key: str) -> Cell:
        at = self._places.get(key, len(line.cells))
        return line.cells[at] if at < len(line.cells) else ""

    def _nameless(self, line: Line, filled: Sequence[str]) -> Aside | None:
        """Judge a row with neither name nor code: a heading, a numbered blank, or a firm's remains."""
        keys = {f.key: line.cells[at] for at, f, _ in self._columns if at < len(line.cells)}
        if isinstance(keys.get("code", ""), dict) or isinstance(keys.get("name", ""), dict):
            return None
        said = [key for key, cell in keys.items() if cell != "" and key not in ("name", "code")]
        if not said:
            return Aside.BLANK if filled[0].isdecimal() else Aside.HEADING
        return Aside.HEADING if len(filled) == 1 else None

    def _repeats_head(self, line: Line) -> bool:
        said = [
            cells.plain(cell) in {cells.plain(part) for part in self._heads[at]}
            for at, cell in enumerate(line.cells[: len(self._heads)])
            if cell != "" and not isinstance(cell, dict)
        ]
        return len(said) > 2 and all(said)


_LETTERS = frozenset("甲乙丙丁戊己庚辛壬癸ABCDEFGH")


def _numbers_columns(filled: Sequence[str]) -> bool:
    """Whether a row only numbers the columns of a form (栏次): 甲 乙 1 2 3."""
    digits = [words for words in filled if words not in _LETTERS and words != "栏次"]
    return len(digits) > 1 and digits == [str(at) for at in range(1, len(digits) + 1)]


def _plain(cell: Cell) -> str:
    return "=" if isinstance(cell, dict) else cells.plain(cell)


SHORTEST_CODE = 8
"""What is shorter under the code's heading is no attempt at one: a dash, or the count of a total."""


def is_code(cell: Cell) -> bool:
    """Whether a cell under the code's heading tries to say one."""
    if isinstance(cell, int | float):
        return abs(cell) >= 10**SHORTEST_CODE
    return len(_plain(cell)) >= SHORTEST_CODE
