"""The categories of needs and the departments that answer them, kept as the district wants them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.step import About, Step
from survey.store import need_rules as store
from survey.store.need_rules import MOST_OPEN, Category, NeedRules
from survey.workdays import MOST_DAYS

MOST_CATEGORIES: Final = 30
MOST_DEPARTMENTS: Final = 60
MOST_CAP: Final = 500
MOST_NAME, MOST_DEPARTMENT, MOST_WORD = 20, 60, 20


class Line(NamedTuple):
    """One category as it was typed; ``words`` are parted by 、"""

    name: str = ""
    days: str = ""
    department: str = ""
    words: str = ""


def keep(step: Step, rules: NeedRules) -> None:
    """Keep the rules; needs that stand keep the category and the date they were given."""
    with step.writing() as session:
        before = store.read(session)
        if before == rules:
            return
        store.keep(session, rules)
        step.log(
            "need_rules",
            About("district", store.KEY),
            before={"categories": list(before.names), "most_open": before.most_open},
            after={"categories": list(rules.names), "most_open": rules.most_open},
        )


def read(lines: Sequence[Line], departments: str, most_open: str = str(MOST_OPEN)) -> NeedRules:
    """Read what was typed; lines without a name are left out.

    Args:
        most_open: How many needs a firm may have open at once.

    Raises:
        Invalid: Names every line at fault, counted from 1.
    """
    kept = [(n, line) for n, line in enumerate(lines, 1) if any(map(typed.line, line))]
    faults: dict[str, str] = {}
    found: dict[str, Category] = {}
    for number, line in kept:
        name = typed.line(line.name)
        if fault := _fault(line, name, found):
            faults[f"line-{number}"] = f"第 {number} 类：{fault}"
        else:
            days, words = int(typed.plain(line.days)), _words(line.words)
            found[name] = Category(name, days, typed.line(line.department), words)
    offices = tuple(dict.fromkeys(filter(None, map(typed.line, departments.splitlines()))))
    if len(offices) > MOST_DEPARTMENTS or any(len(one) > MOST_DEPARTMENT for one in offices):
        faults["departments"] = (
            f"责任部门最多 {MOST_DEPARTMENTS} 个，每个 {MOST_DEPARTMENT} 字以内。"
        )
    most = typed.whole(typed.plain(most_open))
    if most is None or not 1 <= most <= MOST_CAP:
        faults["most_open"] = f"一家企业最多同时登记几件，请填 1 至 {MOST_CAP} 的整数。"
    if not found and not faults:
        faults["line-1"] = "至少要有一类。"
    if faults or most is None:
        raise Invalid(faults)
    return NeedRules(tuple(found.values()), offices, most)


def _fault(line: Line, name: str, found: Iterable[str]) -> str:
    days = typed.whole(typed.plain(line.days))
    if not name or len(name) > MOST_NAME:
        return f"请填写类别名称（{MOST_NAME} 字以内）。"
    if name in found:
        return f"“{name}”写了两次，请删去一个。"
    if days is None or not 1 <= days <= MOST_DAYS:
        return f"办理天数填 1 至 {MOST_DAYS} 的整数（工作日）。"
    if len(typed.line(line.department)) > MOST_DEPARTMENT:
        return f"责任部门最多 {MOST_DEPARTMENT} 字，请缩短。"
    if any(len(word) > MOST_WORD for word in _words(line.words)):
        return f"关键词每个最多 {MOST_WORD} 字，用“、”隔开。"
    return ""


def _words(given: str) -> tuple[str, ...]:
    parts = given.replace(",", "、").replace("，", "、").split("、")
    return tuple(dict.fromkeys(filter(None, map(typed.line, parts))))[:20]
