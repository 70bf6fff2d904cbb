"""The officer's list of assessments and the figures above it, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.store import kept
from survey.store.lists import (
    CONFIRMED_PERMILLE,
    DEVIATION,
    FACTS,
    Facts,
    Listing,
    Slice,
    Wanted,
    facts_of,
    is_any_of,
    narrowed,
    of_assessments,
)
from survey.store.requests import OPEN
from survey.store.sheets import (
    IS_CONFIRMED,
    RESULTS,
    UNSEEN_SUPPORT,
    Results,
    Standing,
    results_of,
    spoken,
)
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    PoolState,
    ReturnRequest,
    Round,
    SheetKind,
    SheetRow,
    UnmetGate,
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
    facts: Facts
    round: str
    round_id: int
    state: AssessmentState
    returned: bool
    """Back with its firm: what was handed in before is shown."""
    asks: bool
    """Whether its firm waits for an answer to its request to have it back."""
    results: Results
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

    @property
    def township(self) -> str:
        return self.facts.township

    @property
    def standing(self) -> Standing:
        return self.results.speaking


_Second = aliased(User)
SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
    "trade": Assessment.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "share": spoken("permille"),
    "own_share": Assessment.own_permille.expression,
    "visited_share": CONFIRMED_PERMILLE,
    "deviation": DEVIATION,
    "support": func.nullif(spoken("support"), 0),
    "unseen": func.nullif(UNSEEN_SUPPORT, 0),
    "state": Assessment.state.expression,
    "planned": Assessment.planned_on.expression,
    "submitted": Assessment.submitted_at.expression,
    "confirmed": Assessment.confirmed_at.expression,
}
"""The only keys a list of assessments is ordered by; a leading hyphen turns them round."""


_LISTING = Listing(
    key=Assessment.id,
    found=select(Assessment.id),
    beside=((Firm, Firm.id == Assessment.firm_id),),
    rows=(
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
            *FACTS,
            Round.title.label("round"),
            Assessment.planned_on,
            Assessment.round_id,
            User.name.label("consultant"),
            _Second.name.label("second"),
            PoolEntry.state.label("pool_state"),
            PoolEntry.version.label("pool_version"),
            PoolEntry.target_rung,
            exists().where(ReturnRequest.assessment_id == Assessment.id, OPEN).label("asks"),
            *RESULTS,
        )
        .select_from(Assessment)
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(Round, Round.id == Assessment.round_id)
        .outerjoin(User, User.id == Assessment.consultant_id)
        .outerjoin(_Second, _Second.id == Assessment.second_consultant_id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
    ),
    sorts=SORTS,
    firm=Assessment.firm_id,
)


def assessments(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[AssessmentLine], int]:
    """Return assessments with the standing of the sheet that speaks for each, and their number."""
    rows, total = _LISTING.read(
        session, narrowed(_where, wanted), wanted.sort or "-submitted", part
    )
    return [_assessment_line(row) for row in rows], total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[AssessmentLine]]:
    """Return all of the same in their order, some at a time."""
    sort = wanted.sort or "-submitted"
    for rows in _LISTING.portions(session, narrowed(_where, wanted), sort):
        yield [_assessment_line(row) for row in rows]


class Version(NamedTuple):
    """What a step over many assessments needs of each."""

    id: int
    version: int
    state: AssessmentState


def versions(session: Session, wanted: Wanted) -> list[Version]:
    """Return all that a filter finds, in one question."""
    query = select(Assessment.id, Assessment.version, Assessment.state).where(*_where(wanted))
    return [Version(*row) for row in session.execute(query.order_by(Assessment.id))]


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    where = list(of_assessments(wanted))
    if wanted.state:
        where.append(is_any_of(Assessment.state, wanted.state))
    if wanted.only is not None:
        where.append(Assessment.id.in_(wanted.only))
    return where


def _assessment_line(row: Any) -> AssessmentLine:
    draft = row.state == AssessmentState.DRAFT and row.submitted_at is None
    return AssessmentLine(
        id=row.id,
        firm_id=row.firm_id,
        firm=row.firm,
        code=row.code,
        edition=row.edition,
        trade=row.trade,
        facts=facts_of(row),
        round=row.round,
        round_id=row.round_id,
        state=row.state,
        returned=row.state == AssessmentState.DRAFT and not draft,
        asks=row.asks,
        results=results_of(row),
        consultant="、".join(filter(None, (row.consultant, row.second))) if not draft else "",
        planned_on=row.planned_on,
        submitted_at=row.submitted_at,
        confirmed_at=row.confirmed_at if row.state == AssessmentState.CONFIRMED else None,
        version=row.version,
        pool_state=row.pool_state,
        pool_version=row.pool_version or 0,
        target_rung=row.target_rung,
    )


def unmet(session: Session, wanted: Wanted) -> dict[int, dict[SheetKind, list[str]]]:
    """Return the gates that sheets do not meet, by assessment and kind of sheet."""
    query = select(UnmetGate.assessment_id, UnmetGate.kind, UnmetGate.gate).where(
        UnmetGate.assessment_id.in_(select(Assessment.id).where(*_where(wanted)))
    )
    found: dict[int, dict[SheetKind, list[str]]] = {}
    for assessment_id, kind, gate in session.execute(query.order_by(UnmetGate.gate)):
        found.setdefault(assessment_id, {}).setdefault(kind, []).append(gate)
    return found


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

    drafting: int
    submitted: int
    visiting: int
    confirmed: int
    undecided: int
    """Confirmed, and its firm has no entry in the pool."""
    in_pool: int

    @property
    def begun(self) -> int:
        return self.drafting + self.submitted + self.visiting + self.confirmed


def counts(session: Session, edition: str) -> Counts:
    """Count the assessments of one edition by how far they have come."""
    in_pool = (
        select(func.count())
        .select_from(PoolEntry)
        .where(PoolEntry.edition == edition, PoolEntry.state == PoolState.IN_POOL)
    )
    # In the order of their index, so that nothing has to be sorted for it.
    groups = (Assessment.state, Assessment.trade, Assessment.pooled)
    query = select(*groups, func.count()).where(Assessment.edition == edition).group_by(*groups)
    counted: Counter[AssessmentState] = Counter()
    undecided = 0
    for state, _trade, pooled, count in kept.added_up(
        session, query, Assessment.firm_id, len(groups)
    ):
        counted[state] += count
        undecided += count if state == AssessmentState.CONFIRMED and not pooled else 0
    return Counts(
        drafting=counted[AssessmentState.DRAFT],
        submitted=counted[AssessmentState.SUBMITTED],
        visiting=counted[AssessmentState.VISITING],
        confirmed=counted[AssessmentState.CONFIRMED],
        undecided=undecided,
        in_pool=kept.total(session, in_pool, PoolEntry.firm_id),
    )
