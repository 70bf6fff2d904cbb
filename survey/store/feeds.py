"""Rows for other systems, page by page behind the last one seen: as fast at the end as at the start."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from survey.store.sheets import RESULTS
from survey.tables import (
    Assessment,
    AssessmentState,
    Document,
    DocumentKind,
    Firm,
    Job,
    PoolEntry,
    Round,
)

_ASSESSMENTS = select(
    Assessment.id,
    Assessment.firm_id,
    Assessment.round_id,
    Assessment.edition,
    Assessment.trade,
    Assessment.state,
    Assessment.submitted_at,
    Assessment.confirmed_at,
    Assessment.version,
    *RESULTS,
)


def firms(session: Session, after: int, most: int, **wanted: str) -> Sequence[Firm]:
    """Return firms whose columns hold what is ``wanted`` (empty for anything), by their numbers."""
    where = [getattr(Firm, name) == value for name, value in wanted.items() if value]
    query = select(Firm).where(Firm.id > after, *where).order_by(Firm.id).limit(most)
    return session.scalars(query).all()


def known_firms(session: Session, firm_ids: Collection[int]) -> set[int]:
    """Return which of these numbers are firms'."""
    return set(session.scalars(select(Firm.id).where(Firm.id.in_(firm_ids))))


def rounds(session: Session, after: int, most: int) -> Sequence[Round]:
    return session.scalars(
        select(Round).where(Round.id > after).order_by(Round.id).limit(most)
    ).all()


def assessments(
    session: Session, after: int, most: int, *where: ColumnElement[bool]
) -> Sequence[Any]:
    """Return assessments with what both sheets are worth, by their numbers."""
    query = _ASSESSMENTS.where(Assessment.id > after, *where)
    return session.execute(query.order_by(Assessment.id).limit(most)).all()


def of_firm(firm_id: int) -> ColumnElement[bool]:
    return Assessment.firm_id == firm_id


def visited_by(user_id: int) -> ColumnElement[bool]:
    """Those a consultant is assigned to, while the visit runs and after it."""
    theirs = or_(Assessment.consultant_id == user_id, Assessment.second_consultant_id == user_id)
    return theirs & Assessment.state.in_((AssessmentState.VISITING, AssessmentState.CONFIRMED))


def handed_in() -> ColumnElement[bool]:
    """Those an officer may read: drafts stay with the firm."""
    return Assessment.state != AssessmentState.DRAFT


def pool(
    session: Session, after: int, most: int, *, state: str | None, edition: str
) -> list[tuple[PoolEntry, Firm]]:
    """Return entries of the pool with their firms, by their numbers."""
    query = select(PoolEntry, Firm).join(Firm, Firm.id == PoolEntry.firm_id)
    query = query.where(PoolEntry.id > after)
    if state:
        query = query.where(PoolEntry.state == state)
    if edition:
        query = query.where(PoolEntry.edition == edition)
    found = session.execute(query.order_by(PoolEntry.id).limit(most))
    return [(row[0], row[1]) for row in found]


def documents(
    session: Session,
    after: int,
    most: int,
    kinds: Collection[DocumentKind],
    *where: ColumnElement[bool],
) -> Sequence[Document]:
    """Return reports on assessments, by their numbers."""
    query = select(Document).join(Assessment, Assessment.id == Document.subject_id)
    query = query.where(Document.subject == "assessment", Document.kind.in_(kinds))
    query = query.where(Document.id > after, *where)
    return session.scalars(query.order_by(Document.id).limit(most)).all()


def jobs_of(session: Session, user_id: int, after: int, most: int) -> Sequence[Job]:
    """Return the jobs somebody asked for, by their numbers."""
    query = select(Job).where(Job.requested_by == user_id, Job.id > after)
    return session.scalars(query.order_by(Job.id).limit(most)).all()
