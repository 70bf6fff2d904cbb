"""Queries over what consultants recommend."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.tables import ChoiceRow


def choices(session: Session, assessment_id: int) -> list[ChoiceRow]:
    """Return the lines of a consultant's plan, in their order."""
    mine = ChoiceRow.assessment_id == assessment_id
    return list(session.scalars(select(ChoiceRow).where(mine).order_by(ChoiceRow.position)))


def forget(session: Session, assessment_id: int) -> None:
    """Drop every line of a plan."""
    session.execute(delete(ChoiceRow).where(ChoiceRow.assessment_id == assessment_id))
