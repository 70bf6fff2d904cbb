"""Samples in words: states, consent, what two firms have in common, how copies differ."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from reports.figures import amount, money_text
from reports.samples import Alike, Deviation, Differs, Far
from survey.tables import ConsentWay, SampleState
from survey.words import projects, providers

STATES: Final[Mapping[str, str]] = {
    SampleState.DRAFT: "草稿",
    SampleState.ASKED: "等企业同意",
    SampleState.PUBLISHED: "已公开",
    SampleState.WITHDRAWN: "已撤下",
}
OWN: Final[Mapping[str, str]] = {**STATES, SampleState.ASKED: "等本企业同意"}
"""The same to the firm the card is about."""
TONES: Final[Mapping[str, str]] = {
    SampleState.DRAFT: "plain",
    SampleState.ASKED: "warn",
    SampleState.PUBLISHED: "good",
    SampleState.WITHDRAWN: "plain",
}
WAYS: Final[Mapping[str, str]] = {
    ConsentWay.PAGE: "企业在网页上同意",
    ConsentWay.PAPER: "企业签的书面同意",
}
FAR: Final[Mapping[str, str]] = {
    Far.PLANNED: "计划中",
    Far.UNDER_WAY: "实施中",
    Far.ACCEPTED: "已验收",
    Far.STOPPED: "已终止",
}
DEVIATIONS: Final[Mapping[str, str]] = {
    Deviation.LEFT_OUT: "没有做",
    Deviation.DEARER: "价格更高",
    Deviation.CHEAPER: "价格更低",
    Deviation.LONGER: "用时更长",
    Deviation.SHORTER: "用时更短",
    Deviation.PROVIDER: "换了服务商",
}
PROJECTS: Final = projects.STATES
paid: Final = providers.paid
CLOSENESS: Final = ("规模相同", "规模相近")
FIELDS: Final[Mapping[str, str]] = {
    "title": "样本名称",
    "problem": "改造前的问题",
    "pitfalls": "踩过的坑",
    "visiting": "可参观时间",
    "accepted_by": "验收单位",
    "accepted_on": "验收日期",
    "item": "改造内容",
    "figure": "改造前后指标",
    "package": "改造场景",
    "need": "必选还是自选",
    "quantity": "数量",
    "price": "合同价（万元）",
    "yearly": "每年费用（万元）",
    "weeks": "用时（周）",
    "provider": "服务商",
    "acceptance": "怎样验收的",
    "unit": "单位",
    "before": "改造前",
    "before_on": "改造前日期",
    "after": "改造后",
    "after_on": "改造后日期",
}
MOVED_ON: Final = "样本卡刚刚改过或撤下了，请按现在的内容再看一遍。"
NEEDS_CONSENT_AGAIN: Final = "改过以后，这张卡先撤下，企业对新内容同意了才再公开。"


def reasons(
    both: Alike, trades: Mapping[str, str], trade: str, names: Mapping[str, str]
) -> list[str]:
    """Say what a sample and a firm have in common, the weightiest first.

    Args:
        names: Titles of packages and processes, by code and id.
    """
    said = []
    if both.trade:
        said.append(f"同是{trades.get(trade, trade)}行业")
    if both.gaps:
        known = "、".join(names.get(code, code) for code in both.gaps[:3])
        more = "等" if len(both.gaps) > 3 else ""
        said.append(f"您要补的 {both.missing} 项里它做了 {len(both.gaps)} 项：{known}{more}")
    if both.processes:
        known = "、".join(names.get(one, one) for one in both.processes[:3])
        more = "等" if len(both.processes) > 3 else ""
        said.append(f"有 {len(both.processes)} 道工序相同：{known}{more}")
    if both.size is not None and both.size < len(CLOSENESS):
        said.append(CLOSENESS[both.size])
    return said


def difference(one: Differs) -> str:
    """Say one difference with both sides."""
    title = DEVIATIONS[one.what]
    if one.what in (Deviation.DEARER, Deviation.CHEAPER):
        planned = f"{amount(Fraction(one.planned) / 100)} 万元"
        return f"{title}：样本 {planned}，实际 {money_text(int(one.real))}"
    if one.what in (Deviation.LONGER, Deviation.SHORTER):
        return f"{title}：样本 {one.planned} 周，实际 {one.real} 周"
    if one.what == Deviation.PROVIDER:
        return f"{title}：样本是{one.planned}，实际是{one.real}"
    return title
