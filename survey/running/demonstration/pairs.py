"""Visits of two in the demonstration: the second judges apart, says otherwise here and there, the lead decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.answers import Answer, plain
from survey.lifecycle import disagreements, second_sheets
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.disagreements import Wish
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pairs
from survey.tables import Assessment, SheetKind, User, Verdict

LOOKED = "和组长分开看的：抽了三张单，系统里查到两张。"


def judge_apart(
    session: Session,
    assessment: Assessment,
    row: Mapping[str, Any],
    seen: Mapping[str, Answer],
    team: tuple[User, User],
    at: datetime,
) -> None:
    """Let the second of a pair judge everything, then the lead compare and decide what the row says.

    Args:
        row: ``says``: by how many levels the second says otherwise, by question; ``decided``: how the lead
            decided some of them, each ``{decision, why, level}``.
        seen: What is true, as the lead saw it.
        team: Who leads, and who goes along.
    """
    lead, second = (_step_of(session, person, at) for person in team)
    number = assessment.id
    second_sheets.begin(second(0), number)
    said = row["says"]
    for order, (question, answer) in enumerate(_unjudged(session, number).items()):
        value = plain(seen[question]) if question in seen else answer.value
        value = value + said[question] if question in said else value
        judged: dict[str, Any] = (
            {"verification": Verdict.VERIFIED}
            if value == answer.value
            else {"value": value, "reason": LOOKED}
        )
        change = Change(question, f"demo-second.{order}", answer.revision, **judged)
        save_answer(second(order), number, SheetKind.ONSITE, change)
    second_sheets.finish(second(240), number)
    disagreements.compare(lead(250), number)
    for question, decision in row.get("decided", {}).items():
        wish = Wish(
            decision["decision"],
            decision["why"],
            str(decision.get("level", "")),
            _shared(session, number)[question].revision,
        )
        disagreements.decide(lead(260), number, question, wish)


def _step_of(session: Session, person: User, at: datetime) -> Callable[[int], Step]:
    who = Actor(person.id, f"{person.name}（{person.username}）")
    return lambda minutes: Step(session, who, at + timedelta(minutes=minutes))


def _unjudged(session: Session, assessment_id: int) -> dict[str, answer_store.KeptAnswer]:
    apart = pairs.in_force(session, assessment_id)
    assert apart is not None, "begun a moment ago"  # noqa: S101
    found = answer_store.answers(session, apart.row.id)
    session.rollback()
    return {id: row for id, row in found.items() if row.value is not None}


def _shared(session: Session, assessment_id: int) -> dict[str, answer_store.KeptAnswer]:
    sheet = store.sheet(session, assessment_id, SheetKind.ONSITE)
    assert sheet is not None, "the visit runs"  # noqa: S101
    found = answer_store.answers(session, sheet.id)
    session.rollback()
    return found
