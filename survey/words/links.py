"""What stands beside a one-time link: until when it works, and a message to send it with."""

from __future__ import annotations

import re
from datetime import datetime

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
