"""The officer's list of firms, and what a new firm is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from survey.store.lists import BELOW, FIRM, Query, Slice, Wanted, holding, sliced, sorted_by
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    PoolState,
    User,
)


@dataclass(frozen=True)
class FirmLine:
    """One firm in the officer's list, with its newest assessment's state."""

    id: int
    name: str
    code: str
    trade: str
    township: str
    fictional: bool
    users: int
    waiting: int
    """Users who have not set a password yet."""
    assessment_id: int | None
    state: AssessmentState | None
    pool_state: PoolState | None


FIRM_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name.expression,
    "township": Firm.township.expression,
    "added": Firm.created_at.expression,
}


def narrowed(query: Query, wanted: Wanted) -> Query:
    """Keep the firms of a place, by how far their assessment is, with some words in their name."""
    if wanted.township:
        query = query.where(Firm.township == wanted.township)
    if wanted.state:
        state = Assessment.state
        query = query.where(state.is_(None) if wanted.state == BELOW else state == wanted.state)
    return holding(query, wanted.words, *FIRM)


def firms(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[FirmLine], int]:
    """Return firms with their users counted and the state of their newest assessment."""
    newest = _newest()
    people = (
        select(
            User.firm_id,
            func.count().label("users"),
            func.count(case((User.password_hash.is_(None), 1))).label("waiting"),
        )
        .where(User.firm_id.is_not(None), User.active)
        .group_by(User.firm_id)
        .subquery()
    )
    query: Query = (
        select(
            Firm.id,
            Firm.name,
            Firm.code,
            Firm.trade,
            Firm.township,
            Firm.fictional,
            func.coalesce(people.c.users, 0).label("users"),
            func.coalesce(people.c.waiting, 0).label("waiting"),
            Assessment.id.label("assessment_id"),
            Assessment.state,
            PoolEntry.state.label("pool_state"),
        )
        .outerjoin(newest, newest.c.firm_id == Firm.id)
        .outerjoin(Assessment, Assessment.id == newest.c.id)
        .outerjoin(people, people.c.firm_id == Firm.id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
    )
    if wanted.trade:
        query = query.where(Firm.trade == wanted.trade)
    query = narrowed(query, wanted)
    ordered = sorted_by(query, wanted.sort or "-added", FIRM_SORTS, Firm.id.desc())
    rows, total = sliced(session, ordered, part)
    lines = [FirmLine(**{**row._mapping, "township": row.township or ""}) for row in rows]
    return lines, total


def states_of_firms(session: Session) -> dict[str, int]:
    """Count firms by the state of their newest assessment, those without one under ``BELOW``."""
    newest = _newest()
    query = (
        select(Assessment.state, func.count(Firm.id))
        .select_from(Firm)
        .outerjoin(newest, newest.c.firm_id == Firm.id)
        .outerjoin(Assessment, Assessment.id == newest.c.id)
        .group_by(Assessment.state)
    )
    return {state or BELOW: count for state, count in session.execute(query)}


def _newest() -> Subquery:
    """The newest assessment of each firm that has one."""
    return (
        select(Assessment.firm_id, func.max(Assessment.id).label("id"))
        .group_by(Assessment.firm_id)
        .subquery()
    )


def firm(session: Session, firm_id: int, *, lock: bool = False) -> Firm | None:
    return session.get(Firm, firm_id, with_for_update=lock, populate_existing=lock)


def firm_coded(session: Session, code: str) -> Firm | None:
    return session.scalar(select(Firm).where(Firm.code == code))


def has_assessment(session: Session, firm_id: int) -> bool:
    query = select(Assessment.id).where(Assessment.firm_id == firm_id).limit(1)
    return session.scalar(query) is not None
