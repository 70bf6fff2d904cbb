"""The columns of the register of what firms ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from survey.views.bureau.columns import day, of_firm
from survey.views.bureau.exports import Column
from survey.web import here
from survey.words import needs as words
from survey.words.lists import YES_NO
from survey.workdays import Calendar


def of_needs(trades: Mapping[str, str], calendar: Calendar) -> tuple[Column[Any], ...]:
    """What firms ask, as the register has it; the firm first, as in every list."""
    today = here.today()
    return (
        *of_firm(trades, usual=()),
        Column(
            "编号",
            lambda line: line.number,
            12,
            key="number",
            sort="number",
            usual=True,
            label="编号",
        ),
        Column(
            "状态", lambda line: words.STATES[line.state], 10, key="state", sort="state", usual=True
        ),
        Column("类别", lambda line: line.category, 12, key="category", sort="category", usual=True),
        Column("内容", lambda line: line.text, 40, key="text", usual=True),
        Column("希望", lambda line: line.wish, 30, key="wish", label="希望"),
        Column("来源", lambda line: words.SOURCES[line.source], 10, key="source"),
        day("日期", lambda line: line.raised_on, "raised", "反映", sort="raised", usual=True),
        Column("反映人", lambda line: line.said_by, 12, key="said_by", label="反映人"),
        Column("责任部门", lambda line: line.department, 18, key="department", usual=True),
        day("交办日期", lambda line: line.handed_on, "handed", "交办", sort="handed"),
        *_of_answer(calendar, today),
    )


def _published(line: Any) -> str:
    """Whether the answer may be made public; empty before there is one."""
    return YES_NO["yes" if line.public else "no"] if line.answer else ""


def _of_answer(calendar: Calendar, today: date) -> tuple[Column[Any], ...]:
    """Until when it is to be settled, how late it is, and what came of it."""
    return (
        day("办结时限", lambda line: line.due_on, "due", "时限", sort="due", usual=True),
        Column(
            "时限怎样算", lambda line: words.BY_WEEKENDS if line.by_weekends else "", 12, key="due"
        ),
        Column(
            "超期（工作日）",
            lambda line: line.late(calendar, today),
            12,
            "number",
            key="late",
            label="超期",
        ),
        Column("进展", lambda line: line.progress, 30, key="progress", label="进展"),
        Column("结果", lambda line: line.answer or line.reason, 40, key="answer", label="结果"),
        day("办结日期", lambda line: line.answered_on, "answered", "办结"),
        Column(
            "企业评价",
            lambda line: words.RATINGS.get(line.rating or "", ""),
            10,
            key="rating",
            usual=True,
        ),
        day("回访日期", lambda line: line.called_on, "called", "回访"),
        Column("是否公开答复", lambda line: _published(line), 12, key="public", label="公开答复"),
        Column(
            "重复次数",
            lambda line: line.repeats or None,
            10,
            "number",
            key="repeats",
            usual=True,
            label="重复",
        ),
        Column("并入编号", lambda line: line.main, 12, key="main", label="并入"),
    )
