"""The file's needs, notices and introductions: what a firm asked for, and what it was offered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from reports.firm_file import Field, Leads, Part, Table, table
from reports.notices import titles_of
from survey.lifecycle.applicants import call_of
from survey.readings.firm_file.seeing import Seeing, day
from survey.readings.notices import conditions
from survey.tables import (
    Candidate,
    ConditionAnswer,
    FirmNeed,
    Introduction,
    Minutes,
    NeedEntry,
    Notice,
    NoticeState,
    Provider,
    Showing,
)
from survey.words import needs as need_words
from survey.words import notices as notice_words
from survey.words import providers as provider_words
from survey.words import wording

# --- needs ----------------------------------------------------------------------------------------


def needs(it: Seeing) -> Part:
    rows = sorted(it.held.of(FirmNeed), key=lambda row: (row.raised_on, row.id), reverse=True)
    states = need_words.STATES if it.is_bureau else need_words.TO_FIRMS
    fields: list[Field[FirmNeed]] = [
        Field("编号", lambda row: row.number, 12),
        Field("反映日期", lambda row: row.raised_on, 12, "date"),
        Field("类别", lambda row: row.category),
        Field("诉求", lambda row: row.text, 40),
        Field("希望", lambda row: row.wish, 30, beside=True),
        Field("反映人", lambda row: row.said_by, beside=True),
        Field("来源", lambda row: need_words.SOURCES[row.source], inside=True, beside=True),
        Field("状态", lambda row: states[row.state], 16),
        Field("责任部门", lambda row: row.department),
        Field("办结时限", lambda row: row.due_on, 12, "date"),
        Field("答复", lambda row: row.answer, 40),
        Field("暂缓或不予解决的理由", lambda row: row.reason, 30, beside=True),
        Field("企业评价", lambda row: need_words.RATINGS[row.rating] if row.rating else "", 10),
    ]
    listed = table(
        "诉求",
        fields,
        rows,
        it.outlook,
        day=lambda row: row.raised_on,
        leads=lambda row: Leads("need", row.id),
    )
    return Part("needs", "诉求", (listed, _entries(it, rows)), "还没有登记过诉求。")


class Said(NamedTuple):
    """A word on the way of one of the firm's needs; of a joined one also on the way of its main one."""

    need: FirmNeed
    entry: NeedEntry


def _said(it: Seeing, rows: list[FirmNeed]) -> Iterator[Said]:
    of = it.held.under(NeedEntry, "need_id")
    for need in rows:
        yield from (Said(need, entry) for entry in of.get(need.id, ()))
        joined = need.joined_at if need.main_id else None
        for entry in of.get(need.main_id or 0, ()):
            if joined and entry.at >= joined:
                yield Said(need, entry)


def _entries(it: Seeing, rows: list[FirmNeed]) -> Table:
    fields: list[Field[Said]] = [
        Field("诉求", lambda one: one.need.number, 12),
        Field("日期", lambda one: day(one.entry.at), 12, "date"),
        Field("说的是", lambda one: need_words.WORDS[one.entry.kind]),
        Field("内容", lambda one: one.entry.says, 60),
    ]
    said = list(_said(it, rows))
    return table("办理经过", fields, said, it.outlook, day=lambda one: day(one.entry.at))


# --- notices --------------------------------------------------------------------------------------


class Stood(NamedTuple):
    """A firm beside one notice."""

    notice: Notice
    candidate: Candidate


class Condition(NamedTuple):
    """One condition of a notice, as it stands for the firm; what an officer found out beside it."""

    stood: Stood
    title: str
    state: str
    answer: ConditionAnswer | None


def notices(it: Seeing) -> Part:
    stood = list(_stood(it))
    words = notice_words

    def minutes(one: Stood) -> str:
        found = it.held.one(Minutes, one.candidate.minutes_id)
        return found.document if found else ""

    fields: list[Field[Stood]] = [
        Field("通知", lambda one: one.notice.title, 30),
        Field("文号", lambda one: one.notice.number or "文号未见", 24),
        Field("级别", lambda one: wording.AWARD_LEVELS[one.notice.level], 10),
        Field("企业截止", lambda one: one.notice.firms_by, 12, "date"),
        Field("区级截止", lambda one: one.notice.district_by, 12, "date", beside=True),
        Field("符合", lambda one: one.candidate.met, 8, "number"),
        Field("不符合", lambda one: one.candidate.not_met, 8, "number"),
        Field("待定", lambda one: one.candidate.unclear, 8, "number"),
        Field("申报", lambda one: words.CANDIDATE_STATES[one.candidate.state]),
        Field("理由", lambda one: one.candidate.reason, 30),
        Field("推荐依据", minutes, 24, inside=True),
        Field("推荐名次", lambda one: one.candidate.place, 8, "number", inside=True, beside=True),
        Field("依据的把握", lambda one: words.SOURCES[one.notice.source], 20, beside=True),
    ]
    listed = table(
        "申报通知",
        fields,
        stood,
        it.outlook,
        day=lambda one: day(one.candidate.settled_at or one.candidate.said_at),
        leads=lambda one: Leads("notice", one.notice.id),
    )
    return Part("notices", "申报", (listed, _conditions(it, stood)), "还没有适合本企业的申报通知。")


def _stood(it: Seeing) -> Iterator[Stood]:
    """Give the notices that are, or were, for this firm; the newest first."""
    told = (NoticeState.PUBLISHED, NoticeState.ENDED)
    for candidate in sorted(it.held.of(Candidate), key=lambda row: row.notice_id, reverse=True):
        notice = it.held.one(Notice, candidate.notice_id)
        if notice and (it.is_bureau or (notice.state in told and candidate.fits)):
            yield Stood(notice, candidate)


def _conditions(it: Seeing, stood: list[Stood]) -> Table:
    answers = {(row.notice_id, row.condition): row for row in it.held.of(ConditionAnswer)}
    editions = {one.notice.edition: one.notice for one in stood}
    known = {
        edition: conditions(it.session, edition, date(notice.year, 1, 1))
        for edition, notice in editions.items()
        if it.edition(edition)
    }
    found = [
        Condition(one, titles.get(key, key), state, answers.get((one.notice.id, key)))
        for one in stood
        if (titles := titles_of(call_of(one.notice), known.get(one.notice.edition, {}))) is not None
        for key, state in one.candidate.states.items()
    ]
    fields: list[Field[Condition]] = [
        Field("通知", lambda one: one.stood.notice.title, 30),
        Field("条件", lambda one: one.title, 50),
        Field("是否符合", lambda one: notice_words.CONDITION_STATES.get(one.state, one.state)),
        Field("主管部门核实", lambda one: one.answer.note if one.answer else "", 30, inside=True),
        Field(
            "核实日期",
            lambda one: one.answer.answered_on if one.answer else None,
            12,
            "date",
            inside=True,
        ),
    ]
    return table("各项条件", fields, found, it.outlook)


# --- providers ------------------------------------------------------------------------------------


def introductions(it: Seeing) -> Part:
    def provider(row: Introduction | Showing) -> str:
        found = it.held.one(Provider, row.provider_id)
        return found.name if found else ""

    fields: list[Field[Introduction]] = [
        Field("服务商", provider, 24),
        Field("改造场景", lambda row: row.package, 10),
        Field("状态", lambda row: provider_words.STATES[row.state], 18),
        Field("日期", lambda row: day(row.changed_at), 12, "date"),
        Field("服务商说", lambda row: row.says, 30),
        Field("引荐时的说明", lambda row: row.note, 30, inside=True),
        Field("没有谈成的原因", lambda row: row.reason, 30, inside=True),
        Field("同意公开名称的人", lambda row: it.held.named(row.agreed_by), beside=True),
    ]
    rows = sorted(it.held.of(Introduction), key=lambda row: (row.changed_at, row.id), reverse=True)
    met = table(
        "引荐",
        fields,
        rows,
        it.outlook,
        day=lambda row: day(row.changed_at),
        leads=lambda row: Leads("provider", row.provider_id),
    )
    shown: list[Field[Showing]] = [
        Field("服务商", provider, 24),
        Field("改造场景", lambda row: row.package, 10),
        Field("最早", lambda row: row.first_on, 12, "date"),
        Field("最近", lambda row: row.last_on, 12, "date"),
        Field("几天", lambda row: row.days, 8, "number"),
        Field("排第一的天数", lambda row: row.first, 8, "number"),
    ]
    seen = table(
        "向企业展示过的服务商",
        shown,
        it.held.of(Showing) if it.is_bureau else [],
        it.outlook,
        day=lambda row: row.last_on,
        on_page=False,
    )
    tables = (met, seen) if it.is_bureau else (met,)
    return Part("introductions", "服务商引荐", tables, "还没有引荐过服务商。")
