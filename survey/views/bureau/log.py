"""The audit log, for the officer and the administrator."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from survey import library
from survey.clock import LOCAL, local
from survey.store import jobs, seals
from survey.store import log as store
from survey.store.log import LogLine, WantedLog
from survey.tables import AuditEntry
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said
from survey.views.bureau.exports import Column, send_list
from survey.web import here, lists
from survey.words import log_sentences
from survey.words.log import LogWords
from survey.words.log_actions import ACTIONS, ALL_GROUPED, GROUPED, GROUPS, STEPS
from survey.words.log_names import SUBJECTS
from survey.words.log_sentences import LogSentences
from survey.words.sealing import fault
from survey.words.wording import ROLES

MOST_ROWS = 100_000
"""Of one workbook: so many can still be opened and looked through."""


def _wanted() -> WantedLog:
    group = lists.one_of("group", GROUPS)
    return WantedLog(
        action=lists.one_of("action", ACTIONS),
        actions=ALL_GROUPED if group == STEPS else GROUPED.get(group, ()),
        other=group == STEPS,
        role=lists.one_of("role", ROLES),
        subject=lists.one_of("subject", SUBJECTS),
        number=lists.words("number"),
        firm=lists.words("firm"),
        user=lists.words("user"),
        since=lists.day("since"),
        until=lists.day("until"),
    )


@pages.get("/audit")
def audit() -> ResponseReturnValue:
    """List who did what, newest first."""
    wanted, part = _wanted(), lists.part()
    lines, total = store.log_lines(here.session(), wanted, LOCAL, part)
    return render_template(
        "bureau/audit.html",
        wanted=wanted,
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments() | ({"action": wanted.action} if wanted.action else {}),
        chips=choices.in_force(_said(wanted)),
        actions=ACTIONS,
        groups=GROUPS,
        group=request.args.get("group", ""),
        roles=ROLES,
        subjects=SUBJECTS,
        said=_sentences(lines),
        sealed=seals.last_block(here.session()),
        checked=jobs.last_done(here.session(), "check_log"),
        fault=fault,
    )


@pages.get("/audit.xlsx")
def export_audit() -> ResponseReturnValue:
    """Send the log as it is filtered, all pages of it."""
    wanted = _wanted()
    if store.log_size(here.session(), wanted, LOCAL) > MOST_ROWS:
        here.refuse(422, f"一次最多导出 {MOST_ROWS} 条，请用日期或其他条件缩小范围后再导出。")
    portions = store.in_portions(here.session(), wanted, LOCAL)
    told = (one for lines in portions for one in _told(lines))
    return send_list("audit", "操作日志", COLUMNS, told, _said(wanted))


def _said(wanted: WantedLog) -> dict[str, Said]:
    return {
        "group": Said("操作类别", GROUPS.get(request.args.get("group", ""), "")),
        "action": Said("操作", ACTIONS.get(wanted.action, "")),
        "role": Said("身份", ROLES.get(wanted.role, "")),
        "subject": Said("对象", SUBJECTS.get(wanted.subject, "")),
        "number": Said("对象编号", wanted.number),
        "firm": Said("企业", wanted.firm),
        "user": Said("操作人", wanted.user),
        "since": Said("起始日期", local(wanted.since)),
        "until": Said("截止日期", local(wanted.until)),
    }


def _sentences(lines: list[LogLine]) -> LogSentences:
    session = here.session()
    names = store.names(session, *log_sentences.wanted([line.entry for line in lines]))
    people = {name: said for (kind, name), said in names.items() if kind == "user"}
    return LogSentences(LogWords(*library.named(session), people), names)


class Told(NamedTuple):
    """A row of the log, and the words for it."""

    entry: AuditEntry
    firm: str
    words: LogSentences


def _told(lines: list[LogLine]) -> list[Told]:
    words = _sentences(lines)
    return [Told(line.entry, line.firm, words) for line in lines]


COLUMNS: tuple[Column[Told], ...] = (
    Column("时间", lambda one: local(one.entry.at, "%Y-%m-%d %H:%M:%S"), 20),
    Column("操作人", lambda one: one.entry.who, 22),
    Column("身份", lambda one: ROLES.get(one.entry.role or "", "")),
    Column("说明", lambda one: one.words.sentence(one.entry, one.firm), 50),
    Column("操作", lambda one: one.words.said.action(one.entry)),
    Column("对象", lambda one: one.words.said.subject(one.entry)),
    Column("企业", lambda one: one.firm, 30),
    Column("变化", lambda one: one.words.said.change(one.entry), 40),
    Column("理由", lambda one: one.entry.reason, 40),
    Column("结果", lambda one: "成功" if one.entry.succeeded else "失败"),
    Column("来源地址", lambda one: one.entry.address),
    Column("请求编号", lambda one: one.entry.request_id),
)
