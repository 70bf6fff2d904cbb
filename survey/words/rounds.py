"""What is said about a round to those who chase it: the text for the group, who is slow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

MOST_NAMED = 300
"""Firms a text for the group names; of more it says only how many each township has."""
NO_TOWNSHIP = "未填乡镇"
NOT_BEGUN = "未开始"
OVERDUE = "逾期未提交"


class Called(NamedTuple):
    """One firm of the text, and whom to call; empty where the text names no phones."""

    firm: str
    township: str
    contact: str = ""
    phone: str = ""


def stuck(days: int) -> str:
    return f"{days} 天没动"


def left(last: date | None, today: date) -> str:
    """Say how long a round is open: 12 月 4 日截止，还剩 3 天."""
    if last is None:
        return ""
    day, days = f"{last.month} 月 {last.day} 日", (last - today).days
    if days < 0:
        return f"已于 {day}截止"
    return f"{day}截止，" + (f"还剩 {days} 天" if days else "今天是最后一天")


def for_the_group(
    title: str,
    what: str,
    when: str,
    townships: Sequence[tuple[str, int]],
    firms: Iterable[Called],
    total: int,
) -> str:
    """Return a text to paste into a chat group: how many by township, and which.

    Args:
        what: Which firms these are, such as 未开始; empty for all.
        when: What ``left`` says.
        firms: None where there are too many to name.
    """
    head = f"【{title}】" + (f"{when}。" if when else "")
    named: dict[str, list[str]] = {}
    for one in firms:
        named.setdefault(one.township, []).append(_called(one))
    lines = [f"{head}{what or '参加的'}企业 {total} 家："]
    for township, count in townships:
        names = "、".join(named.get(township, ()))
        lines.append(f"{township or NO_TOWNSHIP} {count} 家" + (f"：{names}" if names else ""))
    return "\n".join([*lines, "请各乡镇（街道）提醒企业尽快登录填写并提交。"])


def _called(one: Called) -> str:
    beside = " ".join(filter(None, (one.contact, one.phone)))
    return f"{one.firm}（{beside}）" if beside else one.firm
