"""What lists of one edition share: its trades and rungs, the orders offered, the filters in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from flask import g, request, url_for

from questionnaires.edition import Edition
from questionnaires.model import Rung
from reports.gate_names import looked_at
from survey import library
from survey.store import rounds
from survey.store.lists import BELOW
from survey.web import here, lists
from survey.words.lists import NO_RUNG

ORDERS = {
    "-submitted": "最近提交在前",
    "submitted": "最早提交在前",
    "-confirmed": "最近核定在前",
    "confirmed": "最早核定在前",
    "-changed": "最近变动在前",
    "changed": "最早变动在前",
    "-added": "最近新增在前",
    "added": "最早新增在前",
    "-share": "得分率从高到低",
    "share": "得分率从低到高",
    "agreed": "最早同意在前",
    "-agreed": "最近同意在前",
    "provider": "按服务商名称",
    "-provider": "按服务商名称倒序",
    "package": "按改造场景",
    "-package": "按改造场景倒序",
    "firm": "按企业名称",
    "-firm": "按企业名称倒序",
    "township": "按乡镇（街道）",
    "-township": "按乡镇（街道）倒序",
    "planned": "按计划日期",
    "-planned": "按计划日期倒序",
    "state": "按状态",
    "-state": "按状态倒序",
    "trade": "按行业",
    "-trade": "按行业倒序",
    "progress": "进度从低到高",
    "-progress": "进度从高到低",
    "price": "造价从低到高",
    "-price": "造价从高到低",
    "employees": "从业人数从少到多",
    "-employees": "从业人数从多到少",
    "revenue": "营业收入从少到多",
    "-revenue": "营业收入从多到少",
    "own_share": "自评得分率从低到高",
    "-own_share": "自评得分率从高到低",
    "visited_share": "核定得分率从低到高",
    "-visited_share": "核定得分率从高到低",
    "-number": "编号从新到旧",
    "number": "编号从旧到新",
    "due": "办结时限近的在前",
    "-due": "办结时限远的在前",
    "raised": "最早反映在前",
    "-raised": "最近反映在前",
    "category": "按类别",
    "-category": "按类别倒序",
    "deviation": "自评高出核定从少到多",
    "next": "时限从近到远",
    "-next": "时限从远到近",
    "-deviation": "自评高出核定从多到少",
    "support": "几题掉级从少到多",
    "-support": "几题掉级从多到少",
    "unseen": "未核验几题掉级从少到多",
    "-unseen": "未核验几题掉级从多到少",
    "lacking": "缺得少的在前",
    "-lacking": "缺得多的在前",
    "place": "按名次",
    "-place": "按名次倒序",
    "-copied": "照做的企业从多到少",
    "-seen": "看过的企业从多到少",
    "-published": "最近公开在前",
}
"""Every order a list offers; a leading hyphen turns its key round."""


@dataclass(frozen=True)
class Frame:
    """The edition a list is about; lists and counts never mix editions."""

    edition: Edition
    others: tuple[Edition, ...]

    @property
    def trades(self) -> dict[str, str]:
        return {trade.id: trade.title for trade in self.edition.trades.values()}

    @property
    def rungs(self) -> dict[str, str]:
        return {rung.id: rung.title for rung in self.edition.ladder}

    @cached_property
    def gates(self) -> dict[str, str]:
        """What each gate looks at, by its name."""
        return looked_at(self.edition)

    @property
    def rung_choices(self) -> list[tuple[str, str]]:
        return [*self.rungs.items(), (BELOW, NO_RUNG)]

    @property
    def edition_choices(self) -> list[tuple[str, str]]:
        return [(edition.id, edition.title) for edition in self.others]

    def rung(self, rung_id: str | None) -> Rung | None:
        return next((rung for rung in self.edition.ladder if rung.id == rung_id), None)

    def step(self, rung_id: str | None) -> int:
        """Return a rung's position, counted from the lowest, 0 for none."""
        return next((s for s, r in enumerate(self.edition.ladder, 1) if r.id == rung_id), 0)


def frame() -> Frame:
    """Return the edition asked for; by default that of the newest round. Read once per request."""
    if "bureau_frame" not in g:
        g.bureau_frame = _frame()
    found: Frame = g.bureau_frame
    return found


def _frame() -> Frame:
    there = library.of(here.session())
    readable = there.editions()
    used = [edition for edition in rounds.editions_used(here.session()) if edition in readable]
    known = used or [max(readable)]
    chosen = lists.one_of("edition", known) or known[0]
    return Frame(there.load(chosen), tuple(there.load(edition) for edition in known))


def frame_of(edition: str) -> Frame:
    return Frame(library.load(here.session(), edition), ())


def township() -> str:
    """Return the township asked for: any words, for firms may still lie in a renamed one."""
    return lists.words("township")


def townships() -> list[tuple[str, str]]:
    """Return the district's townships as choices, with the one asked for if it is no longer there."""
    known = list(here.district().townships)
    if (asked := township()) and asked not in known:
        known.append(asked)
    return [(name, name) for name in known]


def orders(*offered: str) -> dict[str, str]:
    """Return the orders that one list offers, its own order first."""
    return {order: ORDERS[order] for order in offered}


def offered(orders: Mapping[str, str], sort: str) -> dict[str, str]:
    """Return a list's orders with the one in force, which a head of its table may have asked for."""
    return {**orders, **({sort: ORDERS[sort]} if sort else {})}


class Said(NamedTuple):
    """One filter in words; no words where it narrows nothing."""

    title: str
    words: str


class Chip(NamedTuple):
    """One filter in force, and the list without it."""

    words: str
    without: str


def in_force(filters: Mapping[str, Said]) -> list[Chip]:
    """Return what this list is narrowed to, each with the address that lifts it."""
    asked = lists.arguments()
    return [
        Chip(f"{filters[name].title}：{filters[name].words}", _without(asked, name))
        for name in asked
        if name in filters and name != "sort" and filters[name].words
    ]


def _without(asked: Mapping[str, Any], name: str) -> str:
    left = {known: value for known, value in asked.items() if known != name}
    return url_for(request.endpoint or "", **left)


def said_filters(filters: Mapping[str, Said]) -> str:
    """Write the filters in force, for the head of an export and for the log."""
    said = (f"{one.title}：{one.words}" for one in filters.values() if one.words)
    return "；".join(said) or "全部"
