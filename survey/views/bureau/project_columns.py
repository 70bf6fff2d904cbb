"""The columns of the list of projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reports.tables import Cell
from survey.store.projects import OPEN
from survey.views.bureau.columns import day, of_firm
from survey.views.bureau.exports import Column, local_day
from survey.words import projects as words


def of_projects(trades: Mapping[str, str], today: date) -> tuple[Column[Any], ...]:
    """Amounts in 万元."""
    first, *rest = of_firm(trades)
    hidden = [replace(column, usual=column.key == "firm") for column in rest]
    return (
        first,
        *hidden,
        Column("项目名称", lambda line: line.row.title, 34, key="title", usual=True),
        Column("车间或产线", lambda line: line.row.place, 20, key="place", label="车间"),
        Column("状态", lambda line: words.STATES[line.row.state], 14, key="state", usual=True),
        Column(
            "进度（%）",
            lambda line: line.row.progress,
            10,
            "number",
            key="progress",
            sort="progress",
            usual=True,
            label="进度（%）",
        ),
        Column("建设内容", lambda line: line.row.summary, 40, key="summary", label="内容"),
        Column(
            "改造场景",
            lambda line: "、".join(line.packages),
            18,
            key="packages",
            usual=True,
            label="场景",
        ),
        Column("服务商", lambda line: line.row.provider_name, 24, key="provider", label="服务商"),
        *_of_prices(),
        Column("备案代码", lambda line: line.row.filing_code, 28, key="filing", label="备案"),
        *_of_days(),
        Column("超期", lambda line: "是" if is_late(line, today) else "", 8, key="due"),
        Column(
            "满意度（分）", lambda line: line.row.satisfaction, 10, "number", key="satisfaction"
        ),
        _amount("已申请补助（万元）", lambda line: line.asked or None, "asked", "申请"),
        _amount("已兑现补助（万元）", lambda line: line.paid or None, "paid", "兑现"),
        day("变动日期", lambda line: local_day(line.row.changed_at), "changed", "变动"),
    )


def is_late(line: Any, today: date) -> bool:
    row = line.row
    return row.state in OPEN and row.planned_end is not None and row.planned_end < today


def _amount(
    title: str,
    of: Callable[[Any], int | None],
    key: str,
    label: str,
    *,
    sort: str = "",
    usual: bool = False,
) -> Column[Any]:
    """An amount of 0.01 万元, written in 万元."""

    def cell(line: Any) -> Cell:
        hundredths = of(line)
        return None if hundredths is None else Decimal(hundredths) / 100

    return Column(title, cell, 14, "money", key=key, sort=sort, usual=usual, label=label)


def _of_prices() -> Iterable[Column[Any]]:
    yield _amount(
        "一次性投入（万元）",
        lambda line: line.price or None,
        "price",
        "造价（万元）",
        sort="price",
        usual=True,
    )
    for kind, title in words.COSTS.items():

        def of(line: Any, name: str = f"price_{kind}") -> int | None:
            found: int | None = getattr(line.row, name)
            return found

        yield _amount(f"其中{title}（万元）", of, f"price-{kind}", title)
    yield _amount("已投入（万元）", lambda line: line.row.invested, "invested", "已投入")


def _of_days() -> Iterable[Column[Any]]:
    for name, title, label in (
        ("planned_start", "计划开工", "计划开工"),
        ("planned_end", "计划完工", "计划完工"),
        ("contracted_on", "合同日期", "合同"),
        ("started_on", "实际开工", "开工"),
        ("finished_on", "实际完工", "完工"),
        ("accepted_on", "验收日期", "验收"),
    ):

        def of(line: Any, name: str = name) -> date | None:
            found: date | None = getattr(line.row, name)
            return found

        key, sort = ("due", "planned") if name == "planned_end" else (name, "")
        usual = name == "planned_end"
        yield Column(title, of, 14, "date", key=key, sort=sort, usual=usual, label=label)
