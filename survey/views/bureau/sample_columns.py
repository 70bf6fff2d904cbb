"""The columns of the list of samples, and the sheets beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reports.samples import Far
from reports.tables import Cell, Sheet
from reports.tables import Column as Head
from survey.readings.samples import CopySeen
from survey.store.samples import OfTrade
from survey.views.bureau.columns import day, of_firm
from survey.views.bureau.exports import Column, local_day
from survey.words import samples as words

COUNTED = (Far.UNDER_WAY, Far.ACCEPTED)


def of_samples(trades: Mapping[str, str]) -> tuple[Column[Any], ...]:
    first, *rest = of_firm(trades)
    shown = ("firm", "trade")
    hidden = [replace(column, usual=column.key in shown) for column in rest]
    return (
        first,
        *hidden,
        Column("样本名称", lambda line: line.row.title, 30, key="title", usual=True),
        Column("状态", lambda line: words.STATES[line.row.state], 12, key="state", usual=True),
        Column(
            "企业名称公开",
            _named,
            14,
            key="masked",
            label="名称公开",
        ),
        _count("看过（家）", "seen", "看过"),
        _count("照做（家）", "copied", "照做"),
        *(_far(far) for far in COUNTED),
        day("公开日期", lambda line: local_day(line.row.published_at), "published", "公开"),
        day("变动日期", lambda line: local_day(line.row.changed_at), "changed", "变动"),
    )


def _far(far: Far) -> Column[Any]:
    title = words.FAR[far]
    return Column(
        f"{title}（家）",
        lambda line: line.far.get(far, 0),
        12,
        "number",
        key=far.value,
        usual=True,
        label=title,
    )


def _named(line: Any) -> str:
    return "" if line.row.published_at is None else "不公开" if line.row.masked else "公开"


def _count(title: str, name: str, label: str) -> Column[Any]:
    return Column(
        title,
        lambda line: getattr(line, name),
        12,
        "number",
        key=name,
        sort=name,
        usual=True,
        label=label,
    )


# --- sheets beside the list -----------------------------------------------------------------------


def sums(found: Sequence[OfTrade], trades: Mapping[str, str], district: str) -> Sheet:
    """Return the counts of each trade."""
    titles = (
        "公开的样本（张）",
        "看过（家次）",
        "照做（家）",
        *(f"{words.FAR[far]}（家）" for far in Far),
    )
    heads = [Head("行业", 16), *(Head(title, 14, "number") for title in titles)]
    rows: list[list[Cell]] = [
        [
            trades.get(one.trade, one.trade),
            one.published,
            one.seen,
            one.copied,
            *(one.far.get(far, 0) for far in Far),
        ]
        for one in found
    ]
    return Sheet("分行业汇总", heads, rows, f"{district}样本分行业汇总")


def copies(
    found: Iterable[tuple[str, CopySeen]], packages: Mapping[str, str], district: str
) -> Sheet:
    """Return the copies of cards, a row for each item: who, what, price, how far, how otherwise."""
    heads = [
        Head("企业名称", 30),
        Head("统一社会信用代码", 22),
        Head("对照样本", 30),
        Head("必选或自选", 10),
        Head("改造场景", 26),
        Head("合同日期", 14, "date"),
        Head("合同价（万元）", 14, "money"),
        Head("进度（%）", 10, "number"),
        Head("验收日期", 14, "date"),
        Head("与样本的差别", 40),
        Head("原因", 40),
    ]
    rows = [row for title, copy in found for row in _copied(title, copy, packages)]
    return Sheet("照做台账", heads, rows, f"{district}照做台账")


def _copied(title: str, copy: CopySeen, packages: Mapping[str, str]) -> Iterable[list[Cell]]:
    for one in copy.taken:
        project = one.project
        code = one.choice.package
        yield [
            copy.firm.name,
            copy.firm.code,
            title,
            "必选" if one.choice.needed else "自选",
            f"{code} {packages.get(code, '')}".strip(),
            project.contracted_on if project else None,
            one.price,
            project.progress if project else None,
            project.accepted_on if project else None,
            "；".join(words.difference(each) for each in one.differs),
            one.choice.reason,
        ]
