"""What lists say of an assessment's scores: kept beside it whenever one of its sheets is scored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.tables import Assessment, ScoreRow, SheetKind, SheetRow, UnmetGate

OWN = ("share", "permille", "step", "rung", "support")
VISITED = (*OWN, "floor_step", "unseen_support")


def columns(kind: SheetKind, score: ScoreRow) -> dict[str, Any]:
    """Return what an assessment's own columns say of a score, by their names."""
    if kind == SheetKind.SELF:
        return {f"own_{name}": getattr(score, name) for name in OWN}
    return {f"visited_{name}": getattr(score, name) for name in VISITED}


def keep(
    session: Session,
    assessment: Assessment,
    kind: SheetKind,
    score: ScoreRow,
    unmet: Collection[str],
) -> None:
    """Say the score of the sheet of this kind that was scored last.

    Args:
        unmet: The gates of the next rung that it does not meet, as ``gates.name_of`` names them.
    """
    for column, value in columns(kind, score).items():
        setattr(assessment, column, value)
    known = delete(UnmetGate).where(
        UnmetGate.assessment_id == assessment.id, UnmetGate.kind == kind
    )
    session.execute(known.execution_options(synchronize_session=False))
    session.add_all(UnmetGate(assessment_id=assessment.id, kind=kind, gate=gate) for gate in unmet)


def keep_support(assessment: Assessment, kind: SheetKind, score: ScoreRow) -> None:
    """Say by how few answers the rung of the sheet scored last is held."""
    for column, value in columns(kind, score).items():
        if column.endswith("support"):
            setattr(assessment, column, value)


def scored_last(session: Session, assessment_id: int, kind: SheetKind) -> int | None:
    """Return which sheet of this kind was scored last, by id."""
    query = (
        select(SheetRow.id)
        .join(ScoreRow, ScoreRow.sheet_id == SheetRow.id)
        .where(SheetRow.assessment_id == assessment_id, SheetRow.kind == kind)
        .order_by(ScoreRow.scored_at.desc(), SheetRow.id.desc())
        .limit(1)
    )
    return session.scalar(query)
