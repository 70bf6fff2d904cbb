"""Queries over many assessments at once, such as a consultant's visits: one each, however many."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from survey.tables import Assessment, ScoreRow, SheetRow

Sheets = dict[tuple[int, str], SheetRow]
"""Sheets by assessment id and kind."""


def visits(
    session: Session, consultant_id: int, state: str, *, page: int = 1, size: int = 100
) -> tuple[list[Assessment], int]:
    """Return one page of a consultant's visits in this state, newest first, and how many in all."""
    mine = (Assessment.consultant_id == consultant_id, Assessment.state == state)
    query = (
        select(Assessment)
        .where(*mine)
        .options(joinedload(Assessment.firm, innerjoin=True))
        .options(joinedload(Assessment.round, innerjoin=True))
        .order_by(
            Assessment.confirmed_at.desc(), Assessment.submitted_at.desc(), Assessment.id.desc()
        )
        .offset((page - 1) * size)
        .limit(size)
    )
    total = session.scalar(select(func.count()).select_from(Assessment).where(*mine)) or 0
    return list(session.scalars(query)), total


def sheets(session: Session, assessment_ids: Collection[int]) -> Sheets:
    query = select(SheetRow).where(SheetRow.assessment_id.in_(assessment_ids), SheetRow.speaks)
    return {(row.assessment_id, row.kind): row for row in session.scalars(query)}


def scores(session: Session, sheet_ids: Collection[int]) -> dict[int, ScoreRow]:
    query = select(ScoreRow).where(ScoreRow.sheet_id.in_(sheet_ids))
    return {row.sheet_id: row for row in session.scalars(query)}
