"""What ties a consultant to a firm, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from survey.clock import local
from survey.store.interests import Held
from survey.tables import Interest

KINDS: Final = {True: "任职单位", False: "有利益关系"}
WARNED: Final = (
    "下面有企业与所选顾问有利益关系。请换人；确实要派，请写明“仍然指派的理由”，会写入操作日志。"
)
ASKS: Final = "申请回避"


def kind(interest: Interest) -> str:
    """Name an interest: 申请回避 where a visit was asked off, 任职单位, or 有利益关系."""
    return ASKS if interest.assessment_id is not None else KINDS[interest.employs]


def said(held: Held) -> str:
    """Say who has which interest, why, and since when it is on record."""
    one = held.interest
    day = local(one.declared_at, "%Y-%m-%d")
    return f"{held.who}与{one.name}：{kind(one)}。{one.says.rstrip('。')}（{day}，{one.author}）"


def warning(found: Iterable[Held]) -> tuple[str, ...]:
    """Say what stands against sending somebody, and what to do."""
    return (*map(said, found), "请换人；确实要派，请在下面写明“仍然指派的理由”，会写入操作日志。")
