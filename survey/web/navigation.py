"""The menu of each kind of reader."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for

from survey.web.access import may_open
from survey.web.here import Reader

MENU: tuple[tuple[str, str], ...] = (
    ("firm.home", "我的评估"),
    ("firm.own_projects", "改造项目"),
    ("firm.samples", "样本"),
    ("firm.providers", "服务商"),
    ("firm.needs", "诉求"),
    ("firm.profile", "企业信息"),
    ("firm.notices", "申报"),
    ("firm.colleagues", "同事"),
    ("provider.home", "引荐"),
    ("provider.demand", "需求"),
    ("provider.file", "我的资料"),
    ("consultant.home", "我的现场诊断"),
    ("consultant.samples", "样本"),
    ("consultant.needs_of_mine", "诉求"),
    ("bureau.home", "待办"),
    ("bureau.district", "全区情况"),
    ("bureau.assessments", "评估"),
    ("bureau.pool", "培育库"),
    ("bureau.projects", "项目"),
    ("bureau.samples", "样本"),
    ("bureau.providers", "供需"),
    ("bureau.needs", "诉求"),
    ("bureau.notices", "申报"),
    ("bureau.firms", "企业"),
    ("bureau.consultants", "诊断顾问"),
    ("bureau.rounds", "评估轮次"),
    ("administrator.home", "待办"),
    ("administrator.users", "用户"),
    ("editions.home", "问卷年版"),
    ("administrator.district_settings", "区县设置"),
    ("privacy.people", "个人信息"),
    ("operation.home", "运行状况"),
    ("jobs.home", "后台任务"),
    ("bureau.audit", "操作日志"),
)
"""(endpoint, title) in reading order; each shows to the roles its route allows."""

ELSEWHERE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/assessments/", ("firm.home", "consultant.home", "bureau.assessments")),
    ("/interests/", ("consultant.home", "bureau.consultants")),
    ("/bureau/consultants/", ("bureau.consultants", "administrator.users")),
    (
        "/bureau/assessments/templates/word",
        ("bureau.assessments", "administrator.district_settings"),
    ),
    ("/admin/identities", ("administrator.users",)),
    ("/admin/security", ("administrator.users",)),
    ("/admin/tokens", ("administrator.users",)),
)
"""(how a path begins, the lines its pages stand under), where the path itself does not say so."""


class Entry(NamedTuple):
    """One line of the menu."""

    title: str
    url: str
    active: bool


def entries(reader: Reader | None, path: str) -> list[Entry]:
    """Return the menu this reader sees, the line that leads to (or above) ``path`` marked."""
    if reader is None:
        return []
    lines = [(title, url_for(target)) for target, title in MENU if may_open(reader, target)]
    above = [url for _, url in lines if path.startswith(url)]
    for begins, targets in ELSEWHERE:
        if path.startswith(begins):
            above = [url_for(target) for target in targets if may_open(reader, target)]
    return [Entry(title, url, url == max(above, key=len, default="")) for title, url in lines]
