"""Notices that call for applications, in words: their states, what is sure, how firms stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from reports.notices import NONE
from survey.words.wording import POOL

NOTICE_STATES: Final[Mapping[str, str]] = {
    "draft": "草稿",
    "published": "已发布",
    "ended": "已结束",
    "withdrawn": "已撤回",
}
CANDIDATE_STATES: Final[Mapping[str, str]] = {
    "open": "未表态",
    "intended": "拟申报",
    "declined": "放弃",
    "recommended": "已推荐",
    "passed": "评定通过",
    "failed": "评定未通过",
}
SOURCES: Final[Mapping[str, str]] = {
    "official": "看过官方原文",
    "copy": "公开转载，未与原件核对",
    "memory": "凭往年经验，参考值",
    "inferred": "按往年推算，参考值",
}
"""How sure it is what a notice is kept to say."""
NOT_SURE: Final = frozenset({"memory", "inferred"})
OUTCOMES: Final[Mapping[str, str]] = {
    "ready": "条件都符合",
    "unclear": "没有不符合，还有待定的",
    "one_short": "只差一项",
    "more_short": "差两项以上",
}
CONDITION_STATES: Final[Mapping[str, str]] = {
    "met": "符合",
    "not_met": "不符合",
    "ask": "待核实",
    "unknown": "未知",
}
NOTHING: Final = "没有资料"
POOLS: Final[Mapping[str, str]] = {NONE: "还没有入库", **POOL}
KINDS: Final[Mapping[str, str]] = {
    "figure": "比一个数",
    "title": "有某个称号",
    "pool": "在培育库",
    "recognition": "已有认定",
    "rung": "核定等级",
    "officer": "由主管部门核实",
}
DAYS: Final[Mapping[str, str]] = {
    "firms_by": "企业截止",
    "district_by": "区级初审截止",
    "upward_by": "上报截止",
}
CHANGED: Final[Mapping[str, str]] = {
    **DAYS,
    "title": "名称",
    "number": "文号",
    "issuer": "发文单位",
    "level": "级别",
    "year": "年度",
    "source": "依据",
    "edition": "问卷年版",
    "rung": "对应等级",
    "whom": "申报对象",
    "asked": "年版条件",
    "own": "本通知的条件",
    "papers": "材料清单",
    "platform": "平台网址",
    "contact": "联系科室",
    "note": "说明",
}
"""What parts of a notice are called."""
WAYS: Final[Mapping[str, str]] = {
    "answer": "去填这道题",
    "again": "答卷已提交。要改答，请在“我的评估”里申请退回",
    "begin": "去“我的评估”开始填",
    "profile": "去企业信息填",
    "visit": "现场诊断核定以后才有",
    "bureau": "由主管部门登记或核实，请把材料交给联系科室",
}
"""Where a firm gets what a condition lacks."""


def left(day: date | None, today: date) -> str:
    """Say how many days are left to a day."""
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return "已过"
    return "今天截止" if days == 0 else f"还剩 {days} 天"


UNREAD: Final = "最近一次提交的答卷用的问卷年版不在本系统，没法核对"
"""Why a condition is unknown where the edition of a firm's newest sheet cannot be read."""


def other_edition(title: str) -> str:
    """Say why a condition is unknown that a firm's newest sheet was never asked about."""
    return f"最近一次提交的答卷用的是“{title}”，那里没有这项条件"


def reminder(
    *, firm: str, title: str, last: date | None, today: date, url: str, help_at: str
) -> str:
    """Return the words of a mail that reminds a firm of a notice.

    Args:
        last: The day the firm must have handed in by, its own or else the district's.
        help_at: Whom to ask; may be empty.
    """
    when = f"{last.month} 月 {last.day} 日截止（{left(last, today)}）" if last else "快截止了"
    lines = [
        f"{firm}：申报通知“{title}”{when}。",
        f"哪些条件已经符合、还缺什么、报不报，请登录后在这里看、在这里填：\n{url}",
    ]
    return "\n".join([*lines, *([f"有问题请找{help_at}。"] if help_at else [])])
