"""The special days of a year: read as an office pastes them, kept as a whole, taken out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from questionnaires.reading import Fault
from survey.lifecycle import needs, typed
from survey.lifecycle.errors import Faulty, WrongState
from survey.lifecycle.step import About, Step
from survey.store import workdays as store
from survey.workdays import WEEK, Calendar, SpecialDay

KINDS: Final = {"放假": False, "休息": False, "补班": True, "上班": True}
"""Whether a day is worked, by the word beside it."""
YEARS: Final = range(2000, 2100)
MOST_LINES: Final = 150
MOST_NAME: Final = 30
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_APART = re.compile(r"[,，;；\t]| {2,}")
PLACE: Final = "日历"


class Kept(NamedTuple):
    """How many days of a year are kept, and how many needs are due on another day by them."""

    days: int
    needs: int


def keep_year(step: Step, year: int, text: str) -> Kept:
    """Keep the special days of a year in place of those that were known.

    Needs that were dated by weekends alone are dated anew.

    Raises:
        Faulty: Names every line that cannot be read.
    """
    days = read(year, text)
    with step.writing() as session:
        known = store.read(session)
        before = known.years.get(year, ())
        if before == days:
            return Kept(len(days), 0)
        calendar = Calendar({**known.years, year: days})
        store.keep(session, calendar)
        step.log(
            "workdays_keep",
            About("district", store.KEY),
            before={"year": year, "holidays": _told(before)} if before else None,
            after={"year": year, "holidays": _told(days)},
        )
        return Kept(len(days), needs.date_anew(step, calendar))


def forget_year(step: Step, year: int) -> None:
    """Take the special days of a year out again; due dates that stand stay as they were given.

    Raises:
        WrongState: Nobody imported that year, or it is gone by now.
    """
    with step.writing() as session:
        known = store.read(session)
        if year not in known.years:
            raise WrongState({"year": "没有导入过这一年的日历，请刷新页面查看。"})
        left = {other: days for other, days in known.years.items() if other != year}
        store.keep(session, Calendar(left))
        before = {"year": year, "holidays": _told(known.years[year])}
        step.log("workdays_forget", About("district", store.KEY), before=before)


def _told(days: tuple[SpecialDay, ...]) -> str:
    off = sum(not one.works for one in days)
    return f"{off}+{len(days) - off}"


def read(year: int, text: str) -> tuple[SpecialDay, ...]:
    """Read lines of day, 放假 or 补班, and a name, in the order of their days.

    Raises:
        Faulty: Names every line that cannot be read, and what no calendar can say.
    """
    if year not in YEARS:
        raise Faulty((Fault(PLACE, "年份", f"{year} 年不对", "填四位数的年份，例如 2026"),))
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if typed.line(line)]
    if len(lines) > MOST_LINES:
        told = f"共 {len(lines)} 行，最多 {MOST_LINES} 行"
        raise Faulty((Fault(PLACE, "", told, "一次只贴一年的日历"),))
    found: dict[date, SpecialDay] = {}
    faults = list(_faults(year, _without_head(lines), found))
    if not found and not faults:
        faults = [Fault(PLACE, "", "没有内容", "每行写一天：日期，放假或补班，名称")]
    if faults:
        raise Faulty(tuple(faults))
    return tuple(found[day] for day in sorted(found))


def _without_head(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Leave a line of titles out, where the list begins with one."""
    if lines and typed.line(_APART.split(lines[0][1])[0]) == "日期":
        return lines[1:]
    return lines


def _faults(
    year: int, lines: list[tuple[int, str]], found: dict[date, SpecialDay]
) -> Iterator[Fault]:
    """Read each line into ``found``; yield what is wrong with those that cannot be."""
    for number, line in lines:
        parts = [typed.line(part) for part in _APART.split(line.strip())]
        day, kind, name = _day(parts[0]), *([*parts[1:], "", ""][:2])
        fault = _fault(year, parts[0], day, kind, name)
        if fault is None and day in found:
            fault = f"{parts[0]} 写了两次", "删去重复的一行"
        if fault:
            yield Fault(PLACE, f"第 {number} 行", *fault)
        elif day:
            found[day] = SpecialDay(day, KINDS[kind], name)


def _fault(year: int, given: str, day: date | None, kind: str, name: str) -> tuple[str, str] | None:
    """Return what is wrong with a line, and the remedy."""
    if day is None:
        return f"看不懂日期“{given[:20]}”", "写成 2026-01-31 这样"
    if day.year != year:
        return f"{given} 不在 {year} 年", "一次只导入一年，别的年份另外导入"
    if kind not in KINDS:
        return f"第二列是“{kind[:20]}”", "写“放假”或“补班”"
    if KINDS[kind] and day.weekday() < WEEK:
        return f"{given} 是周一至周五，本来就上班", "补班只写周末，请核对日期"
    if len(name) > MOST_NAME:
        return f"名称超过 {MOST_NAME} 字", "缩短名称"
    return None


def _day(given: str) -> date | None:
    matched = _DAY.fullmatch(given.replace(" ", ""))
    if matched is None:
        return None
    try:
        return date(*map(int, matched.groups()))
    except ValueError:
        return None


def as_text(days: tuple[SpecialDay, ...]) -> str:
    """Write special days as ``read`` takes them."""
    return "\n".join(
        f"{d.day.isoformat()}，{'补班' if d.works else '放假'}，{d.name}" for d in days
    )
