"""The officer's list of assessments and the figures above it, in a fixed number of queries.

Also what the bureau's other lists share: where a sheet puts its firm, narrowing, order and pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from survey.store.sheets import IS_CONFIRMED, STANDING, Standing, spoken, standing_of, with_scores
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    PoolState,
    Recognition,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    User,
)

Query = Select[*tuple[Any, ...]]

BELOW = "none"
"""The rung filter's word for firms that stand below the ladder."""


@dataclass(frozen=True)
class AssessmentLine:
    """One assessment in the officer's list; a draft has no standing."""

    id: int
    firm_id: int
    firm: str
    code: str
    trade: str
    township: str
    round: str
    state: AssessmentState
    standing: Standing
    consultant: str
    submitted_at: datetime | None
    confirmed_at: datetime | None
    pool_state: PoolState | None
    target_rung: str | None


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty words narrow nothing."""

    edition: str = ""
    words: str = ""
    trade: str = ""
    township: str = ""
    rung: str = ""
    state: str = ""
    confirmed: str = ""
    target: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Slice:
    """One page of a list."""

    page: int
    size: int


SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name.expression,
    "township": Firm.township.expression,
    "share": spoken("permille"),
    "state": Assessment.state.expression,
    "submitted": Assessment.submitted_at.expression,
    "confirmed": Assessment.confirmed_at.expression,
}
"""The only keys a list of assessments is ordered by; a leading hyphen turns them round."""


def narrowed(query: Query, wanted: Wanted) -> Query:
    """Narrow by what assessments and pool entries share."""
    if wanted.edition:
        query = query.where(Assessment.edition == wanted.edition)
    if wanted.trade:
        query = query.where(Assessment.trade == wanted.trade)
    if wanted.township:
        query = query.where(Firm.township == wanted.township)
    if wanted.rung:
        standing = spoken("rung")
        below = and_(standing.is_(None), spoken("step").is_not(None))
        query = query.where(below if wanted.rung == BELOW else standing == wanted.rung)
    if wanted.confirmed:
        query = query.where(IS_CONFIRMED if wanted.confirmed == "yes" else ~IS_CONFIRMED)
    return holding(query, wanted.words)


def holding(query: Query, words: str) -> Query:
    if not words:
        return query
    return query.where(
        or_(
            Firm.name.icontains(words, autoescape=True), Firm.code.icontains(words, autoescape=True)
        )
    )


def sorted_by(
    query: Query,
    sort: str,
    sorts: Mapping[str, ColumnElement[Any]],
    last: ColumnElement[Any],
) -> Query:
    key = sorts[sort.removeprefix("-")]
    order = key.desc() if sort.startswith("-") else key.asc()
    return query.order_by(order.nulls_last(), last)


def sliced(
    session: Session, query: Query, part: Slice | None, order: Query
) -> tuple[list[Any], int]:
    """Return the rows of one page and how many there are in all; without a page, all of them."""
    if part is None:
        rows = list(session.execute(order))
        return rows, len(rows)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    paged = order.offset((part.page - 1) * part.size).limit(part.size)
    return list(session.execute(paged)), total


def assessments(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[AssessmentLine], int]:
    """Return assessments with the standing of the sheet that speaks for each, and their number."""
    query: Query = (
        select(
            Assessment.id,
            Assessment.state,
            Assessment.trade,
            Assessment.submitted_at,
            Assessment.confirmed_at,
            Firm.id.label("firm_id"),
            Firm.name.label("firm"),
            Firm.code,
            Firm.township,
            Round.title.label("round"),
            User.name.label("consultant"),
            PoolEntry.state.label("pool_state"),
            PoolEntry.target_rung,
            *STANDING,
        )
        .select_from(Assessment)
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(Round, Round.id == Assessment.round_id)
        .outerjoin(User, User.id == Assessment.consultant_id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
    )
    query = narrowed(with_scores(query), wanted)
    if wanted.state:
        query = query.where(Assessment.state == wanted.state)
    ordered = sorted_by(query, wanted.sort or "-submitted", SORTS, Assessment.id.desc())
    rows, total = sliced(session, query, part, ordered)
    return [_assessment_line(row) for row in rows], total


def _assessment_line(row: Any) -> AssessmentLine:
    draft = row.state == AssessmentState.DRAFT
    return AssessmentLine(
        id=row.id,
        firm_id=row.firm_id,
        firm=row.firm,
        code=row.code,
        trade=row.trade,
        township=row.township or "",
        round=row.round,
        state=row.state,
        standing=standing_of(row),
        consultant="" if draft else row.consultant or "",
        submitted_at=None if draft else row.submitted_at,
        confirmed_at=row.confirmed_at if row.state == AssessmentState.CONFIRMED else None,
        pool_state=row.pool_state,
        target_rung=row.target_rung,
    )


def scores_of(session: Session, assessment_id: int) -> dict[SheetKind, ScoreRow]:
    """Return the kept scores of an assessment by the kind of sheet."""
    query = (
        select(SheetRow.kind, ScoreRow)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .where(SheetRow.assessment_id == assessment_id, SheetRow.speaks)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def exact_share(row: ScoreRow) -> Fraction:
    return Fraction(row.share)


@dataclass(frozen=True)
class Counts:
    """The figures above the list."""

    firms: int
    begun: int
    handed_in: int
    confirmed: int
    in_pool: int
    recognised: int


def counts(session: Session, edition: str) -> Counts:
    """Count firms by how far they have come in one edition, in one query."""

    def firms_with(*conditions: ColumnElement[bool]) -> Any:
        distinct = func.count(Assessment.firm_id.distinct())
        return select(distinct).where(Assessment.edition == edition, *conditions).scalar_subquery()

    in_pool = select(func.count()).where(
        PoolEntry.state == PoolState.IN_POOL, entry_of_edition(edition)
    )
    row = session.execute(
        select(
            select(func.count(Firm.id)).scalar_subquery(),
            firms_with(),
            firms_with(Assessment.state != AssessmentState.DRAFT),
            firms_with(IS_CONFIRMED),
            in_pool.scalar_subquery(),
            select(func.count(Recognition.firm_id.distinct())).scalar_subquery(),
        )
    ).one()
    return Counts(*row)


def entry_of_edition(edition: str) -> ColumnElement[bool]:
    assessed = select(Assessment.id).where(Assessment.edition == edition)
    return PoolEntry.assessment_id.in_(assessed)


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


def round_titled(session: Session, title: str) -> Round | None:
    return session.scalar(select(Round).where(Round.title == title))


def editions_used(session: Session) -> list[str]:
    """Return the editions of the rounds, that of the newest round first."""
    query = select(Round.edition).order_by(Round.opens_on.desc(), Round.id.desc())
    return list(dict.fromkeys(session.scalars(query)))
