"""What calendars say of a visit, and of the days of a notice."""

from __future__ import annotations

from typing import Final

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
PRODUCT: Final = "-//数智阶梯//日历//ZH"
NAMES: Final = {"visits": "现场诊断", "notices": "申报日历"}
TAKEN_AWAY: Final = {"summary": "现场诊断（已取消）"}


def summary(firm: str) -> str:
    return f"现场诊断：{firm}"


def description(contact: str, others: str, page: str) -> str:
    """Say whom to ask for, who comes along, and where the visit's page is."""
    lines = (f"联系人：{contact}" if contact else "", f"同去：{others}" if others else "", page)
    return "\n".join(filter(None, lines))


def deadline(day: str, title: str, *, stands: bool) -> str:
    return f"{day}：{title}" + ("" if stands else "（通知已撤回）")


def about_notice(number: str, issuer: str, contact: str, page: str) -> str:
    """Say which paper it is, whom to ask, and where the notice's page is."""
    paper = "，".join(filter(None, (issuer, number)))
    return "\n".join(filter(None, (paper, f"联系科室：{contact}" if contact else "", page)))
