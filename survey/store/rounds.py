"""Queries over rounds, and over the firms of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from survey.store.firms import narrowed
from survey.store.lists import BELOW, Query, Slice, Wanted, sliced, sorted_by
from survey.tables import Assessment, AssessmentState, Firm, Round


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


def open_between(session: Session, first: date, last: date | None) -> list[Round]:
    """Return the rounds that are open on any of these days; without a last day, of all to come."""
    query = select(Round).where(Round.closes_on.is_(None) | (Round.closes_on >= first))
    if last is not None:
        query = query.where(Round.opens_on <= last)
    return list(session.scalars(query))


def last_closed(session: Session, today: date) -> Round | None:
    """Return the round that closed last."""
    query = select(Round).where(Round.closes_on < today)
    return session.scalar(query.order_by(Round.closes_on.desc(), Round.id.desc()).limit(1))


def has_assessment(session: Session, round_id: int) -> bool:
    query = select(Assessment.id).where(Assessment.round_id == round_id).limit(1)
    return session.scalar(query) is not None


def editions_used(session: Session) -> list[str]:
    """Return the editions of the rounds, that of the newest round first."""
    query = select(Round.edition).order_by(Round.opens_on.desc(), Round.id.desc())
    return list(dict.fromkeys(session.scalars(query)))


# --- the firms of one round -----------------------------------------------------------------------


@dataclass(frozen=True)
class RoundLine:
    """One firm in a round, and whom to call; without an assessment it has not begun."""

    firm_id: int
    firm: str
    code: str
    township: str
    contact_name: str
    contact_phone: str
    assessment_id: int | None
    state: AssessmentState | None
    begun_at: datetime | None


ROUND_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name.expression,
    "township": Firm.township.expression,
    "state": Assessment.state.expression,
    "added": Assessment.created_at.expression,
}


def states_of(session: Session, round_id: int) -> dict[str, int]:
    """Count the firms of a round by state, those that have not begun under ``BELOW``."""
    state = Assessment.state
    query = _firms(round_id, state.label("state"), func.count().label("firms")).group_by(state)
    return {row.state or BELOW: row.firms for row in session.execute(query)}


def round_firms(
    session: Session, round_id: int, wanted: Wanted, part: Slice | None = None
) -> tuple[list[RoundLine], int]:
    """Return the firms of a round with whom to call, by township as they are called."""
    query = _firms(
        round_id,
        Firm.id.label("firm_id"),
        Firm.name.label("firm"),
        Firm.code,
        Firm.township,
        Firm.contact_name,
        Firm.contact_phone,
        Assessment.id.label("assessment_id"),
        Assessment.state,
        Assessment.created_at.label("begun_at"),
    )
    query = narrowed(query, wanted)
    ordered = sorted_by(query, wanted.sort or "township", ROUND_SORTS, Firm.name.asc())
    rows, total = sliced(session, ordered, part)
    texts = ("township", "contact_name", "contact_phone")
    return [
        RoundLine(**{**row._mapping, **{name: getattr(row, name) or "" for name in texts}})
        for row in rows
    ], total


def _firms(round_id: int, *columns: Any) -> Query:
    of_round = and_(Assessment.firm_id == Firm.id, Assessment.round_id == round_id)
    return select(*columns).select_from(Firm).outerjoin(Assessment, of_round)
