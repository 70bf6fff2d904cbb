"""Queries over rounds."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from survey.tables import Assessment, AssessmentState, Round


def round_(session: Session, round_id: int, *, lock: bool = False) -> Round | None:
    return session.get(Round, round_id, with_for_update=lock, populate_existing=lock)


def rounds(session: Session) -> list[tuple[Round, int, int]]:
    """Return every round, newest first, with its assessments and those handed in."""
    handed_in = func.count(case((Assessment.state != AssessmentState.DRAFT, 1)))
    query = (
        select(Round, func.count(Assessment.id), handed_in)
        .outerjoin(Assessment, Assessment.round_id == Round.id)
        .group_by(Round.id)
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def rounds_of(session: Session, edition: str) -> list[Round]:
    """Return the rounds of an edition, newest first."""
    query = select(Round).where(Round.edition == edition)
    return list(session.scalars(query.order_by(Round.opens_on.desc(), Round.id.desc())))


def round_titled(session: Session, title: str) -> Round | None:
    return session.scalar(select(Round).where(Round.title == title))


def editions_used(session: Session) -> list[str]:
    """Return the editions of the rounds, that of the newest round first."""
    query = select(Round.edition).order_by(Round.opens_on.desc(), Round.id.desc())
    return list(dict.fromkeys(session.scalars(query)))
