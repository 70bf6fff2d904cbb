"""Queries over what a firm's sheet begins with: its last round, as it stood when this one was begun."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from survey.store.sheets import speaking
from survey.tables import Assessment, AssessmentState, SheetKind, SheetRow, Start

_LAST = (
    select(Assessment)
    .where(Assessment.firm_id == bindparam("firm_id"), Assessment.id < bindparam("before"))
    .where(Assessment.state != AssessmentState.DRAFT)
    .order_by(Assessment.id.desc())
    .limit(1)
)
# Built once: every section page of a firm asks it.
_OWN_SHEET = (
    select(SheetRow)
    .where(SheetRow.assessment_id == bindparam("assessment_id"), speaking(SheetKind.SELF))
    .options(joinedload(SheetRow.start).joinedload(Start.last).joinedload(Assessment.round))
)


def last_handed_in(session: Session, firm_id: int, before: int) -> Assessment | None:
    """Return the firm's assessment that was handed in last before this one, of whatever trade."""
    return session.scalar(_LAST, {"firm_id": firm_id, "before": before})


def own_sheet(session: Session, assessment_id: int) -> SheetRow | None:
    """Return the firm's own sheet with what it begins with, that round named."""
    return session.scalar(_OWN_SHEET, {"assessment_id": assessment_id})
