"""Queries over assessments, sheets, answers and scores."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Evidence,
    Round,
    ScoreRow,
    SheetRow,
    User,
)


def assessment(session: Session, assessment_id: int, *, lock: bool = False) -> Assessment | None:
    """Return one assessment with its firm and round; ``lock`` holds off other writers."""
    query = (
        select(Assessment)
        .where(Assessment.id == assessment_id)
        .options(joinedload(Assessment.firm, innerjoin=True))
        .options(joinedload(Assessment.round, innerjoin=True))
        .execution_options(populate_existing=lock)
    )
    return session.scalar(query.with_for_update(of=Assessment) if lock else query)


def assessments_of_firm(session: Session, firm_id: int) -> list[Assessment]:
    """Return the firm's assessments with their rounds, newest first."""
    query = (
        select(Assessment)
        .where(Assessment.firm_id == firm_id)
        .options(joinedload(Assessment.round), joinedload(Assessment.firm))
        .order_by(Assessment.created_at.desc(), Assessment.id.desc())
    )
    return list(session.scalars(query))


def open_rounds(session: Session, today: date) -> list[Round]:
    query = (
        select(Round)
        .where(Round.opens_on <= today)
        .where((Round.closes_on.is_(None)) | (Round.closes_on >= today))
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    return list(session.scalars(query))


def sheet(session: Session, assessment_id: int, kind: str) -> SheetRow | None:
    query = select(SheetRow).where(SheetRow.assessment_id == assessment_id, SheetRow.kind == kind)
    return session.scalar(query)


def answers(session: Session, sheet_id: int) -> dict[str, AnswerRow]:
    """Return the present answers of a sheet by question id."""
    rows = session.scalars(select(AnswerRow).where(AnswerRow.sheet_id == sheet_id))
    return {row.question_id: row for row in rows}


def answer(session: Session, sheet_id: int, question_id: str) -> AnswerRow | None:
    query = select(AnswerRow).where(
        AnswerRow.sheet_id == sheet_id, AnswerRow.question_id == question_id
    )
    return session.scalar(query.execution_options(populate_existing=True))


def revision_of_request(session: Session, sheet_id: int, request_id: str) -> AnswerRevision | None:
    query = select(AnswerRevision).where(
        AnswerRevision.sheet_id == sheet_id, AnswerRevision.request_id == request_id
    )
    return session.scalar(query)


def revision(
    session: Session, sheet_id: int, question_id: str, number: int
) -> AnswerRevision | None:
    return session.get(AnswerRevision, (sheet_id, question_id, number))


def revisions(session: Session, sheet_id: int, question_id: str) -> list[AnswerRevision]:
    query = (
        select(AnswerRevision)
        .where(
            AnswerRevision.sheet_id == sheet_id,
            AnswerRevision.question_id == question_id,
        )
        .order_by(AnswerRevision.revision)
    )
    return list(session.scalars(query))


def name_of(session: Session, user_id: int) -> str:
    return session.scalar(select(User.name).where(User.id == user_id)) or ""


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    query = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    return {user_id: name for user_id, name in session.execute(query)}


def evidence_of_sheet(session: Session, sheet_id: int) -> dict[str, list[Evidence]]:
    """Return the files of a sheet by question id, oldest first."""
    query = select(Evidence).where(Evidence.sheet_id == sheet_id).order_by(Evidence.id)
    found: dict[str, list[Evidence]] = {}
    for row in session.scalars(query):
        found.setdefault(row.question_id, []).append(row)
    return found


def evidence_counts(session: Session, sheet_id: int) -> dict[str, int]:
    query = (
        select(Evidence.question_id, func.count())
        .where(Evidence.sheet_id == sheet_id)
        .group_by(Evidence.question_id)
    )
    return {question_id: count for question_id, count in session.execute(query)}


def score(session: Session, sheet_id: int) -> ScoreRow | None:
    return session.get(ScoreRow, sheet_id)


def drop_score(session: Session, sheet_id: int) -> None:
    session.execute(delete(ScoreRow).where(ScoreRow.sheet_id == sheet_id))


def last_saved(session: Session, sheet_id: int) -> AnswerRow | None:
    query = (
        select(AnswerRow)
        .where(AnswerRow.sheet_id == sheet_id)
        .order_by(AnswerRow.saved_at.desc())
        .limit(1)
    )
    return session.scalar(query)
