"""Firms of the demonstration go their ways through the rounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.answers import Answer, plain
from survey import db
from survey.config import MEGABYTE
from survey.files.contents import Contents
from survey.files.uploads import Stored
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle import interests, requests
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.evidence import Limits
from survey.lifecycle.interests import Declared
from survey.lifecycle.responses import Word
from survey.lifecycle.starts import confirm_same, keep_files
from survey.lifecycle.step import Step
from survey.running.demonstration.coherence import Answers
from survey.running.demonstration.deciding import decide
from survey.running.demonstration.filling import (
    amiss,
    fill_in,
    hand_in,
    inflated,
    invented,
    look_at_profile,
    lowered,
    overstated,
    raised,
    show_files,
    without,
)
from survey.running.demonstration.onsite import Brought, brought
from survey.running.demonstration.people import actor
from survey.running.demonstration.story import BEFORE, BEGAN, EDITION, SHOWN
from survey.running.demonstration.visits import close, look, send, visit
from survey.store import starts as starts_store
from survey.tables import (
    Assessment,
    AssessmentState,
    EditionRow,
    EditionState,
    Firm,
    ResponseKind,
    Role,
    Round,
    SheetKind,
    User,
)

TRIALS = (
    ("2025 年四季度试评", BEFORE, date(2025, 11, 3), 9),
    ("2026 年一季度试评", EDITION, date(2026, 1, 5), 5),
)
"""The shown firm's rounds of before: title, edition, first day, how many answers stood a level lower."""
ROOM = Limits(files_per_question=10, bytes_per_assessment=100 * MEGABYTE)
CONFIRMED_AGAIN = 5
"""How many modules it has looked at again in its newest round."""


def live(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    what: Brought,
    at: datetime,
) -> None:
    """Take one firm as far as its row says: draft, submitted, visited, confirmed, in the pool."""
    author = _author(session, firm)
    assessment, truth, extras = _begun(session, firm, row, round_, author, at)
    told = inflated(truth) if row.get("story") == "inflated" else truth | overstated(row)
    if row["state"] == AssessmentState.DRAFT:
        told = dict(list(told.items())[: len(told) * 2 // 3])
    first = amiss(told, row.get("returned"))
    said = row.get("said", {})
    fill_in(session, assessment, first | extras, author, at + timedelta(hours=1), said)
    show_files(session, assessment, told, author, what.photo, at + timedelta(hours=1))
    if row["state"] == AssessmentState.DRAFT:
        return
    officer, consultant = users[Role.OFFICER], users[row.get("by", Role.CONSULTANT)]
    at += timedelta(days=2)
    hand_in(session, assessment, author, at)
    if question := row.get("returned"):
        at = _hand_in_again(session, assessment, question, told[question], author, officer, at)
    if asks := row.get("asks"):
        requests.ask(Step(session, actor(author), at + timedelta(hours=3)), assessment.id, asks)
    if row["state"] == AssessmentState.SUBMITTED:
        return
    at += timedelta(days=3)
    send(Step(session, actor(officer), at), assessment.id, row, users)
    at += timedelta(days=1)
    look(session, assessment, row, (truth, told), users, what, at)
    if row["state"] != AssessmentState.CONFIRMED:
        return
    close(session, assessment, row, consultant, what, at)
    at += timedelta(hours=5)
    decide(session, firm, assessment, row, officer, at + timedelta(days=4))


def _author(session: Session, firm: Firm) -> User:
    return session.scalars(select(User).where(User.firm_id == firm.id).limit(1)).one()


def _begun(
    session: Session, firm: Firm, row: dict[str, Any], round_: Round, author: User, at: datetime
) -> tuple[Assessment, Answers, Answers]:
    """Let a firm begin its sheet in a round; return it, its true answers and its figures."""
    assessment = steps.begin(Step(session, actor(author), at), firm.id, round_.id)
    random = Random(row["sample"])  # noqa: S311  # the same every time, not a secret
    truth, extras = invented(firm, row, questionnaire_of(assessment), random)
    return assessment, truth, extras


def _hand_in_again(
    session: Session,
    assessment: Assessment,
    question: str,
    answer: Answer,
    author: User,
    officer: User,
    at: datetime,
) -> datetime:
    """Let an officer return a sheet over one question and the firm put it right; return when."""
    step = Step(session, actor(officer), at + timedelta(hours=20))
    why = "这一题与上传的材料不一致，请核对后再提交。"
    steps.return_to_firm(step, assessment.id, reason=why, questions=[question])
    at += timedelta(days=1, hours=4)
    change = Change(question, "demo.again.1", 1, value=plain(answer), remark="已按材料改正。")
    step = Step(session, actor(author), at)
    save_answer(step, assessment.id, SheetKind.SELF, change)
    steps.submit(step, assessment.id, declared_by="张某")
    return at


def declare_ties(session: Session, firms: list[tuple[Firm, dict[str, Any]]], partner: User) -> None:
    """Let the second consultant say where else they work: a firm that waits for somebody to be sent."""
    firm = next(firm for firm, row in firms if row["state"] == AssessmentState.SUBMITTED)
    given = Declared(firm.name, firm.code, True, "在该厂兼任信息化顾问（虚构）。")
    interests.declare(Step(session, actor(partner), BEGAN), partner.id, given, demonstration=True)


def take_trials(
    session: Session,
    firms: list[tuple[Firm, dict[str, Any]]],
    users: dict[str, User],
    contents: Contents,
) -> None:
    """Take the shown firm through the rounds of before: on an earlier edition, then on this one, where
    others took part."""
    with db.writing(session):
        # An installation that has answers on it knows it so.
        session.add(EditionRow(id=BEFORE, state=EditionState.RETIRED, changed_at=BEGAN))
    for title, edition, day, lower in TRIALS:
        with db.writing(session):
            round_ = Round(
                title=title,
                edition=edition,
                opens_on=day,
                closes_on=day + timedelta(days=29),
                created_at=datetime.combine(day, BEGAN.timetz()),
            )
            session.add(round_)
        for firm, row in firms:
            if row["sample"] == SHOWN:
                _try(session, firm, row, round_, users, brought(contents, row), lower)
            elif edition == EDITION and "tried" in row:
                _try(session, firm, row, round_, users, brought(contents, row))


def _try(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    what: Brought,
    lower: int = 0,
) -> None:
    """Let a firm fill one of those rounds in, say more than is so, and be visited: with so many answers a
    level lower than today, and without the package it has finished since."""
    author, consultant = _author(session, firm), users[Role.CONSULTANT]
    at = round_.created_at
    assessment, truth, _ = _begun(session, firm, row, round_, author, at)
    seen = lowered(truth, lower)
    if "lifted" in row:
        seen = without(row["lifted"], firm, questionnaire_of(assessment), seen)
    told = seen | overstated(row)
    if "tried" in row:
        told = raised(firm, row, questionnaire_of(assessment), seen)
    fill_in(session, assessment, told, author, at + timedelta(hours=1))
    show_files(session, assessment, told, author, what.photo, at + timedelta(hours=2))
    hand_in(session, assessment, author, at + timedelta(days=1))
    officer = Step(session, actor(users[Role.OFFICER]), at + timedelta(days=2))
    steps.assign(officer, assessment.id, consultant.id)
    visit(session, assessment, told, seen, consultant, what, at + timedelta(days=3))
    by = Step(session, actor(consultant), at + timedelta(days=3, hours=6))
    agreed = Word(ResponseKind.ACKNOWLEDGED, "张某", "负责人", "")
    steps.confirm(by, assessment.id, word=agreed)


def begin_second_round(
    session: Session,
    firms: list[tuple[Firm, dict[str, Any]]],
    round_: Round,
    users: dict[str, User],
) -> None:
    """Leave the shown firm half-way through its next sheet, for its user to go on with.

    Of the first modules most stands as last time and something rose; the rest waits to be looked at.
    """
    firm = next(firm for firm, row in firms if row["sample"] == SHOWN)
    step = Step(session, actor(users[Role.FIRM]), BEGAN + timedelta(days=63))
    assessment = steps.begin(step, firm.id, round_.id)
    number, asked = assessment.id, questionnaire_of(assessment)
    look_at_profile(step, assessment)
    sections = [s for s in asked.sections if s.counts][:CONFIRMED_AGAIN]
    for section in sections:
        questions = [q.id for q in asked.asked(section, frozenset(firm.processes))]
        _rise(step, number, questions)
        confirm_same(step, number, section.id, questions)
        for question in questions:
            keep_files(step, number, question, limits=ROOM)


def _rise(step: Step, assessment_id: int, questions: list[str]) -> None:
    """Let a firm answer the first question that stood low one level higher than in its last round."""
    sheet = starts_store.own_sheet(step.session, assessment_id)
    same = sheet.start.same if sheet is not None and sheet.start is not None else {}
    stood = {id: same[id]["value"] for id in questions if id in same}
    low = next((id for id, level in stood.items() if level in (0, 1)), None)
    if low is not None:
        change = Change(low, f"demo.rise.{low}", 0, value=stood[low] + 1)
        save_answer(step, assessment_id, SheetKind.SELF, change)


def hand_in_next(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    photo: Stored,
) -> None:
    """Let a firm hand in its next sheet, other than its last by what its row says, to be visited."""
    author = _author(session, firm)
    at, again = BEGAN + timedelta(days=65), row["again"]
    assessment, truth, extras = _begun(session, firm, row, round_, author, at)
    told = truth | again["answers"]
    fill_in(session, assessment, told | extras, author, at)
    show_files(session, assessment, told, author, photo, at)
    step = Step(session, actor(author), at + timedelta(days=1))
    for number, (question, remark) in enumerate(again["remarks"].items()):
        note = Change(
            question, f"demo.note.{number}", 1, value=plain(told[question]), remark=remark
        )
        save_answer(step, assessment.id, SheetKind.SELF, note)
    hand_in(session, assessment, author, at + timedelta(days=1))
    step = Step(session, actor(users[Role.OFFICER]), at + timedelta(days=3))
    planned_on = (at + timedelta(days=20)).date()
    steps.assign(step, assessment.id, users[Role.CONSULTANT].id, planned_on=planned_on)
