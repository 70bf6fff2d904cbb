"""How a value reads in the log that is not simply written beside its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

from questionnaires.words import SIZES
from reports.figures import money_text, percent
from survey.clock import local
from survey.words import (
    api,
    batches,
    factors,
    identities,
    jobs,
    needs,
    projects,
    samples,
    seen,
    webhooks,
)
from survey.words.notes import TITLES
from survey.words.notices import CHANGED
from survey.words.providers import STANDINGS as PROVIDER_STANDINGS
from survey.words.providers import rate
from survey.words.rounds import REMINDERS
from survey.words.wording import (
    AWARD_LEVELS,
    DECISIONS,
    ROLES,
    SETTLEMENTS,
    SHEETS,
    STANDINGS,
)


def _sum(title: str, hundredths: int | None) -> str:
    return f"{title} {'没有填' if hundredths is None else money_text(hundredths)}"


def _bought(codes: Mapping[str, int] | list[str]) -> str:
    if isinstance(codes, list):
        return "、".join(codes) or "无"
    return "、".join(f"{code}×{n}" if n > 1 else code for code, n in codes.items()) or "无"


def _priced(parts: Mapping[str, int]) -> str:
    return "、".join(f"{code} {money_text(price)}" for code, price in parts.items()) or "无"


PHRASES: Mapping[str, Callable[[Any], str]] = {
    "stages": lambda stages: "培育阶段 " + "、".join(stage["title"] for stage in stages),
    "provider_rates": lambda rates: (
        "服务商奖补比例 " + ("；".join(rate(**one) for one in rates) or "无")
    ),
    "provider_standing": lambda standing: PROVIDER_STANDINGS.get(standing, standing),
    "claimed": lambda money: _sum("已申领", money),
    "share": lambda share: f"得分率 {percent(Fraction(share))}",
    "role": lambda role: ROLES.get(role, role),
    "shown_by": lambda how: factors.SHOWN_BY.get(how, how),
    "signed_by": lambda how: identities.SIGNED_BY.get(how, how),
    "refused": lambda why: identities.REFUSED.get(why, why),
    "virus": lambda found: f"病毒 {found}",
    "passkey": lambda name: f"通行密钥“{name}”",
    "codes_left": lambda left: f"还剩 {left} 个恢复码",
    "again": lambda kinds: (
        f"要再验证 {'、'.join(factors.AGAIN.get(kind, kind) for kind in kinds) or '无'}"
    ),
    "scopes": lambda scopes: f"权限 {'、'.join(api.SCOPES.get(one, one) for one in scopes)}",
    "events": lambda kinds: f"事件 {'、'.join(webhooks.EVENTS.get(kind, kind) for kind in kinds)}",
    "purpose_version": lambda number: f"个人信息处理说明第 {number} 版",
    "until": lambda day: f"有效至 {day}",
    "came_by": lambda source: f"来源 {needs.SOURCES.get(source, source)}",
    "rating": lambda rating: f"评价 {needs.RATINGS.get(rating, '无')}",
    "settlement": lambda how: SETTLEMENTS.get(how, how),
    "decision": lambda how: DECISIONS.get(how, how),
    "kind": lambda kind: {**SHEETS, "workbook": "答卷和结果", "files": "一企一档"}.get(kind, kind),
    "edition_of": lambda kind: batches.EDITIONS.get(kind, kind),
    "note": lambda kind: TITLES.get(kind, kind),
    "signed": lambda signed: f"所签内容 {signed[:12]}",
    "removed": lambda _gone: "删除",
    "size": lambda size: f"规模 {SIZES.get(size, '无')}",
    "rows": lambda rows: f"{rows} 行",
    "reminder": lambda kind: REMINDERS.get(kind, kind),
    "firms": lambda firms: f"{firms} 家企业",
    "quotas": lambda quotas: (
        "，".join(f"{name} {n} 家" for name, n in quotas.items()) or "没有任务数"
    ),
    "despite": lambda _: "有利益关系，仍然指派",
    "granted": lambda granted: "同意企业的申请" if granted else "",
    "version": lambda number: f"第 {number} 版留存",
    "said": str,  # a row written before changes were kept as values, word for word
    "level": lambda level: f"级别 {AWARD_LEVELS.get(level, '无')}",
    "standing": lambda standing: STANDINGS.get(standing, standing),
    "fault": lambda fault: jobs.FAULTS.get(fault, fault),
    "sha256": lambda sha256: sha256[:12],
    "logo": lambda digest: f"徽标 {digest[:12] or '无'}",
    "closes_on": lambda day: f"至 {day}" if day else "不限期",
    "opens_on": lambda day: f"自 {day}",
    "packages": lambda codes: "按系统建议" if codes is None else f"顾问方案 {len(codes)} 项",
    "sections": lambda given: "全部模块" if given is None else f"{len(given)} 个模块",
    "changed": lambda names: f"改了{'、'.join(CHANGED.get(name, name) for name in names)}",
    "active": lambda active: "" if active else "已停用",
    "after": lambda number: f"改造后 {number or '没有填'}",
    "before": lambda number: f"改造前 {number or '没有填'}",
    "items": lambda number: f"{number} 项",
    "way": lambda way: samples.WAYS.get(way, way),
    "masked": lambda masked: "不公开名称" if masked else "公开名称",
    "revision": lambda number: f"第 {number} 稿",
    "sample": lambda number: f"样本 {number}",
    "paper": lambda kind: projects.PAPERS.get(kind, kind),
    "bought": lambda codes: f"改造场景 {_bought(codes)}",
    "parts": lambda parts: "各场景的价 " + _priced(parts),
    "counted": lambda kinds: "计入 " + "、".join(projects.COSTS.get(one, one) for one in kinds),
    **{
        name: partial(_sum, title)
        for name, title in (
            *((f"price_{kind}", title) for kind, title in projects.COSTS.items()),
            ("price", "合同价"),
            ("invested", "已投入"),
            ("asked", "申请"),
            ("paid", "已兑现"),
            ("cap", "最多"),
        )
    },
    "page": lambda page: seen.PAGES.get(page, page),
    "times": lambda times: f"{times} 次",
    "last": lambda moment: f"末次 {local(datetime.fromisoformat(moment), '%H:%M:%S')}",
    "came_late": lambda moment: (
        f"实际时间 {local(datetime.fromisoformat(moment), '%Y-%m-%d %H:%M:%S')}"
    ),
}
"""How a value reads that is not simply written beside its name."""


def plain(value: Any) -> str:
    """Write a value as a reader would: yes or no, a list with its commas, nothing for nothing."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(plain(part) for part in value)
    if isinstance(value, dict):
        return " ".join(plain(part) for part in value.values())
    return "" if value is None else str(value)
