"""The menu of each kind of reader."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, url_for

from survey.access import ROUTES, Reader

MENU: tuple[tuple[str, str], ...] = (
    ("firm.home", "我的评估"),
    ("firm.profile", "企业信息"),
    ("consultant.home", "我的现场诊断"),
    ("bureau.assessments", "评估"),
    ("bureau.pool", "培育库"),
    ("bureau.firms", "企业"),
    ("bureau.rounds", "评估轮次"),
    ("administrator.users", "用户"),
    ("administrator.district_settings", "区县设置"),
    ("bureau.audit", "操作日志"),
)
"""(endpoint, title) in reading order; each shows to the roles its route allows."""


class Entry(NamedTuple):
    """One line of the menu."""

    title: str
    url: str
    active: bool


def entries(reader: Reader | None, endpoint: str) -> list[Entry]:
    """Return the menu this reader sees, the present page marked."""
    if reader is None:
        return []
    return [
        Entry(title, url_for(target), endpoint == target)
        for target, title in MENU
        if target in current_app.view_functions and reader.role in ROUTES[target]
    ]
