"""The officer's list of assessments and the figures above it, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.store.lists import BELOW, Query, Slice, Wanted, narrowed, sliced, sorted_by
from survey.store.pool import entry_of_edition
from survey.store.requests import OPEN
from survey.store.sheets import IS_CONFIRMED, STANDING, Standing, spoken, standing_of, with_scores
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    PoolState,
    Recognition,
    ReturnRequest,
    Round,
    SheetKind,
    SheetRow,
    User,
    Verdict,
)


@dataclass(frozen=True)
class AssessmentLine:
    """One assessment in the officer's list; what was never handed in has no standing."""

    id: int
    firm_id: int
    firm: str
    code: str
    edition: str
    trade: str
    township: str
    round: str
    round_id: int
    state: AssessmentState
    returned: bool
    """Back with its firm: what was handed in before is shown."""
    asks: bool
    """Whether its firm waits for an answer to its request to have it back."""
    standing: Standing
    consultant: str
    """Whoever visits it, by name, the one who leads first."""
    planned_on: date | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    version: int
    pool_state: PoolState | None
    pool_version: int
    """Of the firm's entry in the pool; 0 without one."""
    target_rung: str | None


_Second = aliased(User)
SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name.expression,
    "township": Firm.township.expression,
    "share": spoken("permille"),
    "state": Assessment.state.expression,
    "planned": Assessment.planned_on.expression,
    "submitted": Assessment.submitted_at.expression,
    "confirmed": Assessment.confirmed_at.expression,
}
"""The only keys a list of assessments is ordered by; a leading hyphen turns them round."""


def assessments(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[AssessmentLine], int]:
    """Return assessments with the standing of the sheet that speaks for each, and their number."""
    query: Query = (
        select(
            Assessment.id,
            Assessment.version,
            Assessment.state,
            Assessment.edition,
            Assessment.trade,
            Assessment.submitted_at,
            Assessment.confirmed_at,
            Firm.id.label("firm_id"),
            Firm.name.label("firm"),
            Firm.code,
            Firm.township,
            Round.title.label("round"),
            Assessment.planned_on,
            Assessment.round_id,
            User.name.label("consultant"),
            _Second.name.label("second"),
            PoolEntry.state.label("pool_state"),
            PoolEntry.version.label("pool_version"),
            PoolEntry.target_rung,
            exists().where(ReturnRequest.assessment_id == Assessment.id, OPEN).label("asks"),
            *STANDING,
        )
        .select_from(Assessment)
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(Round, Round.id == Assessment.round_id)
        .outerjoin(User, User.id == Assessment.consultant_id)
        .outerjoin(_Second, _Second.id == Assessment.second_consultant_id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
    )
    query = narrowed(with_scores(query), wanted)
    if wanted.state:
        query = query.where(Assessment.state == wanted.state)
    if wanted.pool:
        state = PoolEntry.state
        query = query.where(state.is_(None) if wanted.pool == BELOW else state == wanted.pool)
    if wanted.only is not None:
        query = query.where(Assessment.id.in_(wanted.only))
    ordered = sorted_by(query, wanted.sort or "-submitted", SORTS, Assessment.id.desc())
    rows, total = sliced(session, ordered, part)
    return [_assessment_line(row) for row in rows], total


def _assessment_line(row: Any) -> AssessmentLine:
    draft = row.state == AssessmentState.DRAFT and row.submitted_at is None
    return AssessmentLine(
        id=row.id,
        firm_id=row.firm_id,
        firm=row.firm,
        code=row.code,
        edition=row.edition,
        trade=row.trade,
        township=row.township or "",
        round=row.round,
        round_id=row.round_id,
        state=row.state,
        returned=row.state == AssessmentState.DRAFT and not draft,
        asks=row.asks,
        standing=standing_of(row),
        consultant="、".join(filter(None, (row.consultant, row.second))) if not draft else "",
        planned_on=row.planned_on,
        submitted_at=row.submitted_at,
        confirmed_at=row.confirmed_at if row.state == AssessmentState.CONFIRMED else None,
        version=row.version,
        pool_state=row.pool_state,
        pool_version=row.pool_version or 0,
        target_rung=row.target_rung,
    )


def verdicts(session: Session, edition: str) -> dict[int, dict[Verdict, int]]:
    """Count what the confirmed on-site sheets of an edition say of their answers, by assessment.

    Answers to steps that were found missing on site count as well: they were looked at.
    """
    counted = func.count().label("answers")
    query = (
        select(SheetRow.assessment_id, AnswerRow.verification, counted)
        .join(SheetRow, SheetRow.id == AnswerRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(SheetRow.kind == SheetKind.ONSITE, SheetRow.speaks, IS_CONFIRMED)
        .where(Assessment.edition == edition)
        .group_by(SheetRow.assessment_id, AnswerRow.verification)
    )
    found: dict[int, dict[Verdict, int]] = {}
    for assessment_id, verdict, answers in session.execute(query):
        if verdict is not None:
            found.setdefault(assessment_id, {})[verdict] = answers
    return found


@dataclass(frozen=True)
class Counts:
    """The figures above the list: assessments of one edition by state, as the list counts them."""

    firms: int
    begun: int
    drafting: int
    submitted: int
    visiting: int
    confirmed: int
    undecided: int
    """Confirmed, and its firm has no entry in the pool."""
    in_pool: int
    recognised: int


def counts(session: Session, edition: str) -> Counts:
    """Count the assessments of one edition by how far they have come, in one query."""

    def those(*conditions: ColumnElement[bool]) -> Any:
        counted = select(func.count()).where(Assessment.edition == edition, *conditions)
        return counted.scalar_subquery()

    states = (those(Assessment.state == state) for state in AssessmentState)
    in_pool = select(func.count()).where(
        PoolEntry.state == PoolState.IN_POOL, entry_of_edition(edition)
    )
    row = session.execute(
        select(
            select(func.count(Firm.id)).scalar_subquery(),
            those(),
            *states,
            those(IS_CONFIRMED, Assessment.firm_id.not_in(select(PoolEntry.firm_id))),
            in_pool.scalar_subquery(),
            select(func.count(Recognition.firm_id.distinct())).scalar_subquery(),
        )
    ).one()
    return Counts(*tuple(row))
