"""The columns of the lists of a notice: who could apply, and who is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.notices import missing
from survey.store.candidates import CandidateLine
from survey.views.bureau.columns import of_firm
from survey.views.bureau.exports import Column, local_day
from survey.words import notices as words
from survey.words import wording

YUAN = 10_000
"""元 in 万元."""


def of_candidates(
    trades: Mapping[str, str], titles: Mapping[str, str], papers: int
) -> tuple[Column[Any], ...]:
    """
    Args:
        titles: What the notice's conditions are called, by key.
        papers: How many papers it wants.
    """
    return (
        *of_firm(trades),
        Column("条件", counted, 20, key="counted", usual=True, label="条件"),
        Column(
            "不符合",
            lambda line: missing(titles, line.states, "not_met"),
            40,
            key="lacking",
            sort="lacking",
            usual=True,
            label="不符合",
        ),
        Column(
            "未知或待核实",
            lambda line: missing(titles, line.states, "unknown", "ask"),
            40,
            key="open",
            usual=True,
            label="待定",
        ),
        Column(
            "意向",
            lambda line: words.CANDIDATE_STATES[line.state],
            key="state",
            usual=True,
            label="意向",
        ),
        Column("原因", lambda line: line.reason, 30, key="reason", label="原因"),
        Column(
            "表态日期", lambda line: local_day(line.said_at), 14, "date", key="said", label="表态"
        ),
        Column(
            "已核对材料",
            lambda line: f"{len(line.papers)}/{papers}" if papers else "",
            12,
            key="papers",
            label="材料",
        ),
        Column("培育阶段", lambda line: wording.POOL.get(line.pool_state or "", ""), key="pool"),
        *_of_project(),
        Column("推荐依据", lambda line: line.minutes, 26, key="minutes", label="依据"),
    )


def of_recommendation(trades: Mapping[str, str], applied: str) -> tuple[Column[Any], ...]:
    """As it goes upward (推荐汇总表): in order of preference.

    Args:
        applied: The title that is applied for.
    """
    firm = {column.title: column for column in of_firm(trades)}
    return (
        firm["企业名称"],
        firm["统一社会信用代码"],
        *_of_project(),
        Column("申报等级", lambda _line: applied, 24, key="applied"),
        firm["行业"],
        firm["乡镇（街道）"],
        firm["联系人"],
        firm["联系电话"],
        Column("推荐依据", lambda line: line.minutes, 26, key="minutes"),
        Column("结果", lambda line: words.CANDIDATE_STATES[line.state], key="state"),
    )


def _of_project() -> tuple[Column[Any], ...]:
    return (
        Column("名次", lambda line: line.place, 8, "number", key="place", label="名次"),
        Column("项目（车间）名称", lambda line: line.project, 30, key="project", label="项目"),
        Column("总投资（万元）", invested, 14, "money", key="investment", label="总投资"),
    )


def invested(line: CandidateLine) -> float | int | None:
    """Return an amount kept in 元 as 万元, a whole number where it is one."""
    if line.investment is None:
        return None
    whole, rest = divmod(line.investment, YUAN)
    return line.investment / YUAN if rest else whole


def counted(line: CandidateLine) -> str:
    """Say how many conditions a firm meets, fails, and how many are open."""
    parts = ((line.met, "符合"), (line.not_met, "不符合"), (line.unclear, "待定"))
    return "、".join(f"{count} 项{said}" for count, said in parts if count) or "没有条件"
