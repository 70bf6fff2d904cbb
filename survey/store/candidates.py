"""The firms beside a notice: the officer's list of them, and one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from survey.store.lists import (
    FACTS,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    any_of,
    facts_of,
    is_any_of,
    narrowed,
    whose,
)
from survey.store.notices import ONE_SHORT, READY, UNCLEAR
from survey.tables import (
    Candidate,
    CandidateState,
    ConditionAnswer,
    Firm,
    Minutes,
    PoolEntry,
    PoolState,
)

OUTCOMES: Mapping[str, ColumnElement[bool]] = {
    "ready": READY,
    "unclear": UNCLEAR,
    "one_short": ONE_SHORT,
    "more_short": Candidate.not_met > 1,
}
SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
    "trade": Firm.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "lacking": Candidate.not_met * 1000 + Candidate.unclear,
    "place": Candidate.place.expression,
}


@dataclass(frozen=True)
class CandidateLine:
    """One firm beside a notice, as lists show it; ``investment`` in 元."""

    id: int
    firm: str
    code: str
    trade: str
    facts: Facts
    pool_state: PoolState | None
    states: Mapping[str, Any]
    met: int
    not_met: int
    unclear: int
    state: CandidateState
    reason: str
    said_at: datetime | None
    papers: tuple[str, ...]
    project: str
    investment: int | None
    place: int | None
    minutes: str
    version: int


def _listing(notice_id: int) -> Listing:
    rows = (
        select(
            Firm.id,
            Firm.name,
            Firm.code,
            Firm.trade,
            *FACTS,
            PoolEntry.state.label("pool_state"),
            Candidate.states,
            Candidate.met,
            Candidate.not_met,
            Candidate.unclear,
            Candidate.state,
            Candidate.reason,
            Candidate.said_at,
            Candidate.papers,
            Candidate.project,
            Candidate.investment,
            Candidate.place,
            Candidate.version,
            func.coalesce(Minutes.document, "").label("minutes"),
        )
        .select_from(Candidate)
        .join(Firm, Firm.id == Candidate.firm_id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Candidate.firm_id)
        .outerjoin(Minutes, Minutes.id == Candidate.minutes_id)
        .where(Candidate.notice_id == notice_id)
    )
    return Listing(
        key=Candidate.firm_id,
        found=select(Candidate.firm_id).where(Candidate.notice_id == notice_id),
        rows=rows,
        sorts=SORTS,
        beside=((Firm, Firm.id == Candidate.firm_id),),
        firm=Candidate.firm_id,
    )


def candidates(
    session: Session, notice_id: int, wanted: Wanted, part: Slice | None = None
) -> tuple[list[CandidateLine], int]:
    """Return the firms a notice is for, or who said something of it, as they are narrowed."""
    where, sort = narrowed(_where, wanted), wanted.sort or "lacking"
    rows, total = _listing(notice_id).read(session, where, sort, part)
    return [_line(row) for row in rows], total


def in_portions(session: Session, notice_id: int, wanted: Wanted) -> Iterator[list[CandidateLine]]:
    """Return all of the same in their order, some at a time."""
    where, sort = narrowed(_where, wanted), wanted.sort or "lacking"
    for rows in _listing(notice_id).portions(session, where, sort):
        yield [_line(row) for row in rows]


def recommendation(session: Session, notice_id: int) -> list[CandidateLine]:
    """Return the firms on the recommendation list, in the order of preference."""
    rows, _total = _listing(notice_id).read(
        session, lambda _ward: [Candidate.place.is_not(None)], "place"
    )
    return [_line(row) for row in rows]


def on_the_list(session: Session, notice_id: int) -> list[Candidate]:
    """Return the same as the rows they are, held until the transaction ends."""
    query = (
        select(Candidate)
        .where(Candidate.notice_id == notice_id, Candidate.place.is_not(None))
        .order_by(Candidate.firm_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _line(row: Any) -> CandidateLine:
    return CandidateLine(
        id=row.id,
        firm=row.name,
        code=row.code,
        trade=row.trade,
        facts=facts_of(row),
        pool_state=row.pool_state,
        states=row.states,
        met=row.met,
        not_met=row.not_met,
        unclear=row.unclear,
        state=row.state,
        reason=row.reason,
        said_at=row.said_at,
        papers=tuple(row.papers),
        project=row.project,
        investment=row.investment,
        place=row.place,
        minutes=row.minutes,
        version=row.version,
    )


def _where(wanted: Wanted) -> Conditions:
    if wanted.only is not None:
        yield Candidate.firm_id.in_(wanted.only)
    else:
        yield Candidate.fits | (Candidate.state != CandidateState.OPEN)
    trades = [is_any_of(Firm.trade, wanted.trade)] if wanted.trade else []
    yield from whose(Candidate.firm_id, wanted, *trades)
    if wanted.outcome:
        yield or_(*(OUTCOMES[outcome] for outcome in any_of(wanted.outcome)))
    if wanted.state:
        yield is_any_of(Candidate.state, wanted.state)


def candidate(
    session: Session, notice_id: int, firm_id: int, *, lock: bool = False
) -> Candidate | None:
    key = (notice_id, firm_id)
    return session.get(Candidate, key, with_for_update=lock, populate_existing=lock)


def beside(
    session: Session, notice_ids: Collection[int], firm_ids: Collection[int]
) -> dict[tuple[int, int], Candidate]:
    """Return these firms beside these notices, held until the transaction ends."""
    query = (
        select(Candidate)
        .where(Candidate.notice_id.in_(notice_ids), Candidate.firm_id.in_(firm_ids))
        .order_by(Candidate.notice_id, Candidate.firm_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(one.notice_id, one.firm_id): one for one in session.scalars(query)}


def answer(
    session: Session, notice_id: int, firm_id: int, condition: str
) -> ConditionAnswer | None:
    return session.get(ConditionAnswer, (notice_id, firm_id, condition), populate_existing=True)


def forget(session: Session, notice_id: int) -> None:
    """Forget what hangs on a draft."""
    for table in (ConditionAnswer, Candidate):
        session.execute(delete(table).where(table.notice_id == notice_id))
