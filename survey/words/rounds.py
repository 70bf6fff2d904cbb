"""What is said about a round to those who chase it: the text for the group, who is slow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

MOST_NAMED = 300
"""Firms a text for the group names; of more it says only how many each township has."""
NO_TOWNSHIP = "未填乡镇"
NOT_BEGUN = "未开始"
OVERDUE = "逾期未提交"
REMINDERS: Final = {
    "before_30": "截止前 30 天提醒",
    "before_7": "截止前 7 天提醒",
    "before_1": "截止前 1 天提醒",
    "pressed": "主管部门催办",
}
MAILS: Final = {
    "waiting": "等待发送",
    "sending": "正在发送",
    "sent": "已发出",
    "failed": "没发成",
    "unsure": "不能确定",
}


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


def subject(title: str, *, reminder: bool) -> str:
    """Return the subject of a mail about a round."""
    return f"{'提醒' if reminder else '邀请'}：{title}"


def reminder(
    *, title: str, last: date | None, today: date, url: str, help_at: str, firm: str = ""
) -> str:
    """Return a reminder ready to be sent, to one firm or, without a name, to any.

    Args:
        url: The firm's own way in, or the system's address.
        help_at: Whom to ask, with a phone number; may be empty.
    """
    when = left(last, today)
    lines = [
        (f"{firm}：" if firm else "")
        + f"“{title}”"
        + (f"{when}，" if when else "")
        + "贵企业还没有提交。",
        f"请打开下面的网址，填完后按“检查并提交”，手机也可以：\n{url}",
    ]
    return "\n".join([*lines, *([f"有问题请找{help_at}。"] if help_at else [])])


def signed(text: str, bureau: str) -> str:
    """Return the words of a mail with who sends it."""
    return f"{text}\n\n{bureau or '主管部门'}\n这封邮件由系统发出，请不要直接回复。\n"
