"""The filters of the bureau's lists: what each may ask, what this request asks, and how it is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.lifecycle import typed
from survey.store import (
    accounts,
    consultants,
    firms,
    introduced,
    need_rules,
    needs,
    projects,
    rounds,
)
from survey.store.lists import BELOW, Wanted, any_of
from survey.store.stages import titles
from survey.tables import Ladder, Role
from survey.views.bureau.choices import ORDERS, Frame, Said
from survey.web import here, lists
from survey.words import lists as words
from survey.words import needs as need_words
from survey.words import notices as notice_words
from survey.words import projects as project_words
from survey.words import providers as provider_words
from survey.words import samples as sample_words
from survey.words import wording


@dataclass(frozen=True)
class Filter:
    """One filter of a list. ``choices`` are words by value; ``asked`` is empty where it is not used."""

    name: str
    title: str
    group: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
    boxes: bool = False
    """Whether several may be asked at once, ``SEVERAL`` between them."""

    @property
    def values(self) -> list[str]:
        """What is asked, value by value."""
        if not self.asked:
            return []
        return any_of(self.asked) if self.boxes else [self.asked]

    @property
    def said(self) -> Said:
        return Said(self.title, "、".join(self.choices.get(one, one) for one in self.values))


@dataclass(frozen=True)
class Filters:
    """All filters of one list, in the order in which they are offered."""

    of: Mapping[str, Filter]
    sort: str

    def wanted(self, **more: Any) -> Wanted:
        """Return what the list is narrowed to; a filter is named as what it narrows."""
        asked = {one.name: one.asked for one in self.of.values() if one.name != "q"}
        words = self.of["q"].asked
        return Wanted(**asked | more, words=words, sort=self.sort, today=here.today())

    @property
    def said(self) -> dict[str, Said]:
        order = Said("排序", ORDERS.get(self.sort, self.sort))
        return {one.name: one.said for one in self.of.values()} | {"sort": order}

    @property
    def groups(self) -> list[tuple[str, list[Filter]]]:
        """The filters that have something to choose, under their heads."""
        shown = [one for one in self.of.values() if one.group and one.choices]
        heads = words.GROUPS.items()
        found = [(title, [one for one in shown if one.group == group]) for group, title in heads]
        return [(title, ones) for title, ones in found if ones]


def _filters(sorts: Collection[str], *ones: Filter) -> Filters:
    every = (Filter("q", "企业", asked=lists.words()), *ones)
    return Filters({one.name: one for one in every}, lists.sort_key(sorts))


def of_assessments(frame: Frame, sorts: Collection[str]) -> Filters:
    return _filters(
        sorts,
        _choice("edition", "问卷年版", "way", _editions(frame), asked=frame.edition.id),
        _rows("round", "评估轮次", "way", _rounds(frame)),
        _boxes("state", "状态", "way", wording.STATES),
        _rows("consultant", "诊断顾问", "way", _consultants()),
        _choice("overdue", "超期", "way", words.OVERDUE),
        *_of_firms(frame.trades),
        *_of_results(frame),
        _boxes("pool", "在库状态", "pool", words.POOLED),
        _boxes("target", "培育目标等级", "pool", frame.rungs),
    )


def of_visits(frame: Frame) -> Filters:
    """Of sheets nobody was sent to; their order is what a visit is worth."""
    return _filters(
        (),
        _choice("edition", "问卷年版", "way", _editions(frame), asked=frame.edition.id),
        _rows("round", "评估轮次", "way", _rounds(frame)),
        *_of_firms(frame.trades),
    )


def of_pool(frame: Frame, sorts: Collection[str]) -> Filters:
    return _filters(
        sorts,
        _choice("edition", "问卷年版", "pool", _editions(frame), asked=frame.edition.id),
        _boxes("state", "在库状态", "pool", wording.POOL),
        *_of_stages(),
        _boxes("target", "培育目标等级", "pool", frame.rungs),
        _rows("responsible", "责任人", "pool", _officers()),
        _choice("overdue", "时限", "pool", words.STEPS_DUE),
        *_of_firms(frame.trades),
        *_of_results(frame),
    )


def _of_stages() -> Iterable[Filter]:
    known = here.district().stages
    yield _boxes("stage", "培育阶段", "pool", titles(known, Ladder.PROVINCE))
    nation = words.CLIMBING | titles(known, Ladder.NATION)
    yield _boxes("nation", "国家梯度阶段", "pool", nation)
    yield _choice("proposed", "阶段建议", "pool", words.STAGES_PROPOSED)


def of_firms(trades: Mapping[str, str], sorts: Collection[str]) -> Filters:
    return _filters(
        sorts,
        *_of_firms(trades),
        _boxes("state", "最近评估", "way", words.BEGUN),
        _boxes("pool", "在库状态", "pool", words.POOLED),
    )


def of_needs(sorts: Collection[str]) -> Filters:
    """Categories and departments of today, and those that needs were given once."""
    session, rules = here.session(), need_rules.read(here.session())
    categories, departments, years = needs.choices(session)
    townships, parks = firms.places(session)
    district = here.district()
    return _filters(
        sorts,
        _boxes("standing", "办理情况", "need", need_words.STANDINGS),
        _boxes("state", "状态", "need", need_words.STATES),
        _named("category", "类别", [*rules.names, *categories], "need"),
        _named("department", "责任部门", [*rules.every_department, *departments], "need"),
        _boxes("source", "来源", "need", need_words.SOURCES),
        _rows("year", "年份", "need", {str(year): f"{year} 年" for year in years}),
        _choice("repeated", "同类合并", "need", need_words.REPEATED),
        _named("township", "乡镇（街道）", [*district.townships, *townships]),
        _named("park", "园区", [*district.parks, *parks]),
    )


def of_projects(trades: Mapping[str, str], sorts: Collection[str]) -> Filters:
    return _filters(
        sorts,
        *_of_firms(trades),
        _boxes("state", "项目状态", "way", project_words.STATES),
        _boxes("waits", "待办", "way", project_words.WAITS),
        _choice("overdue", "超期", "way", project_words.OVERDUE),
        _named("provider", "服务商", projects.providers(here.session()), "way"),
        _rows("policy", "补助政策", "pool", _policies()),
    )


def of_samples(trades: Mapping[str, str], sorts: Collection[str]) -> Filters:
    return _filters(
        sorts, *_of_firms(trades), _boxes("state", "样本状态", "way", sample_words.STATES)
    )


def of_introductions(
    trades: Mapping[str, str], packages: Mapping[str, str], sorts: Collection[str]
) -> Filters:
    """Providers and packages that introductions are about, also those that are offered no more."""
    providers, codes = introduced.choices(here.session())
    titles = {code: f"{code} {packages.get(code, '')}".strip() for code in codes}
    return _filters(
        sorts,
        _boxes("state", "状态", "provider", provider_words.STATES),
        _rows("provider", "服务商", "provider", {str(id): name for id, name in providers.items()}),
        _named("package", "改造场景", titles, "provider", titles),
        *_of_firms(trades),
    )


def _policies() -> dict[str, str]:
    return {str(one.id): f"{one.year} {one.name}" for one in projects.policies(here.session())}


def of_candidates(
    trades: Mapping[str, str], sorts: Collection[str], notices: Mapping[int, str], notice_id: int
) -> Filters:
    """
    Args:
        notices: Titles of those that can be asked about; ``notice_id`` is the one at hand.
    """
    titles = {str(id): title for id, title in notices.items()}
    return _filters(
        sorts,
        _choice("notice", "申报通知", "way", titles, asked=str(notice_id)),
        _boxes("outcome", "申报条件", "way", notice_words.OUTCOMES),
        _boxes("state", "意向", "way", notice_words.CANDIDATE_STATES),
        *_of_firms(trades),
    )


def of_providers(
    packages: Mapping[str, str],
    classes: Iterable[str],
    standings: Mapping[str, str],
    sorts: Collection[str],
) -> Filters:
    titles = {code: f"{code} {title}" for code, title in packages.items()}
    ones = (
        Filter("q", "服务商", asked=lists.words()),
        _boxes("class", "类别", "provider", {one: one for one in classes}),
        _boxes("package", "改造场景", "provider", titles),
        _boxes("standing", "状态", "provider", standings),
        _choice("due", "年度复核", "provider", words.REVIEWS),
        _choice("change", "资料更改", "provider", words.CHANGES),
    )
    return Filters({one.name: one for one in ones}, lists.sort_key(sorts))


def _of_firms(trades: Mapping[str, str]) -> Iterable[Filter]:
    townships, parks = firms.places(here.session())
    district = here.district()
    yield _boxes("trade", "行业", "firm", trades)
    yield _named("township", "乡镇（街道）", [*district.townships, *townships])
    yield _named("park", "园区", [*district.parks, *parks])
    yield _boxes("scale", "规上规下", "firm", words.SCALES)
    yield _boxes("size", "规模", "firm", words.SIZED)


def _of_results(frame: Frame) -> Iterable[Filter]:
    rungs = dict(frame.rung_choices)
    yield _boxes("rung", "等级", "result", rungs)
    yield _boxes("own", "自评等级", "result", rungs)
    yield _boxes("visited", "核定等级", "result", rungs)
    yield _choice("confirmed", "核定", "result", words.CONFIRMED)
    yield _choice("provisional", "暂核", "result", words.PROVISIONAL)
    yield _boxes("support", "等级稳不稳", "result", words.SUPPORT)
    yield _boxes("unseen", "只看未核验的题稳不稳", "result", words.SUPPORT)
    yield _boxes("gate", "未达到的必备条件", "result", frame.gates)
    yield _choice("deviation", "自评与核定", "result", words.DEVIATIONS)


def _editions(frame: Frame) -> dict[str, str]:
    """Where there is but one, it is no choice."""
    return dict(frame.edition_choices) if len(frame.others) > 1 else {}


def _rounds(frame: Frame) -> dict[str, str]:
    found = rounds.rounds_of(here.session(), frame.edition.id)
    return {str(round_.id): round_.title for round_ in found}


def _consultants() -> dict[str, str]:
    known = consultants.names(here.session())
    return {BELOW: "还没有指派"} | {str(id): name for id, name in known.items()}


def _officers() -> dict[str, str]:
    known = accounts.active_of_role(here.session(), Role.OFFICER)
    return {BELOW: "还没有责任人"} | {str(one.id): one.name for one in known}


def _choice(
    name: str, title: str, group: str, choices: Mapping[str, str], *, asked: str | None = None
) -> Filter:
    """One of these, or all; anything else answers 400."""
    known = lists.one_of(name, choices) if asked is None else asked
    return Filter(name, title, group, choices, known)


def _boxes(name: str, title: str, group: str, choices: Mapping[str, str]) -> Filter:
    """Any of these, or all; anything else answers 400."""
    return Filter(name, title, group, choices, lists.some_of(name, choices), boxes=True)


def _named(
    name: str,
    title: str,
    known: Iterable[str],
    group: str = "firm",
    said: Mapping[str, str] | None = None,
) -> Filter:
    """Any words, for rows may still name what was renamed or is gone; those known are offered.

    Args:
        said: How each is written, where it is not as it stands.
    """
    asked = lists.several(name)
    offered = dict.fromkeys(one for one in [*known, *any_of(asked)] if one)
    return Filter(
        name, title, group, {one: (said or {}).get(one, one) for one in offered}, asked, boxes=True
    )


def _rows(name: str, title: str, group: str, choices: Mapping[str, str]) -> Filter:
    """Numbers of rows, of which some may be gone by now, or words offered beside the rows."""
    asked = lists.several(name)
    gone = [one for one in any_of(asked) if one and one not in choices]
    if any(typed.whole(one) is None for one in gone):
        here.refuse(400, "筛选或排序条件不正确，请从列表上方重新选择。")
    known = {**choices, **dict.fromkeys(gone, words.GONE)}
    return Filter(name, title, group, known, asked, boxes=True)
