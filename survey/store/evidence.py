"""Queries over evidence files (佐证材料)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from survey.tables import Evidence, SheetRow

# Built once: every section page asks it.
_OF_SHEETS = (
    select(Evidence)
    .where(Evidence.sheet_id.in_(bindparam("sheet_ids", expanding=True)))
    .order_by(Evidence.id)
)


class Attached(NamedTuple):
    """A file with the sheet it stands on."""

    file: Evidence
    sheet: SheetRow


def attached(session: Session, evidence_id: int) -> Attached | None:
    query = (
        select(Evidence, SheetRow)
        .join(SheetRow, SheetRow.id == Evidence.sheet_id)
        .where(Evidence.id == evidence_id)
    )
    row = session.execute(query).one_or_none()
    return Attached(row[0], row[1]) if row else None


def by_question(
    session: Session, sheet_ids: Collection[int]
) -> dict[int, dict[str, list[Evidence]]]:
    """Return the files by sheet id and question id, oldest first."""
    found: dict[int, dict[str, list[Evidence]]] = {sheet_id: {} for sheet_id in sheet_ids}
    for row in session.scalars(_OF_SHEETS, {"sheet_ids": list(sheet_ids)}):
        found[row.sheet_id].setdefault(row.question_id, []).append(row)
    return found


def same(session: Session, sheet_id: int, question_id: str, sha256: str) -> Evidence | None:
    query = select(Evidence).where(
        Evidence.sheet_id == sheet_id,
        Evidence.question_id == question_id,
        Evidence.sha256 == sha256,
    )
    return session.scalar(query)


def count(session: Session, sheet_id: int, question_id: str) -> int:
    query = select(func.count()).where(
        Evidence.sheet_id == sheet_id, Evidence.question_id == question_id
    )
    return session.scalar(query) or 0


def bytes_of_assessment(session: Session, assessment_id: int) -> int:
    """Return what all files of both sheets weigh; what kept versions hold is not counted again."""
    query = (
        select(func.sum(Evidence.size))
        .join(SheetRow, SheetRow.id == Evidence.sheet_id)
        .where(SheetRow.assessment_id == assessment_id, SheetRow.speaks)
    )
    return int(session.scalar(query) or 0)


def without_likeness(session: Session, most: int) -> list[tuple[str, str]]:
    """Return pictures (hash, media type) of which no row says what they look like, each once."""
    query = (
        select(Evidence.sha256, Evidence.media_type)
        .where(Evidence.likeness.is_(None), Evidence.media_type.startswith("image/"))
        .distinct()
        .order_by(Evidence.sha256)
        .limit(most)
    )
    return [(sha256, media_type) for sha256, media_type in session.execute(query)]


def keep_likeness(session: Session, sha256: str, likeness: str) -> None:
    unsaid = (Evidence.sha256 == sha256, Evidence.likeness.is_(None))
    session.execute(update(Evidence).where(*unsaid).values(likeness=likeness))
