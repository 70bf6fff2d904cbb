"""Which rows of a list are no firm's: totals, signatures, headings once more, blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from questionnaires.sheets.lists import Cell, Line
from survey.rosters import cells
from survey.rosters.columns import NAMES, Field, Heading, plain


class Aside(StrEnum):
    """A row that is no firm's."""

    TOTAL = "total"
    SIGNATURE = "signature"
    HEADING = "heading"
    BLANK = "blank"


_TOTAL = re.compile(
    r".{0,20}([合总小累共]计数?|汇总)[)）]?[:：]?[(（]?(共?\d*[家户个]?(企业)?|[百千万亿]?元)[)）]?"
    r"|共\d+[家户个](企业)?|平均[值数]?|其中[:：].*|(?:sub|grand)?total|sum|占比|上年同期|增[长减幅速]+%?",
    re.IGNORECASE,
)
_ASIDE = r"([(（][^()（）]{1,10}[)）])?"
_SIGNED = re.compile(
    r"(填表人?|制表人?|审核人?|审批人?|复核人?|主管|分管领导|(企业|单位|统计|部门|科室)?负责人|联系人|"
    r"填报人|(填报|审核|报送|汇总|编制|制表|主管)(单位|部门|机关)|报出日期|填报日期|填表日期|制表日期|填报时间|日期|联系电话|统计员|备?注|说明|填表说明|"
    rf"经办人|单位|[数资]据?料?来源){_ASIDE}\d*{_ASIDE}[:：]"
    r"|第\d+页|(19|20)\d\d年\d{1,2}月\d{1,2}日$"
)
_GROUP = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}([)）、.．].*)?")
"""Numbers a part of a list: 一、东溪街道。"""
_BAND = re.compile(
    r"(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．]?)?"
    r"(.{1,16}?(?:(街道|镇|乡)|园区|开发区|集聚区|行业|企业))[:：]?(?:[(（]?共?\d+[家户个](?:企业)?[)）]?)?[:：]?"
)
"""Heads a part of a list by itself, across the sheet: 东溪街道（12家）。"""
_FIRM = re.compile(r"(公司|厂|社|店|部|行|中心|坊|场|站)([(（].*)?$")
"""How firms' names end: then even a numbered row is one's."""
_REST = re.compile(r"[\u4e00-\u9fff()（）]{0,6}(?:公司|厂|[(]\w{2,4}合伙[)])")
"""Of a firm's name, what may stand on a line of its own."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MARKED = re.compile(r"[※★＊*①-⑳]")
"""Begins a note, where nothing else stands in the row."""
_GOES_ON = re.compile(r"[(（]?续表?\d*[)）]?$")


LONGEST_BAND = 3
"""Cells of a row that heads a part: its number may stand apart."""


class Asides:
    """Tells the rows of one sheet apart.

    Args:
        columns: What stands where: (place, field, heading).
        headings: The whole head.
        titles: The rows above it.
    """

    def __init__(
        self,
        columns: Sequence[tuple[int, Field, Heading]],
        headings: Sequence[Heading],
        titles: Sequence[Line] = (),
    ) -> None:
        self._columns = columns
        self._places = {column.key: at for at, column, _ in columns}
        self._heads = [{cells.plain(part) for part in heading.parts} for heading in headings]
        self._titles = {_plain(cell) for line in titles for cell in line.cells} - {""}

    def of(self, line: Line) -> Aside | None:
        """Say why a row is no firm's; None where it is one's."""
        if self.repeats_head(line) or self.is_other_head(line):
            return Aside.HEADING
        code = self._cell(line, "code")
        if is_code(code) and not _CHINESE.search(_plain(code)):
            return None
        filled = [words for cell in line.cells if cell != "" and (words := _plain(cell))]
        if not filled:
            return Aside.BLANK
        name = _plain(self._cell(line, "name"))
        if any(_TOTAL.fullmatch(words) for words in (filled[0], name) if words):
            return Aside.TOTAL
        if _SIGNED.match(filled[0]) or (len(filled) == 1 and _MARKED.match(filled[0])):
            return Aside.SIGNATURE
        if _numbers_columns(filled) or self._repeats_title(filled) or _is_title(filled):
            return Aside.HEADING
        if _GROUP.fullmatch(filled[0]) and not _FIRM.search(name):
            return Aside.HEADING
        if len(filled) == 1 and _BAND.fullmatch(filled[0]):
            return Aside.HEADING
        if name or is_code(code):
            return None
        return self._nameless(line, filled)

    def township_of(self, line: Line) -> str:
        """Return the township whose part of the list a row heads; empty where it heads none."""
        filled = [words for cell in line.cells if cell != "" and (words := _plain(cell))]
        found = _BAND.fullmatch("".join(filled)) if len(filled) < LONGEST_BAND else None
        return found[1] if found and found[2] else ""

    def is_other_head(self, line: Line) -> bool:
        """Whether a row is the head of another table, with other columns or in another order."""
        code = self._cell(line, "code")
        if (is_code(code) and not _CHINESE.search(_plain(code))) or self.repeats_head(line):
            return False
        said = {NAMES[word].key for cell in line.cells if (word := plain(_plain(cell))) in NAMES}
        return len(said) > 2 and bool(said & {"name", "code"})

    def rest_of_name(self, line: Line, below: Line) -> str:
        """Return how a firm's name goes on in a row of its own, as what was made of a PDF has it."""
        if _FIRM.search(_plain(self._cell(line, "name"))):
            return ""
        rest = _plain(self._cell(below, "name"))
        alone = sum(cell != "" for cell in below.cells) == 1
        return rest if alone and _REST.fullmatch(rest) else ""

    def _cell(self, line: Line, key: str) -> Cell:
        at = self._places.get(key, len(line.cells))
        return line.cells[at] if at < len(line.cells) else ""

    def _nameless(self, line: Line, filled: Sequence[str]) -> Aside | None:
        """Judge a row with neither name nor code: a heading, a numbered blank, or a firm's remains."""
        keys = {f.key: line.cells[at] for at, f, _ in self._columns if at < len(line.cells)}
        if isinstance(keys.get("code", ""), dict) or isinstance(keys.get("name", ""), dict):
            return None
        if any(_TOTAL.fullmatch(words) for words in filled):
            return Aside.TOTAL
        said = [key for key, cell in keys.items() if cell != "" and key not in ("name", "code")]
        if not said:
            return Aside.BLANK if filled[0].isdecimal() else Aside.HEADING
        return Aside.HEADING if len(filled) == 1 else None

    def repeats_head(self, line: Line) -> bool:
        said = False
        for cell, head in zip(line.cells, self._heads, strict=False):
            if cell != "" and not isinstance(cell, dict):
                said = cells.plain(cell) in head
                if not said:
                    return False
        return said

    def _repeats_title(self, filled: Sequence[str]) -> bool:
        """Whether a page says once more what stands over the head."""
        return all(_GOES_ON.sub("", words) in self._titles for words in filled)


_LETTERS = frozenset("甲乙丙丁戊己庚辛壬癸ABCDEFGH")


def _numbers_columns(filled: Sequence[str]) -> bool:
    """Whether a row only numbers the columns of a form (栏次): 甲 乙 1 2 3."""
    digits = [words for words in filled if words not in _LETTERS and words != "栏次"]
    enough = len(digits) > 1 or (digits and len(filled) > 2)
    return bool(enough) and digits == [str(at) for at in range(1, len(digits) + 1)]


_TITLE = re.compile(r"(?:19|20)\d\d年|.*单位[:：]")


def _is_title(filled: Sequence[str]) -> bool:
    """Whether a row by itself says of which year or in what unit the table below it is."""
    return len(filled) == 1 and bool(_TITLE.match(filled[0]))


def _plain(cell: Cell) -> str:
    return "=" if isinstance(cell, dict) else cells.plain(cell)


SHORTEST_CODE = 8
"""What is shorter under the code's heading is no attempt at one: a dash, or the count of a total."""


def is_code(cell: Cell) -> bool:
    """Whether a cell under the code's heading tries to say one."""
    if isinstance(cell, int | float):
        return abs(cell) >= 10**SHORTEST_CODE
    return len(_plain(cell)) >= SHORTEST_CODE
