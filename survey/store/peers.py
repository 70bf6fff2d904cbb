"""What the firms of one trade reached, nobody named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Assessment, ScoreRow, SheetKind, SheetRow


def shares(session: Session, edition: str, trade: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the whole share and the sections' of each firm's newest confirmed sheet."""
    query = (
        select(ScoreRow.share, ScoreRow.sections)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(Assessment.newest_confirmed, Assessment.edition == edition)
        .where(Assessment.trade == trade, SheetRow.kind == SheetKind.ONSITE, SheetRow.speaks)
    )
    return [(share, sections) for share, sections in session.execute(query)]
