"""Consultants of the demonstration are sent, look, and conclude."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.answers import Answer, plain
from questionnaires.model import Questionnaire
from survey import db
from survey.clock import LOCAL
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle import conclusions, contradictions, teams
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.as_said import leave_as_said
from survey.lifecycle.choices import TypedChoice
from survey.lifecycle.responses import Word
from survey.lifecycle.step import Step
from survey.running.demonstration import notes
from survey.running.demonstration.filling import photo_row, sheet_of
from survey.running.demonstration.onsite import Brought
from survey.running.demonstration.pairs import judge_apart
from survey.running.demonstration.people import PARTNER, actor
from survey.store import answers as answer_store
from survey.tables import (
    AnswerRevision,
    Assessment,
    AssessmentState,
    ResponseKind,
    Role,
    SheetKind,
    User,
    Verdict,
)

PROBLEMS = "现场看了系统、看了机台、抽了单据，企业所填与现场基本相符。各处记录的及时和完整还可以提高，建议先补齐挡住下一等级的几项。"


def send(step: Step, assessment_id: int, row: dict[str, Any], users: dict[str, User]) -> None:
    """Send one consultant, or two where the row says so; a visit that waits is planned for a coming day."""
    ahead = row.get("in_days")
    second = users[PARTNER].id if row.get("pair") else None
    day = None
    if ahead is not None:
        day = min(
            max(step.now, datetime.now(UTC)).astimezone(LOCAL).date() + timedelta(days=ahead),
            step.today + teams.FARTHEST,
        )
    lead = users[row.get("by", Role.CONSULTANT)].id
    steps.assign(step, assessment_id, lead, second, day)


def look(
    session: Session,
    assessment: Assessment,
    row: dict[str, Any],
    answers: tuple[dict[str, Answer], dict[str, Answer]],
    users: dict[str, User],
    what: Brought,
    at: datetime,
) -> None:
    """Visit a firm: all of it where its row says so, else half; ``answers``: the truth, and what it told."""
    truth, told = answers
    consultant, apart = users[row.get("by", Role.CONSULTANT)], row.get("apart")
    seen = truth
    if not apart and row["state"] != AssessmentState.CONFIRMED:
        seen = dict(list(truth.items())[: len(truth) // 2])
    away = _not_looked_at(questionnaire_of(assessment), row)
    seen = {question: answer for question, answer in seen.items() if question not in away}
    visit(session, assessment, told, seen, consultant, what, at)
    step = Step(session, actor(consultant), at)
    _leave_unseen(step, assessment, row)
    if apart:
        judge_apart(session, assessment, apart, seen, (consultant, users[PARTNER]), at)
    for check, says in row.get("explained", {}).items():
        contradictions.explain(step, assessment.id, check, says)
    if row.get("noted"):
        notes.note(replace(step, now=at + timedelta(hours=4)), assessment, what.photo)


def visit(
    session: Session,
    assessment: Assessment,
    told: dict[str, Answer],
    seen: dict[str, Answer],
    consultant: User,
    what: Brought,
    at: datetime,
) -> None:
    """Verify every answer that was seen, correcting what the firm overstated, with a photo."""
    onsite = sheet_of(session, assessment, SheetKind.ONSITE)
    with db.writing(session):
        looked_at = {*answer_store.answers(session, onsite.id)} - (told.keys() - seen.keys())
        rows = answer_store.rows_of(session, onsite.id, looked_at)
        for number, (question_id, row) in enumerate(rows.items()):
            saved_at = what.saved_at(at, number)
            changed = question_id in seen and seen[question_id] != told[question_id]
            if changed:
                row.value = plain(seen[question_id])
                row.finding = what.finding(question_id)
                photo = photo_row(what.photo, onsite.id, question_id, consultant, saved_at)
                session.add(photo)
            row.verification = Verdict.CHANGED if changed else Verdict.VERIFIED
            row.reason = what.reason(question_id) if changed else ""
            row.revision, row.author_id, row.saved_at = row.revision + 1, consultant.id, saved_at
            session.add(
                AnswerRevision(
                    sheet_id=onsite.id,
                    question_id=question_id,
                    revision=row.revision,
                    author_id=consultant.id,
                    request_id=f"demo-visit.{question_id}",
                    value=row.value,
                    remark="",
                    verification=row.verification,
                    reason=row.reason,
                    finding=row.finding,
                    saved_at=saved_at,
                )
            )


def _not_looked_at(questionnaire: Questionnaire, row: dict[str, Any]) -> set[str]:
    """The questions of a row that the consultant did not see."""
    section = questionnaire.section_by_id.get(row.get("as_said", ""))
    left = [question.id for question in section.questions] if section else []
    return {*row.get("unseen", {}), *left}


def _leave_unseen(step: Step, assessment: Assessment, row: dict[str, Any]) -> None:
    """Say why some answers could not be seen, and leave a module as the firm said."""
    for question_id, why in row.get("unseen", {}).items():
        change = Change(
            question_id, f"demo-away.{question_id}", 1, verification=Verdict.NOT_SEEN, reason=why
        )
        save_answer(step, assessment.id, SheetKind.ONSITE, change)
    if section := row.get("as_said"):
        leave_as_said(step, assessment.id, section)


def close(
    session: Session,
    assessment: Assessment,
    row: dict[str, Any],
    consultant: User,
    what: Brought,
    at: datetime,
) -> None:
    """Write the conclusion of a visit and confirm it."""
    step = Step(session, actor(consultant), at)
    conclusions.conclude(
        step,
        assessment.id,
        problems=PROBLEMS,
        plan=_plan(row.get("plan")),
        base_version=_version(session, assessment.id),
    )
    steps.confirm(
        replace(step, now=at + timedelta(hours=5)),
        assessment.id,
        word=_word(row),
        signings=notes.signings(row, consultant.name, what.ink) if what.ink else (),
    )


def _version(session: Session, assessment_id: int) -> int:
    return session.get_one(Assessment, assessment_id).version


def _plan(lines: list[dict[str, Any]] | None) -> list[TypedChoice] | None:
    """Read a consultant's plan of the demonstration; None where the computed advice stands."""
    if lines is None:
        return None
    return [TypedChoice(**line | {"helps": tuple(line.get("helps", ()))}) for line in lines]


def _word(row: dict[str, Any]) -> Word | None:
    """What the firm's representative says when the visit is confirmed."""
    said = row.get("word")
    if said is None:
        return None
    objects = said.get("objects", "")
    kind = ResponseKind.OBJECTED if objects else ResponseKind.ACKNOWLEDGED
    return Word(kind, said["name"], said["post"], objects)
