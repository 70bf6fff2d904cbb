"""What a consultant's calendar says of a visit."""

from __future__ import annotations

from typing import Final

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
PRODUCT: Final = "-//数智阶梯//现场诊断//ZH"
NAME: Final = "现场诊断"
TAKEN_AWAY: Final = {"summary": "现场诊断（已取消）"}


def summary(firm: str) -> str:
    return f"现场诊断：{firm}"


def description(contact: str, others: str, page: str) -> str:
    """Say whom to ask for, who comes along, and where the visit's page is."""
    lines = (f"联系人：{contact}" if contact else "", f"同去：{others}" if others else "", page)
    return "\n".join(filter(None, lines))
