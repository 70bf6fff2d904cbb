"""Queries over assessments, sheets, answers and scores.

What every page or every save asks is a statement built once: putting one together costs more than
running it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from survey.store.sheets import speaking
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Evidence,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    User,
)

_ASSESSMENT = (
    select(Assessment)
    .where(Assessment.id == bindparam("id"))
    .options(joinedload(Assessment.firm, innerjoin=True))
    .options(joinedload(Assessment.round, innerjoin=True))
)
_LOCKED = _ASSESSMENT.with_for_update(of=Assessment)
_LOCKED = _LOCKED.execution_options(populate_existing=True)
_OWNER = select(Assessment.firm_id).where(Assessment.id == bindparam("id"))
_SHEET = select(SheetRow).where(
    SheetRow.assessment_id == bindparam("assessment_id"), speaking(bindparam("kind"))
)
_ANSWERS = select(AnswerRow).where(AnswerRow.sheet_id == bindparam("sheet_id"))
_PLACE = (
    select(Assessment, SheetRow, AnswerRow, AnswerRevision)
    .join(SheetRow, and_(SheetRow.assessment_id == Assessment.id, speaking(bindparam("kind"))))
    .outerjoin(
        AnswerRow,
        and_(AnswerRow.sheet_id == SheetRow.id, AnswerRow.question_id == bindparam("question_id")),
    )
    .outerjoin(
        AnswerRevision,
        and_(
            AnswerRevision.sheet_id == SheetRow.id,
            AnswerRevision.request_id == bindparam("request_id"),
        ),
    )
    .where(Assessment.id == bindparam("id"))
    .execution_options(populate_existing=True)
)
_TABLES = AnswerRow.metadata.tables
_ANSWER_TABLE, _REVISION_TABLE = _TABLES["answers"], _TABLES["answer_revisions"]
_FIRST_ANSWER = insert(_ANSWER_TABLE)
_LATER_ANSWER = update(_ANSWER_TABLE).where(
    _ANSWER_TABLE.c.sheet_id == bindparam("at_sheet"),
    _ANSWER_TABLE.c.question_id == bindparam("at_question"),
)
_REVISION = insert(_REVISION_TABLE)


def assessment(session: Session, assessment_id: int, *, lock: bool = False) -> Assessment | None:
    """Return one assessment with its firm and round; ``lock`` holds off other writers."""
    query = _LOCKED if lock else _ASSESSMENT
    return session.scalar(query, {"id": assessment_id})


def owner(session: Session, assessment_id: int) -> int | None:
    """Return the id of an assessment's firm."""
    return session.scalar(_OWNER, {"id": assessment_id})


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


def sheet(session: Session, assessment_id: int, kind: SheetKind) -> SheetRow | None:
    return session.scalar(_SHEET, {"assessment_id": assessment_id, "kind": kind})


class Place(NamedTuple):
    """Where a change would be kept, and what is there."""

    assessment: Assessment
    sheet: SheetRow
    answer: AnswerRow | None
    seen: AnswerRevision | None
    """What the same request left when it came before."""


def place(
    session: Session, assessment_id: int, kind: SheetKind, question_id: str, request_id: str
) -> Place | None:
    """Return a sheet, the present answer to one question, and any trace of this request."""
    wanted = {"id": assessment_id, "kind": kind, "question_id": question_id}
    found = session.execute(_PLACE, wanted | {"request_id": request_id}).one_or_none()
    return Place(*found) if found else None


def keep_answer(session: Session, fields: dict[str, Any], request_id: str) -> None:
    """Write an answer, over the one before from revision 2 on, and its revision.

    Rows in the session are left as they were read.
    """
    write = session.connection()
    if fields["revision"] == 1:
        write.execute(_FIRST_ANSWER, fields)
    else:
        where = {"at_sheet": fields["sheet_id"], "at_question": fields["question_id"]}
        write.execute(_LATER_ANSWER, fields | where)
    write.execute(_REVISION, fields | {"request_id": request_id})


def answers(session: Session, sheet_id: int) -> dict[str, AnswerRow]:
    """Return the present answers of a sheet by question id."""
    rows = session.scalars(_ANSWERS, {"sheet_id": sheet_id})
    return {row.question_id: row for row in rows}


def answer(session: Session, sheet_id: int, question_id: str) -> AnswerRow | None:
    query = select(AnswerRow).where(
        AnswerRow.sheet_id == sheet_id, AnswerRow.question_id == question_id
    )
    return session.scalar(query.execution_options(populate_existing=True))


def revision(
    session: Session, sheet_id: int, question_id: str, number: int
) -> AnswerRevision | None:
    return session.get(AnswerRevision, (sheet_id, question_id, number))


def name_of(session: Session, user_id: int) -> str:
    return session.scalar(select(User.name).where(User.id == user_id)) or ""


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    query = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    return dict(session.execute(query).all())


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
    return dict(session.execute(query).all())


def score(session: Session, sheet_id: int) -> ScoreRow | None:
    return session.get(ScoreRow, sheet_id)


def scores_without_gates(session: Session) -> list[tuple[ScoreRow, SheetRow, Assessment]]:
    """Return the scores an older release kept without the codes of their gates."""
    query = (
        select(ScoreRow, SheetRow, Assessment)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(ScoreRow.failed_gates.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def drop_score(session: Session, sheet_id: int) -> None:
    session.execute(delete(ScoreRow).where(ScoreRow.sheet_id == sheet_id))
