"""Queries over many assessments at once, such as a consultant's visits: one each, however many."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from survey.store.lists import Query, Slice, sliced
from survey.tables import Assessment, AssessmentState, Role, ScoreRow, SheetRow, User

Sheets = dict[tuple[int, str], SheetRow]
"""Sheets by assessment id and kind."""


def _of(consultant_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether an assessment is a consultant's, who leads the visit or goes along."""
    return or_(
        Assessment.consultant_id == consultant_id, Assessment.second_consultant_id == consultant_id
    )


def visits(
    session: Session, consultant_id: int, *states: AssessmentState, part: Slice | None = None
) -> tuple[list[Assessment], int]:
    """Return one page of a consultant's visits in these states, and their number.

    In the order of the days they are planned for, those without one last, then newest first.
    """
    query: Query = (
        select(Assessment)
        .where(_of(consultant_id), Assessment.state.in_(states))
        .options(joinedload(Assessment.firm, innerjoin=True))
        .options(joinedload(Assessment.round, innerjoin=True))
        .order_by(
            case(
                (Assessment.state == AssessmentState.VISITING, Assessment.planned_on)
            ).nulls_last(),
            Assessment.confirmed_at.desc(),
            Assessment.submitted_at.desc(),
            Assessment.id.desc(),
        )
    )
    rows, total = sliced(session, query, part)
    return [row[0] for row in rows], total


def states(session: Session, consultant_id: int) -> list[tuple[int, AssessmentState]]:
    """Return the numbers of a consultant's visits, under way or confirmed, with their states."""
    query = select(Assessment.id, Assessment.state).where(
        _of(consultant_id),
        Assessment.state.in_((AssessmentState.VISITING, AssessmentState.CONFIRMED)),
    )
    return [(id, state) for id, state in session.execute(query)]


def given_away(session: Session, consultant_id: int) -> list[Assessment]:
    """Return a consultant's assessments that are with the firm, or in again and with the bureau."""
    with_others = (AssessmentState.DRAFT, AssessmentState.SUBMITTED)
    query = (
        select(Assessment)
        .where(_of(consultant_id), Assessment.state.in_(with_others))
        .options(joinedload(Assessment.firm, innerjoin=True))
        .order_by(Assessment.id)
    )
    return list(session.scalars(query))


def sheets(session: Session, assessment_ids: Collection[int]) -> Sheets:
    query = select(SheetRow).where(SheetRow.assessment_id.in_(assessment_ids), SheetRow.speaks)
    return {(row.assessment_id, row.kind): row for row in session.scalars(query)}


def scores(session: Session, sheet_ids: Collection[int]) -> dict[int, ScoreRow]:
    query = select(ScoreRow).where(ScoreRow.sheet_id.in_(sheet_ids))
    return {row.sheet_id: row for row in session.scalars(query)}


class Visitor(NamedTuple):
    """Who visits a firm, as the firm and the other of a pair may know them."""

    id: int
    name: str
    phone: str | None


def visitors(session: Session, user_ids: Collection[int]) -> dict[int, Visitor]:
    query = select(User.id, User.name, User.phone).where(User.id.in_(user_ids))
    return {row.id: Visitor(*row) for row in session.execute(query)}


class Workload(NamedTuple):
    """A consultant, and how many visits they are on, have before them, and have finished."""

    id: int
    name: str
    username: str
    active: bool
    has_password: bool
    open: int
    soon: int
    """Of those under way, planned for the days asked about."""
    finished: int


def workloads(
    session: Session, first: date, last: date, rounds: Collection[int] | None = None
) -> list[Workload]:
    """Return every consultant, those who may sign in first, the less loaded before the others.

    Args:
        first, last: The days that count as soon, both included.
        rounds: Those whose confirmed visits are counted, by id; None for all.
    """

    def those(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((and_(*conditions), 1)))

    visiting = Assessment.state == AssessmentState.VISITING
    confirmed = Assessment.state == AssessmentState.CONFIRMED
    of_rounds = true() if rounds is None else Assessment.round_id.in_(rounds)
    open_ = those(visiting)
    soon = those(visiting, Assessment.planned_on.between(first, last))
    query = (
        select(User.id, User.name, User.username, User.active, User.password_hash.is_not(None))
        .add_columns(open_, soon, those(confirmed, of_rounds))
        .outerjoin(Assessment, _of(User.id))
        .where(User.role == Role.CONSULTANT)
        .group_by(User.id)
        .order_by(User.active.desc(), open_, soon, User.name)
    )
    return [Workload(*row) for row in session.execute(query)]


def planned_days(session: Session, first: date, last: date) -> dict[int, set[date]]:
    """Return the days in this span on which each consultant has a visit before them, by id."""
    found: dict[int, set[date]] = {}
    query = select(
        Assessment.consultant_id, Assessment.second_consultant_id, Assessment.planned_on
    ).where(
        Assessment.state == AssessmentState.VISITING, Assessment.planned_on.between(first, last)
    )
    for lead, second, day in session.execute(query):
        for one in (lead, second):
            if one is not None and day is not None:
                found.setdefault(one, set()).add(day)
    return found
