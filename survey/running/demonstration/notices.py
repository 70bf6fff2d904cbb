"""Applications in the demonstration: a notice in its last week, one that has ended with its results,
one far off, one still a draft. All are examples; what stands in them is modelled on usual practice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from questionnaires.sheets.writing import cut, writing
from reports.notices import Kind, Own, Whom
from survey.clock import LOCAL
from survey.config import Config
from survey.files.contents import Contents
from survey.files.lists import MEDIA_TYPES
from survey.files.stores import contents_of
from survey.files.templates import Held
from survey.files.uploads import Stored
from survey.jobs.notices import judge_all
from survey.jobs.workshop import Workshop
from survey.lifecycle import candidates, jobs, notice_reminders, notices, templates
from survey.lifecycle.candidates import Placed
from survey.lifecycle.decisions import Basis
from survey.lifecycle.judging import ask
from survey.lifecycle.notice_texts import DAYS, Text
from survey.lifecycle.step import Step
from survey.running.demonstration.people import actor
from survey.running.demonstration.story import EDITION
from survey.store import candidates as store
from survey.store.candidates import CandidateLine
from survey.store.lists import Wanted
from survey.tables import Notice, User

LEASE = timedelta(minutes=10)
PAPERS = ("申报书（盖章）", "自评报告", "软硬件投入明细和发票", "信用报告", "知识产权证明")
WHOLE = (
    *("investment", "completion", "digital_level", "credit", "incidents", "breaches"),
    *("unlawful_acts", "applicant", "in_province", "sound_finances", "not_yet_listed"),
)
TAXES = Own("", Kind.OFFICER, "没有欠税，由主管部门向税务部门核实")
TEMPLATE = "推荐汇总表（示例）"
FIELDS = ("序号", "企业名称", "项目", "申报等级", "行业", "总投资", "联系人", "联系电话")


class Example(NamedTuple):
    """One notice: its days from today, when it was published, what it asks of its own."""

    text: Text
    days: tuple[int, int, int]
    published: int | None
    """How many days ago; None for a draft."""
    own: tuple[Own, ...] = ()


def call_for_applications(session: Session, config: Config, officer: User, now: datetime) -> None:
    """Publish the examples, hold the firms against them, and let some go all the way."""
    made = [_draft(session, one, officer, now) for one in _examples(now.astimezone(LOCAL).year)]
    judged = Step(session, actor(officer), now)
    _hold_all(judged, config)
    ended, last_week = made[0], made[1]
    _recommend(session, ended, officer, now - timedelta(days=36))
    _results(session, ended, officer, now - timedelta(days=6))
    _speak_up(judged, last_week)
    with judged.writing():
        notice_reminders.remind_due(judged, by_mail=False)
    _keep_template(judged, contents_of(config))


def _examples(year: int) -> list[Example]:
    common: dict[str, Any] = {
        "year": year,
        "edition": EDITION,
        "papers": PAPERS,
        "contact": "企业科（示例）",
    }
    return [make(year, common) for make in (_over, _near, _ahead, _undecided)]


def _over(year: int, common: dict[str, Any]) -> Example:
    """One that is over."""
    return Example(
        Text(
            f"{year} 年市级数字化车间评定（示例）",
            "示例市经信局",
            "city",
            source="copy",
            number=f"示例市经信〔{year}〕12 号（虚构）",
            rung="workshop",
            asked=tuple(f"2025.workshop.{name}" for name in ("credit", "incidents")),
            whom=Whom(trades=("valve", "bearing")),
            **common,
        ),
        (-40, -33, -29),
        75,
        (Own("", Kind.RUNG, "现场核定达到智能化生产线", rung="line"),),
    )


def _near(year: int, common: dict[str, Any]) -> Example:
    """One in its last days."""
    return Example(
        Text(
            f"{year} 年省级数字化车间培育项目征集（示例）",
            "示例省经信厅",
            "province",
            source="inferred",
            rung="workshop",
            asked=tuple(f"2025.workshop.{name}" for name in WHOLE),
            platform="https://platform.example/",
            note="金额和时间照最近一年的通知填写，正式文件下来以后要逐条核对。",
            **common,
        ),
        (2, 5, 20),
        20,
        (TAXES,),
    )


def _ahead(year: int, common: dict[str, Any]) -> Example:
    """One that firms prepare for."""
    return Example(
        Text(
            f"{year} 年基础级智能工厂自评入列（示例）",
            "示例省经信厅",
            "nation",
            source="memory",
            asked=("2025.workshop.incidents", "2025.workshop.applicant"),
            whom=Whom(scale="yes"),
            **common,
        ),
        (26, 34, 48),
        8,
        (
            Own("", Kind.RUNG, "现场核定达到智能化生产线", rung="line"),
            Own("", Kind.FIGURE, "规模达标", figure="revenue", sign="at_least", value="2000"),
        ),
    )


def _undecided(year: int, common: dict[str, Any]) -> Example:
    """One that is a draft still."""
    return Example(
        Text(
            f"{year} 年创新型中小企业申报（示例）",
            "示例省经信厅",
            "province",
            source="memory",
            asked=("2025.workshop.breaches",),
            whom=Whom(sizes=("small", "medium", "micro")),
            **common,
        ),
        (40, 55, 70),
        None,
        (Own("", Kind.TITLE, "已是高新技术企业", title="高新"), TAXES),
    )


def _draft(session: Session, one: Example, officer: User, now: datetime) -> Notice:
    at = Step(session, actor(officer), now - timedelta(days=one.published or 0))
    days = [(now + timedelta(days=ahead)).astimezone(LOCAL).date() for ahead in one.days]
    dated = dict(zip(DAYS, days, strict=True))
    notice = notices.draft(at, Text(**{**vars(one.text), **dated}))
    for own in one.own:
        notices.add_condition(at, notice.id, own, base_version=notice.version)
    if one.published is not None:
        notices.publish(at, notice.id, base_version=notice.version)
    return notice


def _hold_all(step: Step, config: Config) -> None:
    """Do what the worker would: every firm against every notice, at once."""
    with step.writing():
        job = ask(step)
    taken = jobs.take(step, job.id, lambda _kind: LEASE)
    if taken is not None:
        jobs.finish(step, taken, judge_all(Workshop(config, step.session, taken, LEASE)))


def _recommend(session: Session, notice: Notice, officer: User, at: datetime) -> None:
    """Let three firms apply: two are recommended in their order, one gives up."""
    step = Step(session, actor(officer), at)
    wanted = Wanted(sort="lacking")
    best = store.candidates(session, notice.id, wanted)[0][:4]
    for line in best[:3]:
        candidates.intend(step, notice.id, line.id, base_version=line.version)
    for line in best[3:]:
        why = "设备改造要到明年三月才完工，明年再报。"
        candidates.decline(step, notice.id, line.id, reason=why, base_version=line.version)
    for line in best[:2]:
        papers, version = notice.papers, line.version + 1
        candidates.check_papers(step, notice.id, line.id, papers, base_version=version)
    amounts = zip(best, ("2860", "1975.5"), strict=False)
    rows = [
        Placed(line.id, line.version + 2, place, f"{line.firm[:2]}数字化车间", amount)
        for place, (line, amount) in enumerate(amounts, 1)
    ]
    candidates.arrange(step, notice.id, rows)
    seen = [(line.id, line.version) for line in store.recommendation(session, notice.id)]
    day = at.astimezone(LOCAL).date()
    candidates.recommend(
        step, notice.id, Basis(f"示例会议纪要〔{day.year}〕7 号（虚构）", day), seen
    )


def _results(session: Session, notice: Notice, officer: User, at: datetime) -> None:
    """One passed and waits for its recognition to be recorded; the other did not."""
    step = Step(session, actor(officer), at)
    for line in store.recommendation(session, notice.id):
        passed = line.place == 1
        why = "" if passed else "评审意见：数据采集覆盖的设备还不够。"
        candidates.result(
            step, notice.id, line.id, passed=passed, reason=why, base_version=line.version
        )


def _speak_up(step: Step, notice: Notice) -> None:
    """On the notice in its last week some have said what they mean to do; one thing was found out."""
    lines = store.candidates(step.session, notice.id, Wanted(sort="lacking"))[0]
    for line in lines[:2]:
        candidates.intend(step, notice.id, line.id, base_version=line.version)
    for line in lines[-1:]:
        why = "今年没有改造项目。"
        candidates.decline(step, notice.id, line.id, reason=why, base_version=line.version)
    for line, fails in zip(lines, ((), ("completion",)), strict=False):
        _find_out(step, notice, line, fails)


def _find_out(step: Step, notice: Notice, line: CandidateLine, fails: tuple[str, ...]) -> None:
    """Let the officer settle what is open of one firm: all of it met, but for what fails."""
    for key, state in line.states.items():
        met = key.rpartition(".")[2] not in fails
        if state in ("ask", "unknown"):
            note = "看过材料原件（虚构）。" if met else "投产时间晚于通知要求（虚构）。"
            candidates.answer(
                step, notice.id, line.id, key, met=met, note=note, answered_on=step.today
            )


def _keep_template(step: Step, contents: Contents) -> None:
    """Keep the list's form as an office above asks for it."""
    out = BytesIO()
    line = {"border": 1}
    forms = {"title": {"bold": True, "font_size": 16}, "head": {"bold": True} | line, "cell": line}
    with writing(out, forms, said=cut) as pen:
        page = pen.sheet("推荐汇总表")
        page.set_column(0, len(FIELDS) - 1, 18)
        pen.put(page, 0, 0, "{{区县}}推荐汇总表", "title")
        for at, name in enumerate(FIELDS):
            pen.put(page, 2, at, name, "head")
            pen.put(page, 3, at, f"{{{{{name}}}}}", "cell")
        pen.put(page, 5, 0, "推荐单位（盖章）：{{主管部门}}　{{日期}}", "title")
    content = out.getvalue()
    stored = Stored(
        "推荐汇总表.xlsx", contents.put(content), MEDIA_TYPES["xlsx"], len(content), False
    )
    held = Held((), (("推荐汇总表", 4),), (*FIELDS, "区县", "日期", "主管部门"), ())
    templates.keep_template(step, "recommendation", TEMPLATE, stored, held)
