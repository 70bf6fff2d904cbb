"""How firms answered: what was counted, and the sheets there are to count."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Assessment, AssessmentState, Habit, ScoreRow, SheetKind, SheetRow


def of(session: Session, edition: str, trade: str) -> Habit | None:
    """Return what was counted of a trade; None before the first night."""
    return session.get(Habit, (edition, trade))


def being_filled(session: Session) -> list[tuple[str, str]]:
    """Return the (edition, trade) of which somebody is filling a sheet."""
    query = select(Assessment.edition, Assessment.trade).distinct()
    found = session.execute(query.where(Assessment.state == AssessmentState.DRAFT))
    return sorted((edition, trade) for edition, trade in found)


class Scored(NamedTuple):
    """A firm's own sheet that was handed in, and how many rungs it reached."""

    assessment_id: int
    sheet_id: int
    step: int


def newest(session: Session, edition: str, trade: str, limit: int) -> list[Scored]:
    """Return the sheets of a trade that firms handed in last."""
    query = (
        select(Assessment.id, SheetRow.id, ScoreRow.step)
        .join(SheetRow, SheetRow.assessment_id == Assessment.id)
        .join(ScoreRow, ScoreRow.sheet_id == SheetRow.id)
        .where(Assessment.edition == edition, Assessment.trade == trade)
        .where(SheetRow.kind == SheetKind.SELF, SheetRow.speaks)
        .where(Assessment.submitted_at.is_not(None))
        .order_by(Assessment.submitted_at.desc(), Assessment.id)
        .limit(limit)
    )
    return [Scored(*row) for row in session.execute(query)]
