"""Queries over rounds: which are open, for whom, and what hangs on one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from survey.tables import Assessment, AssessmentState, Invitation, Round


def round_(session: Session, round_id: int, *, lock: bool = False) -> Round | None:
    return session.get(Round, round_id, with_for_update=lock, populate_existing=lock)


def rounds(session: Session) -> list[tuple[Round, int, int, int]]:
    """Return every round, newest first, with its assessments, those handed in, and who is asked."""
    handed_in = func.count(case((Assessment.state != AssessmentState.DRAFT, 1)))
    invited = select(func.count()).where(Invitation.round_id == Round.id)
    query = (
        select(Round, func.count(Assessment.id), handed_in, invited.scalar_subquery())
        .outerjoin(Assessment, Assessment.round_id == Round.id)
        .group_by(Round.id)
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def newest(session: Session) -> list[Round]:
    """Return every round, the newest first."""
    return list(session.scalars(select(Round).order_by(Round.opens_on.desc(), Round.id.desc())))


def told_of(session: Session) -> Round | None:
    """Return the newest round with a confirmed visit; the newest while there is none."""
    confirmed = exists().where(
        Assessment.round_id == Round.id, Assessment.state == AssessmentState.CONFIRMED
    )
    query = select(Round).order_by(confirmed.desc(), Round.opens_on.desc(), Round.id.desc())
    return session.scalar(query.limit(1))


def rounds_of(session: Session, edition: str) -> list[Round]:
    """Return the rounds of an edition, newest first."""
    query = select(Round).where(Round.edition == edition)
    return list(session.scalars(query.order_by(Round.opens_on.desc(), Round.id.desc())))


def round_titled(session: Session, title: str) -> Round | None:
    return session.scalar(select(Round).where(Round.title == title))


def open_between(session: Session, first: date, last: date | None) -> list[Round]:
    """Return the rounds that are open on any of these days; without a last day, of all to come."""
    query = select(Round).where(Round.closes_on.is_(None) | (Round.closes_on >= first))
    if last is not None:
        query = query.where(Round.opens_on <= last)
    return list(session.scalars(query))


def last_closed(session: Session, firm_id: int, today: date) -> Round | None:
    """Return the round for a firm that closed last."""
    query = select(Round).where(Round.closes_on < today, _for_firm(firm_id))
    return session.scalar(query.order_by(Round.closes_on.desc(), Round.id.desc()).limit(1))


def _for_firm(firm_id: int) -> ColumnElement[bool]:
    """Whether a round is for this firm: for every firm, or it is invited."""
    invited = exists().where(Invitation.round_id == Round.id, Invitation.firm_id == firm_id)
    return or_(~Round.only_invited, invited)


def is_for(session: Session, round_: Round, firm_id: int) -> bool:
    query = select(Round.id).where(Round.id == round_.id, _for_firm(firm_id))
    return session.scalar(query) is not None


def open_to(session: Session, firm_id: int, today: date) -> list[Round]:
    """Return the rounds a firm may begin, newest first, begun or not."""
    return list(session.scalars(_open(today).where(_for_firm(firm_id))))


def open_rounds(session: Session, today: date) -> list[Round]:
    """Return the rounds that are open today, whoever they are for, newest first."""
    return list(session.scalars(_open(today)))


def _open(today: date) -> Select[Round]:
    last = Round.closes_on.is_(None) | (Round.closes_on >= today)
    query = select(Round).where(Round.opens_on <= today, last)
    return query.order_by(Round.opens_on.desc(), Round.id.desc())


def has_assessment(session: Session, round_id: int) -> bool:
    query = select(Assessment.id).where(Assessment.round_id == round_id).limit(1)
    return session.scalar(query) is not None


def invited(session: Session, round_id: int) -> int:
    """Return how many firms a round asks."""
    query = select(func.count()).where(Invitation.round_id == round_id)
    return session.scalar(query) or 0


def forget_invitations(session: Session, round_id: int) -> None:
    session.execute(delete(Invitation).where(Invitation.round_id == round_id))


def has_begun(session: Session, round_id: int, firm_id: int) -> bool:
    query = select(Assessment.id).where(
        Assessment.round_id == round_id, Assessment.firm_id == firm_id
    )
    return session.scalar(query) is not None


def editions_used(session: Session) -> list[str]:
    """Return the editions of the rounds, that of the newest round first."""
    query = select(Round.edition).order_by(Round.opens_on.desc(), Round.id.desc())
    return list(dict.fromkeys(session.scalars(query)))
