"""The audit log, for the officer and the administrator."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from survey import library
from survey.clock import LOCAL, local
from survey.store import log as store
from survey.store.log import LogLine, WantedLog
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said
from survey.views.bureau.exports import Column, send_list
from survey.web import here, lists
from survey.words import log_sentences
from survey.words.log import ACTIONS, LogWords
from survey.words.log_sentences import LogSentences


def _wanted() -> WantedLog:
    return WantedLog(
        action=lists.one_of("action", ACTIONS),
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
        arguments=lists.arguments(),
        chips=choices.in_force(_said(wanted)),
        actions=ACTIONS,
        said=_sentences(lines),
    )


@pages.get("/audit.xlsx")
def export_audit() -> ResponseReturnValue:
    """Send the log as it is filtered, all pages of it."""
    wanted = _wanted()
    lines, _total = store.log_lines(here.session(), wanted, LOCAL)
    return send_list(
        "audit",
        "操作日志",
        _columns(_sentences(lines)),
        lines,
        _said(wanted),
    )


def _said(wanted: WantedLog) -> dict[str, Said]:
    return {
        "action": Said("操作", ACTIONS.get(wanted.action, "")),
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


def _columns(told: LogSentences) -> tuple[Column[LogLine], ...]:
    said = told.said
    return (
        Column("时间", lambda line: local(line.entry.at, "%Y-%m-%d %H:%M:%S"), 20),
        Column("操作人", lambda line: line.entry.who, 22),
        Column("说明", lambda line: told.sentence(line.entry, line.firm), 50),
        Column("操作", lambda line: said.action(line.entry)),
        Column("对象", lambda line: said.subject(line.entry)),
        Column("企业", lambda line: line.firm, 30),
        Column("变化", lambda line: said.change(line.entry), 40),
        Column("理由", lambda line: line.entry.reason, 40),
        Column("结果", lambda line: "成功" if line.entry.succeeded else "失败"),
        Column("来源地址", lambda line: line.entry.address),
        Column("请求编号", lambda line: line.entry.request_id),
    )
