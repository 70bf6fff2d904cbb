"""The officer's list of firms, and what a new firm is checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from survey.store import kept
from survey.store.lists import (
    BELOW,
    FACTS,
    FIRM,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    any_of,
    facts_of,
    holds,
    is_any_of,
    is_pooled,
    narrowed,
    of_firms,
)
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
    firm: str
    code: str
    trade: str
    facts: Facts
    fictional: bool
    users: int
    waiting: int
    """Users who have not set a password yet."""
    assessment_id: int | None
    state: AssessmentState | None
    pool_state: PoolState | None
    added_at: datetime


FIRM_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
    "trade": Firm.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "added": Firm.created_at.expression,
}


def _users(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count()).where(User.firm_id == Firm.id, User.active, *conditions)
    return counted.scalar_subquery()


_LISTING = Listing(
    key=Firm.id,
    found=select(Firm.id),
    rows=(
        select(
            Firm.id,
            Firm.name,
            Firm.code,
            Firm.trade,
            *FACTS,
            Firm.created_at,
            Firm.fictional,
            _users().label("users"),
            _users(User.password_hash.is_(None)).label("waiting"),
            Assessment.id.label("assessment_id"),
            Assessment.state,
            PoolEntry.state.label("pool_state"),
        )
        .select_from(Firm)
        .outerjoin(Assessment, and_(Assessment.firm_id == Firm.id, Assessment.newest))
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
    ),
    sorts=FIRM_SORTS,
    firm=Firm.id,
)


def firms(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[FirmLine], int]:
    """Return firms with their users counted and the state of their newest assessment."""
    rows, total = _LISTING.read(session, narrowed(_where, wanted), wanted.sort or "-added", part)
    return [_firm_line(row) for row in rows], total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[FirmLine]]:
    """Return all of the same in their order, some at a time."""
    for rows in _LISTING.portions(session, narrowed(_where, wanted), wanted.sort or "-added"):
        yield [_firm_line(row) for row in rows]


def _firm_line(row: Any) -> FirmLine:
    return FirmLine(
        id=row.id,
        firm=row.name,
        code=row.code,
        trade=row.trade,
        facts=facts_of(row),
        fictional=row.fictional,
        users=row.users,
        waiting=row.waiting,
        assessment_id=row.assessment_id,
        state=row.state,
        pool_state=row.pool_state,
        added_at=row.created_at,
    )


def _begun(state: str, ward: int) -> ColumnElement[bool]:
    """The condition that a firm's newest assessment stands so; ``BELOW``: it has none."""
    begun = kept.within(select(Assessment.firm_id), Assessment.firm_id, ward)
    if state == BELOW:
        return Firm.id.not_in(begun)
    return Firm.id.in_(begun.where(Assessment.state == state, Assessment.newest))


def _where(wanted: Wanted) -> Conditions:
    yield from of_firms(wanted)
    if wanted.only is not None:
        yield Firm.id.in_(wanted.only)
    if wanted.trade:
        yield is_any_of(Firm.trade, wanted.trade)
    if wanted.state:
        yield or_(*(_begun(state, wanted.ward) for state in any_of(wanted.state)))
    if wanted.pool:
        yield is_pooled(Firm.id, wanted)
    if wanted.only is not None:
        yield Firm.id.in_(wanted.only)


def places(session: Session) -> tuple[list[str], list[str]]:
    """Return the townships and the parks that firms lie in, each in order."""
    rows = kept.rows(session, select(Firm.township, Firm.park).distinct())
    townships, parks = ({str(row[at]) for row in rows if row[at]} for at in (0, 1))
    return sorted(townships), sorted(parks)


def states_of_firms(session: Session) -> dict[str, int]:
    """Count firms by the state of their newest assessment, those without one under ``BELOW``."""
    query = (
        select(Assessment.state, func.count()).where(Assessment.newest).group_by(Assessment.state)
    )
    found: dict[str, int] = dict(kept.added_up(session, query, Assessment.firm_id, 1))
    firms = kept.number(session, select(func.count()).select_from(Firm))
    return found | {BELOW: firms - sum(found.values())}


def firm(session: Session, firm_id: int, *, lock: bool = False) -> Firm | None:
    return session.get(Firm, firm_id, with_for_update=lock, populate_existing=lock)


def with_contact(session: Session, words: str, most: int) -> Sequence[Firm]:
    """Return firms that these words name, or whose contact or phone number they are."""
    named = holds(words, *FIRM, Firm.contact_name, Firm.contact_phone, Firm.contact_mail)
    return session.scalars(select(Firm).where(named).order_by(Firm.name_key).limit(most)).all()


def firm_coded(session: Session, code: str) -> Firm | None:
    return session.scalar(select(Firm).where(Firm.code == code))


def has_assessment(session: Session, firm_id: int) -> bool:
    query = select(Assessment.id).where(Assessment.firm_id == firm_id).limit(1)
    return session.scalar(query) is not None
