"""What stands beside a one-time link: until when it works, and a message to send it with."""

from __future__ import annotations

import re
from datetime import date, datetime

from survey.clock import LOCAL

WEEKDAYS = "一二三四五六日"
_CODE = re.compile(r"[0-9]{8}[0-9a-z]{10}(-[0-9]+)?", re.ASCII)


def login_name(username: str) -> str:
    """Show a user name as it is typed; one that is or begins with a firm's code as on the licence."""
    return username.upper() if _CODE.fullmatch(username) else username


def last_moment(ends: datetime) -> str:
    """Name a link's last day and hour: 12 月 4 日（周五）18 时."""
    local = ends.astimezone(LOCAL)
    return f"{local.month} 月 {local.day} 日（周{WEEKDAYS[local.weekday()]}）{local.hour} 时"


def invitation(
    *,
    firm: str,
    round_: str,
    notice: str,
    last: date | None,
    url: str,
    username: str,
    ends: datetime | None,
    help_at: str,
) -> str:
    """Return an invitation to a round, ready to be sent.

    Args:
        notice: The number of the notice that calls for it; may be empty.
        ends: Until when the link works; None for a firm that signs in as it always does.
        help_at: Whom to ask, with a phone number; may be empty.
    """
    called = f"按{notice}，" if notice else ""
    until = f"，请在 {last.month} 月 {last.day} 日前提交" if last else ""
    lines = [f"{firm}：{called}请参加“{round_}”{until}。"]
    if ends:
        lines += ["打开下面的链接，设一个密码，马上就能填写，手机也可以：", url]
        lines += [
            f"链接只给贵企业，在 {last_moment(ends)}前有效。以后登录用 {login_name(username)}。"
        ]
    else:
        lines += [
            "请登录填写，手机也可以：",
            url,
            f"登录名 {login_name(username)}，密码是以前设的那个。",
        ]
    return "\n".join([*lines, *([f"有问题请找{help_at}。"] if help_at else [])])


def message(*, name: str, about: str, url: str, username: str, ends: datetime, help_at: str) -> str:
    """Return a message ready to be sent, by WeChat or SMS.

    Args:
        about: What the account is for, for example the firm's name.
        help_at: Whom to ask, with a phone number; may be empty.
    """
    lines = [
        f"{name}，您好！请打开下面的链接，为自己设一个密码，马上就能进入“{about}”：",
        url,
        f"链接在 {last_moment(ends)}前有效，设好密码后就不用它了。",
        f"以后登录用 {login_name(username)}。",
    ]
    return "\n".join([*lines, *([f"有问题请找{help_at}。"] if help_at else [])])


def kept(identity: bool, tokens: int, calendar: bool) -> str:
    """Say what a reset leaves as it is, where its owner says so."""
    names = (
        ["统一登录的关联"] * identity
        + [f"{tokens} 个接口令牌"] * (tokens > 0)
        + ["日历订阅的地址"] * calendar
    )
    return f"都是我自己办的，留着：{'、'.join(names)}"
