"""Queries over many assessments at once, such as a consultant's visits: one each, however many."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, or_, select
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
    """Return one page of a consultant's visits in these states, newest first, and their number."""
    query: Query = (
        select(Assessment)
        .where(_of(consultant_id), Assessment.state.in_(states))
        .options(joinedload(Assessment.firm, innerjoin=True))
        .options(joinedload(Assessment.round, innerjoin=True))
        .order_by(
            Assessment.confirmed_at.desc(), Assessment.submitted_at.desc(), Assessment.id.desc()
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


class Workload(NamedTuple):
    """A consultant, and how many visits they are on and have finished."""

    id: int
    name: str
    username: str
    active: bool
    has_password: bool
    open: int
    finished: int


def workloads(session: Session) -> list[Workload]:
    """Return every consultant, those who may sign in first, by name."""
    open_, finished = (
        func.count(case((Assessment.state == state, 1)))
        for state in (AssessmentState.VISITING, AssessmentState.CONFIRMED)
    )
    query = (
        select(User.id, User.name, User.username, User.active, User.password_hash.is_not(None))
        .add_columns(open_, finished)
        .outerjoin(Assessment, _of(User.id))
        .where(User.role == Role.CONSULTANT)
        .group_by(User.id)
        .order_by(User.active.desc(), User.name)
    )
    return [Workload(*row) for row in session.execute(query)]
