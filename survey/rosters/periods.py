"""Which time figures are of: whole years, or parts of one, as titles, headings and rows say it."""

from __future__ import annotations

import re

from questionnaires.sheets.lists import Cell
from survey.rosters import cells

_PART = re.compile(
    r"[1-4一二三四前]{1,2}季度?|[上下]?半年|(?<![A-Za-z])[QH][1-4](?!\d)"
    r"|(?<!\d)(?!12个?月|0?1[-—~至到]12月)\d{1,2}(?:[-—~至到]\d{1,2})?个?月(?!\d{0,2}日)"
)
_MONTH = r"((?:19|20)\d\d)[年.\-/]?(\d{1,2})(?:[月.\-/]?\d{0,2}日?份?)"
_SPAN = re.compile(rf"(?<!\d){_MONTH}[-—–~～至到]+{_MONTH}(?!\d)")
"""From one month or day to another: 2025-01-01至2025-09-30, 202501-202509, 2025.1-2025.9."""
_OF_MONTH = re.compile(
    r"(?:月份?|所属时?期|报告期|统计期|期间|期别)[:：]?(?:19|20)\d\d[年.\-/]?(?!12)(?:0?[1-9]|1[01])(?!\d)"
)
"""A month by its date, where the word before says that it is the figures': 统计月份：2025-09-01."""
_DATE = re.compile(r"(?:19|20)\d\d-(?!12-31)\d\d-\d\d")
"""A month in a head, as programs keep what shows as 2025年9月."""
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?|年?(?:0?1|01)?[-—~至到]12月)?")

_BOUND = re.compile(r"((?:19|20)\d\d)[-/.年]?(?:0?1[-/.月]?0?1|12[-/.月]?31)日?")


def part_in(said: str) -> str:
    """Return which part of a year a text speaks of; empty for whole years, or where it speaks of none.

    Args:
        said: Half width, without blanks.
    """
    spans = [found for found in _SPAN.finditer(said) if _is_span(found)]
    part = next((found[0] for found in spans if not _whole(found)), "")
    rest = _SPAN.sub("", said) if spans else said
    found = _PART.search(rest) or _OF_MONTH.search(rest)
    return part or (found[0] if found else "")


def is_of_part(heading: str) -> bool:
    """Whether a line of a head speaks of part of a year, a date of its month."""
    return bool(part_in(heading) or _DATE.match(heading))


def whole_year(cell: Cell) -> int | None:
    """Read the year of a row's figures; None where a cell says something else or a part of one."""
    said = cells.plain(cells.without_clock(cells.text(cell)))
    if found := _SPAN.fullmatch(said):
        return _whole(found)
    found = _YEAR.fullmatch(said)
    return int(found[1]) if found else None


def year_bounded(cell: Cell) -> int | None:
    """Read a year by its first or last day, as programs keep it and as columns of from and to say it."""
    found = _BOUND.fullmatch(cells.plain(cells.without_clock(cells.text(cell))))
    return int(found[1]) if found else whole_year(cell)


def _is_span(found: re.Match[str]) -> bool:
    return 1 <= int(found[2]) <= 12 and 1 <= int(found[4]) <= 12


def _whole(found: re.Match[str]) -> int | None:
    year, first, to, last = map(int, found.groups())
    return year if (year, first, last) == (to, 1, 12) else None
